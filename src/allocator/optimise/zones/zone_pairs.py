"""A plan of a map whose zones are tied together gets better: two that touch are split anew, at random.

What a balance of loads pays is about all zones at once, so that the best two zones cannot be told from
them alone. A random tree of both is cut in two, and the plan then climbed from (``climb.py``).

Method: recombination (DeFord, Duchin and Solomon, 2021).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np

from allocator.graph.neighbours import Neighbours
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.zones.candidates import balanced_attribute, candidates
from allocator.optimise.zones.connected_sets import MOST
from allocator.optimise.zones.cover_model import CoverModel
from allocator.optimise.zones.cover_search import CoverSearch
from allocator.optimise.zones.lexicographic_cover import solve_cover_levels
from allocator.optimise.zones.local_search import costs_of, improve_by_units, is_plan, slot_of
from allocator.optimise.zones.spanning_trees import TreeSplitter, splittings
from allocator.program.evaluate import evaluate_auxiliaries, level_costs
from allocator.program.expr import EMPTY
from allocator.program.program import IntArray
from allocator.program.slot_decomposition import SlotDecomposition, restrict_items
from allocator.solvers.context import SolveContext
from allocator.solvers.deadline import Deadline
from allocator.solvers.observer import NULL_OBSERVER

#: So many splits in vain are enough.
PATIENCE = 5000
#: The chance that two zones are split into such as differ no more than all zones of the plan do.
EVENER = 0.8


def recombine(
    task: ConstrainedProgram,
    whole: SlotDecomposition,
    decisions: IntArray,
    deadline: Deadline,
    search: SolveContext,
    show: Callable[[IntArray], None] = NULL_OBSERVER.on_plan,
    patience: int = PATIENCE,
) -> IntArray:
    """Return a plan that is no worse, and better if chance and time allow.

    Args:
        task: What is to be solved, with its map.
        whole: Its program, slot by slot.
        decisions: A plan.
        deadline: The time that it may take.
        search: How to search.
        show: Is shown every better plan.
        patience: So many splits in vain are enough.
    """
    pairs, levels = _Pairs(task, whole, search.seed), task.program.levels
    best, least, in_vain = costs_of(task.program, decisions), [task.lower_bound(level) for level in levels], 0
    there = decisions
    while in_vain < patience and best != least and not (deadline.is_over or search.is_stopped):
        in_vain += 1
        made = pairs.split_anew(there)
        if made is None or not is_plan(task, made):
            continue
        made = improve_by_units(task, made, deadline, search)
        costs = costs_of(task.program, made)
        if costs < best:
            in_vain, best, decisions = 0, costs, made
            show(made)
        first = next((k for k, cost in enumerate(best) if cost > least[k]), 0)
        if costs[: first + 1] <= best[: first + 1]:  # as good will do, whatever the levels below say
            there = made
    return decisions


class _Pairs:
    """Splits two zones that touch.

    Args:
        task: What is to be solved, with its map.
        whole: Its program, slot by slot.
        seed: Seed of every random choice.
    """

    def __init__(self, task: ConstrainedProgram, whole: SlotDecomposition, seed: int) -> None:
        assert task.map is not None
        self._program, self._near = task.program, task.map
        self._ways, self._chance = splittings(task, whole, seed), random.Random(seed)
        compared = balanced_attribute(whole)
        items = whole.items.tolist()
        self._weights = None if compared is None else dict(zip(items, compared.tolist(), strict=True))

    def split_anew(self, decisions: IntArray) -> IntArray | None:
        """Return a plan with two of its zones split anew; None if no tree gave any that fit."""
        [grid] = self._program.decisions.grids.values()
        zones: list[set[int]] = [set() for _ in range(grid.shape[1])]
        for item, slot in slot_of(self._program, decisions).items():
            zones[slot].add(item)
        two = self._touching(zones)
        split = None if two is None else self._way(zones).zones(zones[two[0]] | zones[two[1]], 2)
        if two is None or split is None:
            return None
        made = decisions.copy()
        for slot, items in zip(self._chance.sample(two, 2), split, strict=True):
            own = grid[:, slot, 0, 0]
            made[own[own >= 0]] = 0
            own = grid[sorted(items), slot, 0, 0]
            made[own[own >= 0]] = 1
        return made

    def _way(self, zones: list[set[int]]) -> TreeSplitter:
        """Return how to split: mostly so that what is compared differs no more than it does already."""
        if self._weights is None or self._chance.random() >= EVENER:
            return self._chance.choice(self._ways)
        sums = [sum(self._weights[item] for item in zone) for zone in zones]
        return TreeSplitter(self._near, self._weights, (min(sums), max(sums)), self._chance.getrandbits(32))

    def _touching(self, zones: list[set[int]]) -> tuple[int, int] | None:
        """Return two slots whose zones touch, by chance; None if no two do."""
        around = [{other for item in zone for other in self._near.get(item, ())} for zone in zones]
        pairs = [(a, b) for a, b in combinations(range(len(zones)), 2) if around[a] & zones[b]]
        return self._chance.choice(pairs) if pairs else None


#: Two zones with more than so many zones of their items, or branches to them, are left as they are.
MOST_ZONES, MOST_BRANCHES = 50_000, 3_000_000


def reoptimise_pairs(
    task: ConstrainedProgram,
    whole: SlotDecomposition,
    decisions: IntArray,
    deadline: Deadline,
    search: SolveContext,
    show: Callable[[IntArray], None] = NULL_OBSERVER.on_plan,
) -> IntArray:
    """Return a plan that no two neighbouring zones can be made better in, as far as time allows.

    Args:
        task: What is to be solved, with its map.
        whole: Its program, slot by slot; where something ties slots together the plan stays as it is.
        decisions: A plan.
        deadline: The time that it may take.
        search: How to search.
        show: Is shown every better plan.
    """
    assert task.map is not None
    if whole.is_linked:
        return decisions
    [grid] = task.program.decisions.grids.values()
    chance, settled = random.Random(search.seed), set[tuple[bytes, bytes]]()
    while True:
        before = decisions
        zones = [np.flatnonzero(_held(decisions, grid[:, slot, 0, 0])) for slot in range(len(whole.blocks))]
        pairs = list(_neighbouring(zones, task.map))
        chance.shuffle(pairs)
        for a, b in pairs:
            key = zones[a].tobytes(), zones[b].tobytes()
            if key in settled:
                continue
            if deadline.is_over or search.is_stopped:
                return decisions
            settled.add(key)
            better = _two(task, whole, (a, b), np.union1d(zones[a], zones[b]), decisions, deadline, search)
            if better is not None:
                decisions = better
                show(decisions)
                break
        if decisions is before:
            return decisions


def _two(
    task: ConstrainedProgram,
    whole: SlotDecomposition,
    slots: tuple[int, int],
    items: IntArray,
    decisions: IntArray,
    deadline: Deadline,
    search: SolveContext,
) -> IntArray | None:
    """Return the plan with two slots as good as they can be, if that is better."""
    assert task.map is not None
    branches = MOST_BRANCHES

    def goes_on(more: int) -> bool:
        nonlocal branches
        branches -= more
        return branches >= 0 and not (search.is_stopped or deadline.is_over)

    if len(items) > MOST:
        return None
    parts = [restrict_items(whole.blocks[slot], items) for slot in slots]
    two = SlotDecomposition(parts, items, whole.linking_rows, whole.linking_variables, whole.linking_costs)
    found = candidates(two, task.map, lambda _: EMPTY, MOST_ZONES, goes_on)
    if found is None:
        return None
    program, model = task.program, CoverModel(task.program, two, found, EMPTY)
    cover = CoverSearch(model.problem, model.choice, search)
    made = solve_cover_levels(program, model, cover, deadline)
    if made.decisions is None:
        return None
    [grid] = program.decisions.grids.values()
    own = grid[:, list(slots), 0, 0]
    other = decisions.copy()
    other[own[own >= 0]] = made.decisions[own[own >= 0]]
    costs = level_costs(program, evaluate_auxiliaries(program, np.stack([other, decisions]))).tolist()
    return other if costs[0] < costs[1] else None


def _neighbouring(zones: list[IntArray], near: Neighbours) -> Iterator[tuple[int, int]]:
    """Yield each two slots whose zones touch."""
    around = [{other for item in zone.tolist() for other in near.get(item, ())} for zone in zones]
    for a, b in combinations(range(len(zones)), 2):
        if not around[a].isdisjoint(zones[b].tolist()):
            yield a, b


def _held(decisions: IntArray, columns: IntArray) -> np.ndarray:
    return np.asarray((columns >= 0) & (decisions[columns] > 0))
