"""The output of commands: reports or JSON, remarks, errors with exit statuses, and the next commands."""

from __future__ import annotations

import codecs
import json
import os
import re
import shlex
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO, cast

from rich.console import Console, RenderableType

from allocator.errors import ChainError, Fault, InputError, InternalError, fault_lines, visible, visible_json
from allocator.messages.click import LANGUAGE
from allocator.messages.os import os_text
from allocator.model.text import Language, Text
from allocator.report.json_schemas import to_json
from allocator.report.rendering.console import console_for, printable

#: Exit statuses.
FINE, NO, WRONG, INTERNAL, INTERRUPTED, PIPE = 0, 1, 2, 3, 130, 141


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
        """Print a value as JSON, if JSON was asked for."""
        if self.as_json:
            print_json(to_json(value))

    def eprint(self, fault: Fault) -> None:
        """Write a fault that does not end the command to standard error."""
        eprint(fault(self.language))

    def remark(self, text: Text) -> None:
        """Write a remark about the result to standard error."""
        eprint(text(self.language))


def print_json(value: Any) -> None:
    """Print plain data as JSON."""
    write_json(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


_PLAIN = str.maketrans(
    {"·": "-", "→": "->", "—": "-", "…": "...", "≤": "<=", "≥": ">=", "×": "x", "✓": "+", "✗": "x"}
)
_OTHER = re.compile(r"[^\x00-\x7f]")


def prepare() -> None:
    """Make standard output and standard error writable, even if the caller has closed them.

    A closed stream is replaced by the null device: its descriptor would else be given to the next file
    opened, such as a plan. Characters that a terminal's character set lacks are written as escapes.
    """
    codecs.register_error("allocator", _plainer)
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="allocator")


def write_json(text: str) -> None:
    """Write JSON to standard output; characters that are invisible or not in its charset become escapes."""
    text = visible_json(text)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = _OTHER.sub(lambda found: json.dumps(found[0])[1:-1], text)
    sys.stdout.write(text)


def eprint(line: str) -> None:
    """Write a message to standard error; characters that control a terminal become escapes.

    If the message cannot be written, only the exit status reports the error.
    """
    shown = "\n".join(map(visible, line.split("\n")))
    with suppress(OSError):
        sys.stderr.write(shown + "\n")
        sys.stderr.flush()


class Forgiving:
    """A stream that ignores failed writes, such as to a closed terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text; a failure is ignored."""
        with suppress(OSError):
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush the stream; a failure is ignored."""
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def progress_console() -> Console:
    """Return a console on standard error for what is shown while a command runs."""
    stream = cast(TextIO, Forgiving(sys.stderr))
    return Console(file=stream, markup=False, emoji=False, highlight=False)


def mute_stdout() -> None:
    """Send standard output to the null device: the interpreter flushes it once more at its end."""
    if isinstance(sys.stdout, TextIOWrapper):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


def _nowhere() -> TextIOWrapper:
    return open(os.devnull, "w", encoding="utf-8")


def _plainer(error: UnicodeError) -> tuple[str | bytes, int]:
    """Replace punctuation by its ASCII likeness, and all other characters by escapes."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    plain = lacking.translate(_PLAIN).encode("ascii", "backslashreplace").decode("ascii")
    return plain, error.end


def report_error(error: BaseException, language: Language, *, as_json: bool) -> int:
    """Report an error on standard error, or as JSON; return its exit status."""
    status, faults = _status_and_faults(error)
    if as_json and status in (NO, WRONG):
        print_json({"faults": [fault.as_json() for fault in faults]})
    for line in fault_lines(faults, language):
        eprint(line)
    return status


def _status_and_faults(error: BaseException) -> tuple[int, tuple[Fault, ...]]:
    if isinstance(error, InputError):
        return NO if isinstance(error, ChainError) else WRONG, error.faults
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, (Fault(Text(zh="已中断", en="interrupted")),)
    if isinstance(error, MemoryError):
        return INTERNAL, (Fault(Text(zh="内存不足", en="out of memory")),)
    return INTERNAL, (Fault(_internal(error)),)


def report_write_error(error: OSError, language: Language) -> int:
    """Report that the answer could not be written, such as to a full disk; return the exit status."""
    why = os_text(error)
    text = Text(zh=f"无法输出（{why.zh}）", en=f"the output cannot be written: {why.en}")
    eprint(text(language))
    return WRONG


def _internal(error: BaseException) -> Text:
    name = f"{type(error).__name__}: {error}"
    reason = error.reason if isinstance(error, InternalError) else Text(zh=name, en=name)
    return Text(
        zh=f"内部错误（程序缺陷，请报告）：{reason.zh}",
        en=f"internal error (a defect of this program): {reason.en}",
    )


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
