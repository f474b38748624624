"""Runs the open cells of a study in order, tries the dead again, and ends what is proved to be worse."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from allocator.errors import InputError
from allocator.study.cell_results import ATTEMPTS, CellResult, ResultStore, answered
from allocator.study.cell_runner import CellEnd, CellProgress, CellTask, Runner
from allocator.study.cells import StudyCell
from allocator.study.dominance import is_proved_worse

#: Longest wait for news, in seconds: so soon a request to stop is heard.
WAIT_SECONDS = 0.2


class StudyObserver(Protocol):
    """Sees a study run, and may ask it to stop."""

    def on_start(self, cell: StudyCell, attempt: int) -> None:
        """See a cell start."""

    def on_progress(self, cell: StudyCell, message: Mapping[str, Any]) -> None:
        """See better costs or bounds of a cell."""

    def on_death(self, cell: StudyCell, end: CellEnd, attempt: int) -> None:
        """See a cell die that is tried again."""

    def on_result(self, cell: StudyCell, result: CellResult) -> None:
        """See a result, once it is written."""

    def on_wait(self) -> None:
        """Be called several times a second."""

    def is_stopped(self) -> bool:
        """Whether the study is to stop."""


@dataclass(frozen=True)
class RunSettings:
    """What a run needs besides cells and runner.

    Attributes:
        task: Returns the task of a cell.
        stop_when_worse: Whether a cell ends once its option is proved to be worse than another.
        attempts: How often a cell is started before its death is its result.
    """

    task: Callable[[StudyCell], CellTask]
    stop_when_worse: bool = True
    attempts: int = ATTEMPTS


@dataclass
class _Started:
    """A cell that runs."""

    cell: StudyCell
    attempt: int
    bounds: tuple[int, ...] = ()
    message: Mapping[str, Any] = field(default_factory=dict)
    worse_than: str = ""


class StudyRun:
    """One run of the open cells of a study.

    Args:
        cells: All cells.
        store: Where results are kept.
        runner: What runs cells; it is closed at the end.
        observer: Sees the run.
        settings: The other settings.
    """

    def __init__(
        self,
        cells: Sequence[StudyCell],
        store: ResultStore,
        runner: Runner,
        observer: StudyObserver,
        settings: RunSettings,
    ) -> None:
        self._store, self._runner, self._observer = store, runner, observer
        self._settings = settings
        self.results: dict[str, CellResult] = store.load(cells)
        self._cells = tuple({cell.key: cell for cell in cells}.values())
        self._waiting: deque[tuple[StudyCell, int]] = deque(
            (cell, 1) for cell in self._cells if cell.key not in self.results
        )
        self._running: dict[str, _Started] = {}
        self._best: dict[tuple[str, int, float], list[CellResult]] = {}
        for cell in self._cells:
            if (known := self.results.get(cell.key)) is not None:
                self._remember(cell, known)

    def run(self) -> dict[str, CellResult]:
        """Run until every cell has a result or the observer stops the study; return the results by key.

        Raises:
            InputError: A result cannot be written.
        """
        try:
            while (self._waiting or self._running) and not self._observer.is_stopped():
                self._start_more()
                for event in self._runner.wait(WAIT_SECONDS):
                    if isinstance(event, CellProgress):
                        self._progress(event)
                    else:
                        self._end(event)
                self._observer.on_wait()
        finally:
            for late in self._runner.close():
                if isinstance(late, CellEnd) and late.ending == "answered":
                    self._end(late)
        return self.results

    def _start_more(self) -> None:
        while self._waiting and len(self._running) < self._runner.places:
            cell, attempt = self._waiting.popleft()
            self._observer.on_start(cell, attempt)
            self._running[cell.key] = _Started(cell, attempt)
            try:
                self._runner.start(self._settings.task(cell))
            except OSError as error:
                self._end(CellEnd(cell.key, "died", 0.0, log=(str(error),)))

    def _progress(self, event: CellProgress) -> None:
        started = self._running.get(event.key)
        if started is None:
            return
        started.message = event.message
        bounds = event.message.get("bounds")
        if isinstance(bounds, list) and all(isinstance(one, int) for one in bounds):
            started.bounds = tuple(bounds)
        self._observer.on_progress(started.cell, event.message)
        self._stop_if_worse(started)

    def _stop_if_worse(self, started: _Started) -> None:
        """End a cell if a plan of the same trial is better than every plan that it could find."""
        if not self._settings.stop_when_worse or started.worse_than:
            return
        for rival in self._best.get(started.cell.trial, ()):
            if is_proved_worse(started.bounds, rival.costs):
                started.worse_than = rival.key
                self._runner.cancel(started.cell.key)
                return

    def _end(self, end: CellEnd) -> None:
        started = self._running.pop(end.key, None)
        if started is None:
            return
        cell, attempt = started.cell, started.attempt
        if end.ending == "cancelled" and not started.worse_than:
            return
        if end.ending == "died" and attempt < self._settings.attempts:
            self._observer.on_death(cell, end, attempt)
            self._waiting.appendleft((cell, attempt + 1))
            return
        result, plan = self._result(started, end)
        result = self._store.save(cell, result, plan)
        self.results[cell.key] = result
        self._remember(cell, result)
        self._observer.on_result(cell, result)
        for other in self._running.values():
            self._stop_if_worse(other)

    def _result(self, started: _Started, end: CellEnd) -> tuple[CellResult, str | None]:
        """Return the result of a cell, and the text of its plan."""
        cell = started.cell
        if end.answer is not None:
            try:
                result = answered(cell, end.answer, end.seconds, started.attempt)
                return result, _plan_text(end.answer) if result.has_plan else None
            except InputError as error:
                return _failure(started, end, [fault("en") for fault in error.faults]), None
        if started.worse_than:
            return _ended_as_worse(started, end), None
        return _failure(started, end, end.log), None

    def _remember(self, cell: StudyCell, result: CellResult) -> None:
        if result.has_plan and result.costs and None not in result.costs:
            self._best.setdefault(cell.trial, []).append(result)


def _plan_text(answer: Mapping[str, Any]) -> str | None:
    text = answer.get("plan_text")
    return text if isinstance(text, str) else None


def _ended_as_worse(started: _Started, end: CellEnd) -> CellResult:
    """Return the result of a cell that was ended: bounds, but no plan, which would depend on the clock."""
    criteria = started.message.get("criteria", [])
    values = [
        {"criterion": code, "bound": bound}
        for code, bound in zip(criteria, started.bounds, strict=False)
        if isinstance(code, str)
    ]
    return CellResult.model_validate(
        {
            "key": started.cell.key,
            "outcome": "worse",
            "worse_than": started.worse_than,
            "criteria": values,
            "seconds": round(end.seconds, 2),
            "wall_seconds": round(end.seconds, 2),
            "peak_memory": end.peak_memory,
            "attempts": started.attempt,
        }
    )


def _failure(started: _Started, end: CellEnd, log: Sequence[str]) -> CellResult:
    outcome = end.ending if end.ending in ("memory", "cpu", "wall") else "died"
    return CellResult.model_validate(
        {
            "key": started.cell.key,
            "outcome": outcome,
            "wall_seconds": round(end.seconds, 2),
            "peak_memory": end.peak_memory,
            "attempts": started.attempt,
            "exit_code": end.exit_code,
            "log": [*log][-20:],
        }
    )


def make_task(
    cell: StudyCell, folder: Path, yardstick: Path, entry: str, request: Mapping[str, Any]
) -> CellTask:
    """Return the task of a cell whose files lie in these folders."""
    folders = (folder,) if yardstick == folder else (folder, yardstick)
    places = {"scenario": str(folder / entry), "yardstick": str(yardstick / entry)}
    return CellTask(cell.key, {**request, **places}, folders, cell.limits)
