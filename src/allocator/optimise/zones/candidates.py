"""Candidate zones of each slot, connected and keeping all rows about that slot; and the bands they lie in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from allocator.graph.geography import Neighbours
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.zones.connected_sets import (
    Band,
    Bitsets,
    BitsetTable,
    BoolArray,
    connected_sets,
    least_member,
    membership,
    reachable,
)
from allocator.optimise.zones.local_search import costs_of
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.program import INFINITE, IntArray, Program
from allocator.program.slot_decomposition import SlotBlock, SlotDecomposition
from allocator.program.subproblem import Subproblem


@dataclass(frozen=True)
class CandidateParams:
    """How candidate zones are enumerated.

    Attributes:
        batch_values: The most values of variables that are evaluated together.
        surplus: How many times more sets than zones may be enumerated, before rows are checked.
    """

    batch_values: int = 1 << 22
    surplus: int = 8


#: The parameters of every enumeration.
PARAMS = CandidateParams()


@dataclass(frozen=True, eq=False)
class CandidateZones:
    """The candidate zones of interchangeable slots.

    Attributes:
        slots: The slots.
        block: The part of the program about the first of them.
        held: ``[n, items of the block]`` whether each zone holds each item; one of the zones may be empty.
        costs: ``[n, levels]`` the cost of each zone.
        values: ``[n, wanted]`` the values of the wanted variables in each zone.
    """

    slots: Sequence[int]
    block: SlotBlock
    held: BoolArray
    costs: IntArray
    values: IntArray


def enumerate_zones(
    whole: SlotDecomposition,
    near: Neighbours,
    wanted: Callable[[SlotBlock], IntArray],
    most: int,
    may_continue: Callable[[int], bool],
    more: Mapping[int, list[Band]] = MappingProxyType({}),
) -> list[CandidateZones] | None:
    """Return the candidate zones of each group of interchangeable slots; None if there are too many.

    Args:
        whole: The decomposition of the program by slot.
        near: The neighbours of each item.
        wanted: Returns the variables of a block whose values are wanted.
        most: The most zones.
        may_continue: Asked again and again, with the branches extended since, whether to continue.
        more: By slot, bands that hold besides the rows of the program.
    """
    alike: dict[bytes, list[int]] = {}
    for number, block in enumerate(whole.blocks):
        alike.setdefault(block.key, []).append(number)
    shared = shared_bands(whole)
    found = []
    for numbers in alike.values():
        block, slots = whole.blocks[numbers[0]], [whole.blocks[number].slot for number in numbers]
        around = _neighbour_sets(block.items, near)
        every = [*bands(block.program), *_widest([more.get(slot, []) for slot in slots])]
        sets = connected_sets(around, every, PARAMS.surplus * most, may_continue)
        if sets is None:
            return None
        if np.array_equal(block.items, whole.items):
            sets = sets[_leaves_zones(sets, BitsetTable(around, union=True), len(around), shared)]
        most -= len(sets)
        if most < 0:
            return None
        found.append(_evaluated(slots, block, np.append(sets, 0), wanted(block)))
    return found


def bands(program: Program) -> list[Band]:
    """Return the rows of a block that are sums over decisions with coefficients of one sign."""
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
    """Return the bands of sums over all items that hold in every slot, each as wide as its widest."""
    if any(not np.array_equal(block.items, whole.items) for block in whole.blocks):
        return []
    return list(_widest([bands(block.program) for block in whole.blocks]))


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


def _neighbour_sets(items: IntArray, near: Neighbours) -> list[int]:
    """Return for each item of a block the set of its neighbours there."""
    number = {item: k for k, item in enumerate(items.tolist())}
    return [
        sum(1 << number[other] for other in near.get(item, ()) if other in number) for item in items.tolist()
    ]


def _leaves_zones(sets: Bitsets, near: BitsetTable, count: int, shared: Sequence[Band]) -> BoolArray:
    """Return whether the sums of each component that a zone leaves allow a partition into zones."""
    able, left = np.ones(len(sets), dtype=np.bool_), ((1 << count) - 1) & ~sets
    tables = [BitsetTable(band.weights) for band in shared]
    while left.any():
        component = reachable(least_member(left), left, near)
        for table, band in zip(tables, shared, strict=True):
            weight = table.total(component)
            if 0 < band.high < INFINITE:
                fewest = np.maximum(-(-weight // band.high), 1)
                able &= (weight >= fewest * band.low) | (component == 0)
        left &= ~component
    return able


def _evaluated(slots: Sequence[int], block: SlotBlock, sets: Bitsets, wanted: IntArray) -> CandidateZones:
    """Return the zones that keep all rows of a block, with their costs and wanted values."""
    count, size = len(block.items), max(1, len(block.program) + len(block.program.definitions.term_cols))
    held, costs, values = [], [], []
    step = max(1, PARAMS.batch_values // size)
    for first in range(0, len(sets), step):
        inside = membership(sets[first : first + step], count)
        found = evaluate_auxiliaries(block.program, inside.astype(np.int64))
        kept = ~violated_rows(block.program, found).any(axis=1)
        held.append(inside[kept])
        costs.append(level_costs(block.program, found[kept]))
        values.append(found[kept][:, wanted])
    return CandidateZones(slots, block, np.concatenate(held), np.concatenate(costs), np.concatenate(values))


def cost_bands(
    constrained: ConstrainedProgram, whole: SlotDecomposition, decisions: IntArray
) -> Mapping[int, list[Band]]:
    """Return by slot the bands in which the zones lie of all plans no dearer than a given one.

    Where the maximum less the minimum of loads has a penalty, the loads of a better plan differ by no more
    than those of the given plan, and lie around the mean: of 100,000 zones a few thousand are left.

    Args:
        constrained: The constrained program.
        whole: Its decomposition by slot.
        decisions: ``[decisions]`` the plan; its cost at the first level counts.
    """
    if not constrained.program.levels:
        return {}
    caps = {constrained.program.levels[0]: costs_of(constrained.program, decisions)[0]}
    problem = Subproblem(constrained.program, None, caps, constrained.bounds).full()
    if problem is None:
        return {}
    slot, item = (np.full(len(constrained.program), -1, dtype=np.int64) for _ in range(2))
    for block in whole.blocks:
        own = block.columns[: len(block.items)]
        slot[own], item[own] = block.slot, np.arange(len(own))
    found: dict[int, list[Band]] = {}
    bounds = problem.full_bounds()
    sizes = {block.slot: len(block.items) for block in whole.blocks}
    for row in range(len(whole.linking_rows)):
        one = _linking_band(whole, row, bounds, slot)
        if one is not None:
            own_slot, cols, coefs, low, high = one
            weights = np.zeros(sizes[own_slot], dtype=np.int64)
            np.add.at(weights, item[cols], np.abs(coefs))
            found.setdefault(own_slot, []).append(Band(weights, low, high))
    return found


def _linking_band(
    whole: SlotDecomposition, row: int, bounds: tuple[IntArray, IntArray], slot: IntArray
) -> tuple[int, IntArray, IntArray, int, int] | None:
    """Return the band that a linking row leaves the items of one slot: slot, columns, coefficients, ends.

    Args:
        whole: The decomposition.
        row: The linking row.
        bounds: ``[variables]`` the bounds of all variables.
        slot: ``[variables]`` the slot of each decision, -1 for other variables.

    Returns:
        None if the row is about items of no slot or of several, or with coefficients of both signs.
    """
    rows, (lower, upper) = whole.linking_rows, bounds
    terms = slice(rows.starts[row], rows.starts[row + 1])
    cols, coefs = rows.cols[terms], rows.coefs[terms]
    is_own = slot[cols] >= 0
    slots, own = np.unique(slot[cols[is_own]]), coefs[is_own]
    if len(slots) != 1 or ((own > 0).any() and (own < 0).any()):
        return None
    ends = np.stack([coefs * lower[cols], coefs * upper[cols]])[:, ~is_own]
    least, most = int(ends.min(axis=0).sum()), int(ends.max(axis=0).sum())
    low = -INFINITE if rows.lo[row] <= -INFINITE else int(rows.lo[row]) - most
    high = INFINITE if rows.hi[row] >= INFINITE else int(rows.hi[row]) - least
    low, high = (low, high) if (own > 0).all() else (-high, -low)
    return int(slots[0]), cols[is_own], own, low, high


def balanced_attribute(whole: SlotDecomposition) -> IntArray | None:
    """Return ``[items]`` the summands of a sum that linking rows compare between slots, or None."""
    rows, first = whole.linking_rows, whole.blocks[0]
    count = len(first.items)
    if count < len(whole.items):
        return None
    number = np.full(int(max(rows.cols.max(initial=0), first.columns.max(initial=0))) + 1, -1)
    number[first.columns[:count]] = np.arange(count)
    for row in range(len(rows)):
        terms = slice(rows.starts[row], rows.starts[row + 1])
        own = number[rows.cols[terms]]
        weights = np.zeros(count, dtype=np.int64)
        weights[own[own >= 0]] = np.abs(rows.coefs[terms][own >= 0])
        if weights.any():
            return weights
    return None
