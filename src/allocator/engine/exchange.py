"""Exchanges of any length at once: at each place one item, or nobody, is taken out; all are assigned anew.

The best of all such exchanges is one assignment problem, solved in a thousandth of a second where a search
for it takes seconds. It is the best but for what places share, so what is found is checked like any plan.
Method: see ``program/placing.py``; assignment by SciPy (Crouse, IEEE Trans. Aerospace 2016).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment

from allocator.engine.budget import Clock, Slice
from allocator.engine.movers import Chooser, Movers
from allocator.engine.neighbourhoods import Arm, By
from allocator.engine.outcome import Outcome
from allocator.engine.search import Search
from allocator.engine.standing import Standing
from allocator.program.aims import Aim
from allocator.program.placing import FloatArray, Placing, price
from allocator.program.program import IntArray, Program
from allocator.program.question import prices
from allocator.program.states import BoolArray, Tables

#: The aim for the greatest of many is one of so many next to it.
AIMS = 12
#: A batch ends after so many exchanges in a row without a gain.
PATIENCE = 6
#: Deterministic work of an exchange, and of each pair of a mover and a place.
WORK, WORK_OF_PAIR = 1e-3, 3e-7
#: Beyond this a sum of costs is not exact any more.
EXACT = 2.0**52


class Exchanges:
    """Exchanges within the layers of a program.

    Args:
        standing: The plan that is changed.
        search: How to search.
    """

    def __init__(self, standing: Standing, search: Search) -> None:
        self._standing, self._search = standing, search
        self._random = np.random.default_rng(search.seed)
        self._made_for: Program | None = None

    def batch(self, arm: Arm, part: Slice, movable: BoolArray, is_done: Callable[[], bool]) -> Outcome:
        """Make exchanges until several in a row gained nothing.

        Args:
            arm: The layer, and how movers are chosen.
            part: How long.
            movable: ``[decisions]`` which may change.
            is_done: Asked after each whether to end.
        """
        budget = self._search.budget
        clock, spent, in_vain = Clock(budget, part), budget.spent_work, 0
        while in_vain < PATIENCE:
            before = self._standing.cost
            budget.spent_work += self._change(arm.layer, arm.by, movable)
            in_vain = 0 if self._standing.cost < before else in_vain + 1
            if clock.is_over or self._search.stop.asked or is_done():
                break
        if part.work is not None:
            return Outcome("feasible", effort=(budget.spent_work - spent) / part.work)
        return Outcome("feasible", effort=1 - clock.left.seconds / part.seconds)

    def _change(self, layer: str, by: By, movable: BoolArray) -> float:
        """Make the best exchange of some movers; return the work that it took."""
        if self._made_for is not self._standing.task.program:
            self._prepare()
        movers = self._chooser.movers(layer, by, self._standing.values, movable)
        if movers is None:
            return WORK
        placing = self._placing(movers)
        cost, impossible = self._priced(placing)
        places = self._assigned(np.where(impossible, np.inf, cost))
        if places is not None and self._is_no_worse(movers, cost, places):
            self._take(placing, movers.at(places))
        return WORK + WORK_OF_PAIR * cost.size

    def _assigned(self, cost: FloatArray) -> IntArray | None:
        """Return the place of each mover in an assignment of least cost, None if there is none.

        Of those as good any is taken: from each of them others lead on.
        """
        order = self._random.permutation(len(cost))
        try:
            rows, places = linear_sum_assignment(cost[order])
        except ValueError:  # somebody can be nowhere
            return None
        return np.asarray(places[np.argsort(order[rows])])

    def _is_no_worse(self, movers: Movers, cost: FloatArray, places: IntArray) -> bool:
        """Whether an assignment may be worth a look: it is another one, and as far as told no worse."""
        if len(movers.left):
            return True
        size = np.arange(len(cost))
        return bool(cost[size, places].sum() <= cost.trace() and (places != size).any())

    def _prepare(self) -> None:
        self._made_for = program = self._standing.task.program
        levels = [level for level in program.levels if level <= self._standing.level]
        self._prices = [prices(program, level) for level in levels]
        self._chooser = Chooser(program, self._prices[-1], self._random)
        self._tables = Tables(program)
        self._state = self._tables.state(self._standing.values)

    def _take(self, placing: Placing, columns: IntArray) -> None:
        state = self._tables.changed(placing.base, columns, np.ones_like(columns))
        if not self._tables.breaks(state):
            self._standing.take(state.values, "exchange")
            if (self._standing.values == state.values).all():
                self._state = state

    def _placing(self, movers: Movers) -> Placing:
        values = self._standing.values
        if (self._state.values != values).any():
            self._state = self._tables.state(values)
        return Placing(movers.columns, self._state, self._tables.changed(self._state, *movers.out))

    def _priced(self, placing: Placing) -> tuple[FloatArray, BoolArray]:
        """Return what each mover costs at each place, levels that are held to their cost before all else."""
        step, urge = self._random.integers(-AIMS, AIMS), self._random.uniform(-1, 1)
        aim = Aim(max(0, int(step)), max(0.0, float(urge)))
        costs, impossible = price(self._tables, placing, self._prices, aim)
        total = costs[-1]
        for cost in reversed(costs[:-1]):
            weight = len(total) * float(np.ptp(total)) + 1
            if weight * len(total) * float(np.ptp(cost)) < EXACT:
                total = total + weight * cost
        return total, impossible
