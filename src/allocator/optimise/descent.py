"""How a program is solved: all at once, by a flow or by zones, or level by level from a first plan."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from allocator.model.plan import HARD
from allocator.model.witnesses import FLOW
from allocator.optimise.begin import beginning
from allocator.optimise.first import any_plan, is_impossible
from allocator.optimise.flow import best_by_flow
from allocator.optimise.levels import Levels
from allocator.optimise.lns.plan_repair import is_large
from allocator.optimise.task import Task
from allocator.optimise.zones.lexicographic_cover import BY_COVER
from allocator.optimise.zones.map_search import solve_zones
from allocator.program.cuts import RuleCut
from allocator.program.evaluate import evaluate_auxiliaries, rule_costs
from allocator.program.program import IntArray, Program
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.solvers.background import LexicographicRelaxation
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.context import SolveContext
from allocator.solvers.deadline import Allotment, Deadline
from allocator.solvers.observer import CallbackObserver
from allocator.solvers.protocol import Found

#: Without any plan nothing else matters: a first one may take this part of all the time left.
FIRST_PLAN_PART = 0.5


@dataclass
class Descent(Levels):
    """Works down the levels of one program, from whatever plan can be had first; or settles all at once.

    Attributes:
        flows: Whether what is asked of decisions is a network, so that a flow gave the first plan.
        settled_by: What settled all levels at once, or gave the plan to begin from: a flow or zones.
        refuted: Who proved that there is no plan, where that was found.
    """

    flows: bool = False
    settled_by: str = ""
    refuted: Bound | None = None
    _is_searched: bool = field(init=False, default=False)

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
        hint = None if start is None else evaluate_auxiliaries(self.program, start[None, :])[0]
        if hint is not None and self._is_better(hint) and self.task.is_sound(hint):
            self.best = hint
        if self.best is None:
            found = self._first_plan(hint, self.search.budget.share(max(part, FIRST_PLAN_PART)))
            if self.best is None:
                return found
        self._kept.begin(self.program, self.best)
        if self._is_searched:
            return self._as_searched()
        deadline = Deadline(self.search.budget, self.search.budget.share(part))
        return self._one_by_one(deadline, gap, self._begin_relaxation() if gap == 0.0 else None)

    def _by_flow(self) -> bool:
        """Settle every level by one flow, where the program is a network; return whether it was."""
        if self._is_too_late:
            return False
        whole = self.task.question(None).full()
        found = None if whole is None else best_by_flow(self.program, whole)
        if found is None or not self.task.is_sound(found):
            return False
        self.best, self.settled_by = self.task.settled(found), FLOW
        assert self.best is not None, "it is sound"
        self._kept.begin(self.program, self.best)
        for level in self.program.levels:
            cost = self.cost(level)
            self.proofs.append(Proof.of(level, cost, Bound(cost, frozenset((FLOW,)))))
            self.won[level] = FLOW
            self._kept.hear(self.program, level, self.best, self.proofs[-1].proved)
            self._teller(level)(cost, cost)
        return True

    @property
    def _is_too_late(self) -> bool:
        """Whether the time is over and the program so large that even to look at it takes seconds."""
        return is_large(self.program) and self.search.is_over

    def _by_zones(self, start: IntArray | None, part: float) -> Found:
        """Settle every level by the best of all zones, where they can be told; keep what comes of it else."""
        deadline = Deadline(self.search.budget, self.search.budget.share(part))
        found = solve_zones(self.task, deadline, self.search, self._teller, start, self._take)
        if found is None:
            return "unknown"
        if found.found == "infeasible":
            self.settled_by, self.refuted = "zones", Bound(by=BY_COVER)
            return "infeasible"
        if found.decisions is not None:
            self._take(found.decisions)
        if self.best is None or [self.cost(proof.level) for proof in found.proofs] > [
            proof.cost for proof in found.proofs
        ]:  # what was found is not sound
            return "unknown"
        for proof in found.proofs:
            self._kept.hear(self.program, proof.level, self.best, proof.proved)
        if found.found == "optimal":
            self.proofs = list(found.proofs)
        else:
            self.known = self.known.with_search(found.proofs)
            self._is_searched = found.is_all
        return found.found

    def _take(self, decisions: IntArray) -> None:
        """Take over a plan of zones if it is sound and better than the best so far."""
        values = evaluate_auxiliaries(self.program, decisions[None, :])[0]
        if self._is_better(values) and self.task.is_sound(values):
            self.best, self.settled_by = values, "zones"
            self.won = dict.fromkeys(self.program.levels, "zones")
            self._kept.begin(self.program, values)

    def _as_searched(self) -> Found:
        """Say what is proved where zones were looked for as long as there was time."""
        for level in self.program.levels:
            cost = self.cost(level)
            self.proofs.append(Proof.of(level, cost, self.known.of(level, self.costs)))
            self.won[level] = self.settled_by
        return "optimal" if self._first_open() is None else "feasible"

    def _first_plan(self, hint: IntArray | None, part: Allotment) -> Found:
        """Find any plan; say that there is none only if that is confirmed."""
        if self._is_too_late:
            return "unknown"
        deadline = Deadline(self.search.budget, part)
        made = beginning(self.task, hint, deadline, self.search)
        if made is not None:
            self.best, self.flows = made.values, made.is_flow
            return "feasible"
        found = any_plan(self.task, hint, deadline, self.search, CallbackObserver(bound=self._teller(HARD)))
        self.best = found.values
        if found.found != "infeasible" or self.task.is_fixed:
            return found.found
        again = Deadline(self.search.budget, self.search.budget.share(0.2))
        self.refuted = is_impossible(self.task, again, self.search)
        return "infeasible" if self.refuted is not None else "unknown"

    def _begin_relaxation(self) -> LexicographicRelaxation | None:
        """Begin to climb the relaxations of all levels, where they are likely tight and the clock counts.

        They are where what is asked is a network and only what is paid is not. Elsewhere the process would
        take its time from the other searches: 4 s became 6 on two cores.
        """
        open_levels = sum(self._is_open(level) for level in self.program.levels)
        if not self.flows or self.search.budget.deterministic or open_levels < 2:
            return None
        whole = self.task.question(None).full()
        if whole is None or len(whole) == 0:
            return None
        return LexicographicRelaxation(self.program, whole, self.search.seed)

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


def compiled(policy: Policy, search: SolveContext) -> Program:
    """Return the program of a policy; the time that judging a plan of it will take is kept for that."""
    began = search.budget.elapsed
    program = policy.compile()
    search.budget.reserve_for_judging(search.budget.elapsed - began)
    return program


def task_of(policy: Policy, program: Program) -> Task:
    """Return the task of a policy compiled to ``program``; its rules may call for cuts."""

    def cuts(decisions: IntArray) -> list[RuleCut]:
        if not policy.has_cuts:
            return []
        return policy.cuts(Roster(policy.context.layers, program.decisions.assignments(decisions)))

    return Task(program, cuts, policy.adjacency)
