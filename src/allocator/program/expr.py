"""Linear expressions with whole coefficients over the program's variables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from allocator.program.magnitude import checked_product

IntArray = npt.NDArray[np.int64]
EMPTY: IntArray = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Expr:
    """``sum(coefs * variables[cols]) + constant``; a column may stand more than once."""

    cols: IntArray = field(default_factory=lambda: EMPTY)
    coefs: IntArray = field(default_factory=lambda: EMPTY)
    constant: int = 0

    @classmethod
    def of(cls, cols: IntArray | Iterable[int], coefs: IntArray | int = 1) -> Expr:
        """Return the weighted sum of variables; columns of -1 (no such decision) are left out."""
        columns = np.asarray(cols, dtype=np.int64).reshape(-1)
        weights = np.broadcast_to(np.asarray(coefs, dtype=np.int64), columns.shape)
        exists = columns >= 0
        return cls(columns[exists], weights[exists])

    @classmethod
    def total(cls, parts: Iterable[Expr]) -> Expr:
        """Return the sum of expressions."""
        terms = list(parts)
        if not terms:
            return cls()
        return cls(
            np.concatenate([term.cols for term in terms]),
            np.concatenate([term.coefs for term in terms]),
            sum(term.constant for term in terms),
        )

    def __add__(self, other: Expr | int) -> Expr:
        if isinstance(other, int):
            return Expr(self.cols, self.coefs, self.constant + other)
        return Expr.total((self, other))

    def __sub__(self, other: Expr | int) -> Expr:
        return self + (-other)

    def __neg__(self) -> Expr:
        return self * -1

    def __mul__(self, factor: int) -> Expr:
        coefs = -self.coefs if factor == -1 else checked_product(self.coefs, factor)
        return Expr(self.cols, coefs, self.constant * factor)
