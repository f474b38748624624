"""Better plans of a map, two zones at a time: by recombination, or by exact re-optimisation.

Where penalties link all zones, as those for uneven loads do, the best two zones cannot be told from these
alone. Then two zones that touch are split anew along a random spanning tree, and local search goes on from
there (ReCom: DeFord, Duchin and Solomon, Harvard Data Science Review 2021). Where nothing links zones, all
pairs of zones of the same items are enumerated, and the best pair is taken.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from allocator.graph.geography import Neighbours
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.zones.candidates import balanced_attribute, enumerate_zones
from allocator.optimise.zones.connected_sets import MOST_MEMBERS
from allocator.optimise.zones.cover_model import CoverModel
from allocator.optimise.zones.cover_search import CoverSearch
from allocator.optimise.zones.lexicographic_cover import solve_cover_levels
from allocator.optimise.zones.local_search import costs_of, improve_by_units, is_plan, slot_of
from allocator.optimise.zones.spanning_trees import TreeSplitter, tree_splitters
from allocator.program.evaluate import evaluate_auxiliaries, level_costs
from allocator.program.expr import EMPTY
from allocator.program.program import IntArray
from allocator.program.slot_decomposition import SlotDecomposition, restrict_items
from allocator.solvers.deadline import Deadline, SolveContext
from allocator.solvers.observer import NULL_OBSERVER, Observer


@dataclass(frozen=True)
class ZonePairParams:
    """How far pairs of zones are searched.

    Attributes:
        patience: The number of recombinations in a row without a gain that ends the search.
        even_share: The share of recombinations into zones that are no less even than all zones of the plan.
        most_zones: Pairs with more candidate zones than this are not re-optimised.
        most_branches: Pairs with more branches of their enumeration are not either.
    """

    patience: int = 5000
    even_share: float = 0.8
    most_zones: int = 50_000
    most_branches: int = 3_000_000


#: The parameters of every search.
PARAMS = ZonePairParams()


def recombine(
    constrained: ConstrainedProgram,
    whole: SlotDecomposition,
    decisions: IntArray,
    deadline: Deadline,
    context: SolveContext,
    observer: Observer = NULL_OBSERVER,
    patience: int | None = None,
) -> IntArray:
    """Return a plan that is no worse, from random recombinations of two zones each.

    Args:
        constrained: The constrained program, with its map.
        whole: Its decomposition by slot.
        decisions: ``[decisions]`` a plan.
        deadline: The time limit.
        context: The settings of the solve.
        observer: Sees every better plan.
        patience: The number of recombinations without a gain that ends the search, if not that of the
            parameters.
    """
    pairs, levels = _PairRecombination(constrained, whole, context.seed), constrained.program.levels
    most_in_vain = PARAMS.patience if patience is None else patience
    best, least, in_vain = (
        costs_of(constrained.program, decisions),
        [constrained.lower_bound(level) for level in levels],
        0,
    )
    current = decisions
    while in_vain < most_in_vain and best != least and not (deadline.is_over or context.is_stopped):
        in_vain += 1
        made = pairs.recombine_random_pair(current)
        if made is None or not is_plan(constrained, made):
            continue
        made = improve_by_units(constrained, made, deadline, context)
        costs = costs_of(constrained.program, made)
        if costs < best:
            in_vain, best, decisions = 0, costs, made
            observer.on_plan(made)
        first = next((k for k, cost in enumerate(best) if cost > least[k]), 0)
        if costs[: first + 1] <= best[: first + 1]:  # as good is accepted, whatever the levels below cost
            current = made
    return decisions


class _PairRecombination:
    """Splits two zones that touch anew.

    Args:
        constrained: The constrained program, with its map.
        whole: Its decomposition by slot.
        seed: The seed of every random choice.
    """

    def __init__(self, constrained: ConstrainedProgram, whole: SlotDecomposition, seed: int) -> None:
        assert constrained.map is not None
        self._program, self._near = constrained.program, constrained.map
        self._splitters, self._random = tree_splitters(constrained, whole, seed), random.Random(seed)
        attribute = balanced_attribute(whole)
        items = whole.items.tolist()
        self._weights = None if attribute is None else dict(zip(items, attribute.tolist(), strict=True))

    def recombine_random_pair(self, decisions: IntArray) -> IntArray | None:
        """Return a plan with two of its zones split anew; None if no tree gave zones that fit."""
        [grid] = self._program.decisions.grids.values()
        zones: list[set[int]] = [set() for _ in range(grid.shape[1])]
        for item, slot in slot_of(self._program, decisions).items():
            zones[slot].add(item)
        two = self._random_pair(zones)
        split = None if two is None else self._splitter(zones).zones(zones[two[0]] | zones[two[1]], 2)
        if two is None or split is None:
            return None
        made = decisions.copy()
        for slot, items in zip(self._random.sample(two, 2), split, strict=True):
            own = grid[:, slot, 0, 0]
            made[own[own >= 0]] = 0
            own = grid[sorted(items), slot, 0, 0]
            made[own[own >= 0]] = 1
        return made

    def _splitter(self, zones: list[set[int]]) -> TreeSplitter:
        """Return how to split: mostly into zones that are no less even than those of the plan."""
        if self._weights is None or self._random.random() >= PARAMS.even_share:
            return self._random.choice(self._splitters)
        sums = [sum(self._weights[item] for item in zone) for zone in zones]
        return TreeSplitter(self._near, self._weights, (min(sums), max(sums)), self._random.getrandbits(32))

    def _random_pair(self, zones: list[set[int]]) -> tuple[int, int] | None:
        """Return two random slots whose zones touch; None if no two do."""
        around = [{other for item in zone for other in self._near.get(item, ())} for zone in zones]
        pairs = [(a, b) for a, b in combinations(range(len(zones)), 2) if around[a] & zones[b]]
        return self._random.choice(pairs) if pairs else None


def reoptimise_pairs(
    constrained: ConstrainedProgram,
    whole: SlotDecomposition,
    decisions: IntArray,
    deadline: Deadline,
    context: SolveContext,
    observer: Observer = NULL_OBSERVER,
) -> IntArray:
    """Return a plan in which no two zones that touch can be better, as far as time allows.

    Args:
        constrained: The constrained program, with its map.
        whole: Its decomposition by slot. Where something links slots, the plan is returned as it is.
        decisions: ``[decisions]`` a plan.
        deadline: The time limit.
        context: The settings of the solve.
        observer: Sees every better plan.
    """
    assert constrained.map is not None
    if whole.is_linked:
        return decisions
    [grid] = constrained.program.decisions.grids.values()
    shuffler, optimal = random.Random(context.seed), set[tuple[bytes, bytes]]()
    while True:
        before = decisions
        zones = [np.flatnonzero(_holds(decisions, grid[:, slot, 0, 0])) for slot in range(len(whole.blocks))]
        pairs = list(_touching_pairs(zones, constrained.map))
        shuffler.shuffle(pairs)
        for a, b in pairs:
            key = zones[a].tobytes(), zones[b].tobytes()
            if key in optimal:
                continue
            if deadline.is_over or context.is_stopped:
                return decisions
            optimal.add(key)
            items = np.union1d(zones[a], zones[b])
            better = _reoptimise(constrained, whole, (a, b), items, decisions, deadline, context)
            if better is not None:
                decisions = better
                observer.on_plan(decisions)
                break
        if decisions is before:
            return decisions


def _reoptimise(
    constrained: ConstrainedProgram,
    whole: SlotDecomposition,
    slots: tuple[int, int],
    items: IntArray,
    decisions: IntArray,
    deadline: Deadline,
    context: SolveContext,
) -> IntArray | None:
    """Return the plan with the best two zones of some items in two slots, if it is better."""
    assert constrained.map is not None
    branches = PARAMS.most_branches

    def may_continue(more: int) -> bool:
        nonlocal branches
        branches -= more
        return branches >= 0 and not (context.is_stopped or deadline.is_over)

    if len(items) > MOST_MEMBERS:
        return None
    blocks = [restrict_items(whole.blocks[slot], items) for slot in slots]
    two = SlotDecomposition(blocks, items, whole.linking_rows, whole.linking_variables, whole.linking_costs)
    zones = enumerate_zones(two, constrained.map, lambda _: EMPTY, PARAMS.most_zones, may_continue)
    if zones is None:
        return None
    program, model = constrained.program, CoverModel(constrained.program, two, zones, EMPTY)
    found = solve_cover_levels(program, model, CoverSearch(model.problem, model.choice, context), deadline)
    if found.decisions is None:
        return None
    [grid] = program.decisions.grids.values()
    own = grid[:, list(slots), 0, 0]
    other = decisions.copy()
    other[own[own >= 0]] = found.decisions[own[own >= 0]]
    costs = level_costs(program, evaluate_auxiliaries(program, np.stack([other, decisions]))).tolist()
    return other if costs[0] < costs[1] else None


def _touching_pairs(zones: list[IntArray], near: Neighbours) -> Iterator[tuple[int, int]]:
    """Yield each two slots whose zones touch."""
    around = [{other for item in zone.tolist() for other in near.get(item, ())} for zone in zones]
    for a, b in combinations(range(len(zones)), 2):
        if not around[a].isdisjoint(zones[b].tolist()):
            yield a, b


def _holds(decisions: IntArray, columns: IntArray) -> np.ndarray:
    """Return whether each of some decisions is 1; False where there is none."""
    return np.asarray((columns >= 0) & (decisions[columns] > 0))
