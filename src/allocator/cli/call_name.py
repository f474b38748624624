"""Commands that a report offers to go on with, written so that they work as they stand."""

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

#: A word that no shell expands, in any script.
_SAFE = re.compile(r"[\w@%+=:,./-]+")


def call_name() -> str:
    """Return how this program is called: by a path, if that is how it was (``.venv/bin/allocator``)."""
    called = Path(sys.argv[0])
    is_here = called.stem == "allocator" and not called.is_absolute()
    return quoted(str(called)) if is_here else "allocator"


def quoted(word: str) -> str:
    """Return a word as a shell takes it; Chinese needs no quotes."""
    return word if _SAFE.fullmatch(word) else shlex.quote(word)


def remark_doubts(doubts: Iterable[Fault], scenario: Path, output: Output) -> None:
    """Say on standard error that the input leaves doubts, and which command lists them."""
    number = sum(doubt.count for doubt in doubts)
    if number:
        command = f"{call_name()} check {quoted(str(scenario))}"
        zh = f"输入有 {number} 处存疑，详见：{command}"
        en = f"doubts about the input: {number}; for the list: {command}"
        output.remark(Text(zh=printable(zh), en=printable(en)))
