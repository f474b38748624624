"""Bounds of variables while more of them come: of decisions they are known, of auxiliaries they are kept."""

from __future__ import annotations

import numpy as np

from allocator.program.expr import IntArray


class VariableBounds:
    """The least and greatest value of each variable: 0 and 1 of decisions, then whatever was added.

    Room is doubled when it is full, so that however many auxiliaries come one by one, each is copied but
    once or twice; and nothing is written of millions of decisions before the end.
    """

    def __init__(self, decisions: int) -> None:
        self._decisions, self._count = decisions, 0
        self._kept = np.zeros((2, 64), dtype=np.int64)

    def __len__(self) -> int:
        return self._decisions + self._count

    def add(self, lower: IntArray, upper: IntArray) -> IntArray:
        """Add auxiliaries with their bounds and return their columns."""
        first, count = len(self), self._count + len(lower)
        if count > self._kept.shape[1]:
            larger = np.zeros((2, 2 * count), dtype=np.int64)
            larger[:, : self._count] = self._kept[:, : self._count]
            self._kept = larger
        self._kept[:, self._count : count] = lower, upper
        self._count = count
        return np.arange(first, len(self), dtype=np.int64)

    def of(self, cols: IntArray) -> tuple[IntArray, IntArray]:
        """Return the least and the greatest value of some variables."""
        lower, upper = np.zeros(len(cols), dtype=np.int64), np.ones(len(cols), dtype=np.int64)
        auxiliary = np.flatnonzero(cols >= self._decisions)
        lower[auxiliary], upper[auxiliary] = self._kept[:, cols[auxiliary] - self._decisions]
        return lower, upper

    def all(self) -> tuple[IntArray, IntArray]:
        """Return ``[variables]`` the least and the greatest value of every variable."""
        decided = np.zeros(self._decisions, dtype=np.int64), np.ones(self._decisions, dtype=np.int64)
        kept = self._kept[:, : self._count]
        return np.concatenate([decided[0], kept[0]]), np.concatenate([decided[1], kept[1]])
