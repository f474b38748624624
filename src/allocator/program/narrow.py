"""A narrow program: what is asked of some decisions alone and paid for them, every other left out as 0."""

from __future__ import annotations

import numpy as np

from allocator.program.decisions import Decisions
from allocator.program.defining import DefinitionBuilder
from allocator.program.program import Costs, IntArray, Program, Rows
from allocator.program.subproblem import BoolArray, MilpInstance, select_columns


def restrict_to_decisions(program: Program, asked: MilpInstance, kept: BoolArray) -> tuple[Program, IntArray]:
    """Return a program over some decisions, and which decision each of its variables is.

    Of costs it has what each of these decisions costs by itself.

    Args:
        program: The program.
        asked: What it asks of decisions alone.
        kept: ``[n]`` which of the problem's variables are kept.
    """
    columns = asked.columns[kept]
    number = np.full(program.decisions.count, -1, dtype=np.int64)
    number[columns] = np.arange(len(columns))
    grids = {name: np.where(grid >= 0, number[grid], -1) for name, grid in program.decisions.grids.items()}
    matrix, costs = select_columns(asked.matrix, kept), program.costs
    paid = np.flatnonzero(costs.cols < program.decisions.count)
    paid = paid[number[costs.cols[paid]] >= 0]
    rows = Rows(
        starts=matrix.indptr.astype(np.int64),
        cols=matrix.indices.astype(np.int64),
        coefs=matrix.data,
        lo=asked.sides[0],
        hi=asked.sides[1],
        tags=program.rows.tags[asked.rows],
        defining=np.zeros(len(asked.rows), dtype=np.bool_),
    )
    made = Program(
        decisions=Decisions(program.decisions.layers, grids, len(columns)),
        lower=asked.bounds[0][kept],
        upper=asked.bounds[1][kept],
        rows=rows,
        costs=Costs(number[costs.cols[paid]], costs.coefs[paid], costs.levels[paid], costs.tags[paid]),
        constants=(),
        definitions=DefinitionBuilder(len(columns)).build(),
        rules=program.rules,
        levels=tuple(np.unique(costs.levels[paid]).tolist()),
    )
    return made, columns
