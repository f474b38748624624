"""Collects how auxiliaries follow from decisions and orders them so that each follows from earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allocator.program.expr import EMPTY, Expr
from allocator.program.exprs import ExprArray
from allocator.program.program import Definitions, IntArray


@dataclass(frozen=True, eq=False)
class _Block:
    """Definitions made together: ``lengths`` expressions each, ``widths`` terms each."""

    cols: IntArray
    lengths: IntArray
    widths: IntArray
    term_cols: IntArray
    term_coefs: IntArray
    constants: IntArray
    least: bool
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
        least: bool = False,
        limit: int = 0,
        divisor: int = 1,
        power: int = 1,
        nth: int = 1,
    ) -> None:
        """Say that ``column`` is the most (or least) of ``exprs`` and ``limit``, its square, or their nth."""
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
                least,
                limit,
                divisor,
                rank,
                power,
                nth,
            )
        )

    def add_block(self, columns: IntArray, exprs: ExprArray, lengths: IntArray) -> None:
        """Say that each of ``columns`` is the greatest of 0 and so many of the expressions, in order."""
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
            is_minimum=np.repeat(np.array([block.least for block in blocks], dtype=np.bool_), sizes),
            limit=np.repeat(np.array([block.limit for block in blocks], dtype=np.int64), sizes),
            divisor=np.repeat(np.array([block.divisor for block in blocks], dtype=np.int64), sizes),
            power=np.repeat(np.array([block.power for block in blocks], dtype=np.int64), sizes),
            rank=np.repeat(np.array([block.rank for block in blocks], dtype=np.int64), sizes),
            nth=np.repeat(np.array([block.nth for block in blocks], dtype=np.int64), sizes),
        )


def _starts(lengths: IntArray) -> IntArray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
