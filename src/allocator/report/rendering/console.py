"""The console, tables and phrases of all reports: no markup from data, a fixed width without a terminal."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import Literal, NoReturn, TextIO

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.style import StyleType
from rich.table import Table
from rich.text import Text as Line

from allocator.errors import visible
from allocator.model.text import Language, Text

_LINES = re.compile(r"[\t\r\n]")

#: Width where the output is no terminal and ``COLUMNS`` is not set.
WIDTH = 120


#: Least width of a column, in places of the terminal, unless its cells are narrower.
LEAST = 10
#: Blanks between two columns.
_APART = 2
_INDENT = 4


class PlainConsole(Console):
    """A console that leaves a broken pipe to its caller."""

    def on_broken_pipe(self) -> NoReturn:
        """Raise the error of a broken pipe."""
        raise BrokenPipeError


def console_for(stream: TextIO) -> Console:
    """Return a console that writes to a stream; names in brackets are no markup."""
    terminal = stream.isatty()
    columns = os.environ.get("COLUMNS", "")
    fixed = int(columns) if columns.isdecimal() and 20 <= int(columns) <= 1000 else WIDTH
    return PlainConsole(
        file=stream,
        force_terminal=terminal,
        color_system="auto" if terminal else None,
        width=None if terminal else fixed,
        markup=False,
        emoji=False,
        highlight=False,
    )


def table(title: str) -> FoldingTable:
    """Return an empty table in the house style."""
    return FoldingTable(title)


def add_column(grid: Table, heading: str, *, right: bool = False) -> None:
    """Add a column to a table; long cells wrap, and nothing is left out."""
    justify: Literal["left", "right"] = "right" if right else "left"
    grid.add_column(printable(heading), justify=justify, overflow="fold")


def number(value: int | float) -> str:
    """Return a number with thousands separators."""
    return f"{value:,}"


def printable(text: str) -> str:
    """Return a text of the user's files on one line; control characters become escapes."""
    return visible(_LINES.sub(" ", text))


def in_both(pairs: Iterable[tuple[str, str]], language: Language) -> list[str]:
    """Return one language of pairs of words, Chinese first."""
    return [zh if language == "zh" else en for zh, en in pairs]


def pick(language: Language, zh: str, en: str) -> str:
    """Return the words of a language."""
    return Text(zh=zh, en=en)(language)


class FoldingTable(Table):
    """A table in the house style that folds on a narrow terminal; cells are plain texts."""

    def __init__(self, title: str) -> None:
        super().__init__(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
        self._plain_rows: list[tuple[str, ...]] = []

    def add_row(
        self,
        *renderables: RenderableType | None,
        style: StyleType | None = None,
        end_section: bool = False,
    ) -> None:
        """Add a row of texts."""
        missing = len(self.columns) - len(renderables)
        self._plain_rows.append((*map(str, renderables), *[""] * missing))
        super().add_row(*renderables, style=style, end_section=end_section)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, or a block of lines for each row where it does not fit."""
        if self._least_width() <= options.max_width:
            yield from super().__rich_console__(console, options)
        else:
            yield from self._blocks()

    def _headings(self) -> list[str]:
        return [str(column.header) for column in self.columns]

    def _least_width(self) -> int:
        """Return the least width at which no column is a sliver."""
        columns = zip(self._headings(), *self._plain_rows, strict=True)
        return _APART + sum(min(LEAST, max(map(_widest, cells))) + _APART for cells in columns)

    def _blocks(self) -> Iterator[Line | Padding]:
        """Yield the title, then a block for each row: its filled cells, the first one outdented."""
        yield Line(str(self.title), style="bold")
        for row in self._plain_rows:
            for k, (heading, cell) in enumerate(self._filled_cells(row)):
                line = Line(f"{heading}: {cell}" if heading else cell, overflow="fold")
                yield Padding(line, (0, 0, 0, _INDENT if k else _APART))
        yield Line()

    def _filled_cells(self, row: tuple[str, ...]) -> list[tuple[str, str]]:
        pairs = zip(self._headings(), row, strict=True)
        return [(heading, cell) for heading, cell in pairs if cell]


def _widest(cell: str) -> int:
    return max((cell_len(line) for line in cell.splitlines()), default=0)
