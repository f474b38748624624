"""Draws cost over time as an SVG, with the shapes of the project's own pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

from allocator.report.exporters.svg import svg_text
from allocator.report.picture.shapes import COLOURS, FAINT, INK, Box, Drawing, Label, Line, Shape
from benchmarks.layout import number, result
from benchmarks.outcome import Outcome, Run

WIDTH, HEIGHT = 820.0, 400.0
LEFT, RIGHT, TOP, BOTTOM = 70.0, 190.0, 50.0, 45.0
#: Costs further apart than this many times are drawn on a logarithmic scale.
WIDE = 5.0
#: Points closer together than this, in pixels, are drawn as one point.
NEAR = 2.0


@dataclass(frozen=True)
class Axes:
    """The axes of a picture: seconds and costs to pixels; costs far apart are on a logarithmic scale."""

    end: float
    low: float
    high: float
    is_log: bool

    def x(self, seconds: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * seconds / self.end

    def y(self, cost: float) -> float:
        low, high, at = (self._scaled(value) for value in (self.low, self.high, cost))
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (at - low) / (high - low)

    def _scaled(self, cost: float) -> float:
        return log10(cost) if self.is_log else cost


def curves(outcome: Outcome) -> str | None:
    """Return the SVG of a row; None if no contender found a plan."""
    drawn = {name: run for name, run in outcome.runs.items() if run.cost is not None}
    if not drawn:
        return None
    axes = _axes(outcome, list(drawn.values()))
    shapes: list[Shape] = [Label(LEFT, 26, f"{outcome.title}: cost over time", "part"), *_grid(axes)]
    for place, (name, run) in enumerate(outcome.runs.items()):
        shapes += _curve(run, axes, COLOURS[place])
        shapes += _entry(place, name, run)
    about = "; ".join(f"{name}: {result(run)}" for name, run in outcome.runs.items())
    return svg_text(Drawing(WIDTH, HEIGHT, f"{outcome.title}: cost over time", about, tuple(shapes)))


def _axes(outcome: Outcome, runs: Sequence[Run]) -> Axes:
    costs = [cost for run in runs for cost in (run.cost, *(cost for _, cost in run.trace))]
    bounds = [run.bound for run in outcome.runs.values() if run.bound is not None]
    best = min(run.cost for run in runs)
    # A bound near the best cost is in the picture; a bound far below it would only make the curves small.
    low = min([best, *(bound for bound in bounds if bound >= 0.8 * best)])
    end = max([outcome.limit, *(at for run in runs for at, _ in run.trace)])
    is_log = low > 0 and max(costs) > WIDE * low
    if is_log:
        return Axes(end, low * 0.95, max(costs) * 1.05, is_log)
    room = 0.05 * (max(costs) - low) or 1.0
    return Axes(end, low - room, max(costs) + room, is_log)


def _grid(axes: Axes) -> Iterator[Shape]:
    for cost in _round_costs(axes):
        yield Line(LEFT, axes.y(cost), WIDTH - RIGHT, axes.y(cost), FAINT)
        yield Label(LEFT - 8, axes.y(cost) + 4, number(cost), "tick", "end")
    for at in _round_steps(0, axes.end):
        yield Line(axes.x(at), HEIGHT - BOTTOM, axes.x(at), HEIGHT - BOTTOM + 5, INK)
        yield Label(axes.x(at), HEIGHT - BOTTOM + 18, f"{at:g}", "tick", "middle")
    yield Line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, INK)
    yield Label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "seconds since the program began", "tick", "middle")


def _round_costs(axes: Axes) -> Iterator[float]:
    if not axes.is_log:
        yield from _round_steps(axes.low, axes.high)
        return
    for power in range(floor(log10(axes.low)), ceil(log10(axes.high)) + 1):
        yield from (step * 10.0**power for step in (1, 2, 5) if axes.low <= step * 10.0**power <= axes.high)


def _round_steps(low: float, high: float) -> Iterator[float]:
    """Yield about five round numbers between ``low`` and ``high``."""
    power = 10.0 ** floor(log10((high - low) / 5))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= (high - low) / 5 * 0.999)
    for k in range(ceil(low / step), floor(high / step + 1e-9) + 1):
        yield k * step


def _curve(run: Run, axes: Axes, colour: str) -> Iterator[Shape]:
    """Yield a step line that falls with each better plan, and the bound as a thin line."""
    if run.cost is None:
        return
    points = _thinned([*run.trace, (max(run.seconds, axes.end), run.cost)], axes)
    for (at, cost), (then, better) in pairwise(points):
        right = axes.x(min(then, axes.end))
        yield Line(axes.x(at), axes.y(cost), right, axes.y(cost), colour, 2)
        if better != cost:
            yield Line(right, axes.y(cost), right, axes.y(better), colour, 2)
    if run.bound is not None and axes.low <= run.bound <= axes.high:
        yield Line(LEFT, axes.y(run.bound), WIDTH - RIGHT, axes.y(run.bound), colour, 1, 0.6)


def _thinned(points: Sequence[tuple[float, float]], axes: Axes) -> list[tuple[float, float]]:
    """Leave out points within ``NEAR`` of the point before: a local search finds thousands of plans."""
    kept = list(points[:1])
    for at, cost in points[1:-1]:
        before = kept[-1]
        if axes.x(at) - axes.x(before[0]) >= NEAR or abs(axes.y(cost) - axes.y(before[1])) >= NEAR:
            kept.append((at, cost))
    return [*kept, points[-1]]


def _entry(place: int, name: str, run: Run) -> Iterator[Shape]:
    x, y = WIDTH - RIGHT + 14, TOP + 44.0 * place
    yield Box(x, y, 12, 12, COLOURS[place])
    yield Label(x + 20, y + 11, f"{name}: {result(run)}", "name")
    if run.bound is not None:
        yield Label(x + 20, y + 27, f"bound {number(run.bound)}", "tick")
