"""Level by level: each level is minimised, its cost fixed, and only then the next one looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from allocator.engine.bounds import KnownBounds, Proof
from allocator.engine.cpsat import Found
from allocator.engine.progress import Progress
from allocator.engine.route import Route
from allocator.engine.search import Search
from allocator.model.plan import HARD, Level
from allocator.program.cuts import Cut, with_cuts
from allocator.program.evaluate import broken_rows, complete, level_costs, rule_costs
from allocator.program.program import IntArray, Program
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster

#: Without any plan nothing else matters: a first one may take this part of all the time left.
FIRST_PLAN_PART = 0.5


@dataclass
class Descent:
    """Works down the levels of one program.

    Attributes:
        policy: The policy; its rules may ask for cuts.
        program: Its program; grows by cuts.
        route: The solver.
        search: The time that is left, and whom to tell.
        stage: What the search is called while it runs.
        known: Bounds proved by searches over fewer layers.
        floors: What levels cost already by what is settled: no plan here can cost less.
    """

    policy: Policy
    program: Program
    route: Route
    search: Search
    stage: str
    known: KnownBounds = field(default_factory=KnownBounds)
    floors: Mapping[Level, int] = field(default_factory=dict)
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
            found = self._search(None, hint, max(part, FIRST_PLAN_PART), gap)[0]
            if self.best is None:
                return self._without_plan(found)
        reserve = self.search.budget.share(1.0 - part)
        for k, level in enumerate(self.program.levels):
            left = sum(self._is_open(other) for other in self.program.levels[k:])
            self._level(level, self._part_for(reserve.seconds, reserve.work, max(1, left)), gap)
        # A later level may have found a plan that is better at an earlier one too.
        self.proofs = [replace(proof, cost=self.cost(level)) for level, proof in self._by_level()]
        return "optimal" if all(p.cost == p.bound for p in self.proofs) else "feasible"

    def _by_level(self) -> Iterable[tuple[int, Proof]]:
        return zip(self.program.levels, self.proofs, strict=True)

    def _without_plan(self, found: Found) -> Found:
        """Return what may be said where no plan was found: that there is none only if confirmed."""
        if found != "infeasible" or self.route.is_fixed:
            return found
        confirmed = self.route.confirms_infeasible(self.search.budget.share(0.2))
        return "infeasible" if confirmed else "unknown"

    def _part_for(self, kept_seconds: float, kept_work: float | None, levels_left: int) -> float:
        """Return the part of what is left that the next level may use: an even share of the open ones."""
        now = self.search.budget.share(1.0)
        whole, kept = (now.seconds, kept_seconds) if kept_work is None else (now.work_left, kept_work)
        return max(0.0, whole - kept) / whole / levels_left if whole > 0 else 0.0

    def _is_open(self, level: int) -> bool:
        """Whether, as far as is known before it is searched, a level can still get better."""
        costs: dict[Level, int] = {other: self.cost(other) for other in self.program.levels}
        return max(self.known.of(level, costs), self.floors.get(level, 0)) < self.cost(level)

    def _level(self, level: int, part: float, gap: float) -> None:
        bound = max(self.known.of(level, self.costs), self.floors.get(level, 0))
        if bound < self.cost(level) and not self.search.is_over:
            bound = max(bound, self._search(level, self.best, part, gap, bound)[1])
        cost = self.cost(level)
        self.proofs.append(Proof(level, cost, min(bound, cost)))
        self.route.cap(level, cost)

    def _search(
        self, level: int | None, hint: IntArray | None, part: float, gap: float, bound: int = 0
    ) -> tuple[Found, int]:
        """Minimise one level, adding cuts until the plan breaks none; return status and bound."""
        while True:
            share, tell = self.search.budget.share(part), self._teller(level)
            if level is None:
                outcome = self.route.feasible(hint, share, tell)
            else:
                outcome = self.route.minimise(level, hint, share, tell, gap, bound, self._has_no_cuts)
            bound = max(bound, outcome.bound)
            if outcome.values is None:
                return outcome.found, bound
            decisions = outcome.values[: self.program.decisions.count]
            if not self._add_cuts(decisions):
                self._keep(decisions, level)
                return outcome.found, bound
            hint = self.best if self.best is not None else outcome.values
            if self.search.is_over:
                return "unknown", bound

    def _has_no_cuts(self, values: IntArray) -> bool:
        return not self._cuts(values[: self.program.decisions.count])

    def _cuts(self, decisions: IntArray) -> list[Cut]:
        assignments = self.program.decisions.assignments(decisions)
        return self.policy.cuts(Roster(self.policy.world.layers, assignments))

    def _add_cuts(self, decisions: IntArray) -> bool:
        cuts = self._cuts(decisions)
        if cuts:
            self.program = with_cuts(self.program, cuts)
            self.route.grow(self.program)
        return bool(cuts)

    def _keep(self, decisions: IntArray, level: int | None) -> None:
        """Keep the plan if it is better; auxiliaries are set by their definitions, not by the solver."""
        values = complete(self.program, decisions[None, :])[0]
        if self.best is None or level is None or self._cost_of(values, level) < self.cost(level):
            self.best = values

    def _is_sound(self, values: IntArray) -> bool:
        return not broken_rows(self.program, values[None, :]).any() and self._has_no_cuts(values)

    @property
    def costs(self) -> dict[Level, int]:
        """What the best plan costs at each level."""
        return {proof.level: proof.cost for proof in self.proofs}

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
            self.search.listen(Progress(self.stage, shown, cost, bound, self.search.budget.elapsed))

        return tell

    @property
    def rule_costs(self) -> dict[str, int]:
        """What the program makes each rule cost in the best plan."""
        if self.best is None:
            return {}
        costs = rule_costs(self.program, self.best[None, :])[0]
        return dict(zip(self.program.rules, costs.tolist(), strict=True))

    @property
    def decisions(self) -> IntArray | None:
        """The decisions of the best plan."""
        return None if self.best is None else np.asarray(self.best[: self.program.decisions.count])
