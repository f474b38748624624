"""Large neighbourhood search: improve the plan of a level piece by piece, beside branch and cut on the whole.

Constraint search solves pieces of the plan to optimality, which improves large plans. Branch and cut, in a
process of its own, proves bounds where rules are written tightly. With one worker there is no such process,
so that a solve can be repeated exactly. With more workers, disjoint pieces are solved in parallel.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from allocator.model.run import CP_SAT, HIGHS, NOBODY, Witnesses, combine_witnesses
from allocator.optimise.incumbent import LevelIncumbent
from allocator.optimise.lns.assignment_neighbourhood import AssignmentNeighbourhood
from allocator.optimise.lns.operators import NeighbourhoodOperator, NeighbourhoodSelector
from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.program.program import BoolArray, IntArray
from allocator.program.structure import dependents, penalty_by_place
from allocator.program.subproblem import MilpInstance
from allocator.solvers.adapters import minimise
from allocator.solvers.background import BackgroundMip
from allocator.solvers.deadline import Allotment, Deadline, SolveContext
from allocator.solvers.observer import CallbackObserver
from allocator.solvers.solver import SearchParams, SearchResult


@dataclass(frozen=True)
class LnsParams:
    """How the time of a large neighbourhood search is used.

    Attributes:
        whole_part: The part of the time that the whole problem is searched for at first. Most levels end
            then.
        whole_seconds: The least seconds of that search.
        largest_whole: Of more variables than this the whole is not searched first: reading them in would
            take that time.
        race_after: Seconds until branch and cut starts. Easy levels have ended by then.
        largest_race: Of more variables than this the relaxation would not end, and it takes gigabytes.
        promising_value: Decisions with a greater value than this in the relaxation are promising.
        piece_seconds: Seconds of a piece at first.
        piece_growth: The factor of these seconds after ``patience`` pieces of every operator without a gain.
        patience: The number of pieces without a gain, per operator, after which pieces get more time.
    """

    whole_part: float = 0.2
    whole_seconds: float = 2.0
    largest_whole: int = 6_000
    race_after: float = 0.2
    largest_race: int = 1_000_000
    promising_value: float = 1e-3
    piece_seconds: float = 0.3
    piece_growth: float = 1.5
    patience: int = 2


#: The parameters of every search.
PARAMS = LnsParams()


class LargeNeighbourhoodSearch:
    """A search that improves the incumbent of a level.

    Args:
        incumbent: The plan to start from, and its bound.
        open_parts: ``[variables]`` whether each may change: all, or the parts that are not proved yet.
        context: The settings of the solve.
        races: Whether branch and cut runs beside the search.
        given: The solvers that the proofs of the other parts rely on.
    """

    def __init__(
        self,
        incumbent: LevelIncumbent,
        open_parts: BoolArray,
        context: SolveContext,
        *,
        races: bool = True,
        given: Witnesses = NOBODY,
    ) -> None:
        whole = incumbent.constrained.subproblem(incumbent.level).restrict(incumbent.values, open_parts)
        assert whole is not None, "the incumbent solves it"
        self._whole, self._open_parts = whole, open_parts
        self._incumbent, self._context, self._given = incumbent, context, given
        self._assignments = AssignmentNeighbourhood(incumbent, self._open_decisions, context)
        self._selector = NeighbourhoodSelector(
            incumbent.constrained.program.decisions, self._open_decisions, context.seed
        )
        self._race = BackgroundMip(whole, incumbent.constrained.program, context.seed)
        never = context.budget.deterministic or not races or len(whole) > PARAMS.largest_race
        self._race_at = np.inf if never else time.monotonic() + PARAMS.race_after
        self._piece_seconds = PARAMS.piece_seconds
        self._knows_relaxation = False
        self._race_plan: IntArray | None = None

    def run(self, part: Allotment) -> None:
        """Improve the incumbent until the time is over or nothing can be better."""
        deadline = Deadline(self._context.budget, part)
        try:
            if len(self._whole) <= PARAMS.largest_whole:
                self._solve(self._open_parts, deadline.share(PARAMS.whole_part, least=PARAMS.whole_seconds))
            for operator, free, piece_part in self._pieces(deadline):
                before = self._incumbent.cost
                found = self._solve(free, piece_part)
                if operator is not None:
                    self._reward(operator, found, before)
        finally:
            self._race.close()
            self._update_from_race()

    def _pieces(
        self, deadline: Deadline
    ) -> Iterator[tuple[NeighbourhoodOperator | None, BoolArray, Allotment]]:
        """Yield pieces to solve in this thread, as long as there is time and something to find.

        Batches of assignments and pieces in other threads are solved in between.
        """
        in_vain = 0
        while not self._is_over(deadline):
            before = self._incumbent.cost
            self._find_promising()
            if self._selector.all_exhausted:
                yield None, self._open_parts, deadline.left
                continue
            operators = self._select_operators(threads := self._free_threads)
            alone = next(
                (one for one in operators if threads == 1 or (one.share >= 1.0 and not one.by_assignment)),
                None,
            )
            part = deadline.share(1.0, most=self._piece_seconds)
            if alone is None:
                self._apply_parallel(operators, part, deadline)
            elif alone.by_assignment:
                batch = self._assignments.run_batch(alone, part, self._open_decisions, self._is_done)
                self._reward(alone, batch, before)
            else:
                yield (
                    alone,
                    dependents(self._incumbent.constrained.program, self._free_decisions(alone)),
                    part,
                )
            in_vain = 0 if self._incumbent.cost < before else in_vain + threads
            if in_vain >= PARAMS.patience * len(self._selector.operators):
                in_vain, self._piece_seconds = 0, self._piece_seconds * PARAMS.piece_growth

    def _select_operators(self, threads: int) -> list[NeighbourhoodOperator]:
        """Return an operator for each thread, at most one of them by assignment."""
        operators = [self._selector.select()]
        while len(operators) < threads:
            has_assignment = any(one.by_assignment for one in operators)
            operators.append(self._selector.select(by_assignment=False if has_assignment else None))
        return operators

    def _apply_parallel(
        self, operators: list[NeighbourhoodOperator], part: Allotment, deadline: Deadline
    ) -> None:
        """Solve pieces side by side, and assignments of other items if an operator makes such.

        No piece is the whole: that is solved alone, since its bound is a proof.
        """
        start = self._incumbent.values
        pieces, taken = self._disjoint_pieces(operators)
        observer = CallbackObserver(stop=lambda: "done" if self._is_stopped() else None)
        search_params = replace(self._search_params(part, is_whole=False), observer=observer, threads=1)

        def run_assignments() -> bool:
            if not any(one.by_assignment for one in operators) or deadline.is_over:
                return False
            operator, before = self._selector.select(by_assignment=True), self._incumbent.cost
            movable = self._open_decisions & ~taken
            found = self._assignments.run_batch(operator, part, movable, self._is_done)
            self._reward(operator, found, before)
            return True

        problems = [piece.problem for piece in pieces]
        outcomes = solve_parallel(problems, self._context, search_params, self._is_done, run_assignments)
        for piece, found in zip(pieces, outcomes, strict=True):
            before = self._incumbent.cost
            if found.values is not None:
                merge_piece(self._incumbent, start, piece.free, found.values)
            self._reward(piece.operator, found, before)

    def _disjoint_pieces(self, operators: list[NeighbourhoodOperator]) -> tuple[list[Piece], BoolArray]:
        """Return pieces that share no decision, and ``[decisions]`` whether each is in one of them."""
        incumbent, program = self._incumbent, self._incumbent.constrained.program
        taken = np.zeros(program.decisions.count, dtype=np.bool_)
        pieces: list[Piece] = []
        for operator in operators:
            if operator.by_assignment:
                continue
            chosen = self._free_decisions(operator)
            free = dependents(program, chosen[~taken[chosen]])
            taken[chosen] = True
            problem = incumbent.constrained.subproblem(incumbent.level).restrict(incumbent.values, free)
            assert problem is not None, "the incumbent solves it"
            if len(problem):
                pieces.append(Piece(operator, free, problem))
        return pieces, taken

    def _free_decisions(self, operator: NeighbourhoodOperator) -> IntArray:
        incumbent = self._incumbent
        price = incumbent.constrained.subproblem(incumbent.level).objective
        return self._selector.free_decisions(operator, incumbent.values, price, self._penalties)

    def _penalties(self, layer: str, axis: int) -> IntArray:
        """Return the penalty that the incumbent pays at each place of a layer along an axis."""
        incumbent = self._incumbent
        return penalty_by_place(incumbent.constrained.program, incumbent.values, incumbent.level, layer, axis)

    def _reward(self, operator: NeighbourhoodOperator, found: SearchResult, before: int) -> None:
        """Tell an operator the gain of its piece, given the cost before it."""
        gain = before - self._incumbent.cost
        operator.update(found, gain / max(1, before - self._incumbent.bound))
        if gain:
            self._selector.reset()

    @property
    def _free_threads(self) -> int:
        """The number of pieces that can be solved side by side."""
        budget = self._context.budget
        return 1 if budget.deterministic else max(1, budget.workers - self._race.is_running)

    def _is_stopped(self) -> bool:
        return self._context.is_stopped or self._incumbent.is_good_enough

    def _is_over(self, deadline: Deadline) -> bool:
        return deadline.is_over or self._context.is_stopped or self._is_done()

    def _find_promising(self) -> None:
        """Set the promising decisions, once the relaxation is known."""
        relaxed = self._race.relaxed
        if relaxed is None or self._knows_relaxation:
            return
        self._knows_relaxation = True
        decisions = self._incumbent.constrained.program.decisions.count
        promising = np.zeros(decisions, dtype=np.bool_)
        found = self._whole.columns[relaxed > PARAMS.promising_value]
        promising[found[found < decisions]] = True
        self._selector.set_promising(promising)

    @cached_property
    def _open_decisions(self) -> BoolArray:
        columns, count = self._whole.columns, self._incumbent.constrained.program.decisions.count
        found = np.zeros(count, dtype=np.bool_)
        found[columns[columns < count]] = True
        return found

    def _solve(self, free: BoolArray, part: Allotment) -> SearchResult:
        """Solve the piece of the ``free`` variables, again with more rows while its plan calls for cuts."""
        deadline, incumbent = Deadline(self._context.budget, part), self._incumbent
        while True:
            problem = incumbent.constrained.subproblem(incumbent.level).restrict(incumbent.values, free)
            assert problem is not None, "the incumbent solves it"
            # Cuts may fix variables, so that the whole has fewer than at first.
            is_whole = free is self._open_parts or len(problem) >= len(self._whole)
            by = incumbent.witnesses_with(CP_SAT, *self._given)
            found = minimise(problem, self._context, self._search_params(deadline.left, is_whole))
            if is_whole:
                incumbent.update_bound(None, found.bound, by)
            if found.values is None or incumbent.accept(found.values) or self._is_over(deadline):
                return found

    def _search_params(self, part: Allotment, is_whole: bool) -> SearchParams:
        """Return the parameters of a search. Only a search of the whole program reports its bounds."""
        incumbent = self._incumbent
        reports = is_whole and not (
            incumbent.constrained.has_grown or incumbent.constrained.has_outer_approximation
        )
        by = incumbent.witnesses_with(CP_SAT, *self._given)
        return SearchParams(
            part,
            hint=incumbent.values,
            gap=incumbent.gap if is_whole else 0.0,
            known_bound=incumbent.bound,
            observer=CallbackObserver(
                bound=(lambda cost, bound: incumbent.update_bound(cost, bound, by)) if reports else None,
                plan=incumbent.publish if is_whole else None,
                stop=lambda: "done" if self._is_done() else None,
            ),
        )

    def _is_done(self) -> bool:
        """Start branch and cut when due, take over its results; return whether the plan is good enough."""
        if time.monotonic() > self._race_at:
            self._race.begin(self._incumbent.cost)
            self._race.restart_if_stale(self._incumbent.cost)
        self._update_from_race()
        return self._incumbent.is_good_enough

    def _update_from_race(self) -> None:
        """Take over bounds and better plans of branch and cut, and of the relaxations of all levels."""
        self._incumbent.update_from_relaxation()
        self._incumbent.update_bound(None, self._race.bound, combine_witnesses((HIGHS,), self._given))
        values, cost = self._race.plan
        if values is None or cost is None or values is self._race_plan:
            return
        if cost < self._incumbent.cost:
            self._race_plan = values  # tried once only: it may cost more than the process said
            self._incumbent.accept(values, "mip")


#: Seconds between two looks at the solve while pieces are solved.
POLL_SECONDS = 0.05


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of a plan.

    Attributes:
        operator: The operator that chose it.
        free: ``[variables]`` whether each is free.
        problem: The problem over the free variables.
    """

    operator: NeighbourhoodOperator
    free: BoolArray
    problem: MilpInstance


