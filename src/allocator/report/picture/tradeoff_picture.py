"""A set of plans as a picture: criteria as axes, a mark for each plan, a staircase, and shaded gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from allocator.model.text import Language
from allocator.report.picture.page import MARGIN, ROOM, WIDTH, join_parts, notes
from allocator.report.picture.shapes import (
    COLOURS,
    EDGE,
    FAINT,
    INK,
    TINT,
    Box,
    Drawing,
    Label,
    Line,
    Mark,
    Shape,
    wrap_text,
)
from allocator.report.rendering.console import number, pick
from allocator.report.rendering.tradeoff_text import ends_text, set_status
from allocator.report.tradeoff_view import TradeoffLine, TradeoffView

#: Height of the axes, and room left of them and below them for ticks and titles.
_HEIGHT, _LEFT, _BELOW = 380.0, 70.0, 52.0
#: Ticks of an axis at most.
_TICKS = 8
#: Radius of the mark of a plan.
_RADIUS = 6.0


@dataclass(frozen=True)
class _Axis:
    """One axis: pixels ``first`` to ``last`` stand for costs ``low`` to ``high``."""

    low: int
    high: int
    first: float
    last: float

    def at(self, cost: float) -> float:
        """Return the pixel of a cost."""
        return self.first + (cost - self.low) / (self.high - self.low) * (self.last - self.first)

    def ticks(self) -> Iterator[int]:
        """Yield whole costs at even steps."""
        step = 1
        while (self.high - self.low) / step > _TICKS:
            step = step * 2 if str(step)[0] in "15" else step * 5 // 2
        yield from range(-(-self.low // step) * step, self.high + 1, step)


def tradeoff_drawing(view: TradeoffView, language: Language) -> Drawing:
    """Return the picture of a set; of three criteria two are axes, and the third stands at each mark."""
    title = view.title(language)
    shapes: list[Shape] = []
    y = MARGIN + 16
    for text in wrap_text(title, ROOM, "title", lines=2):
        shapes.append(Label(MARGIN, y, text, "title"))
        y += 24
    invented = pick(language, "人员与案件为合成数据", "people and cases are synthetic")
    for text in wrap_text(
        join_parts([set_status(view.status)(language), invented if view.synthetic else ""]), ROOM, "sub"
    ):
        shapes.append(Label(MARGIN, y - 2, text, "sub"))
        y += 18
    across, up = _axes(view, y + 26)
    shapes += _frame(view, across, up, language)
    if len(view.criteria) == 2:
        shapes += _gaps(view, across, up)
        shapes += _staircase(view, across, up)
    shapes += _marks(view, across, up, language)
    foot = notes(_notes(view, language), up.first + _BELOW)
    about = " ".join([*_sentences(view, language)])
    return Drawing(WIDTH, foot.bottom + MARGIN - 6, title, about, (*shapes, *foot.shapes))


def _axes(view: TradeoffView, top: float) -> tuple[_Axis, _Axis]:
    """Return the axis of the first criterion, from left to right, and of the second, from bottom to top."""
    found = []
    for k in (0, 1):
        costs = [line.costs[k] for line in view.lines] or [0]
        costs += [gap.low[k] for gap in view.gaps]
        room = max(1, (max(costs) - min(costs)) // 12)
        found.append((max(0, min(costs) - room), max(costs) + room))
    (left, right), (low, high) = found
    return (
        _Axis(left, right, MARGIN + _LEFT, MARGIN + ROOM - 10),
        _Axis(low, high, top + _HEIGHT, top),
    )


def _frame(view: TradeoffView, across: _Axis, up: _Axis, language: Language) -> Iterator[Shape]:
    """Yield the grid with its numbers, and the titles of both axes."""
    for cost in across.ticks():
        x = across.at(cost)
        yield Line(x, up.first, x, up.last, FAINT)
        yield Label(x, up.first + 16, number(cost), "tick", "middle")
    for cost in up.ticks():
        y = up.at(cost)
        yield Line(across.first, y, across.last, y, FAINT)
        yield Label(across.first - 8, y + 4, number(cost), "tick", "end")
    yield Line(across.first, up.first, across.last, up.first, INK)
    yield Line(across.first, up.first, across.first, up.last, INK)
    yield Label(across.last, up.first + 34, f"{view.criteria[0](language)} →", "head", "end")
    yield Label(MARGIN, up.last - 14, f"↑ {view.criteria[1](language)}", "head")


def _gaps(view: TradeoffView, across: _Axis, up: _Axis) -> Iterator[Shape]:
    """Yield a box for the costs of each gap, half a unit around them."""
    for gap in view.gaps:
        high = [
            axis.high if end is None else min(end, axis.high)
            for axis, end in zip((across, up), gap.high, strict=True)
        ]
        left, right = across.at(max(across.low, gap.low[0] - 0.5)), across.at(min(across.high, high[0] + 0.5))
        bottom, top = up.at(max(up.low, gap.low[1] - 0.5)), up.at(min(up.high, high[1] + 0.5))
        yield Box(left, top, right - left, bottom - top, TINT, EDGE)


def _staircase(view: TradeoffView, across: _Axis, up: _Axis) -> Iterator[Shape]:
    """Yield the border of what the plans dominate."""
    corners = [(across.at(line.costs[0]), up.at(line.costs[1])) for line in view.lines]
    if not corners:
        return
    yield Line(corners[0][0], up.last, *corners[0], COLOURS[0], 1.5, 0.6)
    for (x, y), (right, low) in pairwise(corners):
        yield Line(x, y, right, y, COLOURS[0], 1.5, 0.6)
        yield Line(right, y, right, low, COLOURS[0], 1.5, 0.6)
    yield Line(*corners[-1], across.last, corners[-1][1], COLOURS[0], 1.5, 0.6)


def _marks(view: TradeoffView, across: _Axis, up: _Axis, language: Language) -> Iterator[Shape]:
    """Yield a mark with the number of each plan; those that are not proved are squares."""
    for line in view.lines:
        x, y = across.at(line.costs[0]), up.at(line.costs[1])
        form, colour = ("circle", COLOURS[0]) if line.is_proved else ("square", COLOURS[1])
        yield Mark(x, y, _RADIUS, form, colour, _plan_text(view, line, language))
        third = "" if len(line.costs) == 2 else f" · {number(line.costs[2])}"
        yield Label(x + _RADIUS + 3, y - _RADIUS - 1, f"{line.number}{third}", "place")


def _notes(view: TradeoffView, language: Language) -> Iterator[str]:
    """Yield what marks and boxes mean."""
    yield pick(
        language,
        "● 已证明：没有方案在各准则上都不差且有一项更好",
        "● proved: no plan is as good everywhere and better somewhere",
    )
    if any(not line.is_proved for line in view.lines):
        yield pick(language, "■ 尚未证明", "■ not proved")
    if view.gaps and len(view.criteria) == 2:
        yield pick(language, "浅色框：其中可能还有更好的方案", "shaded: a better plan may lie in there")
    if len(view.criteria) == 3:
        title = view.criteria[2](language)
        yield pick(language, f"编号后的数是第三个准则：{title}", f"after each number: {title}")


def _plan_text(view: TradeoffView, line: TradeoffLine, language: Language) -> str:
    """Return a plan in a sentence."""
    parts = [
        f"{title(language)} {number(cost)}" for title, cost in zip(view.criteria, line.costs, strict=True)
    ]
    listed = pick(language, "，".join(parts), ", ".join(parts))
    state = "" if line.is_proved else pick(language, "（尚未证明）", " (not proved)")
    return pick(language, f"方案 {line.number}：{listed}{state}。", f"Plan {line.number}: {listed}{state}.")


def _sentences(view: TradeoffView, language: Language) -> Iterator[str]:
    """Yield the picture in sentences, for who does not see it."""
    yield f"{set_status(view.status)(language)}{pick(language, '。', '.')}"
    for line in view.lines:
        yield _plan_text(view, line, language)
    for gap in view.gaps:
        parts = [f"{title(language)} {ends_text(gap, k, language)}" for k, title in enumerate(view.criteria)]
        listed = pick(language, "，".join(parts), ", ".join(parts))
        yield pick(language, f"可能还有更好的方案：{listed}。", f"A better plan may lie at {listed}.")
