"""Records how cost and bound of each level go during a solve, thinned out to a bounded number of points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock
from typing import NamedTuple

from allocator.model.plan import HARD, Level
from allocator.model.run import MOST_POINTS, ProgressPoint, RunProgress
from allocator.solvers.bounds import Proof
from allocator.solvers.observer import CONFIRM, NullObserver, Progress

#: Steps that are kept while a solve runs; more are thinned out to half of them.
_MOST_KEPT = 100 * MOST_POINTS
#: Digits after the point of a moment.
_DIGITS = 4


class ProgressStep(NamedTuple):
    """A step of a solve: as ``ProgressPoint``, but light."""

    stage: int
    level: int
    cost: int
    bound: int
    at: float


class ProgressRecorder(NullObserver):
    """An observer that keeps the steps of a solve.

    With one worker a moment is a deterministic amount of work. Of several steps at one such moment only the
    last is kept: which ones are seen before it may depend on the clock.
    """

    def __init__(self) -> None:
        self._steps: list[ProgressStep] = []
        self._stages: list[str] = []
        self._lock = Lock()

    def on_progress(self, progress: Progress) -> None:
        """Keep a step that has a cost; the confirmation of proofs is no step."""
        if progress.stage == CONFIRM or progress.level == HARD or progress.cost is None:
            return
        moment, is_work = progress.seconds, progress.work is not None
        if progress.work is not None:
            moment = progress.work
        with self._lock:
            bound = min(progress.bound, progress.cost)
            self._add(progress.stage, progress.level, progress.cost, bound, moment, is_work=is_work)

    def record(self, stage: str, proofs: Iterable[Proof], end: float, *, is_work: bool) -> RunProgress | None:
        """Return the record of a solve that has ended; None if it has found no plan.

        Args:
            stage: The stage in which it ended.
            proofs: Cost and bound of each level.
            end: When it ended, in seconds or in work.
            is_work: Whether moments are amounts of work.
        """
        closing = [proof for proof in proofs if proof.level != HARD]
        if not closing:
            return None
        with self._lock:
            last = {one.level: (one.stage, one.cost, one.bound) for one in self._steps}
            number = len(self._stages) - 1 if stage in self._stages[-1:] else len(self._stages)
            for proof in closing:
                if last.get(int(proof.level)) != (number, proof.cost, proof.bound):
                    self._add(stage, proof.level, proof.cost, proof.bound, end, is_work=False)
            steps = thinned(self._steps, MOST_POINTS)
        used = sorted({step.stage for step in steps})
        kept = (step._replace(stage=used.index(step.stage)) for step in steps)
        return RunProgress(
            unit="work" if is_work else "seconds",
            end=round(max(end, steps[-1].at), _DIGITS),
            stages=tuple(self._stages[stage] for stage in used),
            points=tuple(ProgressPoint(**step._asdict()) for step in kept),
        )

    def _add(self, stage: str, level: Level, cost: int, bound: int, at: float, *, is_work: bool) -> None:
        """Append a step, at a moment no earlier than the last one.

        A stage that begins anew, as where earlier decisions are freed again, is a stage of its own.
        """
        last = self._steps[-1] if self._steps else None
        at = max(round(at, _DIGITS), 0.0 if last is None else last.at)
        if stage not in self._stages[-1:]:
            self._stages.append(stage)
        step = ProgressStep(len(self._stages) - 1, int(level), cost, bound, at)
        if last is not None and (last.stage, last.level) == (step.stage, level):
            if (last.cost, last.bound) == (cost, bound):
                return
            if cost > last.cost or bound < last.bound:
                self._stages.append(stage)
                step = step._replace(stage=step.stage + 1)
            elif is_work and last.at == at:
                self._steps.pop()
        self._steps.append(step)
        if len(self._steps) > _MOST_KEPT:
            self._steps = thinned(self._steps, _MOST_KEPT // 2)


def thinned(steps: Sequence[ProgressStep], most: int) -> list[ProgressStep]:
    """Return at most so many steps: the last of each level, the last stage, ends of runs, others evenly.

    A run is what is between a change of the level, or of the stage, and the next one. The last stage, that of
    all layers and periods, takes up to three quarters of the steps.
    """
    count = len(steps)
    if count <= most:
        return list(steps)
    runs = [(one.stage, one.level) for one in steps]
    closing = {one.level: k for k, one in enumerate(steps)}
    end = [k for k in range(count) if k == count - 1 or runs[k] != runs[k + 1]]
    begin = [k for k in range(count) if k == 0 or runs[k] != runs[k - 1]]
    final = {k for k, one in enumerate(steps) if one.stage == steps[-1].stage}
    kept: set[int] = set()
    for wanted, part in (
        (closing.values(), 1.0),
        (final.intersection(end), 0.75),
        (final.intersection(begin), 0.75),
        (final, 0.75),
        (end, 1.0),
        (begin, 1.0),
        (range(count), 1.0),
    ):
        room = int(most * part) - len(kept)
        kept.update(_evenly(sorted({*wanted} - kept), room))
    return [steps[k] for k in sorted(kept)]


def _evenly(values: Sequence[int], most: int) -> Sequence[int]:
    """Return at most so many of some values, evenly spread, the last one among them."""
    if len(values) <= most:
        return values
    return [values[-1 - k * len(values) // most] for k in range(most)]
