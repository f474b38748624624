"""Improve a plan piece by piece, while branch and cut works on the whole beside it.

Constraint search solves pieces of the plan to the end and so improves what is large; the relaxation
proves what is written tightly. With one worker there is no branch and cut beside, so that a solve can
be repeated exactly.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cached_property

import numpy as np

from allocator.model.witnesses import CP_SAT, HIGHS, NOBODY, Witnesses, joined
from allocator.optimise.asking import Asking, minimise, unheard, unseen
from allocator.optimise.lns.assignment_neighbourhood import AssignmentNeighbourhood
from allocator.optimise.lns.operators import NeighbourhoodOperator, NeighbourhoodSelector
from allocator.optimise.lns.parallel_lns import merge_piece, solve_parallel
from allocator.optimise.mip import MipRace
from allocator.optimise.outcome import Outcome
from allocator.optimise.standing import Standing
from allocator.program.following import dependents
from allocator.program.paid import penalty_by_place
from allocator.program.program import IntArray
from allocator.program.subproblem import BoolArray, MilpInstance
from allocator.solvers.budget import Clock, Slice
from allocator.solvers.context import SolveContext

#: The part of the time, and the least seconds, for the whole at first: most levels end before.
WHOLE_PART, WHOLE = 0.2, 2.0
#: With more variables than this the whole is not looked at first: to read them takes that moment.
LARGE = 6_000
#: Branch and cut begins after so many seconds: what is easy has ended by then.
RACE_AFTER = 0.2
#: The relaxation of more variables than this would not end, and takes gigabytes.
HUGE = 1_000_000
#: What has more than this in the relaxation is likely.
LIKELY = 1e-3
#: Seconds for one piece at first, and how many times more after some pieces of every arm without a gain.
PIECE, LONGER, PATIENCE = 0.3, 1.5, 2


class LargeNeighbourhoodSearch:
    """A level's plan being improved.

    Args:
        standing: The plan to begin from, and its bound.
        open_parts: ``[variables]`` what may change: all, or the parts that are not proved yet.
        search: How to search.
        races: Whether branch and cut works beside.
        given: The back ends on whose word the other parts are proved.
    """

    def __init__(
        self,
        standing: Standing,
        open_parts: BoolArray,
        search: SolveContext,
        *,
        races: bool = True,
        given: Witnesses = NOBODY,
    ) -> None:
        whole = standing.task.question(standing.level).restrict(standing.values, open_parts)
        assert whole is not None, "the plan in hand solves it"
        self._whole, self._open_parts = whole, open_parts
        self._standing, self._search = standing, search
        self._exchanges = AssignmentNeighbourhood(standing, self._open_decisions, search)
        self._race = MipRace(whole, standing.task.program, search.seed)
        never = search.budget.deterministic or not races or len(whole) > HUGE
        self._race_at = np.inf if never else time.monotonic() + RACE_AFTER
        self._piece = PIECE
        self._is_guided = False
        self._heard: IntArray | None = None
        self._given = given

    def run(self, part: Slice) -> None:
        """Improve for so long."""
        clock, near = Clock(self._search.budget, part), self._neighbourhoods()
        try:
            if len(self._whole) <= LARGE:
                self._solve(self._open_parts, clock.share(WHOLE_PART, least=WHOLE))
            self._piece_by_piece(near, clock)
        finally:
            self._race.close()
            self._hear_race()

    def _piece_by_piece(self, near: NeighbourhoodSelector, clock: Clock) -> None:
        """Solve piece after piece, as long as there is time and something to find."""
        in_vain = 0
        while not self._is_over(clock):
            before = self._standing.cost
            self._guide(near)
            if near.all_exhausted:
                self._solve(self._open_parts, clock.left)
                continue
            several = self._free_threads
            if several == 1:
                self._pull(near.select(), near, clock)
            else:
                self._pull_several(several, near, clock)
            in_vain = 0 if self._standing.cost < before else in_vain + several
            if in_vain >= PATIENCE * len(near.operators):
                in_vain, self._piece = 0, self._piece * LONGER

    def _pull(self, arm: NeighbourhoodOperator, near: NeighbourhoodSelector, clock: Clock) -> None:
        before, part = self._standing.cost, clock.share(1.0, most=self._piece)
        if arm.by_assignment:
            found = self._exchanges.batch(arm, part, self._open_decisions, self._is_done)
        else:
            found = self._solve(dependents(self._standing.task.program, self._chosen(arm, near)), part)
        self._learn(arm, found, before, near)

    def _pull_several(self, several: int, near: NeighbourhoodSelector, clock: Clock) -> None:
        """Solve several pieces side by side, with exchanges elsewhere if one of the arms makes such.

        What is the whole is solved alone: that proves something.
        """
        arms = [near.select()]
        while len(arms) < several:
            arms.append(near.select(by_assignment=False if any(arm.by_assignment for arm in arms) else None))
        whole = next((arm for arm in arms if arm.part >= 1.0 and not arm.by_assignment), None)
        if whole is not None:
            self._pull(whole, near, clock)
            return
        start, program = self._standing.values, self._standing.task.program
        taken = np.zeros(program.decisions.count, dtype=np.bool_)
        pieces: list[tuple[NeighbourhoodOperator, BoolArray, MilpInstance]] = []
        for arm in arms:
            if arm.by_assignment:
                continue
            chosen = self._chosen(arm, near)
            free = dependents(program, chosen[~taken[chosen]])
            taken[chosen] = True
            problem = self._standing.task.question(self._standing.level).restrict(start, free)
            assert problem is not None, "the plan in hand solves it"
            if len(problem):
                pieces.append((arm, free, problem))
        part = clock.share(1.0, most=self._piece)
        asking = replace(self._asking(part, is_whole=False), is_done=self._is_stopped, threads=1)

        def meanwhile() -> bool:
            if not any(arm.by_assignment for arm in arms) or clock.is_over:
                return False
            arm, before = near.select(by_assignment=True), self._standing.cost
            movable = self._open_decisions & ~taken
            self._learn(arm, self._exchanges.batch(arm, part, movable, self._is_done), before, near)
            return True

        problems = [problem for _, _, problem in pieces]
        outcomes = solve_parallel(problems, self._search, asking, self._is_done, meanwhile)
        for (arm, free, _), found in zip(pieces, outcomes, strict=True):
            before = self._standing.cost
            if found.values is not None:
                merge_piece(self._standing, start, free, found.values)
            self._learn(arm, found, before, near)

    def _chosen(self, arm: NeighbourhoodOperator, near: NeighbourhoodSelector) -> IntArray:
        standing = self._standing
        price = standing.task.question(standing.level).objective
        return near.free(arm, standing.values, price, self._paid)

    def _learn(
        self, arm: NeighbourhoodOperator, found: Outcome, before: int, near: NeighbourhoodSelector
    ) -> None:
        gain = before - self._standing.cost
        arm.learn(found, gain / max(1, before - self._standing.bound))
        if gain:
            near.reset()

    @property
    def _free_threads(self) -> int:
        """How many pieces can be solved side by side."""
        budget = self._search.budget
        return 1 if budget.deterministic else max(1, budget.workers - self._race.is_running)

    def _is_stopped(self) -> bool:
        return self._search.is_stopped or self._standing.is_good_enough

    def _guide(self, near: NeighbourhoodSelector) -> None:
        """Tell the pieces what is likely, once the relaxation is known."""
        relaxed = self._race.relaxed
        if relaxed is None or self._is_guided:
            return
        self._is_guided = True
        decisions = self._standing.task.program.decisions.count
        likely = np.zeros(decisions, dtype=np.bool_)
        found = self._whole.columns[relaxed > LIKELY]
        likely[found[found < decisions]] = True
        near.set_promising(likely)

    def _paid(self, layer: str, axis: int) -> IntArray:
        """Return what the plan pays for each place of a layer along an axis."""
        standing = self._standing
        return penalty_by_place(standing.task.program, standing.values, standing.level, layer, axis)

    def _is_over(self, clock: Clock) -> bool:
        return clock.is_over or self._search.is_stopped or self._is_done()

    def _neighbourhoods(self) -> NeighbourhoodSelector:
        return NeighbourhoodSelector(
            self._standing.task.program.decisions, self._open_decisions, self._search.seed
        )

    @cached_property
    def _open_decisions(self) -> BoolArray:
        columns, count = self._whole.columns, self._standing.task.program.decisions.count
        found = np.zeros(count, dtype=np.bool_)
        found[columns[columns < count]] = True
        return found

    def _solve(self, free: BoolArray, part: Slice) -> Outcome:
        """Solve the piece over the ``free`` variables, with more rows while its plan calls for cuts."""
        clock, standing = Clock(self._search.budget, part), self._standing
        while True:
            problem = standing.task.question(standing.level).restrict(standing.values, free)
            assert problem is not None, "the plan in hand solves it"
            is_whole = len(problem) >= len(self._whole)
            by = standing.further(CP_SAT, *self._given)
            found = minimise(problem, self._search, self._asking(clock.left, is_whole))
            if is_whole:
                standing.hear(None, found.bound, by)
            if found.values is None or standing.take(found.values) or self._is_over(clock):
                return found

    def _asking(self, part: Slice, is_whole: bool) -> Asking:
        """Return how to search a piece; only what is found of the whole, and stays so, is told."""
        standing = self._standing
        is_told = is_whole and not (standing.task.has_grown or standing.task.is_rough)
        by = standing.further(CP_SAT, *self._given)
        return Asking(
            part,
            hint=standing.values,
            gap=standing.gap if is_whole else 0.0,
            known=standing.bound,
            tell=(lambda cost, bound: standing.hear(cost, bound, by)) if is_told else unheard,
            show=standing.show if is_whole else unseen,
            is_done=self._is_done,
        )

    def _is_done(self) -> bool:
        if time.monotonic() > self._race_at:
            self._race.begin(self._standing.cost)
            self._race.renew(self._standing.cost)
        self._hear_race()
        return self._standing.is_good_enough

    def _hear_race(self) -> None:
        """Hear branch and cut: its bound, and its plan if that is better; and the ladder's, likewise."""
        self._standing.hear_ladder()
        self._standing.hear(None, self._race.bound, joined((HIGHS,), self._given))
        values, cost = self._race.plan
        if values is None or cost is None or values is self._heard:
            return
        if cost < self._standing.cost:
            self._heard = values  # looked at once: it may cost more than the process said
            self._standing.take(values, "mip")
