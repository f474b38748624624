"""The panels that a lottery is over: so many people of each type, within the quotas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

#: How many people of each type a panel has.
Counts = tuple[int, ...]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Panels:
    """All panels of ``size`` people that keep the quotas.

    Attributes:
        people: How many people there are of each type.
        member: For each type the quotas that its people count to, by index.
        least: For each quota the fewest of its people in a panel.
        most: For each quota the most of its people in a panel.
        size: People in a panel.
    """

    people: tuple[int, ...]
    member: tuple[tuple[int, ...], ...]
    least: tuple[int, ...]
    most: tuple[int, ...]
    size: int

    @cached_property
    def matrix(self) -> FloatArray:
        """``[Q, T]``: 1 where the people of a type count to a quota."""
        counts = np.zeros((len(self.least), len(self.people)))
        for t, quotas in enumerate(self.member):
            counts[list(quotas), t] = 1
        return counts

    def counted(self, panel: Sequence[int]) -> list[int]:
        """Return how many people of a panel count to each quota."""
        totals = [0] * len(self.least)
        for count, quotas in zip(panel, self.member, strict=True):
            for q in quotas:
                totals[q] += count
        return totals

    def admit(self, panel: Sequence[int]) -> bool:
        """Return whether a panel has its size, keeps the quotas, and asks only for people there are."""
        within = all(0 <= count <= people for count, people in zip(panel, self.people, strict=True))
        bounds = zip(self.least, self.counted(panel), self.most, strict=True)
        return within and sum(panel) == self.size and all(low <= n <= high for low, n, high in bounds)
