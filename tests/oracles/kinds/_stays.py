"""Stays: unbroken runs of periods, those before the horizon included."""

from __future__ import annotations

from collections.abc import Iterable


def runs(periods: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and last period of each unbroken run."""
    found: list[tuple[int, int]] = []
    for period in sorted(set(periods)):
        if found and found[-1][1] == period - 1:
            found[-1] = (found[-1][0], period)
        else:
            found.append((period, period))
    return found
