"""Panels within quotas, a lottery over panels, and the proof that its chances are LEXIMIN."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
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


@dataclass(frozen=True)
class PanelLottery:
    """Panels, each with the number of tickets that draw it, and the proof that the chances are LEXIMIN."""

    panels: tuple[Counts, ...]
    weights: tuple[int, ...]
    levels: tuple[LeximinLevel, ...]

    @property
    def total(self) -> int:
        """The number of tickets."""
        return sum(self.weights)


def mean_panel(panels: tuple[Counts, ...], weights: tuple[int, ...]) -> list[int]:
    """Return for each type how many people of it are drawn, times the number of tickets."""
    columns = zip(*panels, strict=True)
    return [sum(w * count for w, count in zip(weights, column, strict=True)) for column in columns]


def type_chances(mean: list[int], people: tuple[int, ...], total: int) -> list[Fraction]:
    """Return the chance of a person of each type."""
    return [Fraction(drawn, many * total) for drawn, many in zip(mean, people, strict=True)]


@dataclass(frozen=True)
class LeximinLevel:
    """One level of the proof.

    Attributes:
        settles: The types whose chances it settles: they cannot be higher.
        weights: The weight of a person of each type.
        prices: Of a seat, then of each quota; empty where the bound was found by search.
        most: What no panel can weigh more than.
    """

    settles: tuple[int, ...]
    weights: tuple[int, ...]
    prices: tuple[int, ...]
    most: int


def weight_bound_by_prices(panels: Panels, weights: Sequence[int], prices: Sequence[int]) -> int:
    """Return what no panel can weigh more than, by the prices of a seat and of the quotas."""
    seat, quotas = prices[0], prices[1:]
    total = panels.size * seat
    for price, least, most in zip(quotas, panels.least, panels.most, strict=True):
        total += price * (most if price > 0 else least)
    for weight, people, member in zip(weights, panels.people, panels.member, strict=True):
        total += people * max(0, weight - seat - sum(quotas[q] for q in member))
    return total


def possible_raises(
    panels: Panels, mean: Sequence[int], total: int, levels: Sequence[LeximinLevel]
) -> Iterator[Fraction]:
    """Yield for each level by how much the chance of somebody it settles could be higher at most.

    Args:
        panels: The panels.
        mean: For each type how many people of it are drawn, times ``total``.
        total: What the weights of the lottery add up to.
        levels: The proof; every level settles somebody by a weight above 0.
    """
    settled: set[int] = set()
    for level in levels:
        held = sum(level.weights[t] * mean[t] for t in settled)
        others = [t for t in range(len(mean)) if t not in settled]
        whole = sum(level.weights[t] * panels.people[t] for t in others)
        least = min(Fraction(mean[t], panels.people[t] * total) for t in others)
        gap = Fraction(level.most * total - held, total) - least * whole
        yield max(gap / (level.weights[t] * panels.people[t]) for t in level.settles)
        settled |= set(level.settles)
