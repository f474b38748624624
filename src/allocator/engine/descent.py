"""Level by level: each level is minimised, its cost held to, and only then the next one looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from allocator.engine.begin import beginning
from allocator.engine.bounds import KnownBounds, Proof
from allocator.engine.budget import Clock, Slice
from allocator.engine.first import any_plan, is_impossible
from allocator.engine.flow import best_by_flow
from allocator.engine.kept import Kept
from allocator.engine.ladder import Ladder
from allocator.engine.outcome import Found
from allocator.engine.progress import Progress
from allocator.engine.reached import Offer, unheeded
from allocator.engine.repair import LARGE
from allocator.engine.route import minimise_level
from allocator.engine.search import Search
from allocator.engine.standing import Standing
from allocator.engine.task import Task
from allocator.engine.zones.solve import best_by_zones
from allocator.model.plan import HARD, Level
from allocator.program.cuts import Cut
from allocator.program.evaluate import complete, level_costs, rule_costs
from allocator.program.program import IntArray, Program
from allocator.program.question import least_price
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster

#: Without any plan nothing else matters: a first one may take this part of all the time left.
FIRST_PLAN_PART = 0.5


@dataclass
class Descent:
    """Works down the levels of one program.

    Attributes:
        task: What is solved.
        search: The time that is left, and whom to tell.
        stage: What the search is called while it runs.
        known: Bounds proved by searches over fewer layers.
        floors: What levels cost already by what is settled: no plan here can cost less.
        offer: Is offered every better plan.
        best: The best plan, as values of all variables.
        flows: Whether what is asked of decisions is a network, so that a flow gave the first plan.
        settled_by: What settled all levels at once, or gave the plan to begin from: a flow or zones.
        proofs: Cost and bound of each level done.
        won: Which solver gave each level's plan.
    """

    task: Task
    search: Search
    stage: str
    known: KnownBounds = field(default_factory=KnownBounds)
    floors: Mapping[Level, int] = field(default_factory=dict)
    offer: Offer = unheeded
    best: IntArray | None = None
    flows: bool = False
    settled_by: str = ""
    proofs: list[Proof] = field(default_factory=list)
    won: dict[int, str] = field(default_factory=dict)
    _kept: Kept = field(init=False)
    _is_searched: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self._kept = Kept(self.offer, self.known, self.search.budget)

    def run(self, start: IntArray | None, part: float, gap: float = 0.0) -> Found:
        """Minimise every level and return what was found.

        Args:
            start: Decisions to begin from; taken over at once if they break nothing.
            part: The part of the budget that this descent may use.
            gap: Relative gap at which a level is good enough.
        """
        if self._by_flow():
            return "optimal"
        zoned = self._by_zones(start, part) if gap == 0.0 else "unknown"
        if zoned in ("optimal", "infeasible"):
            return zoned
        hint = None if start is None else complete(self.program, start[None, :])[0]
        if hint is not None and self._is_better(hint) and self.task.is_sound(hint):
            self.best = hint
        if self.best is None:
            found = self._first_plan(hint, self.search.budget.share(max(part, FIRST_PLAN_PART)))
            if self.best is None:
                return found
        self._kept.begin(self.program, self.best)
        if self._is_searched:
            return self._as_searched()
        clock = Clock(self.search.budget, self.search.budget.share(part))
        ladder = self._ladder() if gap == 0.0 else None
        try:
            for k, level in enumerate(self.program.levels):
                still_open = sum(self._is_open(other) for other in self.program.levels[k:])
                self._level(level, clock.share(1 / max(1, still_open)), gap, ladder)
        finally:
            if ladder is not None:
                ladder.close()
        # A later level may have found a plan that is better at an earlier one too.
        self.proofs = [replace(proof, cost=self.cost(proof.level)) for proof in self.proofs]
        return "optimal" if all(p.cost == p.bound for p in self.proofs) else "feasible"

    def _by_flow(self) -> bool:
        """Settle every level by one flow, where the program is a network; return whether it was."""
        if self._is_too_late:
            return False
        whole = self.task.question(None).whole()
        found = None if whole is None else best_by_flow(self.program, whole)
        if found is None or not self.task.is_sound(found):
            return False
        self.best, self.settled_by = self.task.settled(found), "flow"
        assert self.best is not None, "it is sound"
        self._kept.begin(self.program, self.best)
        for level in self.program.levels:
            cost = self.cost(level)
            self.proofs.append(Proof(level, cost, cost))
            self.won[level] = "flow"
            self._kept.hear(self.program, level, self.best, cost)
            self._teller(level)(cost, cost)
        return True

    @property
    def _is_too_late(self) -> bool:
        """Whether the time is over and the program so large that even to look at it takes seconds."""
        return self.program.decisions.count >= LARGE and self.search.is_over

    def _is_better(self, values: IntArray) -> bool:
        """Whether a plan would be better than the best so far."""
        if self.best is None:
            return True
        mine, best = level_costs(self.program, np.stack([values, self.best])).tolist()
        return bool(mine < best)

    def _by_zones(self, start: IntArray | None, part: float) -> Found:
        """Settle every level by the best of all zones, where they can be told; keep what comes of it else."""
        clock = Clock(self.search.budget, self.search.budget.share(part))
        found = best_by_zones(self.task, clock, self.search, self._teller, start)
        if found is None:
            return "unknown"
        self.settled_by = "zones" if found.found == "infeasible" else self.settled_by
        if found.decisions is None:
            return found.found
        values = complete(self.program, found.decisions[None, :])[0]
        if not self.task.is_sound(values):
            return "unknown"
        self.best, self.settled_by = values, "zones"
        self._kept.begin(self.program, values)
        for proof in found.proofs:
            if proof.level != HARD:
                self._kept.hear(self.program, proof.level, values, proof.bound)
        if found.found == "optimal":
            self.proofs = list(found.proofs)
            self.won = dict.fromkeys(self.program.levels, "zones")
        else:
            self.known = self.known.with_search(found.proofs)
            self._is_searched = found.is_all
        return found.found

    def _as_searched(self) -> Found:
        """Say what is proved where zones were looked for as long as there was time."""
        for level in self.program.levels:
            cost = self.cost(level)
            self.proofs.append(Proof(level, cost, min(cost, self.known.of(level, self.costs))))
            self.won[level] = self.settled_by
        return "optimal" if all(proof.cost == proof.bound for proof in self.proofs) else "feasible"

    def _first_plan(self, hint: IntArray | None, part: Slice) -> Found:
        """Find any plan; say that there is none only if that is confirmed."""
        if self._is_too_late:
            return "unknown"
        clock = Clock(self.search.budget, part)
        made = beginning(self.task, hint, clock, self.search)
        if made is not None:
            self.best, self.flows = made.values, made.is_flow
            return "feasible"
        found = any_plan(self.task, hint, clock, self.search, self._teller(HARD))
        self.best = found.values
        if found.found != "infeasible" or self.task.is_fixed:
            return found.found
        again = Clock(self.search.budget, self.search.budget.share(0.2))
        return "infeasible" if is_impossible(self.task, again, self.search) else "unknown"

    def _ladder(self) -> Ladder | None:
        """Begin to climb the relaxations of all levels, where they are likely tight and the clock counts.

        They are where what is asked is a network and only what is paid is not. Elsewhere the process would
        take its time from the other searches: 4 s became 6 on two cores.
        """
        open_levels = sum(self._is_open(level) for level in self.program.levels)
        if not self.flows or self.search.budget.deterministic or open_levels < 2:
            return None
        whole = self.task.question(None).whole()
        if whole is None or len(whole) == 0:
            return None
        return Ladder(self.program, whole, self.search.seed)

    def _level(self, level: int, part: Slice, gap: float, ladder: Ladder | None) -> None:
        """Minimise one level and hold it to what it then costs."""
        assert self.best is not None
        bound = max(self.known.of(level, self.costs), self.floors.get(level, 0), self.least(level))

        def keep(values: IntArray, bound: int) -> None:
            self._kept.hear(self.program, level, values, bound)

        standing = Standing(self.task, level, self.best, bound, gap, self._teller(level), ladder, keep)
        standing.hear_ladder()
        self._teller(level)(standing.cost, min(standing.bound, standing.cost))
        if standing.bound < standing.cost and not self.search.is_over:
            minimise_level(standing, part, self.search)
            self.won[level] = standing.won
        self.best = self._kept.or_better(standing.values)
        cost = self.cost(level)
        proof = Proof(level, cost, min(standing.bound, cost))
        self.proofs.append(proof)
        keep(self.best, proof.bound)
        self.task.cap(level, proof.cost, proved=proof.cost == proof.bound)

    def least(self, level: int) -> int:
        """Return what a level costs at least by the bounds that follow from the rows alone."""
        whole = self.task.question(None).whole()
        return 0 if whole is None else least_price(self.task.question(level), whole)

    def _is_open(self, level: int) -> bool:
        """Whether, as far as is known before it is searched, a level can still get better."""
        costs: dict[Level, int] = {other: self.cost(other) for other in self.program.levels}
        return max(self.known.of(level, costs), self.floors.get(level, 0)) < self.cost(level)

    @property
    def program(self) -> Program:
        """The program, with the cuts made so far."""
        return self.task.program

    @property
    def costs(self) -> dict[Level, int]:
        """What the best plan costs at each level that is done."""
        return {proof.level: proof.cost for proof in self.proofs}

    def cost(self, level: Level) -> int:
        """Return what the best plan costs at a level."""
        assert self.best is not None and level != HARD
        return self.task.cost(self.best, level)

    def _teller(self, level: Level) -> Callable[[int | None, int], None]:
        def tell(cost: int | None, bound: int) -> None:
            shown = None if level == HARD else cost
            self.search.listen(Progress(self.stage, level, shown, bound, self.search.budget.elapsed))

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


def task_of(policy: Policy, program: Program) -> Task:
    """Return the task of a policy compiled to ``program``; its rules may call for cuts."""

    def cuts(decisions: IntArray) -> list[Cut]:
        if not policy.has_cuts:
            return []
        return policy.cuts(Roster(policy.world.layers, program.decisions.assignments(decisions)))

    return Task(program, cuts, policy.map)