def solve_parallel(
    problems: Sequence[MilpInstance],
    context: SolveContext,
    search_params: SearchParams,
    poll: Callable[[], object],
    work_meanwhile: Callable[[], bool],
) -> list[SearchResult]:
    """Solve pieces, each in a thread of its own.

    Args:
        problems: The pieces.
        context: The settings of the solve.
        search_params: The parameters of each search.
        poll: Called again and again while they are solved.
        work_meanwhile: Called in this thread until it returns that there is nothing more to do.
    """
    with ThreadPoolExecutor(max(1, len(problems))) as pool:
        searches = [pool.submit(minimise, problem, context, search_params) for problem in problems]
        waiting = is_busy = True
        while waiting:
            try:
                is_busy = is_busy and work_meanwhile()
                waiting = bool(wait(searches, 0 if is_busy else POLL_SECONDS).not_done)
                poll()
            except KeyboardInterrupt:
                context.request_stop()
    return [done.result() for done in searches]


def merge_piece(incumbent: LevelIncumbent, start: IntArray, free: BoolArray, found: IntArray) -> None:
    """Merge the solution of a piece into the incumbent, which may have changed elsewhere since.

    Args:
        incumbent: The incumbent of the level.
        start: ``[variables]`` the plan that the piece was cut from.
        free: ``[variables]`` whether each was free in the piece.
        found: ``[variables]`` the solution of the piece.
    """
    if incumbent.values is start:
        incumbent.accept(found)
        return
    program = incumbent.constrained.program
    count = program.decisions.count
    decisions = np.where(free[:count], found[:count], incumbent.values[:count])
    merged = evaluate_auxiliaries(program, decisions[None, :])
    if not violated_rows(program, merged).any():
        incumbent.accept(merged[0])
