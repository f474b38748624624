"""A plan as a table for a spreadsheet: a row for each assignment, and for each person who is not there."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from allocator.model.text import Language
from allocator.report.away import Away
from allocator.report.board import Mark
from allocator.report.rendering.console import in_both, pick, printable
from allocator.report.view import PlanView

_COLUMNS = (
    ("层", "layer"),
    ("周期", "period"),
    ("所属", "part of"),
    ("机构编号", "slot id"),
    ("机构（案件）", "slot"),
    ("角色或类别", "role or kind"),
    ("对象编号", "item id"),
    ("对象", "item"),
    ("单位", "unit"),
    ("职务", "post"),
    ("变动", "change"),
)
_CAUTION = ("警告", "warning")
#: What a spreadsheet takes for the beginning of a formula, full-width forms included.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def csv_bytes(view: PlanView, language: Language) -> bytes:
    """Return a plan as CSV: UTF-8 with the BOM by which Excel knows it, and no cell that Excel computes.

    What must be read first stands in a last column, in every row: sorting and cutting leave it there.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    cautions = (
        [pick(language, "；", "; ").join(one(language) for one in view.cautions)] if view.cautions else []
    )
    writer.writerow(in_both((*_COLUMNS, *((_CAUTION,) if cautions else ())), language))
    writer.writerows([inert(cell) for cell in (*row, *cautions)] for row in _rows(view, language))
    return out.getvalue().encode("utf-8-sig")


def inert(cell: str) -> str:
    """Return a cell that no spreadsheet computes: one that would be a formula begins with an apostrophe."""
    text = printable(cell)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def _rows(view: PlanView, language: Language) -> Iterator[tuple[str, ...]]:
    for board in view.boards:
        titles = [column(language) for column in board.columns]
        for row in board.rows:
            where = (
                board.title(language),
                row.period or "",
                row.parent.name if row.parent else "",
                row.slot.id,
                row.slot.name,
            )
            for title, cell in zip(titles, row.cells, strict=True):
                for one in cell:
                    yield (*where, title, one.id, one.name, one.unit, one.post, _change(one.mark, language))
        for gone in board.away:
            nowhere = (board.title(language), gone.period or "", "", "", "", "")
            yield (*nowhere, gone.id, gone.name, gone.unit, gone.post, _not_there(gone, language))


def _not_there(one: Away, language: Language) -> str:
    why = one.why(language)
    return pick(language, f"不在岗：{why}", f"not there: {why}")


def _change(mark: Mark, language: Language) -> str:
    if not mark:
        return ""
    return (
        pick(language, "新进该组", "new in it")
        if mark == "+"
        else pick(language, "组内换角色", "new role in it")
    )
