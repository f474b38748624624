"""Level by level: each level is minimised, its cost held to, and only then the next one looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from allocator.model.plan import HARD, Level
from allocator.model.witnesses import BY_ROWS, joined
from allocator.optimise.kept import Kept
from allocator.optimise.route import minimise_level
from allocator.optimise.standing import Standing
from allocator.optimise.task import Task
from allocator.program.evaluate import level_costs
from allocator.program.program import IntArray, Program
from allocator.solvers.background import LexicographicRelaxation
from allocator.solvers.bounds import Bound, KnownBounds, Proof
from allocator.solvers.context import SolveContext
from allocator.solvers.deadline import Allotment, Deadline
from allocator.solvers.observer import NULL_OBSERVER, Observer, Progress
from allocator.solvers.protocol import Found

#: Of the time that other levels left, an open one is given this part, or so many seconds; so many times.
AGAIN_PART, AGAIN, ROUNDS = 0.5, 1.0, 20


@dataclass
class Levels:
    """The levels of one program, minimised one by one from a plan.

    Attributes:
        task: What is solved.
        search: The time that is left, and whom to tell.
        stage: What the search is called while it runs.
        known: Bounds proved by searches over fewer layers.
        floors: What levels cost already by what is settled: no plan here can cost less.
        observer: Sees snapshots of this search; its progress goes to the observer of the context.
        best: The best plan, as values of all variables.
        proofs: Cost and bound of each level done.
        won: Which solver gave each level's plan.
    """

    task: Task
    search: SolveContext
    stage: str
    known: KnownBounds = field(default_factory=KnownBounds)
    floors: Mapping[Level, int] = field(default_factory=dict)
    observer: Observer = NULL_OBSERVER
    best: IntArray | None = None
    proofs: list[Proof] = field(default_factory=list)
    won: dict[int, str] = field(default_factory=dict)
    _kept: Kept = field(init=False)

    def __post_init__(self) -> None:
        self._kept = Kept(self.observer, self.known, self.search.budget)

    def _one_by_one(
        self, deadline: Deadline, gap: float, relaxation: LexicographicRelaxation | None
    ) -> Found:
        """Minimise every level, and again the first that is open while the others have left time."""
        try:
            self._levels(0, deadline, gap, relaxation)
            for _ in range(ROUNDS if gap == 0.0 else 0):
                k = self._first_open()
                if k is None or deadline.is_over or self.search.is_over:
                    break
                self._once_more(k, deadline, relaxation)
        finally:
            if relaxation is not None:
                relaxation.close()
        return "optimal" if self._first_open() is None else "feasible"

    def _levels(
        self, first: int, deadline: Deadline, gap: float, relaxation: LexicographicRelaxation | None
    ) -> None:
        """Minimise level after level from one on, each for its part of the time."""
        for k, level in enumerate(self.program.levels[first:], first):
            still_open = sum(self._is_open(other) for other in self.program.levels[k:])
            self._level(level, deadline.share(1 / max(1, still_open)), gap, relaxation)
        # A later level may have found a plan that is better at an earlier one too.
        self.proofs = [replace(proof, cost=self.cost(proof.level)) for proof in self.proofs]

    def _once_more(self, first: int, deadline: Deadline, relaxation: LexicographicRelaxation | None) -> None:
        """Spend time that the levels after an open one have left on it, and on them if it gets better.

        What was proved of them stays true: they were then held to no less.
        """
        level, before = self.program.levels[first], self.proofs
        self.known = self.known.with_search(before)
        self.task.release(level)
        self.proofs = before[:first]
        part = 1.0 if first + 1 == len(before) else AGAIN_PART
        self._level(level, deadline.share(part, least=AGAIN), 0.0, relaxation)
        if self.proofs[first].cost < before[first].cost:
            self._levels(first + 1, deadline, 0.0, relaxation)
            return
        for proof, other in zip(before[first + 1 :], self.program.levels[first + 1 :], strict=True):
            self.proofs.append(proof)
            self.task.cap(other, proof.cost, proved=proof.cost == proof.bound)

    def _first_open(self) -> int | None:
        """Return which level is the first that is not proved; None if all are."""
        return next((k for k, proof in enumerate(self.proofs) if proof.bound < proof.cost), None)

    def _level(
        self, level: int, part: Allotment, gap: float, relaxation: LexicographicRelaxation | None
    ) -> None:
        """Minimise one level and hold it to what it then costs."""
        assert self.best is not None
        bound = self.by_rows(level) | self.known.of(level, self.costs)

        def keep(values: IntArray, bound: Bound) -> None:
            self._kept.hear(self.program, level, values, bound)

        standing = Standing(
            self.task, level, self.best, bound.value, gap, self._teller(level), relaxation, keep
        )
        standing.by, standing.second = bound.by, bound.second
        standing.above = joined(*(proof.by for proof in self.proofs))
        standing.won = self.won.get(level, standing.won)
        standing.take_relaxation()
        self._teller(level)(standing.cost, min(standing.bound, standing.cost))
        if standing.bound < standing.cost and not self.search.is_over:
            minimise_level(standing, part, self.search)
            self.won[level] = standing.won
        self.best = self._kept.or_better(standing.values)
        cost = self.cost(level)
        proof = Proof.of(level, cost, standing.proved)
        self.proofs.append(proof)
        keep(self.best, proof.proved)
        self.task.cap(level, proof.cost, proved=proof.cost == proof.bound)

    def by_rows(self, level: int) -> Bound:
        """Return what a level costs at least by the rows alone, and by what is settled."""
        least = max(self.floors.get(level, 0), self.task.least(level))
        return Bound(least, BY_ROWS) if least > 0 else Bound()

    def _is_open(self, level: int) -> bool:
        """Whether, as far as is known before it is searched, a level can still get better."""
        costs: dict[Level, int] = {other: self.cost(other) for other in self.program.levels}
        return max(self.known.of(level, costs).value, self.floors.get(level, 0)) < self.cost(level)

    def _is_better(self, values: IntArray) -> bool:
        """Whether a plan would be better than the best so far."""
        if self.best is None:
            return True
        mine, best = level_costs(self.program, np.stack([values, self.best])).tolist()
        return bool(mine < best)

    @property
    def program(self) -> Program:
        """The program, with the cuts made so far."""
        return self.task.program

    @property
    def costs(self) -> dict[Level, int]:
        """What the best plan costs at each level that is done."""
        return {proof.level: proof.cost for proof in self.proofs}

    def cost(self, level: Level) -> int:
        """Return what the best plan costs at a level."""
        assert self.best is not None and level != HARD
        return self.task.cost(self.best, level)

    def _teller(self, level: Level) -> Callable[[int | None, int], None]:
        def tell(cost: int | None, bound: int) -> None:
            shown = None if level == HARD else cost
            progress = Progress(self.stage, level, shown, bound, self.search.budget.elapsed)
            self.search.observer.on_progress(progress)

        return tell
