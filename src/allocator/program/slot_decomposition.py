"""A program split by slot: one block for each slot, and the rows and variables that link slots.

Where every item takes exactly one slot, most rules about zones are about one zone at a time: its load, its
mix, its compactness. A block evaluates them for a set of items without deciding the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from allocator.program.decisions import Decisions
from allocator.program.lazy_auxiliaries import restrict_components, undefined_auxiliaries
from allocator.program.program import BoolArray, Costs, Definitions, IntArray, Medoid, Program, Rows

#: Labels of variables that depend on no decision, and on decisions of several slots.
NOWHERE, ACROSS = -1, -2


@dataclass(frozen=True, eq=False)
class SlotBlock:
    """The part of a program that reads one slot alone.

    Attributes:
        slot: Number of the slot.
        items: ``[m]`` the items that may be in the slot: the first ``m`` variables of the block.
        columns: The variable of the full program that each variable of the block is.
        program: The block. Its rows constrain plans; auxiliaries have definitions alone.
    """

    slot: int
    items: IntArray
    columns: IntArray
    program: Program

    @property
    def key(self) -> bytes:
        """Identity of the block's content: slots with the same key are interchangeable."""
        rows, costs, defined = self.program.rows, self.program.costs, self.program.definitions
        arrays = (
            *(self.items, rows.starts, rows.cols, rows.coefs, rows.lo, rows.hi),
            *(costs.cols, costs.coefs, costs.levels, defined.cols, defined.start, defined.expr_start),
            *(defined.term_cols, defined.term_coefs, defined.constants, defined.is_minimum, defined.limit),
            *(defined.divisor, defined.power, defined.nth),
        )
        # Slots that may have the same members share their matrix of distances.
        lazy = tuple(
            (one.column, one.key, one.members.tobytes()) for one in undefined_auxiliaries(self.program)
        )
        return b"|".join((*(array.tobytes() for array in arrays), repr(lazy).encode()))


@dataclass(frozen=True, eq=False)
class SlotDecomposition:
    """A program whose items each take exactly one slot.

    Attributes:
        blocks: The block of each slot.
        items: The items that take a slot.
        linking_rows: Rows that read several slots, over the variables of the full program.
        linking_variables: Auxiliaries that depend on several slots.
        linking_costs: The cost terms of these.
    """

    blocks: Sequence[SlotBlock]
    items: IntArray
    linking_rows: Rows
    linking_variables: IntArray
    linking_costs: Costs

    @property
    def is_linked(self) -> bool:
        """Whether any row or variable links slots."""
        return len(self.linking_variables) > 0 or len(self.linking_rows) > 0


def decompose_by_slot(program: Program) -> SlotDecomposition | None:
    """Return a program split by slot; None unless it is one layer of one period and one role."""
    grids = list(program.decisions.grids.values())
    if len(grids) != 1 or grids[0].shape[2:] != (1, 1):
        return None
    grid, rows = grids[0][:, :, 0, 0], program.rows
    needed = _needed_variables(program)
    label = _slot_labels(program, grid, needed)
    low, high = _label_ranges(rows, label)
    one_slot = (low == high) & (low != ACROSS) | (low > high)
    items = np.flatnonzero((grid >= 0).any(axis=1))
    is_exact, once = _exactly_once(rows, grid, items)
    linking = np.flatnonzero(needed & (label == ACROSS))
    if not is_exact or not _is_held_by_rows(program.definitions, linking):
        return None
    if any(label[one.column] == ACROSS for one in undefined_auxiliaries(program)):
        return None
    across = ~rows.defining & ~one_slot
    linking_rows = rows.select(across & ~once | _reads_any(rows, label == ACROSS))
    costs, at = program.costs, label[program.costs.cols]
    if (at == NOWHERE).any() or (label[linking_rows.cols] == NOWHERE).any():
        return None  # a variable that depends on no decision belongs to no block
    blocks = [
        _block(program, grid, slot, label, needed, ~rows.defining & one_slot & ((low == slot) | (low > high)))
        for slot in range(grid.shape[1])
    ]
    return SlotDecomposition(blocks, items, linking_rows, linking, costs.select(at == ACROSS))


