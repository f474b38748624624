"""Takes the tables and the custom parts out of a Word document, which is XML from anywhere."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET
from xml.parsers import expat

from allocator.errors import Fault, InputError, visible
from allocator.model.text import Text
from allocator.report.word.standard import W

#: Most bytes of a part, and of all parts together, when unpacked.
_PART_BYTES, _ALL_BYTES = 60_000_000, 200_000_000
_CUSTOM = re.compile(r"customXml/item\d+\.xml")
_NO_WORD = Text(zh="不是 Word 文档（.docx）", en="is no Word document (.docx)")
_TOO_LARGE = Text(zh="文档展开后过大", en="the document unpacks to too much")
_DOCTYPE = Text(zh="文档含有 DOCTYPE，不予读取", en="the document has a DOCTYPE, which is refused")
_ILL_FORMED = Text(zh="文档内容不是完好的 XML", en="the document is not well-formed XML")
_W = f"{{{W}}}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
#: Elements whose text is no longer there (tracked changes), or is there twice.
_SKIPPED = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_COMPATIBILITY}Fallback"})
_AROUND = frozenset({f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"})
#: Deepest nesting of elements, and most columns that one cell spans.
_MOST_DEPTH, _MOST_SPAN = 200, 100
_ENDS = frozenset({f"{_W}br", f"{_W}cr"})


@dataclass(frozen=True)
class WordTable:
    """A table with the paragraph above it; rows of cells, tracked changes taken as accepted."""

    title: str
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class WordDocument:
    """The tables of a document in their order, and the texts of its custom parts."""

    tables: tuple[WordTable, ...]
    parts: tuple[str, ...]


def read_docx(content: bytes, label: str) -> WordDocument:
    """Read the tables of a document.

    Args:
        content: The bytes of the file.
        label: Name of the file, for faults.

    Raises:
        InputError: The file is no Word document, unpacks to too much, or holds hostile or broken XML.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = [one.file_size for one in archive.infolist()]
            if sum(sizes) > _ALL_BYTES or max(sizes, default=0) > _PART_BYTES:
                raise InputError([Fault(_TOO_LARGE, label)])
            body = _Tree(label).parsed(archive.read("word/document.xml")).find(f"{_W}body")
            names = sorted(name for name in archive.namelist() if _CUSTOM.fullmatch(name))
            parts = ["".join(_Tree(label).parsed(archive.read(name)).itertext()) for name in names]
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error):
        raise InputError([Fault(_NO_WORD, label)]) from None
    if body is None:
        raise InputError([Fault(_NO_WORD, label)])
    return WordDocument(tuple(_tables(body)), tuple(parts))


class _Tree:
    """Builds the tree of a part from the events of expat; no document type, no bottomless nesting."""

    def __init__(self, label: str) -> None:
        self._label, self._depth = label, 0
        self._builder = ET.TreeBuilder()
        self._expat = expat.ParserCreate(namespace_separator="}")
        self._expat.buffer_text = True
        self._expat.StartDoctypeDeclHandler = self._refuse
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._builder.data

    def parsed(self, part: bytes) -> ET.Element:
        """Return the root of a part."""
        try:
            self._expat.Parse(part, True)
        except (expat.ExpatError, ValueError):
            raise InputError([Fault(_ILL_FORMED, self._label)]) from None
        return self._builder.close()

    def _refuse(self, *_: object) -> None:
        raise InputError([Fault(_DOCTYPE, self._label)])

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise InputError([Fault(_ILL_FORMED, self._label)])
        self._builder.start(_qualified(tag), {_qualified(name): text for name, text in attributes.items()})

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(_qualified(tag))


def _qualified(name: str) -> str:
    """Return a name of expat as trees have it: ``{namespace}name``."""
    return f"{{{name}" if "}" in name else name


def _tables(body: ET.Element) -> Iterator[WordTable]:
    """Yield the tables of a body, each with the last words above it; a table within a table is not one."""
    title = ""
    for one in _children(body, ("p", "tbl")):
        if one.tag == f"{_W}tbl":
            yield WordTable(title, tuple(_rows(one)))
        elif text := visible(_text(one)).strip():
            title = text


def _children(parent: ET.Element, names: Sequence[str]) -> Iterator[ET.Element]:
    """Yield the children of some names, within content controls and tracked insertions, too."""
    tags = {f"{_W}{name}" for name in names}
    for one in parent:
        if one.tag in tags:
            yield one
        elif one.tag in _AROUND:
            yield from _children(one, names)


def _rows(table: ET.Element) -> Iterator[list[str]]:
    """Yield the rows of a table; merged cells are filled, and rows whose deletion is tracked are left out."""
    above: list[str] = []
    for row in _children(table, ("tr",)):
        if row.find(f"{_W}trPr/{_W}del") is not None:
            continue
        cells: list[str] = []
        for cell in _children(row, ("tc",)):
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            goes_on = merged is not None and merged.get(f"{_W}val", "continue") == "continue"
            text = above[len(cells)] if goes_on and len(cells) < len(above) else _cell_text(cell)
            width = "1" if span is None else span.get(f"{_W}val", "1")
            more = min(int(width), _MOST_SPAN) - 1 if width.isascii() and width.isdecimal() else 0
            cells += [text, *[""] * more]
        above = cells
        yield cells


def _cell_text(cell: ET.Element) -> str:
    lines = (_text(one) for one in _children(cell, ("p",)))
    return "\n".join(visible(line) for line in "\n".join(lines).split("\n")).strip()


def _text(parent: ET.Element) -> str:
    """Return the words of a paragraph."""
    parts: list[str] = []
    for one in parent:
        if one.tag in _SKIPPED:
            continue
        if one.tag == f"{_W}t":
            parts.append(one.text or "")
        elif one.tag in _ENDS:
            parts.append("\n")
        elif one.tag == f"{_W}tab":
            parts.append(" ")
        else:
            parts.append(_text(one))
    return "".join(parts)
