"""The proof that a lottery is LEXIMIN, in whole numbers: anyone can check it with pencil and paper.

A level of the proof gives every type t a weight w[t] >= 0 such that no panel weighs more than ``most``. Then
no lottery's mean panel does, and so, if the people settled at earlier levels keep their chances, the least
chance of the others is at most

    (most - weight of the settled in the mean panel) / (weight of all the others, if all were drawn).

That the weight of a panel is at most ``most`` follows from prices p >= or <= 0 of a seat and of each quota:
with rest[t] = w[t] - p[seat] - (sum of p over the quotas of t),

    most = size * p[seat] + sum of p * (its most if p > 0, else its least) + sum of people[t] * max(0,
    rest[t]).

A level without prices was found by a search over whole panels, and must be checked by another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from allocator.lottery.leximin.panels import Panels


@dataclass(frozen=True)
class Level:
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


def priced_most(panels: Panels, weights: Sequence[int], prices: Sequence[int]) -> int:
    """Return what no panel can weigh more than, by the prices of a seat and of the quotas."""
    seat, quotas = prices[0], prices[1:]
    total = panels.size * seat
    for price, least, most in zip(quotas, panels.least, panels.most, strict=True):
        total += price * (most if price > 0 else least)
    for weight, people, member in zip(weights, panels.people, panels.member, strict=True):
        total += people * max(0, weight - seat - sum(quotas[q] for q in member))
    return total


def rooms(panels: Panels, mean: Sequence[int], total: int, levels: Sequence[Level]) -> Iterator[Fraction]:
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
