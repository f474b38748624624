"""A plan as a table for a spreadsheet: a row for each assignment, and for each person who is away."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import ClassVar

from allocator.model.reading.workbook_sheets import FORMULA_SIGNS
from allocator.model.text import Language, Text
from allocator.report.exporters import Exporter, ExportRequest, Medium, Option
from allocator.report.layer_layout import Absentee
from allocator.report.plan_view import PlanView, pick_layer
from allocator.report.rendering.console import in_both, pick, printable
from allocator.report.roster_view import Mark

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


class CsvExporter(Exporter):
    """A table that Excel opens: UTF-8 with a BOM, and no cell that Excel computes."""

    name: ClassVar[str] = "csv"
    suffixes: ClassVar[tuple[str, ...]] = (".csv",)
    title: ClassVar[Text] = Text(zh="表", en="a table")
    medium: ClassVar[Medium] = "table"
    options: ClassVar[frozenset[Option]] = frozenset({"layer", "period"})

    def write(self, request: ExportRequest) -> bytes:
        """Return the assignments of a plan, or of one layer, as CSV."""
        view = pick_layer(request.view, request.layer) if request.layer is not None else request.view
        return _table(view, request.language)


def _table(view: PlanView, language: Language) -> bytes:
    """Return a plan as CSV.

    Warnings stand in a last column, in every row: they stay when rows are sorted or cut out.
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
    return f"'{text}" if text.lstrip().startswith(FORMULA_SIGNS) else text


def _rows(view: PlanView, language: Language) -> Iterator[tuple[str, ...]]:
    for roster in view.boards:
        titles = [column(language) for column in roster.columns]
        for row in roster.rows:
            where = (
                roster.title(language),
                row.period or "",
                row.parent.name if row.parent else "",
                row.slot.id,
                row.slot.name,
            )
            for title, cell in zip(titles, row.cells, strict=True):
                for one in cell:
                    yield (
                        *where,
                        title,
                        one.id,
                        one.name,
                        one.unit,
                        one.post,
                        _change_text(one.mark, language),
                    )
        for gone in roster.away:
            nowhere = (roster.title(language), gone.period or "", "", "", "", "")
            yield (*nowhere, gone.id, gone.name, gone.unit, gone.post, _absence_text(gone, language))


def _absence_text(one: Absentee, language: Language) -> str:
    why = one.why(language)
    return pick(language, f"不在岗：{why}", f"not there: {why}")


def _change_text(mark: Mark, language: Language) -> str:
    if not mark:
        return ""
    return (
        pick(language, "新进该组", "new in it")
        if mark == "+"
        else pick(language, "组内换角色", "new role in it")
    )
