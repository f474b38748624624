"""Level by level: each level is minimised, its cost fixed, and only then the next one looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from allocator.engine.budget import Budget
from allocator.engine.cpsat import CpSatRoute, Found
from allocator.engine.progress import Listener, Progress, Stop
from allocator.model.plan import HARD, Level
from allocator.program.cuts import with_cuts
from allocator.program.evaluate import broken_rows, complete, level_costs
from allocator.program.program import IntArray, Program
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster


@dataclass(frozen=True)
class Proof:
    """Cost and proven lower bound of a level, given the levels above it."""

    level: Level
    cost: int
    bound: int


@dataclass
class Descent:
    """Works down the levels of one program.

    Attributes:
        policy: The policy; its rules may ask for cuts.
        program: Its program; grows by cuts.
        route: The solver.
        budget: The time that is left.
        stage: What the search is called while it runs.
    """

    policy: Policy
    program: Program
    route: CpSatRoute
    budget: Budget
    stop: Stop
    listen: Listener
    stage: str
    best: IntArray | None = None
    proofs: list[Proof] = field(default_factory=list)

    def run(self, start: IntArray | None, part: float, gap: float = 0.0) -> Found:
        """Minimise every level and return what was found.

        Args:
            start: Decisions to begin from; taken over at once if they break nothing.
            part: The part of the budget that this descent may use.
            gap: Relative gap at which a level is good enough.
        """
        hint = None if start is None else complete(self.program, start[None, :])[0]
        if hint is not None and self._is_sound(hint):
            self.best = hint
        found: Found = "optimal"
        if self.best is None:
            found = self._search(None, hint, part / (len(self.program.levels) + 1), gap)[0]
            if self.best is None:
                return found
        reserve = self.budget.share(1.0 - part)
        for k, level in enumerate(self.program.levels):
            left = len(self.program.levels) - k
            self._level(level, self._part_for(reserve.seconds, reserve.work, left), gap)
        return "optimal" if all(p.cost == p.bound for p in self.proofs) else "feasible"

    def _part_for(self, kept_seconds: float, kept_work: float | None, levels_left: int) -> float:
        """Return the part of what is left that the next level may use: an even share."""
        now = self.budget.share(1.0)
        whole, kept = (now.seconds, kept_seconds) if kept_work is None else (now.work_left, kept_work)
        return max(0.0, whole - kept) / whole / levels_left if whole > 0 else 0.0

    def _level(self, level: int, part: float, gap: float) -> None:
        bound = 0
        if not (self.stop.asked or self.budget.is_over):
            _, bound = self._search(level, self.best, part, gap)
        cost = self.cost(level)
        self.proofs.append(Proof(level, cost, min(bound, cost)))
        self.route.cap(level, cost)

    def _search(self, level: int | None, hint: IntArray | None, part: float, gap: float) -> tuple[Found, int]:
        """Minimise one level, adding cuts until the plan breaks none; return status and bound."""
        bound = 0
        while True:
            outcome = self.route.minimise(level, hint, self.budget.share(part), self._teller(level), gap)
            bound = max(bound, outcome.bound)
            if outcome.values is None:
                return outcome.found, bound
            decisions = outcome.values[: self.program.decisions.count]
            if not self._add_cuts(decisions):
                self._keep(decisions, level)
                return outcome.found, bound
            hint = self.best if self.best is not None else outcome.values
            if self.stop.asked or self.budget.is_over:
                return "unknown", bound

    def _add_cuts(self, decisions: IntArray) -> bool:
        assignments = self.program.decisions.assignments(decisions)
        cuts = self.policy.cuts(Roster(self.policy.world.layers, assignments))
        if cuts:
            before = len(self.program.rows)
            self.program = with_cuts(self.program, cuts)
            self.route.add_rows(self.program.rows, before)
        return bool(cuts)

    def _keep(self, decisions: IntArray, level: int | None) -> None:
        """Keep the plan if it is better; auxiliaries are set by their definitions, not by the solver."""
        values = complete(self.program, decisions[None, :])[0]
        if self.best is None or level is None or self._cost_of(values, level) < self.cost(level):
            self.best = values

    def _is_sound(self, values: IntArray) -> bool:
        assignments = self.program.decisions.assignments(values[: self.program.decisions.count])
        roster = Roster(self.policy.world.layers, assignments)
        return not broken_rows(self.program, values[None, :]).any() and not self.policy.cuts(roster)

    def cost(self, level: int) -> int:
        """Return what the best plan costs at a level."""
        assert self.best is not None
        return self._cost_of(self.best, level)

    def _cost_of(self, values: IntArray, level: int) -> int:
        costs = level_costs(self.program, values[None, :])[0]
        return int(costs[self.program.levels.index(level)])

    def _teller(self, level: int | None) -> Callable[[int | None, int], None]:
        def tell(cost: int | None, bound: int) -> None:
            shown: Level = HARD if level is None else level
            self.listen(Progress(self.stage, shown, cost, bound, self.budget.elapsed))

        return tell

    @property
    def decisions(self) -> IntArray | None:
        """The decisions of the best plan."""
        return None if self.best is None else np.asarray(self.best[: self.program.decisions.count])
