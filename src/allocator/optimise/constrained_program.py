"""The program of a solve: it grows by cuts, and variables and levels of it are fixed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from allocator.graph.geography import Neighbours
from allocator.program.bound_tightening import Bounds
from allocator.program.cuts import RuleCut, add_cuts, add_tangents, has_outer_approximation, violated_tangents
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.lazy_auxiliaries import add_benders_rows, undefined_auxiliaries, violated_benders
from allocator.program.program import BoolArray, IntArray, Program
from allocator.program.structure import independent_components
from allocator.program.subproblem import Subproblem, objective_lower_bound
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.solvers.deadline import Budget


@dataclass(eq=False)
class ConstrainedProgram:
    """A program whose levels are minimised one after the other.

    Attributes:
        program: The program; rows are added when a plan violates a rule that was not written beforehand.
        cuts: Returns the rows that a plan, given as ``[decisions]``, violates.
        map: The neighbours of each item, where cuts ask for connected slots and nothing else.
        bounds: Bounds of the variables.
        caps: The most that each fixed level may cost.
        has_grown: Whether cuts were added.
        has_outer_approximation: Whether a solver may underestimate the cost of a plan (``tangents.py``,
            ``medoids.py``).
        is_tight: Whether every fixed level is proved to cost no less than its cap.
        limits_costs: Whether rows limit costs (``program/cost_limits.py``): a plan that costs more than a
            solver knew may then violate a row.
    """

    program: Program
    cuts: Callable[[IntArray], list[RuleCut]]
    map: Neighbours | None = None
    bounds: Bounds = field(init=False)
    caps: dict[int, int] = field(default_factory=dict)
    has_grown: bool = False
    has_outer_approximation: bool = field(init=False)
    is_tight: bool = True
    limits_costs: bool = False
    _subproblems: dict[int | None, Subproblem] = field(default_factory=dict)
    _parts: list[BoolArray] | None = None
    _tangents: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.bounds = self.program.lower, self.program.upper
        self.has_outer_approximation = has_outer_approximation(self.program) or bool(
            undefined_auxiliaries(self.program)
        )

    @property
    def is_fixed(self) -> bool:
        """Whether variables were fixed: a plan may then exist although none is found."""
        return self.bounds[0] is not self.program.lower

    def fix(self, columns: IntArray, values: IntArray) -> None:
        """Fix variables to values."""
        if len(columns):
            lower, upper = (bound.copy() for bound in self.bounds)
            lower[columns] = upper[columns] = values
            self.bounds = lower, upper
            self._drop_caches()

    def fix_level(self, level: int, cost: int, *, proved: bool) -> None:
        """Fix the cost of a level to at most ``cost``, whether or not that is proved to be the least."""
        self.caps[level] = cost
        self.is_tight = self.is_tight and proved
        self._subproblems = {None: self.subproblem(None)}  # it has no caps

    def unfix_level(self, level: int) -> None:
        """Remove the caps of ``level`` and of all levels after it; all before it are proved."""
        self.caps = {other: cost for other, cost in self.caps.items() if other < level}
        self.is_tight = True
        self._subproblems = {None: self.subproblem(None)}

    def subproblem(self, level: int | None) -> Subproblem:
        """Return the subproblem of a level; that of any plan (None) has no caps."""
        if level not in self._subproblems:
            caps = {} if level is None else dict(self.caps)
            self._subproblems[level] = Subproblem(self.program, level, caps, self.bounds)
        return self._subproblems[level]

    def lower_bound(self, level: int) -> int:
        """Return a lower bound of a level's cost that follows from the rows alone."""
        whole = self.subproblem(None).full()
        return 0 if whole is None else objective_lower_bound(self.subproblem(level), whole)

    def implied_bounds(self) -> Bounds:
        """Return the bounds of all variables that follow from the rows; as written if there is no plan."""
        whole = self.subproblem(None).full()
        return self.bounds if whole is None else whole.full_bounds()

    def parts(self) -> list[BoolArray] | None:
        """Return ``[variables]`` masks of the independent components; None if there is no plan."""
        whole = self.subproblem(None).full()
        if self._parts is None and whole is not None:
            self._parts = [self._mask(columns) for columns in independent_components(whole)]
        return self._parts

    def _drop_caches(self) -> None:
        """Drop subproblems and components: the program has changed."""
        self._subproblems.clear()
        self._parts = None

    def _mask(self, columns: IntArray) -> BoolArray:
        mask = np.zeros(len(self.program), dtype=np.bool_)
        mask[columns] = True
        return mask

    def complete_plan(self, values: IntArray, *, is_evaluated: bool = False) -> IntArray | None:
        """Return a plan with its auxiliaries evaluated, or add the cuts that it violates.

        Args:
            values: ``[variables]`` the plan.
            is_evaluated: Whether its auxiliaries have the values of their definitions already.

        Returns:
            The plan; None if it violates cuts, which were then added.
        """
        decisions = values[: self.program.decisions.count]
        cuts = self.cuts(decisions)
        if cuts:
            self.program = add_cuts(self.program, cuts)
            self.has_grown = True
            self._drop_caches()
            return None
        return (
            values if is_evaluated else np.asarray(evaluate_auxiliaries(self.program, decisions[None, :])[0])
        )

    def is_priced(self, values: IntArray, plan: IntArray) -> bool:
        """Return whether a solver knew the cost of a plan; if not, add the rows that it lacked.

        Args:
            values: ``[variables]`` values as the solver found them.
            plan: ``[variables]`` the same with their auxiliaries evaluated.
        """
        if not self.has_outer_approximation:
            return True
        tangents = [one for one in violated_tangents(self.program, values, plan) if one not in self._tangents]
        if tangents:
            self._tangents.update(tangents)
            self.program = add_tangents(self.program, tangents)
        benders = violated_benders(self.program, values, plan)
        if benders:
            self.program = add_benders_rows(self.program, benders, plan)
        if tangents or benders:
            self._drop_caches()
        return not (tangents or benders)

    def is_feasible(self, values: IntArray) -> bool:
        """Return whether a plan violates no row and no cut; violated cuts are added."""
        return (
            not violated_rows(self.program, values[None, :]).any() and self.complete_plan(values) is not None
        )

    def cost(self, values: IntArray, level: int) -> int:
        """Return the cost of a plan at a level."""
        costs = level_costs(self.program, values[None, :])[0]
        return int(costs[self.program.levels.index(level)])


def constrain(policy: Policy, program: Program) -> ConstrainedProgram:
    """Return the program of a policy with the cuts of its rules."""

    def cuts(decisions: IntArray) -> list[RuleCut]:
        if not policy.has_cuts:
            return []
        return policy.cuts(Roster(policy.context.layers, program.decisions.assignments(decisions)))

    return ConstrainedProgram(program, cuts, policy.adjacency)


def compile_policy(policy: Policy, budget: Budget) -> Program:
    """Return the program of a policy, and reserve the time that judging a plan of it will take."""
    began = budget.elapsed
    program = policy.compile()
    budget.reserve_for_judging(budget.elapsed - began)
    return program
