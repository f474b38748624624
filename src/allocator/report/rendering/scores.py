"""Scores as tables: cost and bound by level, what each rule finds, exceptions, figures."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from allocator.model.organisation import NamedEntity
from allocator.model.plan import HARD
from allocator.model.text import Language
from allocator.report.rendering.console import add_column, in_both, number, pick, printable, table
from allocator.report.score import LevelLine, RuleLine, WaiverLine
from allocator.verify.figures import Figure

Heading = tuple[str, str]


def level_table(lines: Sequence[LevelLine], language: Language, *, is_so: bool = True) -> Table:
    """Return the score by level: cost, proven lower bound and the gap between them, if that is so."""
    headings: list[Heading] = [("级别", "level"), ("代价", "cost"), ("下界", "bound"), ("差距", "gap")]
    grid = _grid("按级别", "Score by level", headings, language, numbers=(1, 2, 3))
    for line in lines:
        gap = _gap(line, language) if is_so else pick(language, "未核实", "not confirmed")
        grid.add_row(printable(line.title(language)), number(line.cost), number(line.bound), gap)
    return grid


def _gap(line: LevelLine, language: Language) -> str:
    if line.is_proved_twice:
        return pick(language, "双重证明最优", "proved twice")
    return pick(language, "已证明最优", "proved") if line.cost == line.bound else f"{line.gap}%"


def rule_table(lines: Sequence[RuleLine], language: Language) -> Table:
    """Return what each rule finds (how many breaches, or what it measures), and why there is such a rule."""
    headings: list[Heading] = [
        ("规则", "rule"), ("级别", "level"), ("所见", "found"), ("代价", "cost"), ("缘由", "why"),
    ]  # fmt: skip
    grid = _grid("按规则", "Score by rule", headings, language, numbers=(2, 3))
    for line in lines:
        level = pick(language, "硬", HARD) if line.level == HARD else str(line.level)
        why = printable(line.why(language))
        found = number(line.violations) if line.measured is None else printable(line.measured(language))
        grid.add_row(printable(line.id), level, found, number(line.cost), why)
    return grid


def waiver_table(lines: Sequence[WaiverLine], language: Language) -> Table:
    """Return the named exceptions, and how many breaches each excuses."""
    headings: list[Heading] = [
        ("规则", "rule"), ("对象", "for"), ("理由", "reason"), ("有效期至", "until"), ("用到", "used"),
    ]  # fmt: skip
    grid = _grid("例外", "Exceptions", headings, language, numbers=(4,))
    for line in lines:
        whom = ", ".join(_named(one) for one in (*line.items, *line.slots))
        reason, until = printable(line.reason(language)), line.until.isoformat()
        grid.add_row(printable(line.rule), printable(whom), reason, until, number(line.excused))
    return grid


def figure_table(figures: Sequence[Figure], language: Language) -> Table:
    """Return the figures of the source document against what the plan shows."""
    headings: list[Heading] = [("数据", "figure"), ("文件", "document"), ("方案", "plan"), ("", "")]
    grid = _grid("文件数据对照", "Figures of the document", headings, language, numbers=(1, 2))
    for figure in figures:
        mark = "✓" if figure.holds else "✗"
        grid.add_row(printable(figure.text(language)), figure.expected, figure.found, mark)
    return grid


def _grid(
    zh: str, en: str, headings: Sequence[Heading], language: Language, numbers: tuple[int, ...]
) -> Table:
    grid = table(pick(language, zh, en))
    for k, heading in enumerate(in_both(headings, language)):
        add_column(grid, heading, right=k in numbers)
    return grid


def _named(named: NamedEntity) -> str:
    return named.id if named.name == named.id else f"{named.name} ({named.id})"
