"""The route to a plan: CP-SAT alone for a moment; then pieces of the plan, and branch and cut beside.

Constraint search finds plans and proves what is combinatorial; pieces of the plan solved by it improve
what is large; the relaxation proves what is written tightly. With one worker there is no branch and cut
beside, so that a solve can be repeated exactly.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from allocator.engine.budget import Slice
from allocator.engine.cpsat import CpSatRoute, Found, Outcome
from allocator.engine.mip import MipRace
from allocator.engine.neighbourhoods import neighbourhoods
from allocator.engine.search import Search
from allocator.program.evaluate import level_costs
from allocator.program.program import IntArray, Program

#: Seconds, and part of the time, that CP-SAT has alone on all cores: most levels end before.
HEAD_START, HEAD_PART = 3.0, 0.25
#: Seconds for one piece of a plan.
PIECE = 1.0
Teller = Callable[[int | None, int], None]


class Route:
    """One program, its solvers, and what has been fixed and capped on the way."""

    def __init__(self, program: Program, search: Search) -> None:
        self._program = program
        self._search = search
        self._cpsat = CpSatRoute(program, search)
        self._caps: dict[int, int] = {}
        self._fixed = False
        self.won: dict[int, str] = {}

    def grow(self, program: Program) -> None:
        """Take over a program that has got further rows."""
        self._cpsat.add_rows(program.rows, len(self._program.rows))
        self._program = replace(program, lower=self._program.lower, upper=self._program.upper)

    @property
    def is_fixed(self) -> bool:
        """Whether variables were fixed, so that an infeasible search says nothing of the whole."""
        return self._fixed

    def fix(self, columns: IntArray, values: IntArray) -> None:
        """Fix variables to values."""
        lower, upper = self._program.lower.copy(), self._program.upper.copy()
        lower[columns] = upper[columns] = values
        self._program = replace(self._program, lower=lower, upper=upper)
        self._cpsat.fix(columns, values)
        self._fixed = self._fixed or len(columns) > 0

    def cap(self, level: int, cost: int) -> None:
        """Ask for ``level`` to cost no more than ``cost`` from now on."""
        self._caps[level] = cost
        self._cpsat.cap(level, cost)

    def feasible(self, hint: IntArray | None, part: Slice, tell: Teller) -> Outcome:
        """Search for any plan."""
        return self._cpsat.minimise(None, hint, part, tell)

    def confirms_infeasible(self, part: Slice) -> bool:
        """Return False only if a second search finds a plan after all."""
        return self._cpsat.confirms_infeasible(part)

    def minimise(
        self,
        level: int,
        hint: IntArray | None,
        part: Slice,
        tell: Teller,
        gap: float,
        known: int,
        accept: Callable[[IntArray], bool],
    ) -> Outcome:
        """Search for a plan of least cost at ``level``.

        Args:
            level: The level to minimise.
            hint: Values of all variables to start from.
            part: How long to search.
            tell: Called with each better cost and bound.
            gap: Relative gap at which the plan is good enough; 0 asks for a proof.
            known: A lower bound of the level that is proved already.
            accept: Whether a plan breaks nothing that is only found out afterwards.
        """
        alone = _head_start(part)
        first = self._cpsat.minimise(level, hint, alone, tell, gap, known)
        self.won[level] = "cp-sat"
        first = self._or_start(first, level, hint)
        ended = first.found in {"optimal", "infeasible"} or first.is_within(gap)
        if ended or first.values is None or not accept(first.values):
            return first
        first = replace(first, bound=max(first.bound, known))
        left = Slice(part.seconds - alone.seconds, None if part.work is None else part.work_left / 2)
        if self._search.budget.deterministic:
            return self._improve(level, first, _Beside(None, tell, gap, first), left, accept)
        race = MipRace(self._program, level, self._caps, first.values, self._search.seed)
        try:
            return self._improve(level, first, _Beside(race, tell, gap, first), left, accept)
        finally:
            race.close()

    def _or_start(self, first: Outcome, level: int, start: IntArray | None) -> Outcome:
        """Return what was found, or what was there before if the search had no time to find it again."""
        if first.values is not None or start is None or first.found == "infeasible":
            return first
        costs = level_costs(self._program, start[None, :])[0]
        return replace(first, values=start, cost=int(costs[self._program.levels.index(level)]))

    def _improve(
        self, level: int, best: Outcome, beside: _Beside, part: Slice, accept: Callable[[IntArray], bool]
    ) -> Outcome:
        """Solve piece after piece of the best plan, while branch and cut works on the whole."""
        end, work = time.monotonic() + part.seconds, self._search.budget.spent_work + part.work_left
        workers = max(1, self._search.budget.workers - 1)
        for free in neighbourhoods(self._program.decisions, self._search.seed):
            piece = Slice(min(PIECE, end - time.monotonic()), None if part.work is None else PIECE / 2)
            is_over = piece.seconds <= 0 or self._search.budget.spent_work >= work
            if is_over or self._search.stop.asked or beside.is_done():
                break
            best = self._taken_over(level, best, beside, accept)
            assert best.values is not None
            self._cpsat.hold(best.values, free)
            found = self._cpsat.minimise(
                level, best.values, piece, _unheard, 0.0, beside.bound, beside.is_done, workers
            )
            if _no_worse(found, best) and found.values is not None and accept(found.values):
                best = replace(best, values=found.values, cost=found.cost)
                beside.tell(found.cost, 0)
        if best.values is not None:
            self._cpsat.hold(best.values, None)
        best = self._taken_over(level, best, beside, accept)
        proved: Found = "optimal" if best.cost is not None and best.cost <= beside.bound else "feasible"
        return replace(best, bound=beside.bound, found=proved)

    def _taken_over(
        self, level: int, best: Outcome, beside: _Beside, accept: Callable[[IntArray], bool]
    ) -> Outcome:
        """Return the plan of branch and cut if it is better."""
        values, cost = beside.plan
        if cost is None or values is None or best.cost is None or cost >= best.cost or not accept(values):
            return best
        self.won[level] = "mip"
        return replace(best, values=values, cost=cost)


def _head_start(part: Slice) -> Slice:
    """Return what CP-SAT searches the whole for: at least a moment, at most half."""
    work = None if part.work is None else part.work_left / 2
    return Slice(min(part.seconds, max(HEAD_START, HEAD_PART * part.seconds)), work)


def _no_worse(found: Outcome, best: Outcome) -> bool:
    return found.cost is not None and best.cost is not None and found.cost <= best.cost


def _unheard(cost: int | None, bound: int) -> None:
    """Tell nobody: the bound of a piece is no bound of the whole."""


class _Beside:
    """What is known of a level while it is improved: the best cost, the bound, and branch and cut."""

    def __init__(self, race: MipRace | None, tell: Teller, gap: float, first: Outcome) -> None:
        self._race, self._tell, self._gap = race, tell, gap
        self._cost, self.bound = first.cost, first.bound

    @property
    def plan(self) -> tuple[IntArray | None, int | None]:
        """The plan of branch and cut and its cost."""
        return (None, None) if self._race is None else (self._race.values, self._race.cost)

    def tell(self, cost: int | None, bound: int) -> None:
        """Hear of a cost and a bound, and tell on what is best."""
        before = self._cost, self.bound
        self.bound = max(self.bound, bound)
        if cost is not None and (self._cost is None or cost < self._cost):
            self._cost = cost
        if (self._cost, self.bound) != before:
            self._tell(self._cost, self.bound)

    def is_done(self) -> bool:
        """Hear branch and cut; return whether the level is proved."""
        if self._race is not None:
            self.tell(self._race.cost, self._race.bound)
        return self._cost is not None and self._cost - self.bound <= self._gap * abs(self._cost)
