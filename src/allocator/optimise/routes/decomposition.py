"""The route of decomposition: components that no row ties are searched side by side; their bounds add up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from threading import Lock
from typing import ClassVar

from allocator.model.run import CP_SAT, Witnesses, combine_witnesses
from allocator.optimise.incumbent import LevelIncumbent
from allocator.optimise.routes.route import APPLIES, Applicability, LevelRequest, LevelRoute, rejected
from allocator.program.program import BoolArray, IntArray
from allocator.program.subproblem import Subproblem
from allocator.solvers.adapters import minimise
from allocator.solvers.deadline import Allotment, Deadline, SolveContext
from allocator.solvers.solver import SearchParams, SearchResult


@dataclass(frozen=True)
class DecompositionParams:
    """Parameters of the route.

    Attributes:
        part: Part of the time of a level that the components have together; the rest is for what is open.
    """

    part: float = 0.6


PARAMS = DecompositionParams()


class DecompositionRoute(LevelRoute):
    """Minimises a level over each independent component."""

    name: ClassVar[str] = "decomposition"
    order: ClassVar[int] = 10
    proves: ClassVar[Witnesses] = frozenset((CP_SAT,))

    def applies(self, request: LevelRequest) -> Applicability:
        """Return whether the program falls into components."""
        return APPLIES if len(request.parts) != 1 else rejected("one_component")

    def solve(self, request: LevelRequest) -> None:
        """Search the components, and leave those that are not proved to the next route."""
        deadline = Deadline(request.context.budget, request.deadline.share(PARAMS.part))
        request.unproved = minimise_parts(request.incumbent, request.parts, deadline, request.context)


def search_parts(
    subproblem: Subproblem,
    parts: Sequence[BoolArray],
    values: IntArray,
    context: SolveContext,
    params_of: Callable[[int], SearchParams],
    on_end: Callable[[BoolArray, SearchResult], None] = lambda _part, _found: None,
) -> list[SearchResult]:
    """Search each component with all others fixed to ``values``, as many at a time as there are threads.

    Args:
        subproblem: The subproblem of all components.
        parts: ``[variables]`` masks, independent of each other.
        values: ``[variables]``; values of other components are never read.
        context: Seed, budget and stop.
        params_of: Returns how to search component ``k``; called when its turn comes.
        on_end: Called with each component that has been searched, in the thread that searched it.
    """
    threads_each = 0 if len(parts) == 1 else 1

    def search_one(k: int) -> SearchResult:
        problem = subproblem.restrict(values, parts[k])
        if problem is None:
            return SearchResult("infeasible")
        found = minimise(problem, context, replace(params_of(k), threads=threads_each))
        on_end(parts[k], found)
        return found

    with ThreadPoolExecutor(context.budget.workers) as pool:
        searches = [pool.submit(search_one, k) for k in range(len(parts))]
        try:
            wait(searches)
        except KeyboardInterrupt:
            context.request_stop()
    return [done.result() for done in searches]


def merge_parts(values: IntArray, parts: Sequence[BoolArray], results: Sequence[SearchResult]) -> IntArray:
    """Return ``values`` with each component that was found."""
    merged = values.copy()
    for part, result in zip(parts, results, strict=True):
        if result.values is not None:
            merged[part] = result.values[part]
    return merged


def allot_part(deadline: Deadline, context: SolveContext, k: int, count: int) -> Allotment:
    """Return the time that component ``k`` of ``count`` may take of what is left."""
    return deadline.share(min(1.0, context.budget.workers / (count - k)))


def minimise_parts(
    incumbent: LevelIncumbent, parts: list[BoolArray], deadline: Deadline, context: SolveContext
) -> list[BoolArray]:
    """Minimise a level over each component, and return the components that are not proved.

    They are independent only where the levels above are proved to cost no less: else a component could cost
    less there, and leave room for another.
    """

    def params_of(k: int) -> SearchParams:
        part = allot_part(deadline, context, k, len(parts))
        return SearchParams(part, hint=incumbent.values, gap=incumbent.gap)

    while True:
        subproblem, publish = incumbent.constrained.subproblem(incumbent.level), _Publisher(incumbent)
        results = search_parts(subproblem, parts, incumbent.values, context, params_of, publish)
        if incumbent.accept(merge_parts(incumbent.values, parts, results)):
            break
        if deadline.is_over or context.is_over:
            return parts
    losses = [None if result.cost is None else result.cost - result.bound for result in results]
    if None not in losses and incumbent.constrained.is_tight:
        bound = incumbent.cost - sum(loss or 0 for loss in losses)
        incumbent.update_bound(None, bound, combine_witnesses((CP_SAT,), incumbent.above))
    return [part for part, loss in zip(parts, losses, strict=True) if loss != 0]


class _Publisher:
    """Puts each component that has been searched into the plan, and publishes that: others may take long."""

    def __init__(self, incumbent: LevelIncumbent) -> None:
        self._incumbent, self._values, self._lock = incumbent, incumbent.values, Lock()

    def __call__(self, part: BoolArray, found: SearchResult) -> None:
        """Publish the plan with a component as it was found."""
        with self._lock:
            self._values = merge_parts(self._values, [part], [found])
        self._incumbent.publish(self._values)
