"""Auxiliary variables while a program is built: their bounds, and how each follows from earlier variables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allocator.program.expr import EMPTY, Expr, ExprArray
from allocator.program.program import Definitions, IntArray


class VariableBounds:
    """Lower and upper bounds of all variables: 0 and 1 for decisions, then those of added auxiliaries.

    The room for auxiliaries is doubled when it is full, so each bound is copied once or twice however many
    auxiliaries are added. The bounds of decisions, of which there may be millions, are written at the end.
    """

    def __init__(self, decisions: int) -> None:
        self._decisions, self._count = decisions, 0
        self._room = np.zeros((2, 64), dtype=np.int64)

    def __len__(self) -> int:
        return self._decisions + self._count

    def add(self, lower: IntArray, upper: IntArray) -> IntArray:
        """Add auxiliaries with their bounds and return their columns."""
        first, count = len(self), self._count + len(lower)
        if count > self._room.shape[1]:
            larger = np.zeros((2, 2 * count), dtype=np.int64)
            larger[:, : self._count] = self._room[:, : self._count]
            self._room = larger
        self._room[:, self._count : count] = lower, upper
        self._count = count
        return np.arange(first, len(self), dtype=np.int64)

    def of(self, cols: IntArray) -> tuple[IntArray, IntArray]:
        """Return the lower and the upper bound of some variables."""
        lower, upper = np.zeros(len(cols), dtype=np.int64), np.ones(len(cols), dtype=np.int64)
        auxiliary = np.flatnonzero(cols >= self._decisions)
        lower[auxiliary], upper[auxiliary] = self._room[:, cols[auxiliary] - self._decisions]
        return lower, upper

    def all(self) -> tuple[IntArray, IntArray]:
        """Return ``[variables]`` the lower and the upper bound of every variable."""
        decided = np.zeros(self._decisions, dtype=np.int64), np.ones(self._decisions, dtype=np.int64)
        added = self._room[:, : self._count]
        return np.concatenate([decided[0], added[0]]), np.concatenate([decided[1], added[1]])


@dataclass(frozen=True, eq=False)
class _Block:
    """Definitions made together: ``lengths`` expressions each, ``widths`` terms each."""

    cols: IntArray
    lengths: IntArray
    widths: IntArray
    term_cols: IntArray
    term_coefs: IntArray
    constants: IntArray
    is_minimum: bool
    limit: int
    divisor: int
    rank: int
    power: int = 1
    nth: int = 1


class DefinitionBuilder:
    """Definitions in the order in which they are made; a definition reads only earlier variables."""

    def __init__(self, decisions: int) -> None:
        self._decisions = decisions
        self._blocks: list[_Block] = []
        self._rank_of: dict[int, int] = {}

    def add(
        self,
        column: int,
        exprs: Sequence[Expr],
        *,
        is_minimum: bool = False,
        limit: int = 0,
        divisor: int = 1,
        power: int = 1,
        nth: int = 1,
    ) -> None:
        """Define ``column`` by expressions; see `Definitions` for the meaning of the arguments."""
        term_cols = np.concatenate([EMPTY, *(expr.cols for expr in exprs)])
        rank = self._rank(term_cols)
        self._rank_of[int(column)] = rank
        self._blocks.append(
            _Block(
                np.array([column], dtype=np.int64),
                np.array([len(exprs)], dtype=np.int64),
                np.array([len(expr.cols) for expr in exprs], dtype=np.int64),
                term_cols,
                np.concatenate([EMPTY, *(expr.coefs for expr in exprs)]),
                np.array([expr.constant for expr in exprs], dtype=np.int64),
                is_minimum,
                limit,
                divisor,
                rank,
                power,
                nth,
            )
        )

    def add_maxima(self, columns: IntArray, exprs: ExprArray, lengths: IntArray) -> None:
        """Define each of ``columns`` as the maximum of 0 and its expressions.

        Args:
            columns: ``[n]`` auxiliaries.
            exprs: Their expressions, one auxiliary after another.
            lengths: ``[n]`` number of expressions of each.
        """
        exists = exprs.cols >= 0
        term_cols = exprs.cols[exists]
        rank = self._rank(term_cols)
        self._rank_of.update(dict.fromkeys(columns.tolist(), rank))
        terms = term_cols, exprs.coefs[exists]
        widths = exists.sum(axis=1)
        self._blocks.append(_Block(columns, lengths, widths, *terms, exprs.constants, False, 0, 1, rank))

    def _rank(self, cols: IntArray) -> int:
        if len(cols) == 0 or cols.max() < self._decisions:
            return 1
        auxiliaries = np.unique(cols[cols >= self._decisions])
        return 1 + max(self._rank_of.get(col, 0) for col in auxiliaries.tolist())

    def build(self) -> Definitions:
        """Return the definitions as arrays, sorted by rank."""
        blocks = sorted(self._blocks, key=lambda block: block.rank)
        sizes = [len(block.cols) for block in blocks]
        return Definitions(
            cols=np.concatenate([EMPTY, *(block.cols for block in blocks)]),
            start=_starts(np.concatenate([EMPTY, *(block.lengths for block in blocks)])),
            expr_start=_starts(np.concatenate([EMPTY, *(block.widths for block in blocks)])),
            term_cols=np.concatenate([EMPTY, *(block.term_cols for block in blocks)]),
            term_coefs=np.concatenate([EMPTY, *(block.term_coefs for block in blocks)]),
            constants=np.concatenate([EMPTY, *(block.constants for block in blocks)]),
            is_minimum=np.repeat(np.array([block.is_minimum for block in blocks], dtype=np.bool_), sizes),
            limit=np.repeat(np.array([block.limit for block in blocks], dtype=np.int64), sizes),
            divisor=np.repeat(np.array([block.divisor for block in blocks], dtype=np.int64), sizes),
            power=np.repeat(np.array([block.power for block in blocks], dtype=np.int64), sizes),
            rank=np.repeat(np.array([block.rank for block in blocks], dtype=np.int64), sizes),
            nth=np.repeat(np.array([block.nth for block in blocks], dtype=np.int64), sizes),
        )


def _starts(lengths: IntArray) -> IntArray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
