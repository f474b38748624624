"""Finds the XML of each sheet of an .xlsx by its title, for what the reader of cells does not tell."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from xml.parsers import expat

_HIDDEN = re.compile(
    rb"""<(?:\w+:)?row\s(?=[^<>]*\bhidden\s*=\s*["'](?:1|true)["'])[^<>]*\br\s*=\s*["']([0-9]{1,7})["']"""
)


def sheet_titles(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield the title of each sheet and the name of its part; none of a file that is no .xlsx."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from _named(archive, set(archive.namelist()))


def sheet_parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the title and the XML of each sheet; none of a file that is no .xlsx."""
    if content[:2] != b"PK":
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for title, name in _named(archive, set(archive.namelist())):
            yield title, archive.read(name)


def hidden_rows(content: bytes) -> Mapping[str, frozenset[int]]:
    """Return the rows that are hidden, by sheet, counted from 0."""
    return {
        title: frozenset(int(row) - 1 for row in _HIDDEN.findall(part))
        for title, part in sheet_parts(content)
        if b"hidden" in part
    }


def column_number(letters: bytes) -> int:
    """Return the number of a column by its letters, counted from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _named(archive: zipfile.ZipFile, names: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the title and the part of each sheet."""
    folder, relations = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if not {folder, relations} <= names:
        return
    targets = {
        one.get("Id", ""): posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))).lstrip("/")
        for one in _elements(archive.read(relations), "Relationship")
    }
    for sheet in _elements(archive.read(folder), "sheet"):
        ids = [value for key, value in sheet.items() if key.rpartition(":")[2] == "id"]
        part = targets.get(ids[0], "") if ids else ""
        if part in names:
            yield sheet.get("name", ""), part


def _elements(part: bytes, name: str) -> Sequence[Mapping[str, str]]:
    """Return the attributes of all elements of a name; none of a damaged part."""
    found: list[Mapping[str, str]] = []
    parser = expat.ParserCreate()

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if tag.rpartition(":")[2] == name:
            found.append(attributes)

    def refuse(*_: object) -> None:
        raise ValueError("document type")

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, ValueError):
        return ()
    return found
