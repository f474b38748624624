"""Panels within quotas, a lottery over panels, and the proof that its chances are LEXIMIN.

The proof is in whole numbers, so that anyone can check it with pencil and paper. A level of the proof gives
every type t a weight w[t] >= 0 such that no panel weighs more than ``most``. Then no mean panel of a lottery
weighs more either. So if the people settled at earlier levels keep their chances, the least chance of the
others is at most

    (most - weight of the settled in the mean panel) / (weight of all the others, if all were drawn).

The bound ``most`` follows from prices p of a seat (of any sign) and of each quota: with
rest[t] = w[t] - p[seat] - (sum of p over the quotas of t),

    most = size * p[seat] + sum of p * (its most if p > 0, else its least)
           + sum of people[t] * max(0, rest[t]).

A level without prices has a bound that a search over whole panels found; another search must check it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

#: ``[T]`` people of each type in a panel.
Counts = tuple[int, ...]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Panels:
    """All panels of ``size`` people that keep the quotas.

    Attributes:
        people: ``[T]`` people of each type in the pool.
        member: ``[T]`` quotas that the people of a type count to, by index.
        least: ``[Q]`` least members of a panel who count to a quota.
        most: ``[Q]`` most members of a panel who count to a quota.
        size: Members of a panel.
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
        """Return ``[Q]`` how many members of a panel count to each quota."""
        totals = [0] * len(self.least)
        for count, quotas in zip(panel, self.member, strict=True):
            for q in quotas:
                totals[q] += count
        return totals

    def admit(self, panel: Sequence[int]) -> bool:
        """Return whether a panel has its size, keeps the quotas, and has no more people than the pool."""
        within = all(0 <= count <= people for count, people in zip(panel, self.people, strict=True))
        bounds = zip(self.least, self.counted(panel), self.most, strict=True)
        return within and sum(panel) == self.size and all(low <= n <= high for low, n, high in bounds)


@dataclass(frozen=True)
class PanelLottery:
    """A lottery over panels.

    Attributes:
        panels: ``[k]`` different panels.
        weights: ``[k]`` tickets of each panel.
        levels: The proof that the chances are LEXIMIN.
    """

    panels: tuple[Counts, ...]
    weights: tuple[int, ...]
    levels: tuple[LeximinLevel, ...]

    @property
    def total(self) -> int:
        """The number of tickets."""
        return sum(self.weights)


def mean_panel(panels: tuple[Counts, ...], weights: tuple[int, ...]) -> list[int]:
    """Return ``[T]`` the expected number of people of each type, times the number of tickets."""
    columns = zip(*panels, strict=True)
    return [sum(w * count for w, count in zip(weights, column, strict=True)) for column in columns]


def type_chances(mean: list[int], people: tuple[int, ...], total: int) -> list[Fraction]:
    """Return ``[T]`` the chance of a person of each type."""
    return [Fraction(drawn, many * total) for drawn, many in zip(mean, people, strict=True)]


@dataclass(frozen=True)
class LeximinLevel:
    """A level of the proof.

    Attributes:
        settles: Types whose chances the level settles: they cannot be higher.
        weights: ``[T]`` weight of a person of each type.
        prices: Price of a seat, then ``[Q]`` of each quota; empty where the bound comes from a search.
        most: Upper bound on the weight of a panel.
    """

    settles: tuple[int, ...]
    weights: tuple[int, ...]
    prices: tuple[int, ...]
    most: int


def weight_bound_by_prices(panels: Panels, weights: Sequence[int], prices: Sequence[int]) -> int:
    """Return the upper bound on the weight of a panel by the prices of a seat and of the quotas."""
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
    """Yield for each level an upper bound on the raise of a chance that it settles; 0 proves LEXIMIN.

    Args:
        panels: The panels.
        mean: ``[T]`` expected number of people of each type, times ``total``.
        total: Number of tickets.
        levels: The proof; every level settles types whose weight is above 0.
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
