"""Cover search: the cheapest exact cover by very many columns, most of which reduced costs rule out.

The linear relaxation tells how much more than its bound a cover costs that uses a certain column. Columns of
small reduced cost are searched first. A cover found there is optimal if no other column has so small a
reduced cost that a better cover could use it. Any dual prices prove a bound, the optimal ones a good one
(Geoffrion, 1974). They are rounded to whole numbers, so that the bound and the reduced costs are exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, vstack

from allocator.optimise.zones.connected_sets import BoolArray
from allocator.program.program import INFINITE, IntArray
from allocator.program.subproblem import MilpInstance
from allocator.solvers.adapters import minimise
from allocator.solvers.deadline import Deadline, SolveContext
from allocator.solvers.linear import LinearParams, LinearProgram, UnsolvedError, solve_linear
from allocator.solvers.observer import CallbackObserver
from allocator.solvers.solver import SearchParams, SearchResult


@dataclass(frozen=True)
class CoverParams:
    """How columns are ruled out.

    Attributes:
        first_columns: The number of columns that are searched first.
        growth: The factor of that number where they are too few.
        relaxation_part: The part of the time left that the relaxation may take.
        price_parts: The number of parts of the greatest objective coefficient to which dual prices are
            rounded.
    """

    first_columns: int = 300
    growth: int = 8
    relaxation_part: float = 0.4
    price_parts: float = 2.0**30


#: The parameters of every search.
PARAMS = CoverParams()


@dataclass(frozen=True, eq=False)
class RelaxationBound:
    """The bound and the reduced costs that dual prices prove.

    Attributes:
        scale: The number of parts of 1 in which bound and reduced costs are.
        bound: The least cost, without the constant of the problem.
        reduced: ``[n]`` how much more than the bound a solution costs at least per unit of each variable.
    """

    scale: int
    bound: int
    reduced: IntArray

    @property
    def least(self) -> int:
        """The least cost in whole units, without the constant of the problem."""
        return -(-self.bound // self.scale)

    def room(self, cost: int) -> int:
        """Return the greatest reduced cost of a variable in solutions that cost no more than ``cost``."""
        return cost * self.scale - self.bound


def relax(problem: MilpInstance, seconds: float) -> RelaxationBound | None:
    """Return the bound of the linear relaxation of a problem; None if it could not be solved in time."""
    most = int(np.abs(problem.objective).max(initial=0))
    if most == 0:
        return None
    duals = _dual_prices(problem, most, seconds)
    return None if duals is None else dual_bound(problem, duals, max(1, int(PARAMS.price_parts / most)))


def dual_bound(problem: MilpInstance, duals: np.ndarray, scale: int) -> RelaxationBound:
    """Return the bound that any dual prices ``[rows]`` prove, rounded to ``scale`` parts of 1."""
    low, high = problem.sides
    price = np.rint(duals * scale).astype(np.int64)
    price[(price > 0) & (low <= -INFINITE) | (price < 0) & (high >= INFINITE)] = 0
    sides = np.where(price > 0, low, np.where(price < 0, high, 0))
    reduced = problem.objective * scale - problem.matrix.T @ price
    ends = np.minimum(reduced * problem.bounds[0], reduced * problem.bounds[1])
    return RelaxationBound(scale, int(price @ sides) + int(ends.sum()), reduced)


def _dual_prices(problem: MilpInstance, most: int, seconds: float) -> np.ndarray | None:
    """Return ``[rows]`` the dual prices of the relaxation; ``most`` is the greatest objective coefficient."""
    low, high = problem.sides
    equal = low == high
    above, below = (low > -INFINITE) & ~equal, (high < INFINITE) & ~equal
    matrix = csr_array(problem.matrix, dtype=float)
    program = LinearProgram(
        cost=problem.objective / most,
        rows=_stack(matrix[below], -matrix[above]),
        upper=np.concatenate([high[below], -low[above]]),
        equal_rows=matrix[equal],
        equal=low[equal],
        bounds=np.stack(problem.bounds, axis=1),
    )
    try:
        found = solve_linear(program, LinearParams(seconds=max(0.1, seconds)))
    except UnsolvedError:
        return None
    duals = np.zeros(len(low))
    duals[equal] = found.equal_duals
    duals[below] += found.duals[: below.sum()]
    duals[above] -= found.duals[below.sum() :]
    return duals * most


def _stack(*parts: csr_array) -> csr_array:
    return csr_array(vstack(parts, format="csr"))


class CoverSearch:
    """A search for the least cost, level by level, over columns of which most are ruled out.

    Args:
        problem: The problem, without an objective.
        choice: ``[n]`` whether each column may be left out, at value 0.
        context: The settings of the solve.
    """

    def __init__(self, problem: MilpInstance, choice: BoolArray, context: SolveContext) -> None:
        self._problem, self._choice, self._context = problem, choice, context
        self._useful = np.ones(len(problem), dtype=np.bool_)
        self._fixed_levels: list[tuple[IntArray, int]] = []

    def minimise(self, price: IntArray, constant: int, params: SearchParams) -> SearchResult:
        """Return the least cost at some prices, with the cost at all earlier prices fixed.

        Args:
            price: ``[n]`` the cost of each column.
            constant: The cost of every cover.
            params: The parameters of the search; its hint, if there is one, is a cover.
        """
        problem = replace(self._with_fixed_levels(), objective=price, constant=constant)
        given = found = _hint_outcome(problem, params.hint)
        params.observer.on_bound(found.cost, params.known_bound)
        if given.cost is None or given.cost > params.known_bound:
            found = self._search(problem, params, Deadline(self._context.budget, params.allotment))
        if given.cost is not None and (found.cost is None or found.cost > given.cost):  # cut off too early
            found = replace(given, found="feasible", bound=max(found.bound, params.known_bound))
        if found.cost is not None:
            self._fixed_levels.append((price, found.cost - constant))
        return found

    def _search(self, problem: MilpInstance, params: SearchParams, deadline: Deadline) -> SearchResult:
        """Relax the problem, search, and rule out columns that no cover of the least cost uses."""
        bound = relax(_restrict(problem, self._useful), deadline.share(PARAMS.relaxation_part).seconds)
        if bound is None:
            return self._solve(problem, self._useful, replace(params, allotment=deadline.share(1.0)))
        reduced = np.zeros(len(problem), dtype=np.int64)
        reduced[self._useful] = bound.reduced
        bound, known = (
            replace(bound, reduced=reduced),
            max(params.known_bound, bound.least + problem.constant),
        )
        params.observer.on_bound(_hint_outcome(problem, params.hint).cost, known)
        found = self._search_growing(problem, bound, replace(params, known_bound=known), deadline)
        if found.cost is not None:
            self._useful &= ~self._choice | (bound.reduced <= bound.room(found.cost - problem.constant))
        return found

    def _search_growing(
        self, problem: MilpInstance, relaxed: RelaxationBound, params: SearchParams, deadline: Deadline
    ) -> SearchResult:
        """Search few columns, those of the hint among them, then more until they are enough."""
        bound, few = params.known_bound, PARAMS.first_columns
        room, observer = self._room_for(relaxed, few), params.observer
        costs_only = CallbackObserver(  # a bound of few columns proves nothing
            bound=lambda cost, _: observer.on_bound(cost, bound),
            plan=observer.on_plan if observer.wants_plans else None,
            stop=observer.stop_reason,
        )
        params = replace(params, observer=costs_only)
        while True:
            kept = self._useful & (~self._choice | (relaxed.reduced <= room))
            if params.hint is not None:
                kept |= params.hint > 0
            params = replace(params, allotment=deadline.share(1.0))
            found = self._solve(problem, kept, params)
            if (kept | ~self._useful).all():
                return replace(found, bound=max(found.bound, bound))
            if found.found not in ("optimal", "infeasible"):
                return replace(found, bound=bound)
            wider = self._wider_room(relaxed, room, few)
            if found.cost is None:
                room, few = wider
                continue
            needed = relaxed.room(found.cost - problem.constant)
            if needed <= room + relaxed.scale:  # a cover with another column costs at least as much
                return found
            params = replace(params, hint=found.values)
            room, few = min(wider[0], needed), wider[1]

    def _wider_room(self, relaxed: RelaxationBound, room: int, few: int) -> tuple[int, int]:
        """Return a greater reduced cost, and the number of columns below it."""
        while True:
            few *= PARAMS.growth
            wider = self._room_for(relaxed, few)
            if wider > room or few >= len(self._problem):
                return wider, few

    def confirms_infeasible(self, deadline: Deadline) -> bool:
        """Whether a second search, with other settings, finds no cover at all, either."""
        found = self._solve(
            self._problem, self._useful, SearchParams(deadline.share(1.0), without_presolve=True)
        )
        return found.found == "infeasible"

    def _solve(self, problem: MilpInstance, kept: BoolArray, params: SearchParams) -> SearchResult:
        part = _restrict(problem, kept)
        used = np.diff(part.matrix.indptr) > 0
        if ((part.sides[0] > 0) | (part.sides[1] < 0))[~used].any():
            return SearchResult("infeasible")  # an item that is in no zone, say
        return minimise(part, self._context, params)

    def _room_for(self, relaxed: RelaxationBound, few: int) -> int:
        """Return the reduced cost below which ``few`` columns are."""
        own = relaxed.reduced[self._useful & self._choice]
        return int(np.max(own, initial=0) if len(own) <= few else np.partition(own, few)[few])

    def _with_fixed_levels(self) -> MilpInstance:
        """Return the problem with a row for each price whose cost is fixed."""
        problem = self._problem
        if not self._fixed_levels:
            return problem
        rows = csr_array(np.stack([price for price, _ in self._fixed_levels]))
        low, high = problem.sides
        most = np.array([cost for _, cost in self._fixed_levels], dtype=np.int64)
        return replace(
            problem,
            matrix=csr_array(vstack([problem.matrix, rows], format="csr")),
            sides=(np.append(low, np.full(len(most), -INFINITE)), np.append(high, most)),
        )


def _hint_outcome(problem: MilpInstance, hint: IntArray | None) -> SearchResult:
    """Return the outcome of a search that found the hint to be optimal."""
    if hint is None:
        return SearchResult("unknown")
    cost = int(problem.objective @ hint) + problem.constant
    return SearchResult("optimal", hint, cost, cost)


def _restrict(problem: MilpInstance, kept: BoolArray) -> MilpInstance:
    """Return the problem over some of its columns, with all others 0."""
    chosen = np.flatnonzero(kept)
    return replace(
        problem,
        columns=problem.columns[chosen],
        bounds=(problem.bounds[0][chosen], problem.bounds[1][chosen]),
        matrix=csr_array(problem.matrix[:, chosen]),
        objective=problem.objective[chosen],
    )
