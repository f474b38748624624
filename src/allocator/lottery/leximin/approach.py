"""Brings a mixture near its targets quickly: one program, solved again from where it stood after each panel.

GLOP takes a panel in where HiGHS begins anew, but is now and then not exact: what it finds is only where
``mixing`` begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from ortools.linear_solver import pywraplp

from allocator.lottery.leximin.panels import Counts, FloatArray, Panels
from allocator.lottery.leximin.pricing import Pricer

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
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._solver.SuppressOutput()
        infinity = self._solver.infinity()
        self._least = self._solver.NumVar(-infinity, infinity, "")
        self._solver.Maximize(self._least)
        self._whole = self._solver.Constraint(1, 1)
        self._rows = [self._solver.Constraint(float(chance), infinity) for chance in chances]
        for row in self._rows:
            row.SetCoefficient(self._least, -1)

    def add(self, panel: Counts) -> None:
        part = self._solver.NumVar(0, self._solver.infinity(), "")
        self._whole.SetCoefficient(part, 1)
        for t, count in enumerate(panel):
            if count:
                self._rows[t].SetCoefficient(part, count / float(self._people[t]))

    def solve(self) -> bool:
        return bool(self._solver.Solve() == pywraplp.Solver.OPTIMAL)

    @property
    def least(self) -> float:
        return float(self._least.solution_value())

    def prices(self) -> tuple[FloatArray, float]:
        """Return what a person of each type is worth in a panel, and what the panels mixed weigh."""
        shares = np.maximum(0, -np.array([row.dual_value() for row in self._rows]))
        return shares / self._people, float(self._whole.dual_value())
