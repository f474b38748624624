"""A narrow program: what is asked of some decisions alone, every other one being left out as 0."""

from __future__ import annotations

import numpy as np

from allocator.program.decisions import Decisions
from allocator.program.defining import DefinitionBuilder
from allocator.program.program import Costs, IntArray, Program, Rows
from allocator.program.question import BoolArray, Problem, of_columns


def narrow(program: Program, asked: Problem, kept: BoolArray) -> tuple[Program, IntArray]:
    """Return a program without costs over some decisions, and which decision each of its variables is.

    Args:
        program: The program.
        asked: What it asks of decisions alone.
        kept: ``[n]`` which of the problem's variables are kept.
    """
    columns = asked.columns[kept]
    number = np.full(program.decisions.count, -1, dtype=np.int64)
    number[columns] = np.arange(len(columns))
    grids = {name: np.where(grid >= 0, number[grid], -1) for name, grid in program.decisions.grids.items()}
    matrix, nothing = of_columns(asked.matrix, kept), np.zeros(0, dtype=np.int64)
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
        costs=Costs(nothing, nothing, nothing, program.costs.tags[:0]),
        constants=(),
        definitions=DefinitionBuilder(len(columns)).finish(),
        rules=program.rules,
        levels=(),
    )
    return made, columns
