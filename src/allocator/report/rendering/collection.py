"""Scenarios to choose from, as a table."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from allocator.model.text import Language
from allocator.report.collection import ScenarioLine
from allocator.report.rendering.console import add_column, number, pick, printable, table

_NUMBERS = (("单位", "units"), ("人员", "people"), ("案件", "cases"), ("周期", "periods"), ("规则", "rules"))


def render_scenarios(lines: Iterable[ScenarioLine], language: Language) -> Table:
    """Return the table of scenarios: id, title, what is decided, and how large each is."""
    grid = table(pick(language, "示例场景", "Scenarios"))
    for heading in (("编号", "id"), ("名称", "title"), ("决定什么", "decides")):
        add_column(grid, pick(language, *heading))
    for heading in _NUMBERS:
        add_column(grid, pick(language, *heading), right=True)
    for line in lines:
        decides = pick(language, "、", ", ").join(one(language) for one in line.layers.values())
        counts = (line.counts["units"], line.counts["people"], line.counts["cases"], line.periods, line.rules)
        words = (line.id, line.title(language), decides)
        grid.add_row(*map(printable, words), *map(number, counts))
    return grid
