"""What a person is told when the input is wrong: where, what was found, what is allowed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import islice
from unicodedata import category, east_asian_width

from allocator.model.text import Language, Text

_BEYOND_ASCII = re.compile(r"[^\x00-\x7e]")
#: How many names a misspelt one is compared with.
MOST_COMPARED = 5_000


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in the input.

    Attributes:
        message: What is wrong, in both languages.
        file: Name of the file, as the user knows it.
        row: Line in the file, counted from 1 (a table's header is line 1); 0 where it has none.
        column: Name of the table column or path of the YAML key; empty where it has none.
        found: The offending value, shortened for display.
        allowed: What would have been accepted.
        nearest: The closest valid name, where the fault looks like a slip of the pen.
        detail: Extra lines, such as an expression with a caret under the fault.
        more: How many more there are of the same sort that are not listed.
    """

    message: Text
    file: str = ""
    row: int = 0
    column: str = ""
    found: str | None = None
    allowed: str = ""
    nearest: str = ""
    detail: str = ""
    more: int = 0

    @property
    def sort(self) -> object:
        """What faults of one sort have in common: they say the same of one column of one file.

        None for a fault that is of no sort but its own.
        """
        is_of_cell = self.row and self.found is not None and not self.detail
        return (self.file, self.column, self.message, self.allowed) if is_of_cell else None

    @property
    def is_remainder(self) -> bool:
        """Whether this is no fault by itself, but says how many others are not listed."""
        return self.more > 0 and not self.file

    @property
    def count(self) -> int:
        """How many faults this stands for."""
        return self.more if self.is_remainder else 1 + self.more

    def __call__(self, language: Language) -> str:
        """Return the fault as the lines that a person reads."""
        place = ":".join(str(part) for part in (self.file, self.row, self.column) if part)
        line = f"{place}: {self.message(language)}" if place else self.message(language)
        zh = language == "zh"
        if self.found is not None:
            line += f"；现值“{self.found}”" if zh else f"; found '{self.found}'"
        if self.allowed:
            line += f"；可用：{self.allowed}" if zh else f"; allowed: {self.allowed}"
        if self.nearest:
            line += f"；是否为“{self.nearest}”？" if zh else f"; did you mean '{self.nearest}'?"
        return f"{line}\n{self.detail}" if self.detail else line

    def as_json(self) -> dict[str, object]:
        """Return the fault as plain data for ``--json``."""
        return {
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "message": {"zh": self.message.zh, "en": self.message.en},
            "found": self.found,
            "allowed": self.allowed,
            "nearest": self.nearest,
            "detail": self.detail,
            "more": self.more,
        }


class InputError(Exception):
    """The input is wrong; carries every fault that was found, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault("en") for fault in self.faults))


class InternalError(Exception):
    """The solver and the verifier disagree: a defect of this program, never of the input.

    Attributes:
        reason: What disagrees.
    """

    def __init__(self, reason: Text | str) -> None:
        self.reason = reason if isinstance(reason, Text) else Text(zh=reason, en=reason)
        super().__init__(self.reason.en)


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return the valid name closest to ``name``, or an empty string if none is close."""
    if len(name) > 100:
        return ""
    names = list(valid)
    if len(names) > MOST_COMPARED:
        # To compare with each would take seconds: only those that begin alike.
        alike = (one for one in names if one[:2] == name[:2] and abs(len(one) - len(name)) < 2)
        names = list(islice(alike, MOST_COMPARED))
    matches = get_close_matches(name, names, n=1, cutoff=0.6)
    return matches[0] if matches else ""


def visible(text: str) -> str:
    r"""Return ``text`` with every character that is not seen as an escape, such as ``\x1b`` or ``\u202e``.

    Such characters drive a terminal, turn the direction of what follows or hide in a name. Blanks of any
    width become a space.
    """
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    if category(character) == "Zs":
        return " "
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shorten(value: object, limit: int = 60) -> str:
    """Return ``value`` as one printable line of at most ``limit`` characters."""
    text = str(value)[: limit + 1].replace("\n", "⏎").replace("\r", "").replace("\t", " ")
    text = visible(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def caret(line: str, column: int, limit: int = 100) -> str:
    """Return a line with a caret under a column, counted from 0; of a long line the part around it.

    Wide characters take two places on the screen, so the caret stands under what is meant in Chinese too.
    """
    begin = max(0, column - limit * 2 // 3) if len(line) > limit else 0
    shown = shorten(line[begin : begin + limit], limit)
    before = sum(2 if east_asian_width(ch) in "WF" else 1 for ch in shown[: column - begin])
    return f"    {shown}\n    {' ' * before}^"


#: Faults of one sort that stand line by line; of more faults, this many examples are shown.
MOST_LINES = 3


def fault_lines(faults: Iterable[Fault], language: Language) -> Iterator[str]:
    """Yield the faults as lines; more than a few of one sort become one line with their number.

    Faults of one sort have the same message, file and column.
    """
    sorts: dict[object, list[Fault]] = {}
    for number, fault in enumerate(faults):
        sort = fault.sort
        sorts.setdefault(number if sort is None else sort, []).append(fault)
    for same in sorts.values():
        count = len(same) + sum(one.more for one in same if one.sort is not None)
        if count > MOST_LINES:
            yield _merge_faults(same, count)(language)
        else:
            yield from (fault(language) for fault in same)


def _merge_faults(same: Sequence[Fault], count: int) -> Fault:
    """Return ``count`` faults of one sort as one fault without a row."""
    shown = same[:MOST_LINES]
    zh = "、".join(
        f"第 {one.row} 行“{one.found}”" + (f"（{one.nearest}？）" if one.nearest else "") for one in shown
    )
    en = ", ".join(
        f"row {one.row} '{one.found}'" + (f" ({one.nearest}?)" if one.nearest else "") for one in shown
    )
    message = Text(
        zh=f"{same[0].message.zh}；共 {count} 处，如{zh}",
        en=f"{same[0].message.en}; {count} of this sort, such as {en}",
    )
    return replace(same[0], message=message, row=0, found=None, nearest="", more=0)


def visible_json(text: str) -> str:
    r"""Return JSON with escapes for all that is not seen: ``\u202e`` for the mark that turns the direction.

    Controls, marks of direction, joiners, separators of lines, halves of characters and those that no font
    need have. Its hash as data is the same; that of its bytes is not.

    Args:
        text: JSON as ``json.dumps`` writes it, in any layout.
    """
    if text.replace("\n", "").isprintable():
        return text
    return _BEYOND_ASCII.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    if character.isprintable() or category(character) == "Zs":
        return character
    return json.dumps(character)[1:-1]
