"""Lexicographic optimisation: a level is minimised, its cost is fixed, then comes the next level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from allocator.model.plan import HARD, Level
from allocator.model.run import BY_ROWS, combine_witnesses
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.feasible_plan import confirm_infeasible, find_feasible
from allocator.optimise.incumbent import Incumbent, LevelIncumbent
from allocator.optimise.initial_plan import make_initial_plan
from allocator.optimise.lns.plan_repair import is_large
from allocator.optimise.routes.route import (
    LevelRequest,
    ProgramRequest,
    ProgramRoute,
    RouteResult,
    level_routes,
    program_routes,
)
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, rule_costs
from allocator.program.program import IntArray, Program
from allocator.solvers.background import LexicographicRelaxation
from allocator.solvers.bounds import Bound, KnownBounds, Proof
from allocator.solvers.deadline import Allotment, Deadline, SolveContext
from allocator.solvers.observer import NULL_OBSERVER, CallbackObserver, Observer, Progress
from allocator.solvers.solver import Found


@dataclass(frozen=True)
class LexicographicParams:
    """Parameters of the search through the levels.

    Attributes:
        first_plan_part: Part of all the time left that the search for a first plan may take: without a plan
            nothing else matters.
        confirmation_part: Part of the time left in which it is confirmed that there is no plan.
        again_part: Part of the time that later levels left over for the first level that is not proved.
        again_seconds: The least seconds for that level.
        rounds: How many times time that is left over is given to a level that is not proved.
    """

    first_plan_part: float = 0.5
    confirmation_part: float = 0.2
    again_part: float = 0.5
    again_seconds: float = 1.0
    rounds: int = 20


PARAMS = LexicographicParams()


class LexicographicSolver:
    """Minimises the levels of one program: all at once by a route that can, or one by one from a first plan.

    Attributes:
        constrained: The program.
        context: Seed, budget, observer of progress, and stop.
        stage: The name of the search in progress.
        known: Bounds from searches over fewer layers.
        best: ``[variables]`` the best plan.
        proofs: Cost and bound of each level that was searched.
        solvers: The solver that found the plan of each level.
        route: The route that found the plan of all levels, or the plan to begin from; None if there is none.
        are_constraints_network: Whether the constraints are a network, so that a flow gave the first plan.
        refuted: The proof that there is no plan, where that was found.
    """

    def __init__(
        self,
        constrained: ConstrainedProgram,
        context: SolveContext,
        stage: str,
        known: KnownBounds | None = None,
        *,
        floors: Mapping[Level, int] | None = None,
        observer: Observer = NULL_OBSERVER,
    ) -> None:
        """Make a solver of a program.

        Args:
            constrained: The program.
            context: Seed, budget, observer of progress, and stop.
            stage: The name of the search in progress.
            known: Bounds from searches over fewer layers.
            floors: The cost of each level that decisions which are fixed cause already.
            observer: Sees the snapshots of this search.
        """
        self.constrained, self.context, self.stage = constrained, context, stage
        self.known = known or KnownBounds()
        self.best: IntArray | None = None
        self.proofs: list[Proof] = []
        self.solvers: dict[int, str] = {}
        self.route: ProgramRoute | None = None
        self.are_constraints_network = False
        self.refuted: Bound | None = None
        self._floors = floors or {}
        self._incumbent = Incumbent(observer, self.known, context.budget)
        self._is_final = False

    def solve(self, start: IntArray | None, part: float, gap: float = 0.0) -> Found:
        """Minimise every level and return what was found.

        Args:
            start: ``[decisions]`` to begin from; they are the first plan if they violate nothing.
            part: The part of the budget that this search may use.
            gap: Relative gap at which a level is good enough.
        """
        found = self._solve_at_once(start, part, gap)
        if found is not None:
            return found
        hint = None if start is None else evaluate_auxiliaries(self.program, start[None, :])[0]
        if hint is not None and self._is_better(hint) and self.constrained.is_feasible(hint):
            self.best = hint
        if self.best is None:
            found = self._find_first_plan(hint, max(part, PARAMS.first_plan_part))
            if self.best is None:
                return found
        self._incumbent.offer_plan(self.program, self.best)
        if self._is_final:
            return self._accept_known_bounds()
        deadline = Deadline(self.context.budget, self.context.budget.share(part))
        relaxation = self._start_relaxation() if gap == 0.0 else None
        try:
            for level, level_part in self._schedule(deadline, gap):
                self._minimise_level(level, level_part, gap, relaxation)
        finally:
            if relaxation is not None:
                relaxation.close()
        return "optimal" if self._first_open() is None else "feasible"

    def _solve_at_once(self, start: IntArray | None, part: float, gap: float) -> Found | None:
        """Try the routes for all levels; return what was found where that is the end of it."""
        deadline = Deadline(self.context.budget, self.context.budget.share(part))
        for route in program_routes():
            observer_of = partial(self._observer_of, route=route)
            request = ProgramRequest(self.constrained, self.context, deadline, start, gap, observer_of)
            if route.applies(request).applies:
                found = self._adopt(route, route.solve(request))
                if found in ("optimal", "infeasible"):
                    return found
        return None

    def _adopt(self, route: ProgramRoute, result: RouteResult) -> Found:
        """Take over the plan and the proofs of a route, if the plan is feasible and costs what it says."""
        if result.found == "infeasible":
            self.route, self.refuted = route, result.refutation
            return "infeasible"
        if result.decisions is not None:
            self._accept_plan(route, result.decisions)
        claimed = [proof.cost for proof in result.proofs]
        if self.best is None or [self.cost(proof.level) for proof in result.proofs] > claimed:
            return "unknown"
        for proof in result.proofs:
            self._incumbent.offer(self.program, proof.level, self.best, proof.proved)
        if result.found == "optimal":
            self.proofs = list(result.proofs)
        else:
            self.known = self.known.with_search(result.proofs)
            self._is_final = result.is_final
        return result.found

    def _accept_plan(self, route: ProgramRoute, decisions: IntArray) -> None:
        """Take over a plan of a route if it is feasible and better than the best so far."""
        count = self.program.decisions.count
        values = evaluate_auxiliaries(self.program, decisions[None, :count])[0]
        if self._is_better(values) and self.constrained.is_feasible(values):
            self.best, self.route = values, route
            self.solvers = dict.fromkeys(self.program.levels, route.solver)
            self._incumbent.offer_plan(self.program, values)

    def _accept_known_bounds(self) -> Found:
        """Return what is proved by a route that leaves nothing for others to find."""
        assert self.route is not None
        for level in self.program.levels:
            cost = self.cost(level)
            self.proofs.append(Proof.of(level, cost, self.known.of(level, self.costs)))
            self.solvers[level] = self.route.solver
        return "optimal" if self._first_open() is None else "feasible"

    def _find_first_plan(self, hint: IntArray | None, part: float) -> Found:
        """Find any plan; say that there is none only if that is confirmed."""
        budget = self.context.budget
        if is_large(self.program) and self.context.is_over:  # to read it takes seconds
            return "unknown"
        deadline = Deadline(budget, budget.share(part))
        initial = make_initial_plan(self.constrained, hint, deadline, self.context)
        if initial is not None:
            self.best, self.are_constraints_network = initial.values, initial.is_flow
            return "feasible"
        result = find_feasible(self.constrained, hint, deadline, self.context, self._observer_of(HARD))
        self.best = result.values
        if result.found != "infeasible" or self.constrained.is_fixed:
            return result.found
        again = Deadline(budget, budget.share(PARAMS.confirmation_part))
        self.refuted = confirm_infeasible(self.constrained, again, self.context)
        return "infeasible" if self.refuted is not None else "unknown"

    def _start_relaxation(self) -> LexicographicRelaxation | None:
        """Start to solve the relaxations of all levels, where they are likely tight and the clock counts.

        They are where the constraints are a network and only costs are not. Elsewhere the process would take
        its time from the other searches: 4 s became 6 on two cores.
        """
        open_levels = sum(self._is_open(level) for level in self.program.levels)
        if not self.are_constraints_network or self.context.budget.deterministic or open_levels < 2:
            return None
        whole = self.constrained.subproblem(None).full()
        if whole is None or len(whole) == 0:
            return None
        return LexicographicRelaxation(self.program, whole, self.context.seed)

    def _schedule(self, deadline: Deadline, gap: float) -> Iterator[tuple[int, Allotment]]:
        """Yield levels and their time: each once, then the first that is open while others have left time."""
        yield from self._each_level(0, deadline)
        for _ in range(PARAMS.rounds if gap == 0.0 else 0):
            k = self._first_open()
            if k is None or deadline.is_over or self.context.is_over:
                break
            yield from self._again(k, deadline)

    def _each_level(self, first: int, deadline: Deadline) -> Iterator[tuple[int, Allotment]]:
        """Yield level after level from one on, each with its part of the time."""
        for k, level in enumerate(self.program.levels[first:], first):
            still_open = sum(self._is_open(other) for other in self.program.levels[k:])
            yield level, deadline.share(1 / max(1, still_open))
        # A later level may have found a plan that is better at an earlier one too.
        self.proofs = [replace(proof, cost=self.cost(proof.level)) for proof in self.proofs]

    def _again(self, first: int, deadline: Deadline) -> Iterator[tuple[int, Allotment]]:
        """Yield an open level once more, and the levels after it if it gets better.

        Proofs of the later levels stay true otherwise: their caps were no lower then.
        """
        level, before = self.program.levels[first], self.proofs
        self.known = self.known.with_search(before)
        self.constrained.unfix_level(level)
        self.proofs = before[:first]
        part = 1.0 if first + 1 == len(before) else PARAMS.again_part
        yield level, deadline.share(part, least=PARAMS.again_seconds)
        if self.proofs[first].cost < before[first].cost:
            yield from self._each_level(first + 1, deadline)
            return
        for proof, other in zip(before[first + 1 :], self.program.levels[first + 1 :], strict=True):
            self.proofs.append(proof)
            self.constrained.fix_level(other, proof.cost, proved=proof.cost == proof.bound)

    def _minimise_level(
        self, level: int, part: Allotment, gap: float, relaxation: LexicographicRelaxation | None
    ) -> None:
        """Minimise one level by the routes that apply, and fix it to the cost that it then has."""
        assert self.best is not None
        bound = self.bound_by_rows(level) | self.known.of(level, self.costs)
        observer = self._observer_of(level)
        incumbent = LevelIncumbent(
            self.constrained, level, self.best, bound.value, gap, observer, relaxation, self._incumbent
        )
        incumbent.by, incumbent.second = bound.by, bound.second
        incumbent.above = combine_witnesses(*(proof.by for proof in self.proofs))
        incumbent.solver = self.solvers.get(level, incumbent.solver)
        incumbent.update_from_relaxation()
        observer.on_bound(incumbent.cost, min(incumbent.bound, incumbent.cost))
        if incumbent.bound < incumbent.cost and not self.context.is_over:
            request = LevelRequest(incumbent, self.context, Deadline(self.context.budget, part))
            for route in level_routes():
                if route.applies(request).applies:
                    route.solve(request)
            self.solvers[level] = incumbent.solver
        self.best = self._incumbent.best_or(incumbent.values)
        proof = Proof.of(level, self.cost(level), incumbent.proved)
        self.proofs.append(proof)
        self._incumbent.offer(self.program, level, self.best, proof.proved)
        self.constrained.fix_level(level, proof.cost, proved=proof.cost == proof.bound)

    def bound_by_rows(self, level: int) -> Bound:
        """Return the lower bound of a level that follows from the rows alone, and from fixed decisions."""
        least = max(self._floors.get(level, 0), self.constrained.lower_bound(level))
        return Bound(least, BY_ROWS) if least > 0 else Bound()

    def _first_open(self) -> int | None:
        """Return the index of the first level that is not proved; None if all are."""
        return next((k for k, proof in enumerate(self.proofs) if proof.bound < proof.cost), None)

    def _is_open(self, level: int) -> bool:
        """Whether a level can still get better, as far as is known before it is searched."""
        costs: dict[Level, int] = {other: self.cost(other) for other in self.program.levels}
        return max(self.known.of(level, costs).value, self._floors.get(level, 0)) < self.cost(level)

    def _is_better(self, values: IntArray) -> bool:
        """Whether a plan is better than the best so far."""
        if self.best is None:
            return True
        own, best = level_costs(self.program, np.stack([values, self.best])).tolist()
        return bool(own < best)

    def _observer_of(self, level: Level, route: ProgramRoute | None = None) -> Observer:
        """Return the observer of a level: bounds become progress, and plans of a route are taken over."""

        def report(cost: int | None, bound: int) -> None:
            shown = None if level == HARD else cost
            budget = self.context.budget
            progress = Progress(self.stage, level, shown, bound, budget.elapsed, budget.work)
            self.context.observer.on_progress(progress)

        if route is None:
            return CallbackObserver(bound=report)
        return CallbackObserver(bound=report, plan=lambda decisions: self._accept_plan(route, decisions))

    @property
    def program(self) -> Program:
        """The program, with the cuts that were added so far."""
        return self.constrained.program

    @property
    def costs(self) -> dict[Level, int]:
        """The cost of the best plan at each level that was searched."""
        return {proof.level: proof.cost for proof in self.proofs}

    def cost(self, level: Level) -> int:
        """Return the cost of the best plan at a level."""
        assert self.best is not None and level != HARD
        return self.constrained.cost(self.best, level)

    @property
    def rule_costs(self) -> dict[str, int]:
        """The cost of each rule in the best plan, as the program has it."""
        if self.best is None:
            return {}
        costs = rule_costs(self.program, self.best[None, :])[0]
        return dict(zip(self.program.rules, costs.tolist(), strict=True))

    @property
    def decisions(self) -> IntArray | None:
        """``[decisions]`` of the best plan."""
        return None if self.best is None else np.asarray(self.best[: self.program.decisions.count])
