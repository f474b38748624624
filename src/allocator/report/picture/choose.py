"""Which layer is drawn, and how: what the caller asks for, or else what there is most to see of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from allocator.errors import Fault, InputError, shorten
from allocator.model.text import Language, Text
from allocator.report.picture.board import draw_board
from allocator.report.picture.cards import FEW_PERIODS
from allocator.report.picture.map import draw_map, located
from allocator.report.picture.matrix import draw_matrix
from allocator.report.picture.palette import COLOURS
from allocator.report.picture.rota import draw_rota
from allocator.report.picture.shapes import Drawing
from allocator.report.picture.sheet import Sheet, sheet
from allocator.report.plan_view import PlanView, pick_layer
from allocator.report.roster_view import RosterView
from allocator.rules.context import RuleContext

#: A map has so many places at least, and so many zones at most.
_PLACES, _ZONES = 3, len(COLOURS) ** 2
#: More slots than this are a matrix, if they are cases.
_FEW_CASES = 24

Draw = Callable[[Sheet, Language], Drawing]


def draw(view: PlanView, context: RuleContext | None, layer: str | None, language: Language) -> Drawing:
    """Return the picture of a layer of a plan.

    Args:
        view: The plan laid out, with the periods to draw.
        context: Its bound scenario, if that is at hand.
        layer: Name of the layer; the one with most to see if None.
        language: Of the words.

    Raises:
        InputError: The plan has no such layer, or nothing in it.
    """
    boards = [board for board in view.boards if _filled(board)]
    if layer is None and not boards:
        raise InputError([_empty(view.scenario)])
    sheets = [
        sheet(view, one, context) for one in (boards if layer is None else pick_layer(view, layer).boards)
    ]
    if layer is not None and not _filled(sheets[0].board):
        raise InputError([_empty(layer)])
    chosen = most_to_see(sheets)
    return drawing_for(chosen)(_drawable(chosen), language)


def most_to_see(sheets: Sequence[Sheet]) -> Sheet:
    """Return the first layer that makes a map, or else that of the most assignments, groups before cases."""
    maps = (one for one in sheets if drawing_for(one) is draw_map)
    return next(maps, None) or max(sheets, key=lambda one: (one.board.shape != "cases", _filled(one.board)))


def drawing_for(one: Sheet) -> Draw:
    """Return how a layer is drawn.

    Units in zones make a map, many cases a matrix, roles over many periods a rota, all else cards.
    """
    if one.items == "units" and one.board.shape != "cases":
        slots = {row.slot.id for row in one.board.rows}
        if len(located(one)) >= _PLACES and len(slots) <= _ZONES:
            return draw_map
    if one.board.shape == "cases" and len(one.board.rows) > _FEW_CASES:
        return draw_matrix
    periods = {row.period for row in one.board.rows}
    if one.board.shape == "roster" and len(one.board.columns) > 1 and len(periods) > FEW_PERIODS:
        return draw_rota
    return draw_board


def _drawable(one: Sheet) -> Sheet:
    """Return a sheet with what its drawing can show: a map shows one period, the first."""
    if drawing_for(one) is not draw_map:
        return one
    first = one.board.rows[0].period
    rows = tuple(row for row in one.board.rows if row.period == first)
    return replace(one, board=replace(one.board, rows=rows))


def _filled(board: RosterView) -> int:
    return sum(len(cell) for row in board.rows for cell in row.cells)


def _empty(name: str) -> Fault:
    return Fault(
        Text(zh="方案中没有任何安排，无可画", en="nothing is assigned, so there is nothing to draw"),
        shorten(name),
    )
