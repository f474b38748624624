"""Comparisons of options as text: what there is to say, then the tables, then what does not match."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table

from allocator.model.text import Language
from allocator.report.compare.comparison_sentences import comparison_sentences
from allocator.report.compare.comparison_tables import comparison_tables
from allocator.report.compare.plan_comparison import PlanComparison
from allocator.report.desk.desk_tables import SIGNS, Cell, DeskTable
from allocator.report.rendering.console import add_column, number, pick, printable, table

#: Rows of a table that are shown, unless all are asked for.
MOST_ROWS = 25
#: Tables whose numbers are differences in the last columns, shown with their sign.
_WITH_GAINS = "option-rules"


def render_comparison(
    found: PlanComparison, language: Language, *, every: bool = False
) -> Iterator[RenderableType]:
    """Yield a comparison.

    Args:
        found: The comparison.
        language: Language of the words.
        every: Whether to show rows in which the options do not differ, and all rows of each table.
    """
    for one in found.options:
        yield printable(f"{one.label} {one.name} · {one.title(language)} · {one.status_text(language)}")
    for text in comparison_sentences(found):
        yield printable(text(language))
    for made in comparison_tables(found, every=every):
        shown = len(made.rows) if every else MOST_ROWS
        gains = len(found.options) - 1 if made.id == _WITH_GAINS else 0
        yield _grid(made, language, shown, gains)
        if (more := len(made.rows) - shown) > 0:
            yield pick(language, f"另有 {more} 行（--all 全部列出）", f"{more} more rows (see --all)")
        for note in made.notes:
            yield printable(note(language))
    if found.mismatches:
        yield ""
        yield pick(language, "不对应之处：", "What does not match:")
        for mismatch in found.mismatches:
            yield printable(f"! {mismatch.text(language)}")


def _grid(made: DeskTable, language: Language, shown: int, gains: int) -> Table:
    grid = table(printable(made.title(language)))
    for k, column in enumerate(made.columns):
        numeric = any(row[k].number is not None for row in made.rows)
        add_column(grid, column.title(language), right=numeric and made.id != "option-overview")
    first_gain = len(made.columns) - gains
    for row in made.rows[:shown]:
        grid.add_row(*(_words(cell, language, signed=k >= first_gain) for k, cell in enumerate(row)))
    return grid


def _words(cell: Cell, language: Language, *, signed: bool) -> str:
    if cell.number is None:
        return printable(cell.shown(language))
    words = f"{cell.number:+,}" if signed and cell.number else number(cell.number)
    return f"{SIGNS.get(cell.tone, '')}{words}"
