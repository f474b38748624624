"""Digests of a page: of each row of its tables and of the text around them, so that edits are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree as ET

from allocator.model.text import Language, Text
from allocator.report.desk.seat_reading import digest

#: The format that the page names, and the name of the element of its head that has the facts.
FORMAT, FACTS = "allocator-page/1", "allocator-page"
#: Attributes: the digest of a row, a table or a text; that of the columns of a row that are not read back;
#: the number of assignments in the table that is read back, which no other table has.
DIGEST, REST, COUNT = "data-d", "data-e", "data-n"
#: Titles of the columns that are read back, by field.
FIELDS: Mapping[str, Text] = {
    "item": Text(zh="对象", en="who"),
    "layer": Text(zh="层", en="layer"),
    "period": Text(zh="周期", en="period"),
    "slot": Text(zh="机构", en="place"),
    "role": Text(zh="角色", en="role"),
}
_LANGUAGES: tuple[Language, ...] = ("zh", "en")
#: Elements whose text is told apart from the text around them.
_PARTS = ("table", "section", "main")
#: What scripts write while somebody reads, and what is not shown.
_LIVE = ("output", "dialog", "script")


def add_digests(main: ET.Element) -> None:
    """Write the digests of a page into its elements."""
    for table in main.iter("table"):
        rows = list(table.iter("tr"))
        fields = read_columns(table)
        for row in rows:
            for name, value in row_digests(row, fields).items():
                row.set(name, value)
        table.set(DIGEST, table_digest(rows))
    for element in (*main.iter("section"), main):
        element.set(DIGEST, text_digest(element))


def layer_titles(titles: Mapping[str, Text]) -> dict[str, Text]:
    """Return the titles of layers as a page has them: two layers of one title have their ids with it."""
    zh, en = (Counter(one(language) for one in titles.values()) for language in _LANGUAGES)
    return {
        name: Text(zh=f"{one('zh')}（{name}）", en=f"{one('en')} ({name})")
        if zh[one("zh")] > 1 or en[one("en")] > 1
        else Text(zh=one("zh"), en=one("en"))
        for name, one in titles.items()
    }


def read_columns(table: ET.Element) -> dict[int, str]:
    """Return the field of each column that is read back; none for a table that is not."""
    if table.get(COUNT) is None:
        return {}
    header = next(table.iter("tr"), None)
    titles = [] if header is None else cells_of(header)
    known = {(title.zh, title.en): name for name, title in FIELDS.items()}
    return {k: known[title.zh, title.en] for k, title in enumerate(titles) if (title.zh, title.en) in known}


def row_digests(row: ET.Element, fields: Mapping[int, str]) -> dict[str, str]:
    """Return the digests of a row: one, or one of the columns that are read back and one of the others."""
    cells = cells_of(row)
    if not fields:
        return {DIGEST: _both(cells)}
    read = [cell for k, cell in enumerate(cells) if k in fields]
    rest = [cell for k, cell in enumerate(cells) if k not in fields]
    return {DIGEST: _both(read), REST: _both(rest)}


def table_digest(rows: Sequence[ET.Element]) -> str:
    """Return the digest of a table from those that its rows carry."""
    return digest([row.get(DIGEST, "") for row in rows])


def text_digest(element: ET.Element) -> str:
    """Return the digest of the text of a section outside its tables, or of a page outside its sections."""
    return digest([_plain(_outside(element, language)) for language in _LANGUAGES])


def cells_of(row: ET.Element) -> list[Text]:
    """Return the cells of a row as both languages show them."""
    return [Text(zh=shown_text(cell, "zh"), en=shown_text(cell, "en")) for cell in row]


def shown_text(element: ET.Element, language: Language) -> str:
    """Return the text of an element as a language shows it, without superfluous blanks."""
    return _plain(_shown(element, language))


def _both(cells: Sequence[Text]) -> str:
    return digest([*(one.zh for one in cells), *(one.en for one in cells)])


def _plain(parts: Iterator[str]) -> str:
    return " ".join("".join(parts).split())


def _shown(element: ET.Element, language: Language) -> Iterator[str]:
    if element.get("lang", language) == language:
        yield element.text or ""
        for child in element:
            yield from _shown(child, language)
            yield child.tail or ""


def _outside(element: ET.Element, language: Language) -> Iterator[str]:
    """Yield the text of an element outside its tables and sections, of which only the place counts."""
    yield element.text or ""
    for child in element:
        if child.tag in _PARTS:
            yield f"\N{PILCROW SIGN}{child.get('id', '')}"
        elif child.tag not in _LIVE and child.get("lang", language) == language:
            yield from _outside(child, language)
        yield child.tail or ""
