"""Pieces of a plan that are solved anew while all else stays, so that a demand is met at little cost.

Chains of moves are found so, not exchanges of two alone: a piece frees everybody in the places that are
involved, then also those who count for the same rules as they do, then all (large neighbourhood search: Shaw,
CP 1998). What is found is a plan of the whole, so its price is an upper bound; nothing is proved here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, vstack

from allocator.explain.seats import Seat
from allocator.model.plan import Assignment, Level
from allocator.optimise.constrained_program import constrain
from allocator.program.bound_tightening import tighten_bounds
from allocator.program.cuts import LinearRow
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.program import INFINITE, BoolArray, IntArray, Program
from allocator.program.structure import dependents, item_features, similarity
from allocator.program.subproblem import MilpInstance, level_objective
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.solvers.adapters import minimise
from allocator.solvers.bounds import KnownBounds
from allocator.solvers.deadline import Allotment, Deadline, SolveContext
from allocator.solvers.solver import SearchParams


@dataclass(frozen=True)
class PieceParams:
    """How much a piece frees.

    Attributes:
        alike: Items like each one involved that the second piece frees.
        most_decisions: The second piece frees no more decisions than this, the third one no more than
            ``largest_whole``.
        largest_whole: See ``most_decisions``.
        rounds: How often a piece is solved again since its plan calls for cuts.
        nearest_part: The time for the fewest changes, as a part of that for a level.
    """

    alike: int = 12
    most_decisions: int = 4_000
    largest_whole: int = 20_000
    rounds: int = 5
    nearest_part: float = 0.3


PARAMS = PieceParams()


class PlanPieces:
    """A plan, and pieces of it that are solved anew.

    Args:
        policy: The policy.
        assignments: The plan.
        context: Seed, budget and stop.
        known: Proved bounds of the levels over all plans.

    Attributes:
        constrained: The program of the policy; it grows by cuts.
        values: ``[variables]`` the plan.
        is_sound: Whether the plan keeps all hard rules; pieces of one that does not are not solved.
    """

    def __init__(
        self,
        policy: Policy,
        assignments: Collection[Assignment],
        context: SolveContext,
        known: KnownBounds | None = None,
    ) -> None:
        self.constrained = constrain(policy, policy.compile())
        self.context, self._known = context, known or KnownBounds()
        self._roster = Roster(policy.context.layers, assignments)
        decisions = self.program.decisions
        self.values = self._evaluated(decisions.vector(assignments))
        self.is_sound = all(decisions.column(one) >= 0 for one in assignments) and (
            self.constrained.is_feasible(self.values)
        )
        self._features: dict[str, csr_array] = {}

    @property
    def program(self) -> Program:
        """The program, with the cuts that were added so far."""
        return self.constrained.program

    def costs(self, values: IntArray) -> tuple[int, ...]:
        """Return the cost of each level of a plan, ``[variables]``."""
        return tuple(level_costs(self.program, values[None, :])[0].tolist())

    def plan_values(self, assignments: Collection[Assignment]) -> IntArray:
        """Return a plan, ``[variables]``."""
        return self._evaluated(self.program.decisions.vector(assignments))

    def assignments(self, values: IntArray) -> tuple[Assignment, ...]:
        """Return the assignments of a plan, ``[variables]``."""
        decisions = self.program.decisions
        return decisions.assignments(values[: decisions.count])

    def nearest_with(self, demand: LinearRow, values: IntArray, time: Allotment) -> IntArray:
        """Return a plan of the same costs that gives up fewer seats of the plan at hand, if one is found.

        Args:
            demand: A row that the plan must keep.
            values: ``[variables]`` a plan that keeps it.
            time: What this may take.
        """
        if self.program.decisions.count > PARAMS.largest_whole or self.context.is_over:
            return values
        problem = self._piece(demand, np.ones(self.program.decisions.count, dtype=np.bool_))
        for level, cost in zip(self.program.levels, self.costs(values), strict=True):
            if problem is not None:
                problem = _capped(self._priced(problem, level), cost)
        if problem is None:
            return values
        found = self._nearest(problem, values, time)
        plan = self._evaluated(found[: self.program.decisions.count])
        is_sound = self.constrained.is_feasible(plan) and self.costs(plan) <= self.costs(values)
        return plan if is_sound else values

    def best_with(
        self, demand: LinearRow, pieces: Iterator[BoolArray], time: Allotment, *, first: bool = False
    ) -> IntArray | None:
        """Return the cheapest plan that the pieces give, ``[variables]``; None if none was found.

        Args:
            demand: A row that the plan must keep.
            pieces: ``[decisions]`` what each piece frees.
            time: What all of them may take.
            first: Whether the first plan is enough.
        """
        deadline, best = Deadline(self.context.budget, time), None
        if not self.is_sound:
            return None
        for free in pieces:
            if deadline.is_over or self.context.is_over or (first and best is not None):
                break
            found = self._solve(demand, free, best, deadline)
            if found is not None and (best is None or self._rank(found) < self._rank(best)):
                best = found
            if best is not None and self._cannot_be_less(best):
                break
        return best

    def around(self, seat: Seat, items: Sequence[int], roles: Collection[int]) -> Iterator[BoolArray]:
        """Yield the pieces around a seat and some items, ever larger ones.

        Args:
            seat: The seat.
            items: Items of its layer, such as whoever is to come.
            roles: The roles of its slot whose holders may make room.
        """
        roster, grid = self._roster[seat.layer], self.program.decisions.grids[seat.layer]
        slots = {seat.slot}
        periods = range(grid.shape[3])
        for item in items:
            slots.update(slot for t in periods for slot, _ in roster.seats(item, t))
        holders = roster.items_in(seat.slot, seat.period, roles)
        inside = {item for slot in slots for t in periods for item, _ in roster.members(slot, t)} | {*items}
        here = self._others(seat.layer, {*items, *holders})
        chosen = grid[np.ix_(sorted(inside), sorted(slots))]
        yield self._freed(chosen) | here
        wide = set(inside)
        for item in (*items, *holders):
            wide.update(self._alike(seat.layer, item))
        chosen = grid[sorted(wide)]
        if (chosen >= 0).sum() <= PARAMS.most_decisions:
            yield self._freed(chosen) | here
        if self.program.decisions.count <= PARAMS.largest_whole:
            yield np.ones(self.program.decisions.count, dtype=np.bool_)

    def _freed(self, columns: IntArray) -> BoolArray:
        found = np.zeros(self.program.decisions.count, dtype=np.bool_)
        found[columns[columns >= 0]] = True
        return found

    def _others(self, layer: str, items: Collection[int]) -> BoolArray:
        """Return ``[decisions]`` those of other layers about the same items."""
        decisions = self.program.decisions
        names = {decisions.layers[layer].items[item] for item in items}
        found = np.zeros(decisions.count, dtype=np.bool_)
        for name, other in decisions.layers.items():
            same = [other.item_index[one] for one in names if one in other.item_index]
            if name != layer and same:
                found |= self._freed(decisions.grids[name][same])
        return found

    def _alike(self, layer: str, item: int) -> list[int]:
        if layer not in self._features:
            self._features[layer] = item_features(self.program, layer)
        order = np.argsort(-similarity(self._features[layer], item), kind="stable")
        return [int(one) for one in order[: PARAMS.alike]]

    def _rank(self, values: IntArray) -> tuple[int, ...]:
        """Return the cost of each level of a plan, then the number of seats of this plan that it gives up."""
        count = self.program.decisions.count
        return (*self.costs(values), int((self.values[:count] > values[:count]).sum()))

    def _solve(
        self, demand: LinearRow, free: BoolArray, best: IntArray | None, deadline: Deadline
    ) -> IntArray | None:
        """Solve a piece level by level, again while its plan calls for cuts."""
        for _ in range(PARAMS.rounds):
            found = self._solve_once(demand, free, best, deadline)
            if found is None or self.context.is_stopped:
                return None
            count = self.program.decisions.count
            plan = self._evaluated(found[:count])
            is_complete = self.constrained.complete_plan(plan, is_evaluated=True) is not None
            if is_complete:
                return None if violated_rows(self.program, plan[None, :]).any() else plan
        return None

    def _solve_once(
        self, demand: LinearRow, free: BoolArray, best: IntArray | None, deadline: Deadline
    ) -> IntArray | None:
        start = self.values if best is None else best
        problem = self._piece(demand, free)
        found: IntArray | None = None
        levels = self.program.levels or (None,)
        caps: dict[Level, int] = {}
        for k, level in enumerate(levels):
            if problem is None:
                return None
            priced = problem if level is None else self._priced(problem, level)
            if found is None or priced.objective.any():
                bound = 0 if level is None else self._known.of(level, caps).value
                time = deadline.share(1 / (len(levels) - k + PARAMS.nearest_part))
                hint = start if found is None else found
                result = minimise(priced, self.context, SearchParams(time, hint=hint, known_bound=bound))
                if result.values is None:
                    return found
                found = result.values
            if level is not None:
                cost = int(level_objective(self.program, level) @ found) + self.program.constant(level)
                caps[level] = cost
                problem = _capped(priced, cost)
        return found if found is None or problem is None else self._nearest(problem, found, deadline.left)

    def _nearest(self, problem: MilpInstance, found: IntArray, time: Allotment) -> IntArray:
        """Return the values of a problem that give up the fewest seats of the plan at hand."""
        count = self.program.decisions.count
        held = np.zeros(len(problem.fixed), dtype=np.int64)
        held[:count] = -self.values[:count]
        priced = replace(problem, objective=held[problem.columns], constant=int(self.values[:count].sum()))
        result = minimise(priced, self.context, SearchParams(time, hint=found))
        return found if result.values is None else result.values

    def _piece(self, demand: LinearRow, free: BoolArray) -> MilpInstance | None:
        """Return the problem of a piece with the demand; None if propagation leaves it no plan."""
        mask = dependents(self.program, np.flatnonzero(free))
        problem = self.constrained.subproblem(None).restrict(self.values, mask)
        return None if problem is None else with_row(problem, demand)

    def _priced(self, problem: MilpInstance, level: int) -> MilpInstance:
        price = level_objective(self.program, level)
        rest = problem.fixed.copy()
        rest[problem.columns] = 0
        constant = self.program.constant(level) + int(price @ rest)
        return replace(problem, objective=price[problem.columns], constant=constant)

    def _evaluated(self, decisions: IntArray) -> IntArray:
        return np.asarray(evaluate_auxiliaries(self.program, decisions[None, :])[0])

    def _cannot_be_less(self, values: IntArray) -> bool:
        """Whether a plan costs, level by level, what is proved to be the least."""
        costs: dict[Level, int] = dict(zip(self.program.levels, self.costs(values), strict=True))
        return all(self._known.of(level, costs).value >= cost for level, cost in costs.items())


def with_row(problem: MilpInstance, row: LinearRow) -> MilpInstance | None:
    """Return a problem with one more row over the program's variables; None if no values can keep it."""
    place = np.full(len(problem.fixed), -1, dtype=np.int64)
    place[problem.columns] = np.arange(len(problem))
    inside = place[row.cols] >= 0
    shift = int(problem.fixed[row.cols[~inside]] @ row.coefs[~inside])
    low = row.low if row.low <= -INFINITE else row.low - shift
    high = row.high if row.high >= INFINITE else row.high - shift
    if not inside.any():
        return problem if low <= 0 <= high else None
    added = csr_array(
        (row.coefs[inside], (np.zeros(int(inside.sum()), dtype=np.int64), place[row.cols[inside]])),
        shape=(1, len(problem)),
    )
    matrix = csr_array(vstack([problem.matrix, added], format="csr", dtype=np.int64))
    sides = np.append(problem.sides[0], low), np.append(problem.sides[1], high)
    bounds = tighten_bounds(matrix, sides, problem.bounds)
    if bounds is None:
        return None
    return replace(problem, matrix=matrix, sides=sides, bounds=bounds, rows=np.append(problem.rows, -1))


def _capped(problem: MilpInstance, cost: int) -> MilpInstance | None:
    """Return a problem whose objective costs no more than so much."""
    cols = problem.columns[np.flatnonzero(problem.objective)]
    coefs = problem.objective[np.flatnonzero(problem.objective)]
    if not len(cols):
        return problem
    return with_row(problem, LinearRow(cols, coefs, -INFINITE, cost - problem.constant, _NO_TAG))


_NO_TAG = np.full((1, 7), -1, dtype=np.int32)


def seat_row(columns: IntArray, low: int, high: int) -> LinearRow:
    """Return the row that so many of some decisions are taken."""
    return LinearRow(columns, np.ones(len(columns), dtype=np.int64), low, high, _NO_TAG)
