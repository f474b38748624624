"""The columns that all tables of a comparison have: one for each option."""

from __future__ import annotations

from collections.abc import Sequence

from allocator.model.text import Text
from allocator.report.compare.plan_comparison import OptionSummary, PlanComparison
from allocator.report.desk.desk_tables import Cell, DeskColumn, DeskTable, Number, TableId, Tone, word_cell

Row = tuple[Cell, ...]
#: Nothing to say, and a thing that an option does not have.
NOTHING, NONE = word_cell("—", "-"), Text(zh="无", en="none")


class OptionColumns:
    """The columns of one comparison."""

    def __init__(self, found: PlanComparison, *, every: bool = False) -> None:
        """Take a comparison; with ``every`` tables also have the rows in which the options do not differ."""
        self.found, self.every = found, every

    def heading(self, option: OptionSummary) -> Text:
        """Return the heading of an option: its letter and its name."""
        shown = f"{option.label} {option.name}".strip()
        return Text(zh=shown, en=shown)

    def columns(self, width: int) -> list[DeskColumn]:
        """Return a column for each option."""
        return [DeskColumn(self.heading(one), width) for one in self.found.options]

    def gains(self) -> list[DeskColumn]:
        """Return the columns of differences from the first option."""
        first, *others = (one.label for one in self.found.options)
        return [DeskColumn(Text(zh=f"{one} − {first}", en=f"{one} - {first}"), 6) for one in others]

    def table(
        self, id_: TableId, title: Text, columns: Sequence[DeskColumn], rows: Sequence[Row], *notes: Text
    ) -> DeskTable:
        """Return a table; one without rows has no notes."""
        return DeskTable(id_, title, tuple(columns), tuple(rows), notes=notes if rows else ())


def amount_cell(value: Number | None, tone: Tone = "") -> Cell:
    """Return a cell of a number, 0 included; a dash for None."""
    return NOTHING if value is None else Cell(number=value, tone=tone)
