"""Score tables: a number for each pair of entities, stored as codes of the distinct numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64 | np.float64]
Codes = npt.NDArray[np.int32]
#: Largest range of whole numbers that are coded by counting, which is faster than sorting.
NARROW = 2**22


@dataclass(frozen=True, eq=False)
class ValueCodes:
    """A table as codes, so that an expression is evaluated once for each distinct number.

    Attributes:
        numbers: The distinct numbers in order, 0 included.
        codes: ``[rows, columns]`` indices into ``numbers``.
    """

    numbers: list[int | float]
    codes: Codes

    @classmethod
    def of(cls, values: Numbers) -> ValueCodes:
        """Return the codes of the numbers of a table."""
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


#: The distinct numbers, and an array of indices into them.
Coded = tuple[Sequence[int | float], Codes]


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """The numbers of one ``scores-NAME.csv``.

    Attributes:
        rows: ``R`` distinct ids, of one side of a layer or of periods.
        columns: ``C`` distinct ids, of the other side.
        values: ``[R, C]`` numbers, integers if all are whole; 0 for an empty cell.
    """

    rows: Sequence[str]
    columns: Sequence[str]
    values: Numbers

    @property
    def is_whole(self) -> bool:
        """Whether all numbers are whole."""
        return self.values.dtype.kind == "i"

    @property
    def content(self) -> bytes:
        """The content of the table for digests: its ids, and the SHA-256 of its numbers."""
        ids = "\0".join((*self.rows, "", *self.columns)).encode()
        numbers = hashlib.sha256(np.ascontiguousarray(self.values).data).digest()
        return ids + self.values.dtype.str.encode() + numbers

    def between(self, items: Sequence[str], slots: Sequence[str]) -> Coded:
        """Return the distinct numbers and the codes ``[items, slots]`` of all pairs.

        The table may have the items as rows or as columns; a pair that it lacks has the number 0.
        """
        numbers, nothing = self._distinct.numbers, self._distinct.zero
        upright = self._placed(items, slots)
        if upright is not None:
            return numbers, upright
        turned = self._placed(slots, items)
        empty = np.full((len(items), len(slots)), nothing, dtype=np.int32)
        return numbers, empty if turned is None else turned.T

    def is_of(self, some: Sequence[str], others: Sequence[str]) -> bool:
        """Return whether the table has any pair of these ids, in either orientation."""
        return self._placed(some, others) is not None or self._placed(others, some) is not None

    @cached_property
    def _distinct(self) -> ValueCodes:
        return ValueCodes.of(self.values)

    def _placed(self, rows: Sequence[str], columns: Sequence[str]) -> Codes | None:
        """Return the codes of these rows and columns; None if the table has none of the rows or columns."""
        row = np.array([self._row_of.get(name, -1) for name in rows], dtype=np.int64)
        column = np.array([self._column_of.get(name, -1) for name in columns], dtype=np.int64)
        if (row < 0).all() or (column < 0).all():
            return None
        if _all_in_order(row, self.rows) and _all_in_order(column, self.columns):
            return self._distinct.codes
        known = (row >= 0)[:, None] & (column >= 0)[None, :]
        placed = self._distinct.codes[np.ix_(row, column)]
        return placed if known.all() else np.where(known, placed, self._distinct.zero)

    @cached_property
    def _row_of(self) -> Mapping[str, int]:
        return {name: k for k, name in enumerate(self.rows)}

    @cached_property
    def _column_of(self) -> Mapping[str, int]:
        return {name: k for k, name in enumerate(self.columns)}


def _all_in_order(places: npt.NDArray[np.int64], names: Sequence[str]) -> bool:
    return np.array_equal(places, np.arange(len(names)))
