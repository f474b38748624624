"""A program slot by slot: what it says of one slot alone, and the little that ties slots together.

Where every item takes exactly one slot, most of what rules ask of zones is about one zone at a time: its
load, its mix, how compact it is. That part can be asked of a set of items without deciding the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from allocator.program.decisions import Decisions
from allocator.program.medoids import undefined_auxiliaries
from allocator.program.program import Costs, Definitions, IntArray, Program, Rows

BoolArray = npt.NDArray[np.bool_]
#: Labels of variables that follow from no decision, and from decisions of several slots.
NOWHERE, ACROSS = -1, -2


@dataclass(frozen=True, eq=False)
class SlotBlock:
    """What a program says of one slot.

    Attributes:
        slot: Its number.
        items: ``[m]`` which items may be in the slot: the first ``m`` variables of the part.
        columns: Which variable of the whole program each variable of the part is.
        program: The part. Its rows ask something; what defines auxiliaries is left to their definitions.
    """

    slot: int
    items: IntArray
    columns: IntArray
    program: Program

    @property
    def key(self) -> bytes:
        """What tells parts apart: slots with the same key are interchangeable."""
        rows, costs, defined = self.program.rows, self.program.costs, self.program.definitions
        arrays = (
            *(self.items, rows.starts, rows.cols, rows.coefs, rows.lo, rows.hi),
            *(costs.cols, costs.coefs, costs.levels, defined.cols, defined.start, defined.expr_start),
            *(defined.term_cols, defined.term_coefs, defined.constants, defined.is_minimum, defined.limit),
            *(defined.divisor, defined.power, defined.nth),
        )
        # Slots that may have the same members share the matrix of what these cost.
        ways = tuple(
            (one.column, one.key, one.members.tobytes()) for one in undefined_auxiliaries(self.program)
        )
        return b"|".join((*(array.tobytes() for array in arrays), repr(ways).encode()))


@dataclass(frozen=True, eq=False)
class SlotDecomposition:
    """A program whose items each take exactly one slot.

    Attributes:
        blocks: The part of each slot.
        items: Items that take a slot.
        linking_rows: Rows that tie slots together, over the variables of the whole program.
        linking_variables: Auxiliaries that follow from several slots, and what they cost.
        linking_costs: The cost terms of these.
    """

    blocks: Sequence[SlotBlock]
    items: IntArray
    linking_rows: Rows
    linking_variables: IntArray
    linking_costs: Costs

    @property
    def is_linked(self) -> bool:
        """Whether anything ties slots together."""
        return len(self.linking_variables) > 0 or len(self.linking_rows) > 0


def decompose_by_slot(program: Program) -> SlotDecomposition | None:
    """Return a program slot by slot; None if it is not one layer, decided once and without roles."""
    grids = list(program.decisions.grids.values())
    if len(grids) != 1 or grids[0].shape[2:] != (1, 1):
        return None
    grid = grids[0][:, :, 0, 0]
    label = np.full(len(program), NOWHERE, dtype=np.int64)
    i, s = np.nonzero(grid >= 0)
    label[grid[i, s]] = s
    needed = _needed(program)
    _spread(program.definitions, needed, label)
    for one in undefined_auxiliaries(program):
        label[one.column] = _label(label[one.members])
    rows = program.rows
    low, high = _ends(rows, label)
    one_slot = (low == high) & (low != ACROSS) | (low > high)
    items = np.flatnonzero((grid >= 0).any(axis=1))
    across = ~rows.defining & ~one_slot
    placed, once = _exactly_once(rows, grid, items)
    if not placed:
        return None
    tied = np.flatnonzero(needed & (label == ACROSS))
    if not _is_said_by_rows(program.definitions, tied):
        return None
    if any(label[one.column] == ACROSS for one in undefined_auxiliaries(program)):
        return None
    ties = rows.select(across & ~once | _reads(rows, label == ACROSS))
    parts = [
        _part(
            program, grid, slot, label, needed, (~rows.defining & one_slot & ((low == slot) | (low > high)))
        )
        for slot in range(grid.shape[1])
    ]
    costs, at = program.costs, label[program.costs.cols]
    if (at == NOWHERE).any() or (label[ties.cols] == NOWHERE).any():
        return None  # what follows from no decision is nobody's part
    return SlotDecomposition(parts, items, ties, tied, _costs_of(costs, at == ACROSS))


def _needed(program: Program) -> BoolArray:
    """Return which variables are paid for or asked something of, or are read by such."""
    needed = np.zeros(len(program), dtype=np.bool_)
    needed[program.costs.cols] = True
    rows = program.rows
    needed[rows.cols[~np.repeat(rows.defining, np.diff(rows.starts))]] = True
    defined = program.definitions
    for one in undefined_auxiliaries(program):
        needed[one.members] |= needed[one.column]
    for k in range(len(defined.cols) - 1, -1, -1):
        if needed[defined.cols[k]]:
            needed[_terms(defined, k)] = True
    return needed


def _spread(defined: Definitions, needed: BoolArray, label: IntArray) -> None:
    """Label auxiliaries by what they follow from."""
    for k in np.flatnonzero(needed[defined.cols]):
        label[defined.cols[k]] = _label(label[_terms(defined, k)])


def _label(labels: IntArray) -> int:
    """Return the label of what follows from variables with some labels."""
    found = np.unique(labels)
    found = found[found != NOWHERE]
    return NOWHERE if not len(found) else int(found[0]) if len(found) == 1 else ACROSS


def _terms(defined: Definitions, k: int | np.integer) -> IntArray:
    return defined.term_cols[defined.expr_start[defined.start[k]] : defined.expr_start[defined.start[k + 1]]]


def _ends(rows: Rows, label: IntArray) -> tuple[IntArray, IntArray]:
    """Return ``[rows]`` the least and the greatest label of the terms, the least greater if there is none."""
    low = np.full(len(rows), np.iinfo(np.int64).max)
    high = np.full(len(rows), np.iinfo(np.int64).min)
    at = label[rows.cols]
    row = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
    counts = at != NOWHERE
    np.minimum.at(low, row[counts], at[counts])
    np.maximum.at(high, row[counts], at[counts])
    return low, high


def _reads(rows: Rows, chosen: BoolArray) -> BoolArray:
    """Return ``[rows]`` whether any of the chosen variables stands in a row."""
    row = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
    return np.bincount(row[chosen[rows.cols]], minlength=len(rows)) > 0


def _exactly_once(rows: Rows, grid: IntArray, items: IntArray) -> tuple[bool, BoolArray]:
    """Return whether rows ask of every item to take exactly one slot, and which rows do."""
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


def _is_said_by_rows(defined: Definitions, tied: IntArray) -> bool:
    """Whether rows alone hold auxiliaries to what they are: squares and nth ones are not."""
    chosen = np.isin(defined.cols, tied)
    return bool((defined.power[chosen] == 1).all() and (defined.nth[chosen] == 1).all())


def _part(
    program: Program, grid: IntArray, slot: int, label: IntArray, needed: BoolArray, asked: BoolArray
) -> SlotBlock:
    items = np.flatnonzero(grid[:, slot] >= 0)
    count = program.decisions.count
    own = needed & ((label == slot) | (label == NOWHERE))
    own[:count] = False
    columns = np.concatenate([grid[items, slot], np.flatnonzero(own)])
    number = np.full(len(program), -1, dtype=np.int64)
    number[columns] = np.arange(len(columns))
    rows = program.rows.select(asked)
    part = replace(
        program,
        decisions=Decisions({}, {}, len(items)),
        lower=program.lower[columns],
        upper=program.upper[columns],
        rows=replace(rows, cols=number[rows.cols]),
        costs=_renumbered(_costs_of(program.costs, label[program.costs.cols] == slot), number),
        constants=(),
        definitions=_definitions_of(program.definitions, own[program.definitions.cols], number),
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
    return SlotBlock(slot, items, columns, part)


def _costs_of(costs: Costs, kept: BoolArray) -> Costs:
    return Costs(costs.cols[kept], costs.coefs[kept], costs.levels[kept], costs.tags[kept])


def _renumbered(costs: Costs, number: IntArray) -> Costs:
    return replace(costs, cols=number[costs.cols])


def _definitions_of(defined: Definitions, kept: BoolArray, number: IntArray) -> Definitions:
    """Return some of the definitions, their variables numbered anew."""
    lengths, widths = np.diff(defined.start), np.diff(defined.expr_start)
    exprs = np.repeat(kept, lengths)
    terms = np.repeat(exprs, widths)
    return Definitions(
        cols=number[defined.cols[kept]],
        start=np.concatenate([[0], np.cumsum(lengths[kept])]),
        expr_start=np.concatenate([[0], np.cumsum(widths[exprs])]),
        term_cols=number[defined.term_cols[terms]],
        term_coefs=defined.term_coefs[terms],
        constants=defined.constants[exprs],
        is_minimum=defined.is_minimum[kept],
        limit=defined.limit[kept],
        divisor=defined.divisor[kept],
        power=defined.power[kept],
        nth=defined.nth[kept],
        rank=defined.rank[kept],
    )
