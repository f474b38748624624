"""Collects how auxiliaries follow from decisions and orders them so that each follows from earlier ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from allocator.program.expr import EMPTY, Expr
from allocator.program.program import Definitions, IntArray


class DefinitionBuilder:
    """Definitions in the order in which they are made; ranks are worked out at the end."""

    def __init__(self) -> None:
        self._made: list[tuple[int, Sequence[Expr], bool, int, int]] = []

    def add(self, column: int, exprs: Sequence[Expr], *, least: bool, limit: int, divisor: int) -> None:
        """Say that ``column`` is the most (or least) of ``exprs`` and ``limit``."""
        self._made.append((int(column), exprs, least, limit, divisor))

    def finish(self, decisions: int, variables: int) -> Definitions:
        """Return the definitions as arrays, sorted by rank."""
        ranks = self._ranks(decisions, variables)
        order = sorted(range(len(self._made)), key=lambda k: (ranks[k], k))
        made = [self._made[k] for k in order]
        exprs = [expr for _, group, _, _, _ in made for expr in group]
        return Definitions(
            cols=np.array([column for column, *_ in made], dtype=np.int64),
            start=_starts([len(group) for _, group, _, _, _ in made]),
            expr_start=_starts([len(expr.cols) for expr in exprs]),
            term_cols=np.concatenate([EMPTY, *(expr.cols for expr in exprs)]),
            term_coefs=np.concatenate([EMPTY, *(expr.coefs for expr in exprs)]),
            constants=np.array([expr.constant for expr in exprs], dtype=np.int64),
            least=np.array([least for _, _, least, _, _ in made], dtype=np.bool_),
            limit=np.array([limit for _, _, _, limit, _ in made], dtype=np.int64),
            divisor=np.array([divisor for *_, divisor in made], dtype=np.int64),
            rank=np.array([ranks[k] for k in order], dtype=np.int64),
        )

    def _ranks(self, decisions: int, variables: int) -> list[int]:
        """A definition reads only variables made before it, so one pass in order is enough."""
        rank_of = np.zeros(variables, dtype=np.int64)
        ranks: list[int] = []
        for column, exprs, *_ in self._made:
            read = [expr.cols for expr in exprs if len(expr.cols) and expr.cols.max() >= decisions]
            rank = 1 + max((int(rank_of[cols].max()) for cols in read), default=0)
            rank_of[column] = rank
            ranks.append(rank)
        return ranks


def _starts(lengths: Sequence[int]) -> IntArray:
    return np.concatenate([[0], np.cumsum(np.asarray(lengths, dtype=np.int64))]).astype(np.int64)
