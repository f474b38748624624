"""The recusal register as a table: a line for each person and rule, case by case."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from allocator.model.text import Language
from allocator.report.recusal import Recusal, Register
from allocator.report.rendering.console import add_column, in_both, number, pick, printable, table

_HEADINGS = [("案件", "case"), ("可选人数", "free"), ("回避人员", "out"), ("规则", "rule"), ("缘由", "why")]


def recusal_table(registers: Sequence[Register], language: Language) -> Table:
    """Return who is out of which case, by which rule, and along which path of ties."""
    grid = table(pick(language, "回避登记", "Recusal register"))
    for k, heading in enumerate(in_both(_HEADINGS, language)):
        add_column(grid, heading, right=k == 1)
    for one in registers:
        case = f"{one.case.name} {one.case.id}" if one.case.name != one.case.id else one.case.id
        if not one.recusals:
            grid.add_row(printable(case), number(one.free), "—")
        for k, recusal in enumerate(one.recusals):
            first = (printable(case), number(one.free)) if k == 0 else ("", "")
            grid.add_row(*first, *_cells(recusal, language))
        grid.add_section()
    return grid


def _cells(recusal: Recusal, language: Language) -> tuple[str, str, str]:
    """Return who, by which rule (and for which roles), and why."""
    roles = f" ({', '.join(recusal.roles)})" if recusal.roles else ""
    reasons = [text for text in (recusal.why(language), recusal.detail(language)) if text]
    colon = pick(language, "：", ": ")
    return printable(recusal.who.name), printable(recusal.rule + roles), printable(colon.join(reasons))
