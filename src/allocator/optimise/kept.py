"""The plan of a descent that is best at all levels: found once, it is not given up, and it is offered."""

from __future__ import annotations

from threading import Lock

from allocator.model.plan import Level
from allocator.program.evaluate import level_costs
from allocator.program.program import IntArray, Program
from allocator.solvers.bounds import Bound, KnownBounds
from allocator.solvers.deadline import Budget
from allocator.solvers.observer import Observer, Snapshot


class Kept:
    """Keeps the best plan, level by level, and what is proved; plans may come from several threads.

    A search of one level takes what costs the same there for as good, and it may cost more below. Without
    this a solve could end with less than it had found, or had begun from.

    Args:
        observer: Sees a snapshot of each better plan or bound.
        known: What searches over fewer layers, or earlier solves, have proved.
        budget: Tells the time.
    """

    def __init__(self, observer: Observer, known: KnownBounds, budget: Budget) -> None:
        self._observer, self._known, self._budget = observer, known, budget
        self._best: tuple[list[int], IntArray] | None = None
        self._bounds: dict[Level, Bound] = {}
        self._lock = Lock()

    def begin(self, program: Program, values: IntArray) -> None:
        """Keep a first plan."""
        self._hear(program, values, is_proof=False)

    def hear(self, program: Program, level: Level, values: IntArray, bound: Bound) -> None:
        """Hear of a plan, and of what is proved of the level that is searched."""
        is_proof = bound.value > self._bounds.get(level, Bound()).value
        if is_proof:
            self._bounds[level] = bound
        self._hear(program, values, is_proof=is_proof)

    def or_better(self, values: IntArray) -> IntArray:
        """Return the best plan kept, or ``values`` if there is none."""
        return values if self._best is None else self._best[1]

    def _hear(self, program: Program, values: IntArray, *, is_proof: bool) -> None:
        costs = level_costs(program, values[None, :])[0].tolist()
        with self._lock:
            is_better = self._best is None or costs < self._best[0]
            if is_better:
                self._best = costs, values
            if is_better or is_proof:
                best = self.or_better(values)
                now = self._budget.elapsed
                snapshot = Snapshot(program, best, dict(self._bounds), self._known, now)
                self._observer.on_snapshot(snapshot)
