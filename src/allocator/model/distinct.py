"""The distinct numbers of a large table, and which of them stands where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64 | np.float64]
Codes = npt.NDArray[np.int32]
#: Whole numbers of no greater range are told apart by counting, which is faster than sorting.
NARROW = 2**22


@dataclass(frozen=True, eq=False)
class Distinct:
    """A table as codes: expressions are worked out once for each distinct number.

    Attributes:
        numbers: The distinct numbers in order, 0 among them.
        codes: The shape of the table: the index into ``numbers`` of what stands there.
    """

    numbers: list[int | float]
    codes: Codes

    @classmethod
    def of(cls, values: Numbers) -> Distinct:
        """Tell the numbers of a table apart."""
        low, high = values.min(initial=0), values.max(initial=0)
        if values.dtype.kind != "i" or high - low >= NARROW:
            numbers, codes = np.unique(np.append(0, values), return_inverse=True)
            return cls(numbers.tolist(), codes[1:].reshape(values.shape).astype(np.int32))
        found = np.zeros(int(high - low) + 1, dtype=np.bool_)
        found[values.reshape(-1) - low] = found[-low] = True
        code = np.cumsum(found, dtype=np.int32) - 1
        return cls((np.flatnonzero(found) + low).tolist(), code[values - low])

    @property
    def zero(self) -> int:
        """The code of 0."""
        return self.numbers.index(0)
