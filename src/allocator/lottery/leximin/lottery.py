"""The lottery: panels with whole weights, so that a draw can be replayed exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from allocator.lottery.leximin.panels import Counts
from allocator.lottery.leximin.proof import Level


@dataclass(frozen=True)
class Lottery:
    """Panels, each with the number of tickets that draw it, and the proof that the chances are LEXIMIN."""

    panels: tuple[Counts, ...]
    weights: tuple[int, ...]
    levels: tuple[Level, ...]

    @property
    def total(self) -> int:
        """The number of tickets."""
        return sum(self.weights)


def mean_panel(panels: tuple[Counts, ...], weights: tuple[int, ...]) -> list[int]:
    """Return for each type how many people of it are drawn, times the number of tickets."""
    columns = zip(*panels, strict=True)
    return [sum(w * count for w, count in zip(weights, column, strict=True)) for column in columns]


def fractions_of(mean: list[int], people: tuple[int, ...], total: int) -> list[Fraction]:
    """Return the chance of a person of each type."""
    return [Fraction(drawn, many * total) for drawn, many in zip(mean, people, strict=True)]
