"""Rows of a problem, put together block by block."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array, csr_array

from allocator.program.program import IntArray
from allocator.program.propagate import Bounds


class RowsInTheMaking:
    """Rows of a problem, put together block by block."""

    def __init__(self) -> None:
        self._count = 0
        self._sides: list[Bounds] = []
        self._terms: list[tuple[IntArray, IntArray, IntArray]] = []

    def add(self, low: IntArray, high: IntArray) -> int:
        """Add rows and return the number of the first."""
        first = self._count
        self._sides.append((low, high))
        self._count += len(low)
        return first

    def terms(self, rows: IntArray, cols: IntArray, coefs: IntArray) -> None:
        """Add terms to rows."""
        self._terms.append((rows, cols, coefs))

    def sides(self) -> Bounds:
        """Return the sides of all rows."""
        low, high = (np.concatenate([side[k] for side in self._sides]) for k in range(2))
        return low, high

    def matrix(self, width: int) -> csr_array:
        """Return the coefficients of all rows."""
        rows, cols, coefs = (np.concatenate([block[k] for block in self._terms]) for k in range(3))
        return csr_array(coo_array((coefs, (rows, cols)), shape=(self._count, width)))
