"""Solves for some levels of a traded policy while others are held to limits, one search after another.

The policy is compiled once. Cuts, tangents and Benders rows that one search adds stay for the next.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from allocator.errors import InternalError
from allocator.model.plan import HARD, Assignment, Level
from allocator.optimise.constrained_program import compile_policy, constrain
from allocator.optimise.dispatcher import solve
from allocator.optimise.lexicographic import LexicographicSolver
from allocator.optimise.lns.stay_improvement import improve_stays
from allocator.optimise.results import Options, SolveResult
from allocator.program.cost_limits import with_cost_limits, with_later_rows, with_objective
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, rule_costs
from allocator.program.program import IntArray, Program
from allocator.rules.criteria import TradedPolicy
from allocator.rules.policy import Policy
from allocator.solvers.bounds import KnownBounds, Proof
from allocator.solvers.deadline import BUDGET_PARAMS, Allotment, Budget, SolveContext
from allocator.solvers.observer import TRADE_OFF, Observer, RenumberedLevels


class EpsilonSolver:
    """The searches of one trade-off.

    Args:
        traded: The levels of the trade-off.
        options: How to solve; a window, a confirmation and the fewest changes are not honoured.
        observer: Sees progress, and may stop the searches.

    Attributes:
        context: Seed, budget and observer of all searches together.
        above: Cost and bound of each of the scenario's levels above the criteria; every search keeps to them.
    """

    def __init__(self, traded: TradedPolicy, options: Options, observer: Observer) -> None:
        self._traded, self._options = traded, options
        self._order: Sequence[int] = range(1, len(traded.own_levels) + 1)
        self._observer = RenumberedLevels(observer, self._own_level)
        budget = Budget(options.seconds, options.workers or os.cpu_count() or 1)
        self.context = SolveContext(options.seed, budget, self._observer)
        self.above: dict[int, Proof] = {}
        self._has_plan = False
        self._program: Program

    def _own_level(self, level: int) -> int:
        """Return the scenario's level of a level of the running search, by its place in the order."""
        return self._traded.own_levels[self._order[level - 1] - 1]

    def best_plan(self, order: Sequence[int], part: float) -> SolveResult:
        """Find the best plan by the levels above, then by the criteria in an order, layer after layer.

        The levels below are left out. From the first such plan on, the levels above are held to its costs.

        Args:
            order: The criteria, by their place in the trade-off.
            part: The part of the whole time limit that this may take.

        Returns:
            The result; its criteria are numbered by their place in ``order``, after the levels above.
        """
        traded = self._traded
        levels = (*range(1, len(traded.above) + 1), *(traded.criterion_levels[k] for k in order))
        own = Budget(self._options.seconds * min(part, self.part_of_left(1.0)), self.context.budget.workers)
        options = replace(self._options, window=0, confirm="off", minimum_changes=False)
        self._order = levels
        result = solve(_with_order(traded.policy, levels), options, observer=self._observer, budget=own)
        self.context.budget.spent_work += own.spent_work
        self.context.budget.cut_short |= own.cut_short
        if result.proofs and not self._has_plan:
            self._has_plan = True
            self.above = dict(zip(traded.above, level_proofs(result, len(traded.above)), strict=True))
            self._program = compile_policy(traded.policy, self.context.budget)
        return result

    def solve(
        self,
        order: Sequence[int],
        limits: Mapping[int, int],
        start: IntArray,
        part: float,
        known: KnownBounds | None = None,
    ) -> tuple[IntArray, list[Proof]]:
        """Minimise some levels under limits of others, and return the plan with the proofs.

        Args:
            order: The levels of the traded policy, most important first.
            limits: The most that levels may cost.
            start: ``[variables]`` a plan that keeps to the limits.
            part: The part of the whole time limit that this may take.
            known: Proved bounds of the levels, numbered by their place in ``order``.

        Returns:
            ``[variables]`` the plan, and cost and bound of each level, numbered by their place in ``order``.

        Raises:
            InternalError: A solver says that there is no plan.
        """
        above = {number: proof.cost for number, proof in enumerate(self.above.values(), start=1)}
        program = with_objective(with_cost_limits(self._program, {**above, **limits}), order)
        constrained = constrain(self._traded.policy, program)
        constrained.limits_costs = True
        self._order = order
        solver = LexicographicSolver(constrained, self.context, TRADE_OFF, known)
        found = solver.solve(start[: program.decisions.count], self._part_left(part))
        self._program = with_later_rows(self._program, solver.program, len(program.rows))
        if found == "infeasible":
            raise InternalError("a solver says that there is no plan where one is known")
        return start if solver.decisions is None else self.values(solver.decisions), solver.proofs

    def _part_left(self, part: float) -> float:
        """Return a part of the whole time limit as a part of the time that is left."""
        left, limit = self.context.budget.share(1.0), self.context.budget.limit
        if left.work is not None:
            return min(1.0, part * limit * BUDGET_PARAMS.work_per_second / max(left.work, 1e-9))
        return min(1.0, part * limit / max(left.seconds, 1e-9))

    def part_of_left(self, share: float) -> float:
        """Return a part of the time that is left as a part of the whole time limit."""
        return self.part_of(self.context.budget.share(share))

    def part_of(self, allotment: Allotment) -> float:
        """Return an allotment as a part of the whole time limit."""
        seconds = allotment.seconds
        if allotment.work is not None:
            seconds = allotment.work / BUDGET_PARAMS.work_per_second
        return seconds / self.context.budget.limit

    def plan_values(self, result: SolveResult) -> IntArray:
        """Return ``[variables]`` the plan of a result."""
        return self.values(self._program.decisions.vector(result.assignments))

    def values(self, decisions: IntArray) -> IntArray:
        """Return ``[variables]`` a plan that is given as ``[decisions]``."""
        return np.asarray(evaluate_auxiliaries(self._program, decisions[None, :])[0])

    def assignments(self, values: IntArray) -> tuple[Assignment, ...]:
        """Return the assignments of a plan, ``[variables]``."""
        decisions = self._program.decisions
        return tuple(decisions.assignments(values[: decisions.count]))

    def costs(self, values: IntArray) -> tuple[int, ...]:
        """Return the cost of each criterion in a plan."""
        priced = self._level_costs(values)
        return tuple(priced.get(level, 0) for level in self._traded.criterion_levels)

    def rule_costs(self, values: IntArray) -> dict[str, int]:
        """Return the cost of each rule in a plan by the rule's id."""
        found = rule_costs(self._program, values[None, :])[0].tolist()
        return dict(zip(self._program.rules, found, strict=True))

    def improved_stays(self, values: IntArray) -> IntArray:
        """Return a plan of the same costs in which people stay who can."""
        if self.context.is_stopped:
            return values
        return improve_stays(self._traded.policy, constrain(self._traded.policy, self._program), values)

    def keeps_above(self, values: IntArray) -> bool:
        """Return whether a plan costs no more at the levels above than the first one."""
        priced = self._level_costs(values)
        return all(priced.get(k, 0) <= proof.cost for k, proof in enumerate(self.above.values(), start=1))

    def _level_costs(self, values: IntArray) -> dict[Level, int]:
        found = level_costs(self._program, values[None, :])[0].tolist()
        return dict(zip(self._program.levels, found, strict=True))


def level_proofs(result: SolveResult, count: int, first: int = 1) -> list[Proof]:
    """Return the proofs of some levels of a result; a level that nothing is priced at costs nothing."""
    known = {proof.level: proof for proof in result.proofs}
    return [known.get(level, Proof(level, 0, 0)) for level in range(first, first + count)]


def _with_order(policy: Policy, levels: Sequence[int]) -> Policy:
    """Return a policy with some of its levels as 1, 2, 3 ..., without the rules of the others."""
    number = {level: k for k, level in enumerate(levels, start=1)}
    rules = (
        rule if rule.level == HARD else rule.model_copy(update={"level": number[rule.level]})
        for rule in policy.rules
        if rule.level == HARD or rule.level in number
    )
    return replace(policy, rules=tuple(rules))
