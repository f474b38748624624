"""Where results go: reports or JSON to standard output, remarks to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from rich.console import Console, RenderableType

from allocator.cli.streams import complain, write_json
from allocator.errors import Fault
from allocator.messages.click import LANGUAGE
from allocator.model.text import Language, Text
from allocator.report.rendering.console import console_for
from allocator.report.to_json import to_json


class Output:
    """The output of one command, in the language of the call, as a report or as JSON."""

    def __init__(self, *, as_json: bool) -> None:
        self.language: Language = LANGUAGE.get()
        self.as_json = as_json

    @cached_property
    def _console(self) -> Console:
        return console_for(sys.stdout)

    def report(self, parts: Iterable[RenderableType]) -> None:
        """Print a report, unless JSON was asked for."""
        if not self.as_json:
            for part in parts:
                self._console.print(part, soft_wrap=isinstance(part, str))

    def data(self, value: Any) -> None:
        """Print a value as JSON, if that was asked for."""
        if self.as_json:
            print_json(to_json(value))

    def complain(self, fault: Fault) -> None:
        """Tell a fault that does not end the command on standard error."""
        complain(fault(self.language))

    def remark(self, text: Text) -> None:
        """Say something about the result on standard error."""
        complain(text(self.language))


def print_json(value: Any) -> None:
    """Print plain data as JSON."""
    write_json(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
