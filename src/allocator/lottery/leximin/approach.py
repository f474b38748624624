"""Brings a mixture near its targets quickly: one program, solved again from where it stood after each panel.

GLOP takes a panel in where HiGHS begins anew, but is now and then not exact: what it finds is only where
``mixing`` begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from allocator.lottery.leximin.panels import Counts, FloatArray, Panels
from allocator.lottery.leximin.pricing import Pricer
from allocator.solvers.incremental_lp import IncrementalLinearProgram

#: Near enough to go on exactly.
_NEAR = 1e-7
#: By what part of the weight of a panel another must be heavier to help.
_BETTER = 1e-6


def approach(
    panels: Panels, chances: FloatArray, pricer: Pricer, known: Iterable[Counts], gap: float
) -> Iterator[Counts]:
    """Yield panels that bring a mixture of the known ones nearer to the target chances.

    Args:
        panels: The panels.
        chances: ``[T]``: the targets.
        pricer: Finds heavy panels.
        known: Panels to begin with.
        gap: How far from the heaviest a panel may be.
    """
    program = _Program(panels, chances)
    for panel in known:
        program.add(panel)
    while program.solve() and program.least < -_NEAR:
        weights, heaviest = program.prices()
        panel = pricer.heaviest(weights, gap)
        if float(weights @ panel) <= heaviest * (1 + _BETTER):
            return
        program.add(panel)
        yield panel


class _Program:
    """Parts of panels, so that the chance that falls shortest of its target is greatest."""

    def __init__(self, panels: Panels, chances: FloatArray) -> None:
        self._people = np.array(panels.people, dtype=np.float64)
        self._program = IncrementalLinearProgram()
        self._least = self._program.add_column(-np.inf, np.inf)
        self._program.maximise(self._least)
        self._whole = self._program.add_row(1, 1)
        self._rows = [self._program.add_row(float(chance), np.inf, {self._least: -1}) for chance in chances]

    def add(self, panel: Counts) -> None:
        shares = {self._rows[t]: count / float(self._people[t]) for t, count in enumerate(panel) if count}
        self._program.add_column(0, np.inf, {self._whole: 1, **shares})

    def solve(self) -> bool:
        return self._program.solve()

    @property
    def least(self) -> float:
        return self._program.value(self._least)

    def prices(self) -> tuple[FloatArray, float]:
        """Return what a person of each type is worth in a panel, and what the panels mixed weigh."""
        duals = self._program.duals
        return np.maximum(0, -duals[self._rows]) / self._people, float(duals[self._whole])
