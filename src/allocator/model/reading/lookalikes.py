"""Ids that the eye cannot tell apart: Cyrillic Р for P, O for 0, l for 1, upper for lower case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from allocator.errors import Fault, shorten
from allocator.model.reading.rows import Records
from allocator.model.text import Text

#: Cyrillic and Greek letters in the shape of Latin ones, and figures in the shape of letters.
_SHAPES = str.maketrans(
    "АВЕЅІЈКМНОРСТХУасеіјорѕхуΑΒΕΖΗΙΚΜΝΟΡΤΥΧοΟoOlI|",
    "ABESIJKMHOPCTXYaceijopsxyABEZHIKMNOPTYXo00011" + "1",
)
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u04ff]")
_LATIN = re.compile("[A-Za-z0-9]")


def shape(name: str) -> str:
    """Return what is left of a name once all that looks the same is the same."""
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name).translate(_SHAPES)
    return name.translate(_SHAPES).casefold()


def alike(tables: Mapping[str, Records]) -> Iterator[Fault]:
    """Yield each id that looks like another one, and each that mixes alphabets."""
    first: dict[str, str] = {}
    for table in ("units", "people", "groups", "cases"):
        if table not in tables:
            continue
        records = tables[table]
        for line, name in records.ids:
            seen = first.setdefault(shape(name), name)
            if seen != name:
                message = Text(zh="编号与另一编号极其相似", en="is an id that looks like another one")
                yield _fault(message, records, line, name, seen)
            elif _FOREIGN.search(name) and _LATIN.search(name):
                message = Text(
                    zh="编号混有希腊或西里尔字母",
                    en="is an id with Greek or Cyrillic letters among Latin ones",
                )
                yield _fault(message, records, line, name, "")


def _fault(message: Text, records: Records, line: int, name: str, near: str) -> Fault:
    return Fault(message, records.file, line, records.header("id"), shorten(name), nearest=shorten(near))