def _needed_variables(program: Program) -> BoolArray:
    """Return ``[variables]`` whether costs or constraining rows read it, or read a variable that does."""
    needed = np.zeros(len(program), dtype=np.bool_)
    needed[program.costs.cols] = True
    rows = program.rows
    needed[rows.cols[~np.repeat(rows.defining, np.diff(rows.starts))]] = True
    defined = program.definitions
    for one in undefined_auxiliaries(program):
        needed[one.members] |= needed[one.column]
    for k in range(len(defined.cols) - 1, -1, -1):
        if needed[defined.cols[k]]:
            needed[defined.term_cols[defined.terms_of(k)]] = True
    return needed


def _slot_labels(program: Program, grid: IntArray, needed: BoolArray) -> IntArray:
    """Return ``[variables]`` the slot that each depends on, ``NOWHERE`` or ``ACROSS``."""
    label = np.full(len(program), NOWHERE, dtype=np.int64)
    i, s = np.nonzero(grid >= 0)
    label[grid[i, s]] = s
    defined = program.definitions
    for k in np.flatnonzero(needed[defined.cols]):
        label[defined.cols[k]] = _common_label(label[defined.term_cols[defined.terms_of(k)]])
    for one in undefined_auxiliaries(program):
        label[one.column] = _common_label(label[one.members])
    return label


def _common_label(labels: IntArray) -> int:
    """Return the label of a variable that depends on variables with some labels."""
    found = np.unique(labels)
    found = found[found != NOWHERE]
    return NOWHERE if not len(found) else int(found[0]) if len(found) == 1 else ACROSS


def _label_ranges(rows: Rows, label: IntArray) -> tuple[IntArray, IntArray]:
    """Return ``[rows]`` the minimum and the maximum label of the terms; without any, minimum > maximum."""
    low = np.full(len(rows), np.iinfo(np.int64).max)
    high = np.full(len(rows), np.iinfo(np.int64).min)
    at = label[rows.cols]
    row = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
    counts = at != NOWHERE
    np.minimum.at(low, row[counts], at[counts])
    np.maximum.at(high, row[counts], at[counts])
    return low, high


def _reads_any(rows: Rows, chosen: BoolArray) -> BoolArray:
    """Return ``[rows]`` whether a row reads any of the chosen variables."""
    row = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
    return np.bincount(row[chosen[rows.cols]], minlength=len(rows)) > 0


def _exactly_once(rows: Rows, grid: IntArray, items: IntArray) -> tuple[bool, BoolArray]:
    """Return whether rows make every item take exactly one slot, and which rows do."""
    found, least, most = np.zeros(len(rows), dtype=np.bool_), set[int](), set[int]()
    item_of = {tuple(sorted(own[own >= 0].tolist())): i for i, own in enumerate(grid)}
    for row in np.flatnonzero(~rows.defining):
        terms = slice(rows.starts[row], rows.starts[row + 1])
        item = item_of.get(tuple(np.sort(rows.cols[terms]).tolist()), -1)
        sign = int(rows.coefs[terms][0]) if item >= 0 and len(rows.coefs[terms]) else 0
        if item < 0 or abs(sign) != 1 or (rows.coefs[terms] != sign).any():
            continue
        low, high = sorted((sign * int(rows.lo[row]), sign * int(rows.hi[row])))
        if low > 1 or high < 1:
            continue
        found[row] = True
        if low == 1:
            least.add(item)
        if high == 1:
            most.add(item)
    most |= {i for i in items.tolist() if (grid[i] >= 0).sum() == 1}
    every = set(items.tolist())
    return every <= least and every <= most and bool(every), found


