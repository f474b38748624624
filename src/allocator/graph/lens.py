"""Which ties count, and when: acquaintance may be asked of kin alone, or of a later year than this one."""

from __future__ import annotations

from calendar import isleap
from dataclasses import dataclass
from datetime import date

from allocator.graph.multigraph import Edge
from allocator.graph.strengths import fading

DAYS_IN_YEAR = 365.25


@dataclass(frozen=True)
class Lens:
    """How ties are looked at.

    A tie counts in full if it holds on any of the days looked at, and not at all if it begins later. One
    that ended before them has faded since; with ``years`` it counts in full for so many years instead, and
    then no longer.

    Attributes:
        first: First of the days looked at.
        last: Last of them.
        kinds: Kinds of ties that count; all if empty.
        years: Years for which a tie that has ended goes on to count; None for those that fade.
    """

    first: date
    last: date
    kinds: frozenset[str] = frozenset()
    years: int | None = None

    def strength(self, edge: Edge) -> float:
        """Return the strength of ``edge``, 0 where it does not count."""
        if edge.strength is None or (edge.since is not None and edge.since > self.last):
            return 0.0
        if self.kinds and edge.kind not in self.kinds:
            return 0.0
        if edge.until is None or edge.until >= self.first:
            return edge.strength
        if self.years is not None:
            return edge.strength if years_after(edge.until, self.years) >= self.first else 0.0
        return edge.strength * fading((self.first - edge.until).days / DAYS_IN_YEAR)


def years_after(day: date, years: int) -> date:
    """Return the same day of a later year; the last of February stands for a leap day."""
    year = min(day.year + years, date.max.year)
    last_of_february = (day.month, day.day) == (2, 29) and not isleap(year)
    return date(year, 2, 28) if last_of_february else day.replace(year=year)
