"""The panel that weighs most, found by CP-SAT over whole panels."""

from __future__ import annotations

import numpy as np

from allocator.lottery.leximin.panels import Counts, FloatArray, Panels
from allocator.solvers.integer_program import IntegerProgram

#: Weights are rounded to so many parts of the largest.
PARTS = 10**6


class Pricer:
    """Finds heavy panels; its program is built once, and one thread makes it repeatable."""

    def __init__(self, panels: Panels) -> None:
        self._program = IntegerProgram()
        counts = [self._program.add_variable(0, people) for people in panels.people]
        self._program.add_row(dict.fromkeys(counts, 1), panels.size, panels.size)
        quotas: list[list[int]] = [[] for _ in panels.least]
        for count, member in zip(counts, panels.member, strict=True):
            for q in member:
                quotas[q].append(count)
        for members, least, most in zip(quotas, panels.least, panels.most, strict=True):
            self._program.add_row(dict.fromkeys(members, 1), least, most)

    def heaviest(self, weights: FloatArray, gap: float = 0.0) -> Counts:
        """Return a panel of greatest weight, or one whose weight is short of it by a part ``gap`` at most."""
        largest = float(np.abs(weights).max()) or 1.0
        return self.best([round(PARTS * float(w) / largest) for w in weights], gap)

    def best(self, weights: list[int], gap: float = 0.0) -> Counts:
        """Return a panel of greatest weight, by whole numbers."""
        self._program.maximise(dict(enumerate(weights)))
        solved = self._program.solve(gap)
        if solved is None:
            raise ValueError("the panels were feasible before")
        return solved.values
