"""Faults of the input, with place, value found and values allowed; and the errors that carry them."""

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
#: A misspelt name is compared with at most this number of names: more would take seconds.
MAX_COMPARED = 5_000


@dataclass(frozen=True)
class Fault:
    """One fault of the input.

    Attributes:
        message: The fault, in both languages.
        file: Name of the file, as the user knows it.
        row: Line in the file, counted from 1 (a table's header is line 1); 0 for no line.
        column: Name of the table column or path of the YAML key; empty for neither.
        found: The offending value, shortened for display.
        allowed: The values that are accepted.
        nearest: The closest valid name, if the value looks misspelt.
        detail: Extra lines, such as an expression with a caret under the fault.
        more: Number of further faults of the same sort that are not listed.
        is_doubt: Whether this is a doubt that is listed among faults.
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
    is_doubt: bool = False

    @property
    def sort(self) -> object:
        """Key of faults of one sort: the same message about one column of one file.

        None for a fault that has no others of its sort.
        """
        is_of_cell = self.row and self.found is not None and not self.detail
        return (self.file, self.column, self.message, self.allowed) if is_of_cell else None

    @property
    def is_remainder(self) -> bool:
        """Whether this is no fault itself, but the number of faults that are not listed."""
        return self.more > 0 and not self.file

    @property
    def count(self) -> int:
        """Number of faults that this stands for."""
        return self.more if self.is_remainder else 1 + self.more

    def __call__(self, language: Language) -> str:
        """Return the fault as printed lines."""
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
    """The input is wrong; the error carries every fault that was found, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault("en") for fault in self.faults))


class ChainError(InputError):
    """What is kept in a store does not verify: it was changed after it was written."""


class InternalError(Exception):
    """The solver and the verifier disagree: a defect of this program, never of the input.

    Attributes:
        reason: The disagreement, in both languages.
    """

    def __init__(self, reason: Text | str) -> None:
        self.reason = reason if isinstance(reason, Text) else Text(zh=reason, en=reason)
        super().__init__(self.reason.en)


def nearest(name: str, valid: Iterable[str]) -> str:
    """Return the valid name closest to ``name``, or an empty string if none is close."""
    if len(name) > 100:
        return ""
    names = list(valid)
    if len(names) > MAX_COMPARED:
        # Only names with the same beginning and about the same length are compared.
        alike = (one for one in names if one[:2] == name[:2] and abs(len(one) - len(name)) < 2)
        names = list(islice(alike, MAX_COMPARED))
    matches = get_close_matches(name, names, n=1, cutoff=0.6)
    return matches[0] if matches else ""


def visible(text: str) -> str:
    r"""Return ``text`` with every invisible character as an escape, such as ``\x1b`` or ``\u202e``.

    Invisible characters control a terminal, reverse the direction of text or hide in a name. Blanks of any
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

    A wide character takes two places on the screen, so the caret is right in Chinese, too.
    """
    begin = max(0, column - limit * 2 // 3) if len(line) > limit else 0
    shown = shorten(line[begin : begin + limit], limit)
    before = sum(2 if east_asian_width(ch) in "WF" else 1 for ch in shown[: column - begin])
    return f"    {shown}\n    {' ' * before}^"


#: Up to this number, faults of one sort have a line each; of more faults, this number of examples is shown.
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
    r"""Return JSON with escapes for invisible characters, such as ``\u202e``, which reverses the direction.

    These are controls, marks of direction, joiners, line separators, surrogates and unassigned characters.
    The data have the same hash; the bytes have not.

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
