"""``allocator study``: runs scenarios x options x seeds x limits, and reports what they show."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.live import Live
from rich.table import Table
from rich.text import Text as Line

from allocator import api
from allocator.cli.cluster_options import ClusterChoice, cluster_options, runner_of
from allocator.cli.options import FILE, argument, flag, option
from allocator.cli.options import command as declare
from allocator.cli.output import FINE, INTERRUPTED, NO, WRONG, Output, eprint, progress_console
from allocator.cli.plan_keeping import StudyKeeping, keeping_study
from allocator.cli.solve_session import stop_on_signal
from allocator.cli.store_options import store_option, who_option, why_option
from allocator.model.text import Language, Text
from allocator.report.rendering.console import number, pick, printable
from allocator.report.rendering.study_text import (
    cell_text,
    count_line,
    duration_text,
    render_study,
    result_line,
)
from allocator.report.study_cells import OUTCOMES

study_argument = argument(
    "file", type=FILE, metavar="FILE", zh="试算文件", en="study file, such as study.yaml"
)
into_option = option(
    "--into",
    type=FILE,
    metavar="DIR",
    zh="结果文件夹，默认在试算文件旁",
    en="folder of results, by default beside the study file",
)


@declare(
    "study",
    zh="试算：场景 × 选项 × 种子 × 时限，逐个求解，可续算",
    en="Run a study: scenarios x options x seeds x limits, each solved by itself, resumed where it ended.",
)
@study_argument
@into_option
@option(
    "--jobs",
    type=click.IntRange(min=0, max=1024),
    default=0,
    metavar="N",
    zh="并行求解的次数，0 为按核数",
    en="cells side by side, 0 for as many as there are cores",
)
@flag("--count", "only_count", zh="只计次数与时间，不求解", en="only count the cells and their time")
@flag("--retry-failed", "retry", zh="重算失败的", en="run cells again that failed")
@cluster_options
@store_option
@why_option(zh="存入方案库的理由", en="the reason, for the store")
@who_option
def command(
    output: Output,
    file: Path,
    into: Path | None,
    jobs: int,
    only_count: bool,
    retry: bool,
    cluster: ClusterChoice,
    store: str | None,
    why: str,
    who: str | None,
) -> int:
    """Count the cells, run the open ones, and report."""
    loaded = api.load_study(file, into)
    count = loaded.count(jobs)
    if only_count:
        output.data(count)
        output.report([count_line(count, output.language)])
        return FINE
    with (
        keeping_study(loaded, store, who, why, output) as keeping,
        runner_of(cluster, jobs, is_needed=retry or count.open > 0) as runner,
    ):
        return _run(loaded, runner, keeping, jobs, retry, output)


def _run(
    loaded: api.LoadedStudy,
    runner: api.Runner | None,
    keeping: StudyKeeping,
    jobs: int,
    retry: bool,
    output: Output,
) -> int:
    """Run the open cells, and report."""
    count = loaded.count(runner.places if runner else jobs)
    output.remark(Text(zh=count_line(count, "zh"), en=count_line(count, "en")))
    if lacking := ", ".join(loaded.unlimited(runner)):
        zh, en = f"提示：此系统不能限制：{lacking}", f"note: this system cannot limit {lacking}"
        output.remark(Text(zh=zh, en=en))
    stop = api.StopRequest()
    lost = None
    with stop_on_signal(stop), _watching(loaded, count, stop, output) as watch:
        try:
            results = api.run_study(
                loaded, places=jobs, runner=runner, watch=keeping.around(watch), retry_failed=retry
            )
        except api.RunnerLostError as error:
            lost, results = error.reason, loaded.results()
        keeping.finish(results)
    _print(loaded.view(results), output)
    if lost is not None:
        zh = f"{lost.zh}；已完成的已保存，同一命令可继续"
        en = f"{lost.en}; what has ended is kept, and the same command goes on"
        output.remark(Text(zh=zh, en=en))
    if keeping.failed:
        return WRONG
    if lost is not None or stop.is_requested:
        return INTERRUPTED
    return NO if any(one.is_failure for one in results.values()) else FINE


@declare("study report", zh="试算报告：已有结果的比较", en="Report the results of a study that are there.")
@study_argument
@into_option
@option(
    "--to",
    type=FILE,
    metavar="FILE",
    zh="另存为 .xlsx、.docx、.html 或 .svg（地图）",
    en="write it as .xlsx, .docx, .html or .svg (a map)",
)
def report(output: Output, file: Path, into: Path | None, to: Path | None) -> int:
    """Report the results that are there."""
    api.check_study_file(to)
    loaded = api.load_study(file, into)
    view = loaded.view()
    _print(view, output)
    if to is not None:
        api.export_study(view, to, language=output.language)
        output.remark(Text(zh=f"已写入 {to}", en=f"written to {to}"))
    return FINE


def _print(view: api.StudyView, output: Output) -> None:
    output.data(view)
    output.report(render_study(view, output.language))


@contextmanager
def _watching(
    loaded: api.LoadedStudy, count: api.CellCount, stop: api.StopRequest, output: Output
) -> Iterator[api.StudyWatch]:
    """Show a table that fills on a terminal, else a line for each result."""
    if not sys.stderr.isatty():
        yield _Lines(stop, output.language)
        return
    with Live(console=progress_console(), auto_refresh=False, transient=True) as live:
        yield LiveTable(stop, output.language, count, live)


class _Lines(api.StudyWatch):
    """Writes a line for each result to standard error."""

    def __init__(self, stop: api.StopRequest, language: Language) -> None:
        self._stop, self._language = stop, language

    def is_stopped(self) -> bool:
        """Whether a stop was requested."""
        return self._stop.is_requested

    def on_death(self, cell: api.StudyCell, end: api.CellEnd, attempt: int) -> None:
        """Say that a cell died and is started again."""
        name = cell_text(cell, self._language)
        eprint(pick(self._language, f"{name}：进程中止，再试一次", f"{name}: died, tried again"))

    def on_result(self, cell: api.StudyCell, result: api.CellResult) -> None:
        """Say how a cell came out."""
        eprint(result_line(cell, result, self._language))


#: Ended cells that the table shows, and seconds between two looks of it.
SHOWN_ENDED, REFRESH_SECONDS = 10, 0.25


class LiveTable(_Lines):
    """A table of the cells that run and of the last that ended, with the time that is left."""

    def __init__(self, stop: api.StopRequest, language: Language, count: api.CellCount, live: Live) -> None:
        super().__init__(stop, language)
        self._count, self._live = count, live
        self._running: dict[str, tuple[api.StudyCell, float, Mapping[str, Any]]] = {}
        self._last: deque[tuple[api.StudyCell, api.CellResult]] = deque(maxlen=SHOWN_ENDED)
        self._ended, self._spent, self._shown = 0, 0.0, 0.0

    def on_start(self, cell: api.StudyCell, attempt: int) -> None:
        """Add a row for a cell that runs."""
        self._running[cell.key] = (cell, time.monotonic(), {})

    def on_progress(self, cell: api.StudyCell, message: Mapping[str, Any]) -> None:
        """Take the costs and bounds of a cell."""
        began = self._running[cell.key][1] if cell.key in self._running else time.monotonic()
        self._running[cell.key] = (cell, began, message)

    def on_death(self, cell: api.StudyCell, end: api.CellEnd, attempt: int) -> None:
        """Take a cell off the table until it is started again."""
        self._running.pop(cell.key, None)

    def on_result(self, cell: api.StudyCell, result: api.CellResult) -> None:
        """Move a cell to those that ended."""
        self._running.pop(cell.key, None)
        self._last.append((cell, result))
        self._ended += 1
        self._spent += result.wall_seconds

    def on_wait(self) -> None:
        """Show the table, a few times a second."""
        now = time.monotonic()
        if now - self._shown >= REFRESH_SECONDS:
            self._shown = now
            self._live.update(self.table(now), refresh=True)

    def seconds_left(self) -> float:
        """Return the seconds that are likely left: by the mean of the ended cells, else by their limits."""
        left = self._count.open - self._ended
        if not self._ended:
            return self._count.solving
        return left * self._spent / self._ended / max(1, self._count.side_by_side)

    def table(self, now: float) -> Table:
        """Return the table as it is."""
        left = duration_text(self.seconds_left(), self._language)
        zh = f"已算 {self._ended}/{self._count.open}，约余 {left}"
        en = f"{self._ended} of {self._count.open} ended, about {left} left"
        grid = Table(title=pick(self._language, zh, en), title_justify="left", box=None, show_header=False)
        for cell, result in self._last:
            grid.add_row(
                cell_text(cell, self._language),
                OUTCOMES[result.outcome](self._language),
                _score(result.score),
            )
        for cell, began, message in self._running.values():
            seconds = f"{now - began:.0f} s"
            grid.add_row(Line(cell_text(cell, self._language), style="bold"), seconds, _told(message))
        return grid


def _score(score: tuple[api.LevelScore, ...]) -> str:
    return ", ".join(f"{number(one.cost)} ≥ {number(one.bound)}" for one in score[1:])


def _told(message: Mapping[str, Any]) -> str:
    """Return the costs and bounds that a running cell has told."""
    score = message.get("score")
    parts = [
        f"{one.get('cost')} ≥ {one.get('bound')}"
        for one in (score if isinstance(score, list) else ())
        if isinstance(one, dict) and one.get("level") != "hard"
    ]
    return printable(", ".join(parts))
