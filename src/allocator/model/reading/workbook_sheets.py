"""The sheets of a scenario's workbook: their titles in both languages, and the cells that are not read."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from allocator.model.reading.scenario_location import SCORES
from allocator.model.tables import TABLES
from allocator.model.text import Text

#: The titles of the sheets by key; the keys of tables are their names.
TITLES: Mapping[str, Text] = {
    "units": Text(zh="单位", en="Units"),
    "people": Text(zh="人员", en="People"),
    "links": Text(zh="单位联系", en="Links"),
    "ties": Text(zh="关系", en="Ties"),
    "postings": Text(zh="任职", en="Postings"),
    "absences": Text(zh="离岗", en="Absences"),
    "groups": Text(zh="组", en="Groups"),
    "cases": Text(zh="案件", en="Cases"),
    "indicators": Text(zh="指标", en="Indicators"),
    "identities": Text(zh="身份认定", en="Identities"),
    "wishes": Text(zh="意愿", en="Wishes"),
    "settings": Text(zh="设置", en="Settings"),
    "periods": Text(zh="周期", en="Periods"),
    "layers": Text(zh="层", en="Layers"),
    "rules": Text(zh="规则", en="Rules"),
    "waivers": Text(zh="豁免", en="Waivers"),
    "sentences": Text(zh="句式", en="Sentences"),
    "notes": Text(zh="说明", en="Notes"),
    "lists": Text(zh="列表", en="Lists"),
}
#: The sheet with the files of a scenario as they were, which no program shows.
FILES_SHEET = "_allocator"
#: The sheets that are read besides the tables; without ``settings`` they are sheets of anything.
OWN_SHEETS = ("settings", "periods", "layers", "rules", "waivers")
#: The sheet in which a marked copy keeps the former look of its cells.
MARKS_SHEET = "_marks"
#: The header of the column in which a marked copy explains the faults of a row.
MARKS = Text(zh="问题/建议", en="Problem / proposal")

_KEYS = {title.casefold(): key for key, text in TITLES.items() for title in (key, text.zh, text.en)}
#: Beginnings of a formula for a spreadsheet, full-width forms included.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_QUOTE = "'"


def sheet_key(name: str) -> str:
    """Return the key of a sheet by its name; empty for a sheet that is not read."""
    if name in TABLES or name == FILES_SHEET or name.startswith(SCORES):
        return name
    return _KEYS.get(unicodedata.normalize("NFKC", name).strip().casefold(), "")


def inert(text: str) -> str:
    """Return a text as a cell that no spreadsheet computes: a formula, or a quoted one, is quoted."""
    return _QUOTE + text if _computes(text.lstrip(_QUOTE)) and not _is_number(text) else text


def as_written(cell: str) -> str:
    """Return the text of a cell without the quote that keeps it from being computed."""
    return cell[1:] if cell.startswith(_QUOTE) and _computes(cell.lstrip(_QUOTE)) else cell


def _computes(text: str) -> bool:
    return text.lstrip(" \u3000").startswith(FORMULA_SIGNS) or text.startswith(("\t", "\r"))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and text[:1] in "-0123456789" and "_" not in text


def without_marks(rows: list[list[str]]) -> None:
    """Remove the column of a marked copy with the problems of each row, in place."""
    titles = {MARKS.zh, MARKS.en}
    for row in rows[:10]:
        places = [place for place, cell in enumerate(row) if cell.strip() in titles]
        if places:
            for other in rows:
                del other[places[-1] : places[-1] + 1]
            return


def width(rows: Sequence[Sequence[str]]) -> int:
    """Return the number of columns up to the last cell that is filled."""
    return max((place + 1 for row in rows for place, cell in enumerate(row) if cell), default=0)
