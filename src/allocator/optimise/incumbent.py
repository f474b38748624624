"""Incumbents: the best plan of a solve, and the best plan of the level that is being minimised."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from allocator.model.plan import Level
from allocator.model.run import CP_SAT, NOBODY, NOTHING_IS_LESS, Witnesses, combine_witnesses
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.program import IntArray, Program
from allocator.solvers.background import LexicographicRelaxation
from allocator.solvers.bounds import Bound, KnownBounds
from allocator.solvers.deadline import Budget
from allocator.solvers.observer import NULL_OBSERVER, Observer, Snapshot


class Incumbent:
    """The best plan of a solve, compared level by level, and the bounds of its levels; thread-safe.

    The search of one level replaces its plan by another one of the same cost, which may cost more at a later
    level. The incumbent is never replaced by a worse plan.

    Args:
        observer: Sees a snapshot of each better plan, and of each better bound.
        known: Bounds from searches over fewer layers, or from earlier solves.
        budget: Tells the seconds since the solve began.
    """

    def __init__(self, observer: Observer, known: KnownBounds, budget: Budget) -> None:
        self._observer, self._known, self._budget = observer, known, budget
        self._best: tuple[list[int], IntArray] | None = None
        self._bounds: dict[Level, Bound] = {}
        self._lock = Lock()

    def offer_plan(self, program: Program, values: IntArray) -> None:
        """Take a plan, ``[variables]``, if it is better than the incumbent."""
        self._update(program, values, is_better_bound=False)

    def offer(self, program: Program, level: Level, values: IntArray, bound: Bound) -> None:
        """Take a plan and the bound of a level, each if it is better than what there is."""
        is_better_bound = bound.value > self._bounds.get(level, Bound()).value
        if is_better_bound:
            self._bounds[level] = bound
        self._update(program, values, is_better_bound=is_better_bound)

    def best_or(self, values: IntArray) -> IntArray:
        """Return the incumbent, or ``values`` if there is none."""
        return values if self._best is None else self._best[1]

    def _update(self, program: Program, values: IntArray, *, is_better_bound: bool) -> None:
        costs = level_costs(program, values[None, :])[0].tolist()
        with self._lock:
            is_better = self._best is None or costs < self._best[0]
            if is_better:
                self._best = costs, values
            if is_better or is_better_bound:
                best, seconds = self.best_or(values), self._budget.elapsed
                snapshot = Snapshot(program, best, dict(self._bounds), self._known, seconds)
                self._observer.on_snapshot(snapshot)


@dataclass(eq=False)
class LevelIncumbent:
    """The best plan of the level that is being minimised, and the lower bound of its cost.

    Attributes:
        constrained: The program, earlier levels fixed.
        level: The level.
        values: ``[variables]`` the plan; it meets the caps of all fixed levels.
        bound: A proven lower bound of its cost.
        gap: Relative gap at which the plan is good enough.
        observer: Sees each better cost and bound.
        relaxation: Relaxations of all levels, solved in a process of their own.
        incumbent: The incumbent of the solve, which is offered each plan.
        solver: The solver that found the plan.
        by: The back ends that the proof of the bound stands on.
        second: The back ends of a second proof.
        above: The back ends that the proofs of the levels above stand on.
    """

    constrained: ConstrainedProgram
    level: int
    values: IntArray
    bound: int = 0
    gap: float = 0.0
    observer: Observer = NULL_OBSERVER
    relaxation: LexicographicRelaxation | None = None
    incumbent: Incumbent | None = None
    solver: str = CP_SAT
    by: Witnesses = NOTHING_IS_LESS
    second: Witnesses = NOBODY
    above: Witnesses = NOBODY

    def __post_init__(self) -> None:
        self.cost = self._shown_cost = self.constrained.cost(self.values, self.level)

    @property
    def is_good_enough(self) -> bool:
        """Whether the gap between cost and bound is within the tolerance."""
        return self.cost - self.bound <= self.gap * abs(self.cost)

    @property
    def proved(self) -> Bound:
        """The bound, and the back ends that proved it."""
        return Bound(self.bound, self.by, self.second)

    def witnesses_with(self, *by: str) -> Witnesses:
        """Return the back ends of a proof by a search that is given the bound so far."""
        return combine_witnesses(by, self.by)

    def update_bound(self, cost: int | None, bound: int, by: Witnesses = NOBODY) -> None:
        """Take a better bound, and show the cost of a better plan that is not at hand yet.

        Args:
            cost: The better cost; None if it is not known.
            bound: A proven lower bound.
            by: The back ends that its proof stands on.
        """
        self.update_proof(cost, Bound(bound, by))

    def update_proof(self, cost: int | None, proved: Bound) -> None:
        """Take a better bound that may have two proofs; see ``update_bound``."""
        shown = self._shown_cost if cost is None else min(cost, self._shown_cost)
        is_better_bound = proved.value > self.bound
        if is_better_bound:
            self.bound, self.by, self.second = proved.value, proved.by, proved.second
        if shown < self._shown_cost or is_better_bound:
            self._shown_cost = shown
            self.observer.on_bound(shown, min(self.bound, shown))
            if is_better_bound:
                self._offer(self.values)

    def update_from_relaxation(self) -> None:
        """Take the bound that the relaxations of all levels prove, and their plan if it is better."""
        if self.relaxation is None:
            return
        caps: dict[Level, int] = dict(self.constrained.caps.items())
        self.update_proof(None, KnownBounds((self.relaxation.proofs,)).of(self.level, caps))
        values = self.relaxation.values
        if values is None or self.constrained.cost(values, self.level) >= self.cost:
            return
        if self._meets_caps(values):
            self.accept(values, "relaxation")

    def publish(self, values: IntArray) -> None:
        """Offer a plan of a search that goes on to the incumbent of the solve; ``values`` stay as they are.

        Any thread may call it: nothing that a search reads is changed.
        """
        decisions = values[: self.constrained.program.decisions.count]
        if not self.constrained.cuts(decisions):
            plan = evaluate_auxiliaries(self.constrained.program, decisions[None, :])[0]
            if self._meets_caps(plan):
                self._offer(plan)

    def accept(self, values: IntArray, solver: str = CP_SAT, *, is_evaluated: bool = False) -> bool:
        """Replace the plan by one of the same or less cost: one of the same cost leads to other pieces.

        Args:
            values: ``[variables]`` the plan.
            solver: The solver that found it.
            is_evaluated: Whether its auxiliaries have the values of their definitions already.

        Returns:
            Whether the plan is feasible and costs what the solver found; if not, rows were added to the
            program.
        """
        plan = self.constrained.complete_plan(values, is_evaluated=is_evaluated)
        if plan is None:
            return False
        is_priced = self.constrained.is_priced(values, plan)
        if not self._meets_caps(plan):
            return is_priced
        cost = self.constrained.cost(plan, self.level)
        if cost < self.cost:
            self.solver = solver
            self.update_bound(cost, self.bound)
        if cost <= self.cost:
            self.values, self.cost = plan, cost
            self._offer(plan)
        return is_priced

    def _offer(self, values: IntArray) -> None:
        if self.incumbent is not None:
            self.incumbent.offer(self.constrained.program, self.level, values, self.proved)

    def _meets_caps(self, values: IntArray) -> bool:
        constrained = self.constrained
        if constrained.limits_costs and violated_rows(constrained.program, values[None, :]).any():
            return False
        return all(constrained.cost(values, level) <= most for level, most in constrained.caps.items())