def _is_held_by_rows(defined: Definitions, linking: IntArray) -> bool:
    """Whether rows alone hold auxiliaries to their value; they do not for squares and nth largest values."""
    chosen = np.isin(defined.cols, linking)
    return bool((defined.power[chosen] == 1).all() and (defined.nth[chosen] == 1).all())


def _block(
    program: Program, grid: IntArray, slot: int, label: IntArray, needed: BoolArray, kept_rows: BoolArray
) -> SlotBlock:
    items = np.flatnonzero(grid[:, slot] >= 0)
    own = needed & ((label == slot) | (label == NOWHERE))
    own[: program.decisions.count] = False
    columns = np.concatenate([grid[items, slot], np.flatnonzero(own)])
    number = np.full(len(program), -1, dtype=np.int64)
    number[columns] = np.arange(len(columns))
    rows, costs = program.rows.select(kept_rows), program.costs.select(label[program.costs.cols] == slot)
    defined = program.definitions.select(np.flatnonzero(own[program.definitions.cols]))
    block = replace(
        program,
        decisions=Decisions({}, {}, len(items)),
        lower=program.lower[columns],
        upper=program.upper[columns],
        rows=replace(rows, cols=number[rows.cols]),
        costs=replace(costs, cols=number[costs.cols]),
        constants=(),
        definitions=replace(defined, cols=number[defined.cols], term_cols=number[defined.term_cols]),
        medoids=tuple(
            replace(one, column=int(number[one.column]), members=number[one.members])
            for one in program.medoids
            if label[one.column] == slot and own[one.column]
        ),
        excess_components=tuple(
            replace(one, column=int(number[one.column]), members=number[one.members])
            for one in program.excess_components
            if label[one.column] == slot and own[one.column]
        ),
    )
    return SlotBlock(slot, items, columns, block)


def restrict_items(block: SlotBlock, items: IntArray) -> SlotBlock:
    """Return a block of a slot that holds none but some items."""
    program, count = block.program, len(block.items)
    kept = np.ones(len(program), dtype=np.bool_)
    kept[:count] = np.isin(block.items, items)
    number = np.cumsum(kept) - 1
    rows, defined = program.rows, program.definitions
    stays, read = kept[rows.cols], kept[defined.term_cols]
    costs = program.costs.select(kept[program.costs.cols])
    return SlotBlock(
        slot=block.slot,
        items=block.items[kept[:count]],
        columns=block.columns[kept],
        program=replace(
            program,
            decisions=Decisions({}, {}, int(kept[:count].sum())),
            lower=program.lower[kept],
            upper=program.upper[kept],
            rows=replace(
                rows,
                starts=_starts_of_kept(rows.starts, stays),
                cols=number[rows.cols[stays]],
                coefs=rows.coefs[stays],
            ),
            costs=replace(costs, cols=number[costs.cols]),
            definitions=replace(
                defined,
                cols=number[defined.cols],
                expr_start=_starts_of_kept(defined.expr_start, read),
                term_cols=number[defined.term_cols[read]],
                term_coefs=defined.term_coefs[read],
            ),
            medoids=tuple(_restrict_medoid(one, kept, number) for one in program.medoids),
            excess_components=tuple(
                restrict_components(one, kept, number) for one in program.excess_components
            ),
        ),
    )


def _restrict_medoid(medoid: Medoid, kept: BoolArray, number: IntArray) -> Medoid:
    """Return a medoid distance over the kept variables alone, which have new numbers."""
    stays = kept[medoid.members]
    return replace(
        medoid,
        column=int(number[medoid.column]),
        members=number[medoid.members[stays]],
        distances=medoid.distances[np.ix_(stays, stays)],
    )


def _starts_of_kept(starts: IntArray, kept: BoolArray) -> IntArray:
    """Return where each segment starts once only some terms are kept."""
    before = np.concatenate([[0], np.cumsum(kept)])
    return np.asarray(before[starts])
