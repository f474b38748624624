"""The name of the program and quoted words, for the next commands that a report suggests."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from allocator.cli.output import Output
from allocator.errors import Fault
from allocator.model.text import Text
from allocator.report.rendering.console import printable

#: A word that needs no quotes in a shell; letters of any script are allowed.
_SAFE = re.compile(r"[\w@%+=:,./-]+")


def call_name() -> str:
    """Return the name of this program as it was called, with its path if any (``.venv/bin/allocator``)."""
    called = Path(sys.argv[0])
    is_here = called.stem == "allocator" and not called.is_absolute()
    return quoted(str(called)) if is_here else "allocator"


def quoted(word: str) -> str:
    """Return a word quoted for a shell; Chinese needs no quotes."""
    return word if _SAFE.fullmatch(word) else shlex.quote(word)


def remark_doubts(doubts: Iterable[Fault], scenario: Path, output: Output) -> None:
    """Write a remark to standard error: the number of doubts, and the command that lists them."""
    number = sum(doubt.count for doubt in doubts)
    if number:
        command = f"{call_name()} check {quoted(str(scenario))}"
        zh = f"输入有 {number} 处存疑，详见：{command}"
        en = f"doubts about the input: {number}; for the list: {command}"
        output.remark(Text(zh=printable(zh), en=printable(en)))
