"""The panel that weighs most, found by CP-SAT over whole panels."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from allocator.lottery.leximin.panels import Counts, FloatArray, Panels

#: Weights are rounded to so many parts of the largest.
PARTS = 10**6


class Pricer:
    """Finds heavy panels; its program is built once, and one thread makes it repeatable."""

    def __init__(self, panels: Panels) -> None:
        self._model = cp_model.CpModel()
        self._counts = [self._model.new_int_var(0, people, "") for people in panels.people]
        self._model.add(sum(self._counts) == panels.size)
        quotas: list[list[cp_model.IntVar]] = [[] for _ in panels.least]
        for count, member in zip(self._counts, panels.member, strict=True):
            for q in member:
                quotas[q].append(count)
        for members, least, most in zip(quotas, panels.least, panels.most, strict=True):
            self._model.add_linear_constraint(sum(members), least, most)

    def heaviest(self, weights: FloatArray, gap: float = 0.0) -> Counts:
        """Return a panel of greatest weight, or one whose weight is short of it by a part ``gap`` at most."""
        largest = float(np.abs(weights).max()) or 1.0
        return self.best([round(PARTS * float(w) / largest) for w in weights], gap)

    def best(self, weights: list[int], gap: float = 0.0) -> Counts:
        """Return a panel of greatest weight, by whole numbers."""
        self._model.maximize(cp_model.LinearExpr.weighted_sum(self._counts, weights))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.relative_gap_limit = gap
        status = solver.solve(self._model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise ValueError(f"the panels were feasible before: {solver.status_name(status)}")
        return tuple(solver.value(count) for count in self._counts)
