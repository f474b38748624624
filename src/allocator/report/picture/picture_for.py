"""Chooses the layer to draw and the kind of its picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from allocator.errors import Fault, InputError, shorten
from allocator.model.text import Language, Text
from allocator.report.picture.card_picture import draw_cards
from allocator.report.picture.card_selection import FEW_PERIODS
from allocator.report.picture.map_picture import draw_map, located_items
from allocator.report.picture.matrix_picture import draw_matrix
from allocator.report.picture.page import PictureInput, picture_input
from allocator.report.picture.rota_picture import draw_rota
from allocator.report.picture.shapes import COLOURS, Drawing
from allocator.report.plan_view import PlanView, pick_layer
from allocator.report.roster_view import RosterView
from allocator.rules.context import RuleContext

#: The fewest positions and the most zones of a map.
_PLACES, _ZONES = 3, len(COLOURS) ** 2
#: Cases above which they are drawn as a matrix.
_FEW_CASES = 24

DrawingMethod = Callable[[PictureInput, Language], Drawing]


def picture_for(
    view: PlanView, context: RuleContext | None, layer: str | None, language: Language
) -> Drawing:
    """Return the picture of a layer of a plan.

    Args:
        view: The plan laid out, with the periods to draw.
        context: Its bound scenario, if that is at hand.
        layer: Name of the layer; the one with most to see if None.
        language: Language of the words.

    Raises:
        InputError: The plan has no such layer, or nothing in it.
    """
    boards = [roster for roster in view.boards if _filled(roster)]
    if layer is None and not boards:
        raise InputError([_empty(view.scenario)])
    sheets = [
        picture_input(view, one, context)
        for one in (boards if layer is None else pick_layer(view, layer).boards)
    ]
    if layer is not None and not _filled(sheets[0].roster):
        raise InputError([_empty(layer)])
    chosen = most_to_see(sheets)
    return drawing_method(chosen)(_drawable(chosen), language)


def most_to_see(sheets: Sequence[PictureInput]) -> PictureInput:
    """Return the first layer that makes a map, or else the one with most assignments, groups before cases."""
    maps = (one for one in sheets if drawing_method(one) is draw_map)
    return next(maps, None) or max(sheets, key=lambda one: (one.roster.shape != "cases", _filled(one.roster)))


def drawing_method(one: PictureInput) -> DrawingMethod:
    """Return the function that draws a layer.

    Units in zones make a map, many cases a matrix, roles over many periods a rota, all else cards.
    """
    if one.items == "units" and one.roster.shape != "cases":
        slots = {row.slot.id for row in one.roster.rows}
        if len(located_items(one)) >= _PLACES and len(slots) <= _ZONES:
            return draw_map
    if one.roster.shape == "cases" and len(one.roster.rows) > _FEW_CASES:
        return draw_matrix
    periods = {row.period for row in one.roster.rows}
    if one.roster.shape == "roster" and len(one.roster.columns) > 1 and len(periods) > FEW_PERIODS:
        return draw_rota
    return draw_cards


def _drawable(one: PictureInput) -> PictureInput:
    """Return the input with the periods that its picture can show: a map shows the first only."""
    if drawing_method(one) is not draw_map:
        return one
    first = one.roster.rows[0].period
    rows = tuple(row for row in one.roster.rows if row.period == first)
    return replace(one, roster=replace(one.roster, rows=rows))


def _filled(roster: RosterView) -> int:
    return sum(len(cell) for row in roster.rows for cell in row.cells)


def _empty(name: str) -> Fault:
    return Fault(
        Text(zh="方案中没有任何安排，无可画", en="nothing is assigned, so there is nothing to draw"),
        shorten(name),
    )
