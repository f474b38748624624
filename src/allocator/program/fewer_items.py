"""The part of a slot with some of its items only, none of the others being there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allocator.program.decisions import Decisions
from allocator.program.map_components import restrict_components
from allocator.program.program import Costs, IntArray, Medoid
from allocator.program.slot_decomposition import SlotBlock


def restrict_items(part: SlotBlock, items: IntArray) -> SlotBlock:
    """Return what a program says of a slot that has none but some items."""
    program, count = part.program, len(part.items)
    kept = np.ones(len(program), dtype=np.bool_)
    kept[:count] = np.isin(part.items, items)
    number = np.cumsum(kept) - 1
    rows, costs, defined = program.rows, program.costs, program.definitions
    stays, paid, read = kept[rows.cols], kept[costs.cols], kept[defined.term_cols]
    return SlotBlock(
        slot=part.slot,
        items=part.items[kept[:count]],
        columns=part.columns[kept],
        program=replace(
            program,
            decisions=Decisions({}, {}, int(kept[:count].sum())),
            lower=program.lower[kept],
            upper=program.upper[kept],
            rows=replace(
                rows,
                starts=_starts(rows.starts, stays),
                cols=number[rows.cols[stays]],
                coefs=rows.coefs[stays],
            ),
            costs=Costs(number[costs.cols[paid]], costs.coefs[paid], costs.levels[paid], costs.tags[paid]),
            definitions=replace(
                defined,
                cols=number[defined.cols],
                expr_start=_starts(defined.expr_start, read),
                term_cols=number[defined.term_cols[read]],
                term_coefs=defined.term_coefs[read],
            ),
            medoids=tuple(_of_fewer(one, kept, number) for one in program.medoids),
            excess_components=tuple(
                restrict_components(one, kept, number) for one in program.excess_components
            ),
        ),
    )


def _of_fewer(medoid: Medoid, kept: np.ndarray, number: IntArray) -> Medoid:
    """Return what is left of a medoid."""
    stays = kept[medoid.members]
    far = medoid.distances[np.ix_(stays, stays)]
    return replace(
        medoid, column=int(number[medoid.column]), members=number[medoid.members[stays]], distances=far
    )


def _starts(starts: IntArray, kept: np.ndarray) -> IntArray:
    """Return where each segment starts once only some terms are kept."""
    before = np.concatenate([[0], np.cumsum(kept)])
    return np.asarray(before[starts])
