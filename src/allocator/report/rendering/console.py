"""Consoles and tables that all reports share: no markup from data, fixed width where there is no terminal."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Literal, NoReturn, TextIO

from rich.console import Console
from rich.table import Table

from allocator.errors import visible
from allocator.model.text import Language, Text
from allocator.report.rendering.folding import FoldingTable

_LINES = re.compile(r"[\t\r\n]")

#: Width where the output is no terminal and ``COLUMNS`` does not say.
WIDTH = 120


class PlainConsole(Console):
    """A console that leaves a broken pipe to its caller."""

    def on_broken_pipe(self) -> NoReturn:
        """Tell the caller that nobody reads on."""
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
    """Add a column to a table; what does not fit goes on in the next line, and nothing is left out."""
    justify: Literal["left", "right"] = "right" if right else "left"
    grid.add_column(printable(heading), justify=justify, overflow="fold")


def number(value: int | float) -> str:
    """Return a number with its thousands apart."""
    return f"{value:,}"


def printable(text: str) -> str:
    """Return a text of the user's files on one line, characters that drive a terminal as escapes."""
    return visible(_LINES.sub(" ", text))


def in_both(pairs: Iterable[tuple[str, str]], language: Language) -> list[str]:
    """Return one language of pairs of words, Chinese first."""
    return [zh if language == "zh" else en for zh, en in pairs]


def pick(language: Language, zh: str, en: str) -> str:
    """Return the words of a language."""
    return Text(zh=zh, en=en)(language)
