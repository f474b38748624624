"""What a command says of doubts that it goes on in spite of."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from allocator.cli.callname import call_name, quoted
from allocator.cli.output import Output
from allocator.errors import Fault
from allocator.model.text import Text
from allocator.report.rendering.console import printable


def mention_doubts(doubts: Iterable[Fault], scenario: Path, output: Output) -> None:
    """Say on standard error that the input leaves doubts, and which command lists them."""
    number = sum(doubt.count for doubt in doubts)
    if number:
        command = f"{call_name()} check {quoted(str(scenario))}"
        zh = f"输入有 {number} 处存疑，详见：{command}"
        en = f"doubts about the input: {number}; for the list: {command}"
        output.remark(Text(zh=printable(zh), en=printable(en)))
