"""A live line on the terminal while a solve runs: stage, level, cost, bound, gap, seconds."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO, cast

from rich.console import Console
from rich.text import Text as Line

from allocator.cli.streams import Forgiving
from allocator.model.text import Language, Text
from allocator.report.rendering.console import number, pick, printable
from allocator.report.score_view import gap_percent
from allocator.report.wording import level_text
from allocator.solvers.observer import CONFIRM, NULL_OBSERVER, CallbackObserver, Observer, Progress

#: Stages that are none of layers and periods.
_STAGES: Mapping[str, Text] = {CONFIRM: Text(zh="另行证明", en="second proof")}


@contextmanager
def watching(titles: Mapping[int, Text], language: Language) -> Iterator[Observer]:
    """Show progress on standard error while the block runs, if that is a terminal."""
    if not sys.stderr.isatty():
        yield NULL_OBSERVER
        return
    console = Console(file=cast(TextIO, Forgiving(sys.stderr)), markup=False, emoji=False, highlight=False)
    with console.status(Line(pick(language, "准备中", "preparing"))) as status:

        def show(progress: Progress) -> None:
            status.update(Line(progress_line(progress, titles, language)))

        yield CallbackObserver(progress=show)


def progress_line(progress: Progress, titles: Mapping[int, Text], language: Language) -> str:
    """Return what a solve has reached, in one line."""
    level = level_text(progress.level, titles)(language)
    parts = [_STAGES.get(progress.stage, Text(zh=progress.stage, en=progress.stage))(language), level]
    if progress.cost is not None:
        far = f"{gap_percent(progress.cost, progress.bound)}%"
        cost, bound = number(progress.cost), number(progress.bound)
        parts.append(
            pick(language, f"代价 {cost}，下界 {bound}，差距 {far}", f"cost {cost}, bound {bound}, gap {far}")
        )
    parts.append(f"{progress.seconds:.1f} s")
    return printable(" · ".join(parts))
