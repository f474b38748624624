"""Score tables: a number for each pair of two entities, such as bids, closeness or declared interests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64 | np.float64]


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """The numbers of one ``scores-NAME.csv``.

    Attributes:
        rows: ``R`` ids, each once: those of one side of a layer.
        columns: ``C`` ids, each once: those of the other.
        values: ``[R, C]`` numbers, whole ones unless any of them is a decimal; 0 where the cell is empty.
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
        """What names the table in digests: its ids and numbers."""
        ids = "\0".join((*self.rows, "", *self.columns)).encode()
        return ids + self.values.dtype.str.encode() + np.ascontiguousarray(self.values).tobytes()

    def between(self, items: Sequence[str], slots: Sequence[str]) -> Numbers:
        """Return ``[I, S]`` numbers of pairs, whichever way round the table has them; 0 where it has none."""
        upright = self._placed(items, slots)
        if upright is not None:
            return upright
        turned = self._placed(slots, items)
        return np.zeros((len(items), len(slots)), self.values.dtype) if turned is None else turned.T

    def _placed(self, rows: Sequence[str], columns: Sequence[str]) -> Numbers | None:
        """Return the numbers with these ids as rows and columns; None if the table names none of either."""
        row = np.array([self._row_of.get(name, -1) for name in rows], dtype=np.int64)
        column = np.array([self._column_of.get(name, -1) for name in columns], dtype=np.int64)
        if (row < 0).all() or (column < 0).all():
            return None
        if (row >= 0).all() and (column >= 0).all():
            return self.values[np.ix_(row, column)]
        known = (row >= 0)[:, None] & (column >= 0)[None, :]
        return np.where(known, self.values[np.ix_(row, column)], 0)

    @cached_property
    def _row_of(self) -> Mapping[str, int]:
        return {name: k for k, name in enumerate(self.rows)}

    @cached_property
    def _column_of(self) -> Mapping[str, int]:
        return {name: k for k, name in enumerate(self.columns)}
