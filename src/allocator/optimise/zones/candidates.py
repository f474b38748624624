"""The zones that each slot may have: connected, and keeping every rule about one slot alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from allocator.graph.neighbours import Neighbours
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.zones.connected_sets import (
    Band,
    BitsetTable,
    BoolArray,
    Sets,
    connected_sets,
    grown,
    lowest,
    members,
)
from allocator.optimise.zones.local_search import costs_of
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.program import INFINITE, IntArray, Program
from allocator.program.slot_decomposition import SlotBlock, SlotDecomposition
from allocator.program.subproblem import Subproblem

#: So many values are worked out at a time.
AT_ONCE = 1 << 22
#: So many times more sets are made before they are thinned out.
MADE = 8


@dataclass(frozen=True, eq=False)
class Candidates:
    """Zones for slots that are alike.

    Attributes:
        slots: The slots.
        part: What the program says of the first of them.
        held: ``[n, items of the part]`` whether each item is in each zone; one of the zones may be empty.
        costs: ``[n, levels]`` what each zone costs.
        values: ``[n, wanted]`` of each zone the values of the variables that were asked for.
    """

    slots: Sequence[int]
    part: SlotBlock
    held: BoolArray
    costs: IntArray
    values: IntArray


def candidates(
    whole: SlotDecomposition,
    near: Neighbours,
    wanted: Callable[[SlotBlock], IntArray],
    most: int,
    goes_on: Callable[[int], bool],
    more: Mapping[int, list[Band]] = MappingProxyType({}),
) -> list[Candidates] | None:
    """Return the zones of each group of slots that are alike; None if there are too many.

    Args:
        whole: The program, slot by slot.
        near: Which items are neighbours.
        wanted: Which variables of a part to give the values of.
        most: So many zones are too many.
        goes_on: Asked now and then whether to go on.
        more: By slot, bands that hold besides what the program says.
    """
    alike: dict[bytes, list[int]] = {}
    for number, part in enumerate(whole.blocks):
        alike.setdefault(part.key, []).append(number)
    shared = shared_bands(whole)
    found = []
    for numbers in alike.values():
        part, slots = whole.blocks[numbers[0]], [whole.blocks[number].slot for number in numbers]
        chosen = _chosen(part.items, near)
        every = [*bands(part.program), *_widest([more.get(slot, []) for slot in slots])]
        sets = connected_sets(chosen, every, MADE * most, goes_on)
        if sets is None:
            return None
        if np.array_equal(part.items, whole.items):
            sets = sets[_leaves_zones(sets, BitsetTable(chosen, union=True), len(chosen), shared)]
        most -= len(sets)
        if most < 0:
            return None
        found.append(_valued(slots, part, np.append(sets, 0), wanted(part)))
    return found


def bands(program: Program) -> list[Band]:
    """Return the rows of a part that are sums over decisions of one sign."""
    rows, count = program.rows, program.decisions.count
    found: dict[bytes, Band] = {}
    for row in range(len(rows)):
        terms = slice(rows.starts[row], rows.starts[row + 1])
        cols, coefs = rows.cols[terms], rows.coefs[terms]
        if (cols >= count).any() or ((coefs < 0).any() and (coefs > 0).any()):
            continue
        weights = np.zeros(count, dtype=np.int64)
        np.add.at(weights, cols, np.abs(coefs))
        sides = int(rows.lo[row]), int(rows.hi[row])
        low, high = sides if (coefs >= 0).all() else (-sides[1], -sides[0])
        key = weights.tobytes()
        before = found.get(key, Band(weights, -INFINITE, INFINITE))
        rule = int(rows.tags[row, 0])
        found[key] = Band(weights, max(low, before.low), min(high, before.high), rule)
    return list(found.values())


def shared_bands(whole: SlotDecomposition) -> list[Band]:
    """Return the bands of sums over all items that hold in any slot, each as wide as its widest."""
    if any(not np.array_equal(part.items, whole.items) for part in whole.blocks):
        return []
    return list(_widest([bands(part.program) for part in whole.blocks]))


def _widest(several: Sequence[list[Band]]) -> Iterator[Band]:
    """Yield the bands that hold for each of several slots, each as wide as its widest."""
    by_weights: list[dict[bytes, list[Band]]] = []
    for found in several:
        by_weights.append({})
        for band in found:
            by_weights[-1].setdefault(band.weights.tobytes(), []).append(band)
    for key in by_weights[0]:
        if all(key in own for own in by_weights):
            ends = [(max(b.low for b in own[key]), min(b.high for b in own[key])) for own in by_weights]
            low, high = min(low for low, _ in ends), max(high for _, high in ends)
            one = by_weights[0][key][0]
            yield Band(one.weights, low, high, one.rule)


def _chosen(items: IntArray, near: Neighbours) -> list[int]:
    """Return of each item of a part the set of its neighbours there."""
    number = {item: k for k, item in enumerate(items.tolist())}
    return [
        sum(1 << number[other] for other in near.get(item, ()) if other in number) for item in items.tolist()
    ]


def _leaves_zones(sets: Sets, near: BitsetTable, count: int, shared: Sequence[Band]) -> BoolArray:
    """Return whether what each zone leaves can be made into zones by weight: every piece of it by itself."""
    able, left = np.ones(len(sets), dtype=np.bool_), ((1 << count) - 1) & ~sets
    tables = [BitsetTable(band.weights) for band in shared]
    while left.any():
        piece = grown(lowest(left), left, near)
        for table, band in zip(tables, shared, strict=True):
            weight = table.of(piece)
            if 0 < band.high < INFINITE:
                fewest = np.maximum(-(-weight // band.high), 1)
                able &= (weight >= fewest * band.low) | (piece == 0)
        left &= ~piece
    return able


def _valued(slots: Sequence[int], part: SlotBlock, sets: Sets, wanted: IntArray) -> Candidates:
    """Return the zones that keep all rows of a part, and what they cost."""
    count, size = len(part.items), max(1, len(part.program) + len(part.program.definitions.term_cols))
    held, costs, values = [], [], []
    step = max(1, AT_ONCE // size)
    for first in range(0, len(sets), step):
        inside = members(sets[first : first + step], count)
        found = evaluate_auxiliaries(part.program, inside.astype(np.int64))
        kept = ~violated_rows(part.program, found).any(axis=1)
        held.append(inside[kept])
        costs.append(level_costs(part.program, found[kept]))
        values.append(found[kept][:, wanted])
    return Candidates(slots, part, np.concatenate(held), np.concatenate(costs), np.concatenate(values))


def cost_bands(
    task: ConstrainedProgram, whole: SlotDecomposition, decisions: IntArray
) -> Mapping[int, list[Band]]:
    """Return by slot the bands of all plans that cost no more than one at the first level.

    Args:
        task: What is to be solved.
        whole: Its program, slot by slot.
        decisions: The plan.
    """
    if not task.program.levels:
        return {}
    caps = {task.program.levels[0]: costs_of(task.program, decisions)[0]}
    problem = Subproblem(task.program, None, caps, task.bounds).full()
    if problem is None:
        return {}
    lower, upper = problem.full_bounds()
    slot, item = (np.full(len(task.program), -1, dtype=np.int64) for _ in range(2))
    for part in whole.blocks:
        own = part.columns[: len(part.items)]
        slot[own], item[own] = part.slot, np.arange(len(own))
    found: dict[int, list[Band]] = {}
    ties, sizes = whole.linking_rows, {part.slot: len(part.items) for part in whole.blocks}
    for row in range(len(ties)):
        terms = slice(ties.starts[row], ties.starts[row + 1])
        cols, coefs = ties.cols[terms], ties.coefs[terms]
        is_own = slot[cols] >= 0
        slots, own = np.unique(slot[cols[is_own]]), coefs[is_own]
        if len(slots) != 1 or ((own > 0).any() and (own < 0).any()):
            continue
        ends = np.stack([coefs * lower[cols], coefs * upper[cols]])[:, ~is_own]
        least, most = int(ends.min(axis=0).sum()), int(ends.max(axis=0).sum())
        low = -INFINITE if ties.lo[row] <= -INFINITE else int(ties.lo[row]) - most
        high = INFINITE if ties.hi[row] >= INFINITE else int(ties.hi[row]) - least
        low, high = (low, high) if (own > 0).all() else (-high, -low)
        weights = np.zeros(sizes[int(slots[0])], dtype=np.int64)
        np.add.at(weights, item[cols[is_own]], np.abs(own))
        found.setdefault(int(slots[0]), []).append(Band(weights, low, high))
    return found


def balanced_attribute(whole: SlotDecomposition) -> IntArray | None:
    """Return ``[items]`` what each item adds to a sum of its slot that is compared to others, or None."""
    ties, first = whole.linking_rows, whole.blocks[0]
    count = len(first.items)
    if count < len(whole.items):
        return None
    number = np.full(int(max(ties.cols.max(initial=0), first.columns.max(initial=0))) + 1, -1)
    number[first.columns[:count]] = np.arange(count)
    for row in range(len(ties)):
        terms = slice(ties.starts[row], ties.starts[row + 1])
        own = number[ties.cols[terms]]
        weights = np.zeros(count, dtype=np.int64)
        weights[own[own >= 0]] = np.abs(ties.coefs[terms][own >= 0])
        if weights.any():
            return weights
    return None
