"""How cost and bound went while a plan was searched for, as sentences, level by level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allocator.model.run import ProgressPoint, RunProgress, read_run_part
from allocator.model.text import Language, Text
from allocator.report.rendering.console import number, pick, printable

#: Levels that are named in one line.
_NAMED = 4


def progress_of(run: Mapping[str, Any]) -> RunProgress | None:
    """Return the record of the solve in a plan; None for an older plan, or where it is no record."""
    return read_run_part(RunProgress, run["progress"]) if "progress" in run else None


def last_stage(progress: RunProgress) -> dict[int, list[ProgressPoint]]:
    """Return the points of each level in the last stage, that of all layers and periods, by level."""
    stages = [one.stage for one in progress.points]
    wanted = max(stages, default=0)
    found: dict[int, list[ProgressPoint]] = {}
    for point in progress.points:
        if point.stage == wanted:
            found.setdefault(point.level, []).append(point)
    return dict(sorted(found.items()))


def moment_text(at: float, unit: str) -> Text:
    """Return a moment with its unit."""
    value = f"{at:,.3g}" if at < 1000 else f"{at:,.0f}"
    if unit == "seconds":
        return Text(zh=f"{value} 秒", en=f"{value} s")
    return Text(zh=f"{value} 单位工作量", en=f"{value} units of work")


def course_text(points: Sequence[ProgressPoint]) -> Text:
    """Return the first and the last cost and bound of a level."""
    first, last = points[0], points[-1]
    cost = _way(first.cost, last.cost)
    bound = _way(first.bound, last.bound)
    return Text(zh=f"代价 {cost}，下界 {bound}", en=f"cost {cost}, bound {bound}")


def _way(first: int, last: int) -> str:
    return number(last) if first == last else f"{number(first)} → {number(last)}"


def course_line(run: Mapping[str, Any], titles: Mapping[int, Text], language: Language) -> str:
    """Return in one line how the levels went that did not stay as they began; empty if there is nothing.

    Args:
        run: The data of the run.
        titles: The title of each level.
        language: Language of the words.
    """
    progress = progress_of(run)
    if progress is None:
        return ""
    parts = []
    for level, points in last_stage(progress).items():
        if (points[0].cost, points[0].bound) != (points[-1].cost, points[-1].bound):
            title = titles.get(level, Text(zh=f"{level}", en=f"{level}"))(language)
            said = course_text(points)(language)
            parts.append(pick(language, f"级别 {title}：{said}", f"level {title}: {said}"))
    if not parts:
        return ""
    more = len(parts) - _NAMED
    listed = pick(language, "；", "; ").join(parts[:_NAMED])
    listed += pick(language, f"；另 {more} 级", f"; {more} more levels") if more > 0 else ""
    end = moment_text(progress.end, progress.unit)
    return printable(pick(language, f"求解过程（{end.zh}） {listed}", f"progress ({end.en}) {listed}"))
