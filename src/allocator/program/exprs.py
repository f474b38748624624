"""Many linear expressions of one shape, so that they are written and bounded at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from allocator.program.expr import IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Exprs:
    """``n`` expressions; number ``k`` is ``sum(coefs[k] * variables[cols[k]]) + constants[k]``.

    Attributes:
        cols: ``[n, w]`` columns; -1 stands for no such variable.
        coefs: ``[n, w]`` coefficients.
        constants: ``[n]`` constants.
    """

    cols: IntArray
    coefs: IntArray
    constants: IntArray

    @classmethod
    def of(cls, cols: IntArray, coefs: Sequence[int] | IntArray, constants: IntArray | int = 0) -> Exprs:
        """Return expressions; coefficients and constants may be the same for all."""
        weights = np.broadcast_to(np.asarray(coefs, dtype=np.int64), cols.shape)
        return cls(cols, weights, np.broadcast_to(np.asarray(constants, dtype=np.int64), len(cols)))

    def __len__(self) -> int:
        return len(self.cols)

    def __getitem__(self, chosen: IntArray | npt.NDArray[np.bool_]) -> Exprs:
        return Exprs(self.cols[chosen], self.coefs[chosen], self.constants[chosen])

    def __add__(self, amounts: IntArray | int) -> Exprs:
        return Exprs(self.cols, self.coefs, self.constants + amounts)

    def __mul__(self, factors: IntArray) -> Exprs:
        return Exprs(self.cols, self.coefs * factors[:, None], self.constants * factors)
