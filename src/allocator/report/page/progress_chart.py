"""Draws how cost and bound of each level went during the search: a step chart for each, with its text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from allocator.model.plan import HARD
from allocator.model.run import ProgressPoint, RunProgress
from allocator.model.text import Language, Text
from allocator.report.page.markup import Content, Element, el
from allocator.report.plan_view import PlanView
from allocator.report.rendering.console import number
from allocator.report.rendering.progress_text import course_text, last_stage, moment_text, progress_of

#: Size of a chart, and the room around its lines for numbers: left, right, top, bottom.
WIDTH, HEIGHT = 440.0, 170.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, 62.0, 12.0, 26.0
#: Costs that differ by more than this factor are drawn on a logarithmic scale.
_DECADES_FROM = 20.0
#: Part of the time within which half of the steps lie where time is drawn on a logarithmic scale.
_EARLY = 0.1
#: Distance of two labels at the end of the lines.
_LABEL = 13.0
_COST, _BOUND = Text(zh="代价", en="cost"), Text(zh="下界", en="bound")
_LANGUAGES: tuple[Language, ...] = ("zh", "en")
_LOG = Text(zh="对数刻度", en="logarithmic scale")


def progress_charts(view: PlanView) -> Iterator[Content]:
    """Yield the charts of a plan; none where it carries no record, or its claims are not so.

    A level that stayed as it began, such as one that is proved at once, has no chart.
    """
    progress = None if view.doubtful else progress_of(view.run)
    if progress is None:
        return
    titles = {one.level: one.title for one in view.score if one.level != HARD}
    figures = [
        _figure(level, titles.get(level, Text(zh=f"{level}", en=f"{level}")), points, progress)
        for level, points in last_stage(progress).items()
        if (points[0].cost, points[0].bound) != (points[-1].cost, points[-1].bound)
    ]
    if figures:
        yield el("h3", Text(zh="求解过程", en="How cost and bound went"))
        yield el("div", figures, class_="courses")


def _figure(level: int, title: Text, points: Sequence[ProgressPoint], progress: RunProgress) -> Element:
    label = f"course{level}"
    end, said = moment_text(progress.end, progress.unit), course_text(points)
    chart = _Chart(points, progress.end)
    scale = Text(zh=f"（{_LOG.zh}）", en=f" ({_LOG.en})") if chart.costs.is_log else Text()
    caption = Text(
        zh=f"级别 {title('zh')}：{said.zh}；共 {end.zh}{scale.zh}",
        en=f"Level {title('en')}: {said.en}; {end.en} in all{scale.en}",
    )
    picture = el(
        "svg",
        list(chart.shapes(progress.unit)),
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        role="img",
        aria_labelledby=label,
        class_="course",
    )
    return el("figure", picture, el("figcaption", caption, id=label))


@dataclass(frozen=True)
class _Scale:
    """Maps values to places, along a line or its logarithm."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def place(self, value: float) -> float:
        """Return the place of a value; what is below a logarithmic scale lies at its start."""
        low, high, value = self.low, self.high, max(self.low, min(self.high, value))
        if self.is_log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        part = (value - low) / (high - low) if high > low else 0.0
        return self.start + part * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Return the values that are written at the scale: three of a line, decades of a logarithm."""
        if not self.is_log:
            return [self.low, (self.low + self.high) / 2, self.high]
        first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        step = max(1, (last - first + 3) // 4)
        return [10.0**k for k in range(first, last + 1, step)] or [self.low, self.high]


class _Chart:
    """One chart: the cost as a line, the bound below it as a broken one."""

    def __init__(self, points: Sequence[ProgressPoint], end: float) -> None:
        self._points = points
        most = max(one.cost for one in points)
        least = min(min(one.bound, one.cost) for one in points)
        cheapest = min((one.cost for one in points if one.cost > 0), default=1)
        is_log = most > _DECADES_FROM * cheapest and least >= 0
        low = max(1, cheapest // 10, least) if is_log else 0 if 0 < least < most / 2 else least
        self.costs = _Scale(low, max(most, low + 1), HEIGHT - _BOTTOM, _TOP, is_log)
        first = next((one.at for one in points if one.at > 0), end)
        early = sum(one.at <= _EARLY * end for one in points) * 2 > len(points)
        is_early = early and 0 < first < _EARLY * end
        left, right = _LEFT, WIDTH - _RIGHT
        self._moments = _Scale(first if is_early else 0.0, max(end, first), left, right, is_early)

    def shapes(self, unit: str) -> Iterator[Element]:
        """Yield grid and numbers, then the lines with their names."""
        bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
        for value in self.costs.ticks():
            y = f"{self.costs.place(value):.1f}"
            yield el("line", x1=f"{_LEFT:g}", x2=f"{right:g}", y1=y, y2=y, class_="grid")
            shown = number(round(value, 1) if value % 1 else int(value))
            yield el("text", shown, x=f"{_LEFT - 6:g}", y=f"{float(y) + 4:.1f}", text_anchor="end")
        for value in self._moments.ticks():
            x = f"{self._moments.place(value):.1f}"
            yield el("line", x1=x, x2=x, y1=f"{bottom:g}", y2=f"{bottom + 4:g}", class_="grid")
            yield el("text", f"{value:,.3g}", x=x, y=f"{bottom + 17:g}", text_anchor="middle")
        words = Text(zh="秒", en="s") if unit == "seconds" else Text(zh="工作量", en="work")
        yield from _in_both(words, WIDTH - 4, bottom + 17, text_anchor="end")
        last = self._points[-1]
        places = [self.costs.place(last.cost), self.costs.place(last.bound)]
        places[1] = max(places[1], places[0] + _LABEL)
        if places[1] > bottom + 4:
            places = [bottom + 4 - _LABEL, bottom + 4]
        for name, kind, place in zip((_COST, _BOUND), ("cost", "bound"), places, strict=True):
            yield el("path", d=self._steps(kind), class_=kind)
            yield from _in_both(name, right + 5, place + 4, class_=kind)

    def _steps(self, kind: str) -> str:
        """Return a line that goes right to each moment, then up or down."""
        x, y = self._moments.place, self.costs.place
        values = [(one.at, one.cost if kind == "cost" else one.bound) for one in self._points]
        parts = [f"M{x(values[0][0]):.1f} {y(values[0][1]):.1f}"]
        for (_, before), (at, value) in pairwise(values):
            parts.append(f"H{x(at):.1f}")
            if value != before:
                parts.append(f"V{y(value):.1f}")
        parts.append(f"H{x(self._moments.high):.1f}")
        return "".join(parts)


def _in_both(text: Text, x: float, y: float, **attributes: str) -> Iterator[Element]:
    """Yield a text at a place, in each language."""
    for language in _LANGUAGES:
        yield el("text", text(language), x=f"{x:g}", y=f"{y:.1f}", lang=language, **attributes)
