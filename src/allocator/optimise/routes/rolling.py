"""The route of a rolling horizon: a few periods are searched jointly, the first one is fixed, one is added.

Each layer is decided with the layers before it fixed. A window of N periods is searched like any program,
and only its first period is fixed for good: each decision is made with N - 1 later periods in view. Where a
window has no plan, earlier decisions are freed again, as in the construction layer by layer; where that does
not help either, the next window is longer. See Sethi and Sorger 1991, "A theory of rolling horizon decision
making", Annals of Operations Research 29.

The search of a window with the rest fixed proves nothing of the whole: its bounds are those that follow from
the rows alone, and those that were proved with nothing fixed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from allocator.model.layer import Layer
from allocator.model.plan import Assignment
from allocator.model.run import RunRoute, RunStructure
from allocator.optimise.constrained_program import compile_policy, constrain
from allocator.optimise.dispatcher import finish
from allocator.optimise.layerwise_plan import (
    PartialPlan,
    columns_of,
    fixed_decisions,
    repeat_period,
)
from allocator.optimise.lexicographic import LexicographicSolver
from allocator.optimise.results import SolveRequest, SolveResult
from allocator.optimise.routes.route import APPLIES, Applicability, PolicyRoute, rejected
from allocator.program.decisions import Decisions
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.program import IntArray, Program
from allocator.solvers.bounds import Proof
from allocator.solvers.observer import NULL_OBSERVER, CallbackObserver, Snapshot
from allocator.solvers.solver import Found


class RollingRoute(PolicyRoute):
    """Decides all layers window by window; a plan to begin from is improved, and never made worse."""

    name: ClassVar[str] = "rolling"
    order: ClassVar[int] = 20

    def applies(self, request: SolveRequest) -> Applicability:
        """Return whether windows are asked for, and a layer has more periods than a window."""
        length = request.options.window
        if length <= 0:
            return rejected("no_window")
        layers = request.policy.context.layers.values()
        is_longer = any(len(layer.periods) > length for layer in layers)
        return APPLIES if is_longer else rejected("within_one_window")

    def solve(self, request: SolveRequest) -> SolveResult:
        """Decide all windows, the plan to begin from taken over if it violates nothing."""
        policy, start = request.policy, request.warm_start
        search = _WindowSearch(request)
        if start.periods is None or dict(start.periods) == search.periods:
            program = compile_policy(policy, request.context.budget)
            decisions = program.decisions.vector(start.assignments)
            plan = evaluate_auxiliaries(program, decisions[None, :])[0]
            if constrain(policy, program).is_feasible(plan):
                return search.improve(program, decisions)
            search.partial, search.hint = PartialPlan(known=start.known), start.assignments
            return search.decide_all({})
        return search.decide_all(start.periods)


@dataclass(frozen=True)
class Window:
    """Periods of a layer that are searched jointly.

    Attributes:
        layer: The layer.
        name: Its name in progress: ``posting 2027 - 2029``.
        first: The first period, by index.
        end: The one after the last.
    """

    layer: str
    name: str
    first: int
    end: int


def windows(layer: Layer, length: int, done: int = 0) -> Iterator[Window]:
    """Yield the windows of a layer; it may be shorter than one.

    Args:
        layer: The layer.
        length: Periods of a window, 1 or more.
        done: How many periods earlier windows have decided; none of these windows is searched again.
    """
    count = len(layer.periods)
    last = max(0, count - length)
    for first in range(min(last, max(0, done - length + 1)) if done else 0, last + 1):
        end = min(count, first + length)
        ends = dict.fromkeys(layer.period_id(t) or "" for t in (first, end - 1))
        yield Window(layer.name, f"{layer.name} {' - '.join(ends)}".strip(), first, end)


class _WindowSearch:
    """Searches window after window.

    Attributes:
        partial: The plan so far.
        hint: Assignments that are no plan here, such as an old baseline: new periods begin from them.
        periods: How many periods each layer has.
    """

    def __init__(self, request: SolveRequest) -> None:
        policy, start = request.policy, request.warm_start
        self.partial = PartialPlan(start.assignments, known=start.known)
        self.hint: tuple[Assignment, ...] = ()
        self.periods: Mapping[str, int] = {
            name: len(layer.periods) for name, layer in policy.context.layers.items()
        }
        self._request, self._policy, self._context = request, policy, request.context
        self._length = request.options.window
        self._solvers: dict[int, str] = {}
        self._unproved = CallbackObserver(snapshot=self._show_unproved)

    def decide_all(self, decided: Mapping[str, int]) -> SolveResult:
        """Decide the periods that are not decided yet.

        Args:
            decided: How many periods of each layer are decided, the first ones of the first layers.
        """
        done = dict(decided)
        planned = [
            window
            for name, layer in list(self._policy.context.layers.items())[max(0, len(done) - 1) :]
            if done.get(name, 0) < self.periods[name]
            for window in windows(layer, self._length, done.get(name, 0))
        ]
        for k, window in enumerate(planned):
            found, solver = self._decide(window, done.get(window.layer, 0), 1 / (len(planned) - k))
            if solver.best is not None:
                done[window.layer] = window.end
            elif found != "infeasible" or window.end == self.periods[window.layer]:
                return self._finish(found, solver, failed=window.name)
            # Else the first periods alone have no plan, though all of them may: the next window has them too.
        return self._finish_whole(solver.program, solver.best)

    def _decide(self, window: Window, done: int, part: float) -> tuple[Found, LexicographicSolver]:
        """Decide a window with all before it fixed; where it has no plan, free earlier decisions."""
        names = list(self.periods)
        before = {name: self.periods[name] for name in names[: names.index(window.layer)]}
        policy = self._policy.truncate({**before, window.layer: max(window.end, done)})
        program = compile_policy(policy, self._context.budget)
        start = self._start(program.decisions, done, window.end)
        is_last = window.end == self.periods[window.layer]
        observer = self._unproved if is_last and window.layer == names[-1] else NULL_OBSERVER
        for fixed in fixed_decisions(program.decisions, min(window.first, done)):
            constrained = constrain(policy, program)
            constrained.fix(fixed, start[fixed])
            solver = LexicographicSolver(
                constrained, self._context, window.name, self.partial.known, observer=observer
            )
            found = solver.solve(start, part)
            if solver.best is not None:
                self._accept(solver, solver.proofs if is_last and not constrained.is_fixed else [])
                return found, solver
            if found != "infeasible" or (constrained.is_fixed and self._context.is_over):
                return "unknown", solver
        return "infeasible", solver

    def improve(self, program: Program, start: IntArray) -> SolveResult:
        """Improve a plan of all layers window by window, everything else fixed."""
        count = program.decisions.count
        layers = self._policy.context.layers
        planned = [window for layer in layers.values() for window in windows(layer, self._length)]
        best = np.asarray(evaluate_auxiliaries(program, start[None, :])[0])
        for k, window in enumerate(planned):
            constrained = constrain(self._policy, program)
            grid = program.decisions.grids[window.layer]
            fixed = np.setdiff1d(np.arange(count), columns_of([grid[..., window.first : window.end]]))
            constrained.fix(fixed, best[fixed])
            solver = LexicographicSolver(
                constrained, self._context, window.name, self.partial.known, observer=self._unproved
            )
            solver.solve(best[:count], 1 / (len(planned) - k))
            if solver.best is not None:
                self._solvers |= solver.solvers
                best = np.asarray(evaluate_auxiliaries(program, solver.best[None, :count])[0])
        return self._finish_whole(program, best)

    def _start(self, decisions: Decisions, done: int, end: int) -> IntArray:
        """Return the plan so far, new periods as the hint has them, or else as the period before."""
        start = decisions.vector(self.partial.assignments)
        *_, grid = decisions.grids.values()
        hinted = decisions.vector(self.hint)
        for period in range(done, end):
            columns = columns_of([grid[..., period]])
            if hinted[columns].any():
                start[columns] = hinted[columns]
            else:
                start = repeat_period(decisions, start, period)
        return start

    def _accept(self, solver: LexicographicSolver, proofs: list[Proof]) -> None:
        """Take over the plan of a window, and what it proves of the whole."""
        assert solver.best is not None and solver.decisions is not None
        known = self.partial.known.with_search(proofs) if proofs else self.partial.known
        assignments = solver.program.decisions.assignments(solver.decisions)
        self.partial = PartialPlan(assignments, solver.costs, known)
        self._solvers |= solver.solvers
        seconds = self._context.budget.elapsed
        self._show_unproved(Snapshot(solver.program, solver.best, {}, known, seconds))

    def _show_unproved(self, snapshot: Snapshot) -> None:
        """Show a snapshot without the bounds that were proved with the rest fixed."""
        self._context.observer.on_snapshot(replace(snapshot, bounds={}))

    def _finish_whole(self, program: Program, best: IntArray | None) -> SolveResult:
        """Return the plan of all layers with what is proved of the whole."""
        constrained = constrain(self._policy, program)
        solver = LexicographicSolver(constrained, self._context, "", self.partial.known)
        solver.best, solver.solvers = best, self._solvers
        for level in program.levels:
            cost = solver.cost(level)
            bound = solver.bound_by_rows(level) | self.partial.known.of(level, solver.costs)
            solver.proofs.append(Proof.of(level, cost, bound))
        is_proved = all(proof.cost == proof.bound for proof in solver.proofs)
        return self._finish("optimal" if is_proved else "feasible", solver)

    def _finish(self, found: Found, solver: LexicographicSolver, *, failed: str | None = None) -> SolveResult:
        route = RunRoute(kind=RollingRoute.name, window=self._length, failed_window=failed)
        return finish(self._request, found, solver, route, RunStructure(kind="rolling"))
