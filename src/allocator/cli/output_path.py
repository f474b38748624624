"""Writes the answer of a solve to its file: no plan is overwritten, and none is lost to a full disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from allocator import api
from allocator.cli.output import Output, write_json
from allocator.errors import Fault, InputError
from allocator.model.text import Language
from allocator.report.rendering.console import pick, printable


@dataclass(frozen=True)
class AnswerFile:
    """The file in which an answer was written.

    Attributes:
        plan: The answer.
        asked: The file of ``-o``; None without one.
        file: The file that was written; None if the answer was printed, or without ``-o``.
        fault: The reason why the answer is not in the file of ``-o``; None if it is.
    """

    plan: api.Plan
    asked: Path | None = None
    file: Path | None = None
    fault: Fault | None = None

    @property
    def is_done(self) -> bool:
        """Whether the answer was written to the file that it belongs in."""
        return self.file is not None and self.fault is None

    def lines(self, language: Language) -> Iterator[str]:
        """Yield a line that names the file of the answer."""
        if self.file is None or self.asked is None:
            return
        if self.plan.is_found:
            yield printable(pick(language, f"方案已写入 {self.file}", f"plan written to {self.file}"))
        elif self.file == self.asked or self.fault is not None:
            zh, en = f"答复（没有方案）已写入 {self.file}", f"answer without a plan written to {self.file}"
            yield printable(pick(language, zh, en))
        else:
            zh = f"答复（没有方案）已写入 {self.file}；{self.asked} 原样未动"
            en = f"answer without a plan written to {self.file}; {self.asked} is left as it was"
            yield printable(pick(language, zh, en))


def write_answer(plan: api.Plan, out: Path | None, output: Output) -> AnswerFile:
    """Write the answer of a solve to the file ``out``.

    An answer without a plan is written beside an existing file, unless that file has no plan either. If a
    file cannot be written, the answer goes to the temporary folder, else to the home folder, else to standard
    output, and a message says so.
    """
    if out is None:
        return AnswerFile(plan)
    file = out if plan.is_found or _may_be_replaced(out) else _beside(out, plan.status)
    try:
        api.write_plan(plan, file)
    except InputError as error:
        [fault] = error.faults
        output.eprint(fault)
        return AnswerFile(plan, out, _rescued(plan, out, output), fault)
    return AnswerFile(plan, out, file)


def _may_be_replaced(out: Path) -> bool:
    """Whether an answer without a plan may overwrite ``out``: no file, or another answer without a plan."""
    if not out.exists() or not out.is_file():  # a device or a pipe
        return True
    try:
        there = api.read_plan(out)
    except InputError:  # an unreadable file may be a damaged plan
        return False
    return not there.is_found and not there.assignments


def _beside(out: Path, status: str) -> Path:
    return out.with_name(f"{out.stem}.{status}{out.suffix}")


def _rescued(plan: api.Plan, out: Path, output: Output) -> Path | None:
    """Write a plan to a folder with room; without any, print it, unless it is printed as JSON anyway."""
    content = api.plan_text(plan).encode()
    for folder in _refuges():
        with suppress(OSError):
            return _written_in(folder, out, content)
    if not output.as_json:
        write_json(content.decode())
    return None


def _refuges() -> Iterator[Path]:
    with suppress(OSError):  # there may be no writable folder
        yield Path(tempfile.gettempdir())
    with suppress(RuntimeError):  # there may be no home folder
        yield Path.home()


def _written_in(folder: Path, out: Path, content: bytes) -> Path:
    """Write a new file with a name like that of ``out``; if writing fails, the new file is removed."""
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=f"{out.stem[:60]}-", suffix=out.suffix[:20])
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError:
        with suppress(OSError):
            os.unlink(name)
        raise
    return Path(name)
