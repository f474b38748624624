"""Writes the blocks of a proposal as a Word document: the same blocks give the same bytes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any, cast
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

from docx.opc.constants import CONTENT_TYPE as CT
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.package import OpcPackage
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from lxml import etree

from allocator.model.text import Language
from allocator.report.desk.desk_tables import DeskTable, Tone
from allocator.report.rendering.console import printable
from allocator.report.word.proposal import Proposal, title_lines
from allocator.report.word.sections import WordBlock
from allocator.report.word.standard import (
    FONTS,
    LANDSCAPE_WIDTH,
    LATIN,
    PORTRAIT_WIDTH,
    Face,
    R,
    StyleId,
    W,
    font_table_xml,
    footer_xml,
    numbering_xml,
    section_xml,
    settings_xml,
    styles,
    styles_xml,
)

#: Namespace of the part with the facts that reading back needs.
FACTS = "urn:allocator:proposal:1"
_W = f"{{{W}}}"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title>'
    "<dc:creator>allocator</dc:creator></cp:coreProperties>"
)
_CUSTOM = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXmlProps",
)
_PROPERTIES = (
    '<ds:datastoreItem ds:itemID="{7C1F5D3E-2B64-4B0A-9E55-6A1D0C8F4E21}"'
    ' xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"><ds:schemaRefs>'
    f'<ds:schemaRef ds:uri="{FACTS}"/></ds:schemaRefs></ds:datastoreItem>'
)
#: Colours of tones, each beside its sign; and twips that a cell has beside its text.
_INKS: Mapping[Tone, str] = {
    "in": "1F4E9E",
    "out": "A0400A",
    "role": "5B3A8C",
    "bad": "C00000",
    "warn": "8A5A00",
}
_MARGINS = 140
#: Columns of a table from which on its text is small.
_MANY = 9
#: Characters that a text gets first, that a word or a number gets, and beyond which a cell does not count.
_FIRST, _WORD, _LONG = 4.0, 8.0, 60.0
#: Characters of a title that stay on one line if there is room.
_ONE_LINE = 6.0
#: Share of the width that short texts take at most before long titles are broken.
_ROOMY = 0.6
#: What a bold text is wider by.
_BOLD = "."
#: Blanks that widen a column which readers write in, and rows of a table that stay on one page.
_ROOM_TO_WRITE, _KEPT_TOGETHER = "\u3000" * 2, 12


#: Column titles whose cells are short: they stand in the middle.
_SHORT = 5


def document_bytes(proposal: Proposal, language: Language) -> bytes:
    """Return the Word file of a proposal."""
    package = OpcPackage()
    kinds = ("default", "even") if language == "zh" else ("default",)
    footers = {kind: f"rIdFooter{number}" for number, kind in enumerate(kinds, start=1)}
    content = _Body(language, footers).content(proposal)
    main = _part(package, "/word/document.xml", CT.WML_DOCUMENT_MAIN, content)
    package.relate_to(main, RT.OFFICE_DOCUMENT)
    core = _CORE.format(title=escape(printable(proposal.title(language))))
    package.relate_to(_part(package, "/docProps/core.xml", CT.OPC_CORE_PROPERTIES, core), RT.CORE_PROPERTIES)
    for name, kind, relation, xml in (
        ("styles", CT.WML_STYLES, RT.STYLES, styles_xml(language)),
        ("numbering", CT.WML_NUMBERING, RT.NUMBERING, numbering_xml(language)),
        ("settings", CT.WML_SETTINGS, RT.SETTINGS, settings_xml(language)),
        ("fontTable", CT.WML_FONT_TABLE, RT.FONT_TABLE, font_table_xml()),
    ):
        main.relate_to(_part(package, f"/word/{name}.xml", kind, xml), relation)
    for kind, relation in footers.items():
        xml = footer_xml(language, even=kind == "even")
        main.load_rel(RT.FOOTER, _part(package, f"/word/footer-{kind}.xml", CT.WML_FOOTER, xml), relation)
    facts = etree.Element(f"{{{FACTS}}}proposal", nsmap={"facts": FACTS})
    facts.text = proposal.facts
    kept = _part(package, "/customXml/item1.xml", CT.XML, etree.tostring(facts, encoding="unicode"))
    main.relate_to(kept, _CUSTOM[0])
    name, kind = "/customXml/itemProps1.xml", CT.OFC_CUSTOM_XML_PROPERTIES
    kept.relate_to(_part(package, name, kind, _PROPERTIES), _CUSTOM[1])
    return _packed(package)


def _part(package: OpcPackage, name: str, kind: str, xml: str) -> Part:
    return Part(PackURI(name), kind, (_XML + xml).encode(), cast(Any, package))


def _packed(package: OpcPackage) -> bytes:
    """Return a package as a zip file in which every file has the same date."""
    made, out = BytesIO(), BytesIO()
    package.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
            target.writestr(info, source.read(name))
    return out.getvalue()


class _Body:
    """The body of a document, element by element."""

    def __init__(self, language: Language, footers: Mapping[str, str]) -> None:
        self._language, self._footers = language, footers
        self._faces: Mapping[StyleId, Face] = {one.id: one.face for one in styles(language)}
        self._body = etree.Element(_W + "body")
        self._width = PORTRAIT_WIDTH

    def content(self, proposal: Proposal) -> str:
        """Return the part that holds the text: upright pages, then the annexes on pages on their side."""
        root = etree.Element(_W + "document", nsmap={"w": W, "r": R})
        root.append(self._body)
        self._blocks(proposal.blocks)
        self._end_section(landscape=False)
        self._width = LANDSCAPE_WIDTH
        self._blocks(proposal.annexes)
        if proposal.annexes:
            if self._body[-1].tag != _W + "p":  # a word processor wants a paragraph behind the last table
                self._paragraph("TableNote", "")
            self._body.append(etree.fromstring(section_xml(self._footers, landscape=True)))
        else:
            self._unwrap_last_section()
        return etree.tostring(root, encoding="unicode")

    def _end_section(self, *, landscape: bool) -> None:
        """End a section with the last paragraph; a table gets an empty paragraph for it."""
        if len(self._body) == 0 or self._body[-1].tag != _W + "p":
            self._paragraph("TableNote", "")
        place = self._body[-1].find(_W + "pPr")
        if place is not None:
            place.append(etree.fromstring(section_xml(self._footers, landscape=landscape)))

    def _unwrap_last_section(self) -> None:
        """Make the section of the last paragraph that of the document: no other one follows."""
        section = self._body[-1].find(f"{_W}pPr/{_W}sectPr")
        if section is not None:
            self._body.append(section)

    def _blocks(self, blocks: Sequence[WordBlock]) -> None:
        """Add blocks; what a note follows stays on the page of the note."""
        for block, after in zip(blocks, [*blocks, None][1:], strict=True):
            self._block(block)
            if after is not None and after.style == "TableNote":
                self._keep_with_next(self._body[-1])

    def _keep_with_next(self, element: etree._Element) -> None:
        """Keep a paragraph, or the last row of a table, on the page of what follows."""
        last = element[-1] if element.tag == _W + "tbl" else element
        for place in last.iter(_W + "pPr"):
            if place.find(_W + "keepNext") is None:
                place.insert(1, etree.Element(_W + "keepNext"))

    def _block(self, block: WordBlock) -> None:
        if block.table is not None:
            self._table(block.table)
        elif block.text is not None:
            text = printable(block.text(self._language))
            is_title = self._language == "zh" and block.style in ("Title", "AnnexTitle")
            lines = title_lines(text) if is_title else [text]
            self._paragraph(block.style, *lines, indent=block.indent)

    def _paragraph(self, style: StyleId, *lines: str, indent: int = 0) -> None:
        made = etree.SubElement(self._body, _W + "p")
        place = etree.SubElement(made, _W + "pPr")
        etree.SubElement(place, _W + "pStyle", {_W + "val": str(style)})
        if indent:
            etree.SubElement(place, _W + "ind", {_W + "right": str(indent)})
        for number, line in enumerate(lines):
            self._run(made, style, line, broken=number > 0)

    def _run(
        self, paragraph: etree._Element, style: StyleId, text: str, *, broken: bool = False, tone: Tone = ""
    ) -> None:
        """Add a run that names its fonts; a tone has its colour beside its sign."""
        run = etree.SubElement(paragraph, _W + "r")
        looks = etree.SubElement(run, _W + "rPr")
        looks.append(self._fonts(style))
        if tone in ("bad", "total"):
            etree.SubElement(looks, _W + "b")
        if tone in _INKS:
            etree.SubElement(looks, _W + "color", {_W + "val": _INKS[tone]})
        if broken:
            etree.SubElement(run, _W + "br")
        words = etree.SubElement(run, _W + "t")
        words.text = text
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")

    def _fonts(self, style: StyleId) -> etree._Element:
        name = FONTS[self._faces[style]].name
        places = {"ascii": LATIN, "hAnsi": LATIN, "eastAsia": name, "cs": LATIN}
        return etree.Element(_W + "rFonts", {_W + place: font for place, font in places.items()})

    def _table(self, table: DeskTable) -> None:
        """Add a table: the header is repeated on every page, and no row is broken."""
        titles = [printable(one.title(self._language)) for one in table.columns]
        rows = [[printable(cell.shown(self._language)) for cell in row] for row in table.rows]
        is_small = len(titles) > _MANY
        styles_: tuple[StyleId, StyleId] = (
            ("SmallTableHead", "SmallTableText") if is_small else ("TableHead", "TableText")
        )
        measured = [
            title + _ROOM_TO_WRITE if one.is_open else title
            for title, one in zip(titles, table.columns, strict=True)
        ]
        bold = [
            [
                f"{text}{_BOLD}" if text and cell.tone == "total" else text
                for cell, text in zip(*both, strict=True)
            ]
            for both in zip(table.rows, rows, strict=True)
        ]
        widths = column_widths(measured, bold, self._width, 180 if is_small else 210)
        kept = len(rows) if len(rows) <= _KEPT_TOGETHER else 0
        centred = [max(map(char_width, column)) <= _SHORT for column in zip(*rows, strict=True)]
        made = etree.SubElement(self._body, _W + "tbl")
        looks = etree.SubElement(made, _W + "tblPr")
        etree.SubElement(looks, _W + "tblStyle", {_W + "val": "DeskTable"})
        etree.SubElement(looks, _W + "tblW", {_W + "w": str(sum(widths)), _W + "type": "dxa"})
        etree.SubElement(looks, _W + "jc", {_W + "val": "center"})
        etree.SubElement(looks, _W + "tblLayout", {_W + "type": "fixed"})
        etree.SubElement(looks, _W + "tblCaption", {_W + "val": printable(table.title(self._language))})
        grid = etree.SubElement(made, _W + "tblGrid")
        for width in widths:
            etree.SubElement(grid, _W + "gridCol", {_W + "w": str(width)})
        head = self._row(made, is_head=True)
        for title, width in zip(titles, widths, strict=True):
            self._cell(head, styles_[0], title, width, keeps_next=True)
        for number, (cells, texts) in enumerate(zip(table.rows, rows, strict=True), start=1):
            row = self._row(made)
            for cell, text, width, is_centred in zip(cells, texts, widths, centred, strict=True):
                self._cell(
                    row, styles_[1], text, width, cell.tone, centred=is_centred, keeps_next=number < kept
                )

    def _row(self, table: etree._Element, *, is_head: bool = False) -> etree._Element:
        row = etree.SubElement(table, _W + "tr")
        looks = etree.SubElement(row, _W + "trPr")
        etree.SubElement(looks, _W + "cantSplit")
        if is_head:
            etree.SubElement(looks, _W + "tblHeader")
        return row

    def _cell(
        self,
        row: etree._Element,
        style: StyleId,
        text: str,
        width: int,
        tone: Tone = "",
        *,
        centred: bool = False,
        keeps_next: bool = False,
    ) -> None:
        made = etree.SubElement(row, _W + "tc")
        looks = etree.SubElement(made, _W + "tcPr")
        etree.SubElement(looks, _W + "tcW", {_W + "w": str(width), _W + "type": "dxa"})
        etree.SubElement(looks, _W + "vAlign", {_W + "val": "center"})
        paragraph = etree.SubElement(made, _W + "p")
        place = etree.SubElement(paragraph, _W + "pPr")
        etree.SubElement(place, _W + "pStyle", {_W + "val": str(style)})
        if keeps_next:
            etree.SubElement(place, _W + "keepNext")
        if centred:
            etree.SubElement(place, _W + "jc", {_W + "val": "center"})
        if text:
            self._run(paragraph, style, text, tone=tone)


@lru_cache(maxsize=20_000)
def char_width(text: str) -> float:
    """Return the width of a text in Chinese characters; a Latin one counts somewhat more than half."""
    return sum(1.0 if east_asian_width(one) in "WFA" else 0.62 for one in text)


def column_widths(
    titles: Sequence[str], rows: Sequence[Sequence[str]], total: int, character: int
) -> list[int]:
    """Return the widths of columns in twips: what is short stays on one line, long texts share the rest.

    Args:
        titles: The titles of the columns.
        rows: The texts of the cells.
        total: The width of the table in twips.
        character: The width of a Chinese character in twips.
    """
    columns = list(zip(titles, *rows, strict=True))
    heads = [char_width(column[0]) for column in columns]
    lengths = [[min(char_width(cell), _LONG) for cell in column[1:]] or [0.0] for column in columns]
    words = [max(map(_longest_word, column)) for column in columns]
    for one_line in (_ONE_LINE, 2.0):
        first = [
            max(min(max(length), _FIRST), min(word, _WORD), head if head <= one_line else head / 2, 2.0)
            for length, word, head in zip(lengths, words, heads, strict=True)
        ]
        widths = [need * character + _MARGINS for need in first]
        if sum(widths) <= _ROOMY * total:
            break
    rest = total - sum(widths)
    if rest < 0:
        return _whole([width * total / sum(widths) for width in widths], total)
    wanted = [
        max(0.0, (max(length) + sum(length) / len(length)) / 2 - need)
        for length, need in zip(lengths, first, strict=True)
    ]
    if not any(wanted) or max(map(max, lengths)) <= 2 * _SHORT:
        return _whole([width * total / sum(widths) for width in widths], total)
    shares = sum(wanted)
    return _whole([width + rest * want / shares for width, want in zip(widths, wanted, strict=True)], total)


def _longest_word(text: str) -> float:
    """Return the width of the longest word or number of Latin letters and figures in a text."""
    return max((char_width(word) for word in _LATIN_WORD.findall(text)), default=0.0)


_LATIN_WORD = re.compile(r"[!-~]+")


def _whole(widths: Sequence[float], total: int) -> list[int]:
    """Return widths in whole twips; the last one takes what is left."""
    whole = [int(width) for width in widths]
    whole[-1] += total - sum(whole)
    return whole
