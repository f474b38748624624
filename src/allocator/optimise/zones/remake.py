"""A plan of a large map is made better two zones at a time: all zones of their items, and the best two."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np

from allocator.graph.neighbours import Neighbours
from allocator.optimise.asking import unseen
from allocator.optimise.task import Task
from allocator.optimise.zones.bits import MOST
from allocator.optimise.zones.candidates import candidates
from allocator.optimise.zones.cover import Cover
from allocator.optimise.zones.levels import descend
from allocator.optimise.zones.model import Model
from allocator.program.evaluate import evaluate_auxiliaries, level_costs
from allocator.program.expr import EMPTY
from allocator.program.fewer_items import restrict_items
from allocator.program.program import IntArray
from allocator.program.slot_decomposition import SlotDecomposition
from allocator.solvers.budget import Clock
from allocator.solvers.context import SolveContext

#: Two zones with more than so many zones of their items, or branches to them, are left as they are.
MOST_ZONES, MOST_BRANCHES = 50_000, 3_000_000


def remade(
    task: Task,
    whole: SlotDecomposition,
    decisions: IntArray,
    clock: Clock,
    search: SolveContext,
    show: Callable[[IntArray], None] = unseen,
) -> IntArray:
    """Return a plan that no two neighbouring zones can be made better in, as far as time allows.

    Args:
        task: What is to be solved, with its map.
        whole: Its program, slot by slot; where something ties slots together the plan stays as it is.
        decisions: A plan.
        clock: The time that it may take.
        search: How to search.
        show: Is shown every better plan.
    """
    assert task.map is not None
    if whole.is_tied:
        return decisions
    [grid] = task.program.decisions.grids.values()
    chance, settled = random.Random(search.seed), set[tuple[bytes, bytes]]()
    while True:
        before = decisions
        zones = [np.flatnonzero(_held(decisions, grid[:, slot, 0, 0])) for slot in range(len(whole.parts))]
        pairs = list(_neighbouring(zones, task.map))
        chance.shuffle(pairs)
        for a, b in pairs:
            key = zones[a].tobytes(), zones[b].tobytes()
            if key in settled:
                continue
            if clock.is_over or search.is_stopped:
                return decisions
            settled.add(key)
            better = _two(task, whole, (a, b), np.union1d(zones[a], zones[b]), decisions, clock, search)
            if better is not None:
                decisions = better
                show(decisions)
                break
        if decisions is before:
            return decisions


def _two(
    task: Task,
    whole: SlotDecomposition,
    slots: tuple[int, int],
    items: IntArray,
    decisions: IntArray,
    clock: Clock,
    search: SolveContext,
) -> IntArray | None:
    """Return the plan with two slots as good as they can be, if that is better."""
    assert task.map is not None
    branches = MOST_BRANCHES

    def goes_on(more: int) -> bool:
        nonlocal branches
        branches -= more
        return branches >= 0 and not (search.is_stopped or clock.is_over)

    if len(items) > MOST:
        return None
    parts = [restrict_items(whole.parts[slot], items) for slot in slots]
    two = SlotDecomposition(parts, items, whole.ties, whole.tied, whole.costs)
    found = candidates(two, task.map, lambda _: EMPTY, MOST_ZONES, goes_on)
    if found is None:
        return None
    program, model = task.program, Model(task.program, two, found, EMPTY)
    cover = Cover(model.problem, model.choice, search)
    made = descend(program, model, cover, clock)
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
