"""An excerpt of a program: the rows of some of its rules alone, or what it asks of decisions alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from allocator.program.program import Program
from allocator.program.subproblem import BoolArray, MilpInstance


def restrict_to_rules(program: Program, rules: Iterable[str]) -> Program:
    """Return the program with only what some rules ask; rows that define auxiliaries ask nothing and stay.

    Args:
        program: A whole program.
        rules: Ids of the rules that are kept.
    """
    numbers = [program.rules.index(rule) for rule in rules]
    return replace(
        program, rows=program.rows.select(np.isin(program.rows.tags[:, 0], numbers) | program.rows.defining)
    )


def rows_with_auxiliaries(program: Program) -> BoolArray:
    """Return ``[rows]`` whether what a row asks is of an auxiliary, too."""
    rows, reads = program.rows, np.zeros(len(program.rows), dtype=np.bool_)
    terms = np.flatnonzero(rows.cols >= program.decisions.count)
    reads[np.searchsorted(rows.starts, terms, side="right") - 1] = True
    return reads & ~rows.defining


def decision_rows(program: Program, whole: MilpInstance) -> MilpInstance:
    """Return what is asked of decisions alone, within the bounds that follow from everything.

    Args:
        program: The program.
        whole: The whole question.
    """
    decided = int(np.searchsorted(whole.columns, program.decisions.count))
    is_apart = np.ones(len(whole.rows), dtype=np.bool_)
    terms = np.flatnonzero(whole.matrix.indices >= decided)
    is_apart[np.searchsorted(whole.matrix.indptr, terms, side="right") - 1] = False
    asked = whole.select_rows(np.flatnonzero(is_apart & ~program.rows.defining[whole.rows]))
    matrix = asked.matrix
    return replace(
        asked,
        columns=asked.columns[:decided],
        bounds=(asked.bounds[0][:decided], asked.bounds[1][:decided]),
        matrix=csr_array((matrix.data, matrix.indices, matrix.indptr), (matrix.shape[0], decided)),
        objective=asked.objective[:decided],
    )
