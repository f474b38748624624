"""Small studies for tests, a runner that solves within this process, and one that follows a script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tiny_scenario
from allocator.api import study_cell
from allocator.study.cell_results import CellResult, ResultStore
from allocator.study.cell_runner import CellEnd, CellEvent, CellProgress, CellTask
from allocator.study.cells import CellLimits, StudyCell
from allocator.study.study_run import RunSettings, StudyRun

STUDY = """
study: small
scenarios: scenarios/tiny
options:
  as-it-is: {}
  looser: {drop: [keep, native], add: [{id: near, kind: stability, on: posting, level: 2}]}
limits: 5
criteria: [{level: 1}, {rule: native}]
"""


def write_study(folder: Path, text: str = STUDY) -> Path:
    """Write the tiny scenario and a study of it, and return the study file."""
    tiny_scenario.write_scenario(folder)
    file = folder / "study.yaml"
    file.write_text(text.lstrip(), encoding="utf-8")
    return file


class InlineRunner:
    """Solves each cell within this process, one at a time."""

    places, unlimited = 1, ()

    def __init__(self, solve: Callable[..., Mapping[str, Any]] | None = None) -> None:
        self._tasks: list[CellTask] = []
        self._solve = solve or study_cell.solve_cell
        self.started: list[str] = []

    def start(self, task: CellTask) -> None:
        self._tasks.append(task)
        self.started.append(task.key)

    def wait(self, seconds: float) -> Sequence[CellEvent]:
        events: list[CellEvent] = []
        for task in self._tasks:
            told: list[Mapping[str, Any]] = []
            answer = self._solve(task.request, told.append)
            events += [CellProgress(task.key, message) for message in told]
            events.append(CellEnd(task.key, "answered", 0.1, answer, 0))
        self._tasks.clear()
        return events

    def cancel(self, key: str) -> None:
        """Nothing can be ended here."""

    def close(self) -> Sequence[CellEvent]:
        return ()


#: One thing that a scripted runner tells: the events of one call of ``wait``.
Script = Callable[["ScriptedRunner"], Sequence[CellEvent]]


class ScriptedRunner:
    """Tells what a script says, and remembers what it was told to do."""

    unlimited = ()

    def __init__(self, *script: Script, places: int = 2, last: Script | None = None) -> None:
        self.places = places
        self._script, self._last = list(script), last
        self.running: list[str] = []
        self.cancelled: list[str] = []
        self.started: list[str] = []
        self.is_closed = False

    def start(self, task: CellTask) -> None:
        self.running.append(task.key)
        self.started.append(task.key)
        assert len(self.running) <= self.places

    def wait(self, seconds: float) -> Sequence[CellEvent]:
        events = self._script.pop(0)(self) if self._script else []
        for event in events:
            if isinstance(event, CellEnd):
                self.running.remove(event.key)
        return events

    def cancel(self, key: str) -> None:
        self.cancelled.append(key)

    def close(self) -> Sequence[CellEvent]:
        self.is_closed = True
        return self._last(self) if self._last else ()


def cell(option: str = "a", *, seed: int = 1, scenario: str = "s", **changes: Any) -> StudyCell:
    """Return a cell; its files are those of its option."""
    parts = {"seconds": 5.0, "workers": 1, "limits": CellLimits(70.0), "criteria": ("level:1", "rule:r")}
    digests = {"variant": f"{scenario}/{option}", "yardstick": scenario}
    return StudyCell(scenario, option, seed, **{**parts, **digests, **changes})


def answer(costs: Sequence[int | None], bounds: Sequence[int | None] = (), **more: Any) -> dict[str, Any]:
    """Return the answer of a cell with a plan of these costs and bounds by criterion."""
    codes = ("level:1", "rule:r")
    known = [*bounds, *[None] * (len(costs) - len(bounds))]
    criteria = [
        {"criterion": code, "cost": cost, "bound": bound}
        for code, cost, bound in zip(codes, costs, known, strict=False)
    ]
    score = [
        {"level": "hard", "cost": 0, "bound": 0},
        {"level": 1, "cost": (costs[0] if costs else 0) or 0, "bound": (known[0] if known else 0) or 0},
    ]
    return {
        "outcome": "solved", "status": "feasible", "criteria": criteria, "score": score,
        "stopped": "work", "plan_text": "{}", "best_after": 0.5, **more,
    }  # fmt: skip


def result(
    one: StudyCell, costs: Sequence[int | None], bounds: Sequence[int | None] = (), **more: Any
) -> CellResult:
    """Return the result of a cell with a plan."""
    made = {key: value for key, value in answer(costs, bounds).items() if key != "plan_text"}
    return CellResult.model_validate({**made, "key": one.key, "plan": "p.json", **more})


class Seen:
    """What an observer saw of a run; it stops the run after so many results."""

    def __init__(self, most: int = 10**6) -> None:
        self.starts: list[tuple[str, int]] = []
        self.deaths: list[int] = []
        self.results: list[tuple[str, str]] = []
        self._most, self._looks = most, 0

    def on_start(self, one: StudyCell, attempt: int) -> None:
        self.starts.append((one.option, attempt))

    def on_progress(self, one: StudyCell, message: Mapping[str, Any]) -> None:
        """Nothing is kept of it."""

    def on_death(self, one: StudyCell, end: CellEnd, attempt: int) -> None:
        self.deaths.append(attempt)

    def on_result(self, one: StudyCell, found: CellResult) -> None:
        self.results.append((one.option, found.outcome))

    def on_wait(self) -> None:
        self._looks += 1
        assert self._looks < 1_000, "the run does not end"

    def is_stopped(self) -> bool:
        return len(self.results) >= self._most


def run(
    cells: Sequence[StudyCell], runner: Any, folder: Path, seen: Seen | None = None, **settings: Any
) -> dict[str, CellResult]:
    """Run cells by a runner; results go to ``folder``."""
    store = ResultStore(folder)
    store.make()
    made = RunSettings(lambda one: CellTask(one.key, {}, (), one.limits), **settings)
    return StudyRun(cells, store, runner, seen or Seen(), made).run()
