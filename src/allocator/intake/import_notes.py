"""The file ``import.yaml``: the user's answers about columns and doubtful cells; and the open questions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.intake.privacy import fault_without_numbers, without_numbers
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.headers import header_key
from allocator.model.reading.roster_fields import SKIP, fields
from allocator.model.reading.yaml_file import read_yaml
from allocator.model.text import Text

NOTES_FILE = "import.yaml"
COLUMN = "column "
#: Stands in a line for an answer that the user has to write.
BLANK = "…"
_OWN_NAME = re.compile("[a-z][a-z0-9_]{0,63}")
_SHOWN = 24


@dataclass(frozen=True)
class FilePlace:
    """A place in a file: its file and sheet, its row (0 for none) and its column (empty for none)."""

    label: str
    row: int = 0
    column: str = ""

    def key(self, found: str = "") -> str:
        """Return the key of the place in ``import.yaml``, with what stands there.

        With its content a key no longer fits once somebody moves the rows: an answer is never applied to
        another person.
        """
        parts = (self.label, str(self.row) if self.row else "", short(self.column))
        place = ":".join(part for part in parts if part)
        return f"{place}={short(found)}" if found else place


def short(text: str) -> str:
    """Return a text as keys show it: on one line, short, without identity numbers."""
    return shorten(without_numbers(" ".join(text.split())), _SHOWN)


@dataclass(frozen=True)
class ImportNotes:
    """The answers of ``import.yaml`` by key, and the line of each."""

    answers: Mapping[str, str]
    lines: Mapping[str, int]

    def columns(self) -> Mapping[str, str]:
        """Return what the user has said about columns, by the key of the header."""
        named = ((key, answer) for key, answer in self.answers.items() if key.startswith(COLUMN))
        return {header_key(short(key.removeprefix(COLUMN))): answer for key, answer in named}


def read_notes(folder: Path) -> ImportNotes:
    """Read the ``import.yaml`` of a folder; a folder without one has no answers.

    Raises:
        InputError: The file is not a list of texts by key, or names no field for a column.
    """
    path = folder / NOTES_FILE
    if not path.exists():
        return ImportNotes({}, {})
    document = read_yaml(path, NOTES_FILE)
    data = {} if document.data is None else document.data
    if not isinstance(data, dict):
        message = Text(zh="每行应为一个键和一个值", en="each line must be a key and a value")
        raise InputError([Fault(message, NOTES_FILE, 1)])
    lines = {str(key): document.line_of((key,)) for key in data}
    faults = FaultList()
    for key, answer in data.items():
        faults.extend(_faults(str(key), answer, lines[str(key)]))
    faults.raise_if_any()
    return ImportNotes({str(key): answer for key, answer in data.items()}, lines)


def _faults(key: str, answer: object, line: int) -> Iterator[Fault]:
    if not isinstance(answer, str):
        message = Text(zh='值须加引号，如 "1975.10"', en='the answer needs quotes, such as "1975.10"')
        yield Fault(message, NOTES_FILE, line, short(key), found=shorten(answer))
    elif key.startswith(COLUMN) and answer not in fields() and answer != SKIP:
        near = nearest(answer, fields())
        if near or not _OWN_NAME.fullmatch(answer):
            message = Text(zh="不是字段名", en="is no field")
            allowed = f"{SKIP}, {', '.join(fields())}"
            yield Fault(message, NOTES_FILE, line, short(key), shorten(answer), allowed, near)


class Questions:
    """The questions that are still open, and the answers that have been used."""

    def __init__(self, notes: ImportNotes) -> None:
        self.notes = notes
        self.faults = FaultList()
        self._used: set[str] = set()
        self._asked: set[str] = set()

    def answer(self, key: str) -> str | None:
        """Return the answer for a key; None if there is none, or if its place is still blank."""
        answer = self.notes.answers.get(key)
        if answer is not None:
            self._used.add(key)
        return None if answer in ("", BLANK) else answer

    def ask(
        self,
        place: FilePlace,
        message: Text,
        key: str,
        choices: Sequence[str],
        *,
        found: str | None = None,
        near: str = "",
        more: Sequence[str] = (),
    ) -> None:
        """Add a question with the line that answers it; a question with the same answer is asked once.

        Args:
            place: The place of what is asked about.
            message: The question.
            key: The key of the answer in ``import.yaml``.
            choices: The answers to choose from, likeliest first.
            found: What stands at the place.
            near: The nearest valid name.
            more: Further lines that would answer it too.
        """
        if key in self._asked:
            return
        self._asked.add(key)
        detail = "\n".join(f"    {line}" for line in (note_line(key, choices), *more))
        shown = None if found is None else short(found)
        fault = Fault(message, place.label, place.row, short(place.column), shown, "", near, detail)
        self.faults.add(fault_without_numbers(fault))

    def unused(self) -> Iterator[Fault]:
        """Yield a doubt for each answer that fits no question of the files imported."""
        for key in self.notes.answers:
            if key not in self._used and not key.startswith(COLUMN):
                message = Text(
                    zh="此行未用上：没有对应的单元格", en="is not used: no cell of the files is so"
                )
                yield Fault(message, NOTES_FILE, self.notes.lines[key], found=shorten(key, 100))


def note_line(key: str, choices: Sequence[str]) -> str:
    """Return the line of ``import.yaml`` that gives the first choice, with the others in a comment."""
    first, *others = choices or (BLANK,)
    line = f"{_quoted(key)}: {_quoted(first)}"
    return f"{line}  # | {' | '.join(map(_quoted, others))}" if others else line


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
