"""The least cost of a problem of very many columns, few of which can be of use: an exact cover by zones.

The relaxation says what each column costs beyond the bound. Those that cost little are searched first;
what is found there is best of all if no other column costs little enough to be in anything better.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, vstack

from allocator.optimise.zones.connected_sets import BoolArray
from allocator.optimise.zones.relaxation import RelaxationBound, relaxed
from allocator.program.program import INFINITE, IntArray
from allocator.program.subproblem import MilpInstance
from allocator.solvers.adapters import minimise
from allocator.solvers.context import SolveContext
from allocator.solvers.deadline import Deadline
from allocator.solvers.observer import CallbackObserver
from allocator.solvers.protocol import SearchParams, SearchResult

#: So many columns are searched at first, and so many times more where they are too few.
FEW, WIDER = 300, 8
#: The part of the time left that the relaxation may take.
RELAXATION_PART = 0.4


class CoverSearch:
    """A problem whose columns of choice are thinned out, level by level.

    Args:
        problem: The problem, without a price; ``x = 0`` stands for a column that is not chosen.
        choice: ``[n]`` which columns may be left out; their least value is 0.
        search: How to search.
    """

    def __init__(self, problem: MilpInstance, choice: BoolArray, search: SolveContext) -> None:
        self._problem, self._choice, self._search = problem, choice, search
        self._of_use = np.ones(len(problem), dtype=np.bool_)
        self._caps: list[tuple[IntArray, int]] = []

    def minimise(self, price: IntArray, constant: int, search_params: SearchParams) -> SearchResult:
        """Return the least cost at some prices, all earlier prices held to what they came to.

        Args:
            price: ``[n]`` what each column costs.
            constant: What is paid in any case.
            search_params: How to search; its hint, if there is one, is a cover.
        """
        problem = replace(self._capped(), objective=price, constant=constant)
        given = found = _of(problem, search_params.hint)
        search_params.observer.on_bound(found.cost, search_params.known_bound)
        if given.cost is None or given.cost > search_params.known_bound:
            found = self._search_for(
                problem, search_params, Deadline(self._search.budget, search_params.allotment)
            )
        if given.cost is not None and (found.cost is None or found.cost > given.cost):  # cut off too early
            found = replace(given, found="feasible", bound=max(found.bound, search_params.known_bound))
        if found.cost is not None:
            self._caps.append((price, found.cost - constant))
        return found

    def _search_for(
        self, problem: MilpInstance, search_params: SearchParams, deadline: Deadline
    ) -> SearchResult:
        """Relax the problem, search, and forget columns that are then known to be of no use."""
        told = relaxed(_within(problem, self._of_use), deadline.share(RELAXATION_PART).seconds)
        if told is None:
            return self._ask(problem, self._of_use, replace(search_params, allotment=deadline.share(1.0)))
        reduced = np.zeros(len(problem), dtype=np.int64)
        reduced[self._of_use] = told.reduced
        told, known = (
            replace(told, reduced=reduced),
            max(search_params.known_bound, told.least + problem.constant),
        )
        search_params.observer.on_bound(_of(problem, search_params.hint).cost, known)
        found = self._widening(problem, told, replace(search_params, known_bound=known), deadline)
        if found.cost is not None:
            self._of_use &= ~self._choice | (told.reduced <= told.room(found.cost - problem.constant))
        return found

    def _widening(
        self, problem: MilpInstance, told: RelaxationBound, search_params: SearchParams, deadline: Deadline
    ) -> SearchResult:
        """Search few columns, those of the hint among them, then as many as it takes."""
        bound, few = search_params.known_bound, FEW
        room, observer = self._room_for(told, few), search_params.observer
        # A bound that holds of few columns only is not passed on.
        costs_only = CallbackObserver(
            bound=lambda cost, _: observer.on_bound(cost, bound),
            plan=observer.on_plan if observer.wants_plans else None,
            stop=observer.stop_reason,
        )
        search_params = replace(search_params, observer=costs_only)
        while True:
            kept = self._of_use & (~self._choice | (told.reduced <= room))
            if search_params.hint is not None:
                kept |= search_params.hint > 0
            search_params = replace(search_params, allotment=deadline.share(1.0))
            found = self._ask(problem, kept, search_params)
            if (kept | ~self._of_use).all():
                return replace(found, bound=max(found.bound, bound))
            if found.found not in ("optimal", "infeasible"):
                return replace(found, bound=bound)
            wider = self._wider(told, room, few)
            if found.cost is None:
                room, few = wider
                continue
            needed = told.room(found.cost - problem.constant)
            if needed <= room + told.scale:  # with what was left out it costs at least as much
                return found
            search_params = replace(search_params, hint=found.values)
            room, few = min(wider[0], needed), wider[1]

    def _wider(self, told: RelaxationBound, room: int, few: int) -> tuple[int, int]:
        """Return a greater reduced cost, and how many columns it was to let in."""
        while True:
            few *= WIDER
            wider = self._room_for(told, few)
            if wider > room or few >= len(self._problem):
                return wider, few

    def second_opinion(self, deadline: Deadline) -> bool:
        """Whether nothing at all is possible when asked in another way."""
        found = self._ask(
            self._problem, self._of_use, SearchParams(deadline.share(1.0), without_presolve=True)
        )
        return found.found == "infeasible"

    def _ask(self, problem: MilpInstance, kept: BoolArray, search_params: SearchParams) -> SearchResult:
        part = _within(problem, kept)
        used = np.diff(part.matrix.indptr) > 0
        if ((part.sides[0] > 0) | (part.sides[1] < 0))[~used].any():
            return SearchResult("infeasible")  # an item that no zone has, say
        return minimise(part, self._search, search_params)

    def _room_for(self, told: RelaxationBound, few: int) -> int:
        """Return a reduced cost that so few columns are below."""
        own = told.reduced[self._of_use & self._choice]
        return int(np.max(own, initial=0) if len(own) <= few else np.partition(own, few)[few])

    def _capped(self) -> MilpInstance:
        """Return the problem with a row for each price that is held to what it came to."""
        problem = self._problem
        if not self._caps:
            return problem
        rows = csr_array(np.stack([price for price, _ in self._caps]))
        low, high = problem.sides
        most = np.array([cost for _, cost in self._caps], dtype=np.int64)
        return replace(
            problem,
            matrix=csr_array(vstack([problem.matrix, rows], format="csr")),
            sides=(np.append(low, np.full(len(most), -INFINITE)), np.append(high, most)),
        )


def _of(problem: MilpInstance, hint: IntArray | None) -> SearchResult:
    """Return what a hint costs, as if that were the least."""
    if hint is None:
        return SearchResult("unknown")
    cost = int(problem.objective @ hint) + problem.constant
    return SearchResult("optimal", hint, cost, cost)


def _within(problem: MilpInstance, kept: BoolArray) -> MilpInstance:
    """Return the problem with some of its columns, all others 0."""
    chosen = np.flatnonzero(kept)
    return replace(
        problem,
        columns=problem.columns[chosen],
        bounds=(problem.bounds[0][chosen], problem.bounds[1][chosen]),
        matrix=csr_array(problem.matrix[:, chosen]),
        objective=problem.objective[chosen],
    )
