"""Tags that are in conflict even if decisions may be fractions: the support of a Farkas certificate.

Every row of a tag may be violated at a price, rows that always hold may not. If the least violation is above
0, the rows with a dual price are in conflict; at a vertex they are few (Gleeson and Ryan, ORSA Journal on
Computing 1990). A row over one variable is a bound; its tag is in the conflict if the bound has a dual price.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, vstack

from allocator.explain.tag_table import ALWAYS, TagTable
from allocator.program.program import INFINITE, BoolArray, IntArray
from allocator.solvers.linear import LinearParams, LinearProgram, UnsolvedError, solve_linear

#: A violation, or a dual price, up to this is taken for rounding.
TOLERANCE = 1e-6
#: Terms above which no linear core is looked for.
MOST_TERMS = 3_000_000


def linear_core(table: TagTable, chosen: BoolArray, seconds: float) -> list[int] | None:
    """Return tags that have no fractional plan together, by number; None if none are found.

    The linear program is solved in floating-point numbers: whoever asks has to prove the conflict.

    Args:
        table: The tags.
        chosen: ``[tags]`` the tags to look among.
        seconds: Time limit.
    """
    rows = table.program.rows
    if seconds <= 0 or len(rows.cols) > MOST_TERMS:
        return None
    lengths, asked = np.diff(rows.starts), table.rows(chosen)
    empty = np.flatnonzero(asked & (lengths == 0) & ((rows.lo > 0) | (rows.hi < 0)))
    if len(empty):
        return [int(table.tag_of[empty[0]])]
    bounds = _Bounds(table, np.flatnonzero(asked & (lengths == 1)))
    if bounds.crossed is not None:
        return sorted(set(bounds.crossed))
    wide = np.flatnonzero(asked & (lengths > 1))
    elastic = table.tag_of[wide] != ALWAYS
    matrix = csr_array(
        (rows.coefs.astype(float), rows.cols, rows.starts), shape=(len(rows), len(table.program))
    )
    matrix = csr_array(matrix[wide])
    low, high = rows.lo[wide], rows.hi[wide]
    upper, lower = high < INFINITE, low > -INFINITE
    slack = csr_array(eye_array(len(wide), format="csr")[:, elastic])
    inequalities = vstack(
        [hstack([matrix[upper], -slack[upper]]), hstack([-matrix[lower], -slack[lower]])], format="csr"
    )
    variables = np.column_stack([bounds.lower, bounds.upper]).astype(float)
    variables[np.abs(variables) >= float(INFINITE)] = np.inf
    free = np.column_stack([np.zeros(slack.shape[1]), np.full(slack.shape[1], np.inf)])
    program = LinearProgram(
        cost=np.concatenate([np.zeros(matrix.shape[1]), np.ones(slack.shape[1])]),
        rows=inequalities,
        upper=np.concatenate([high[upper], -low[lower]]).astype(float),
        equal_rows=csr_array((0, inequalities.shape[1])),
        equal=np.zeros(0),
        bounds=np.vstack([variables, free]),
    )
    try:
        solved = solve_linear(program, LinearParams(method="dual_simplex", seconds=seconds))
    except UnsolvedError:
        return None
    if solved.cost <= TOLERANCE:
        return None
    priced = np.abs(solved.duals) > TOLERANCE
    owners = np.concatenate([table.tag_of[wide[upper]], table.tag_of[wide[lower]]])[priced]
    width = matrix.shape[1]
    found = set(owners[owners != ALWAYS].tolist())
    found |= bounds.owners(solved.lower_duals[:width], solved.upper_duals[:width])
    return sorted(found)


class _Bounds:
    """The bounds of variables with those that rows over one variable give, and the tag of each."""

    def __init__(self, table: TagTable, rows: IntArray) -> None:
        program = table.program
        self.lower, self.upper = program.lower.copy(), program.upper.copy()
        self._lower_tag = np.full(len(program), ALWAYS)
        self._upper_tag = np.full(len(program), ALWAYS)
        self.crossed: tuple[int, ...] | None = None
        written = program.rows
        for row in rows.tolist():
            term = int(written.starts[row])
            self._tighten(
                int(written.cols[term]),
                int(written.coefs[term]),
                (int(written.lo[row]), int(written.hi[row])),
                int(table.tag_of[row]),
            )

    def _tighten(self, col: int, coef: int, sides: tuple[int, int], tag: int) -> None:
        if coef == 0:
            return
        low, high = sides if coef > 0 else (-sides[1], -sides[0])
        size = abs(coef)
        if low > -INFINITE and -(-low // size) > self.lower[col]:
            self.lower[col], self._lower_tag[col] = -(-low // size), tag
        if high < INFINITE and high // size < self.upper[col]:
            self.upper[col], self._upper_tag[col] = high // size, tag
        if self.lower[col] > self.upper[col] and self.crossed is None:
            tags = int(self._lower_tag[col]), int(self._upper_tag[col])
            self.crossed = tuple(one for one in tags if one != ALWAYS)

    def owners(self, lower_duals: np.ndarray, upper_duals: np.ndarray) -> set[int]:
        """Return the tags of the bounds that have a dual price."""
        found = {
            *self._lower_tag[np.abs(lower_duals) > TOLERANCE].tolist(),
            *self._upper_tag[np.abs(upper_duals) > TOLERANCE].tolist(),
        }
        return found - {ALWAYS}
