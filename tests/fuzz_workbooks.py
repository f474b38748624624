"""Inputs of workbooks: the tables as sheets, with cells, parts and bytes changed."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from random import Random

from fuzz_base import ALWAYS, BASE_TABLES, Calls, checked, write
from fuzz_values import broken, changed, encoded, value
from test_reading_workbook import workbook


def workbooks(draw: Random, folder: Path) -> Calls:
    """Workbooks with cells, sheets, parts and bytes changed."""
    sheets: dict[str, list[list[str | int | float]]] = {}
    for name, text in BASE_TABLES.items():
        if name in ALWAYS or draw.random() < 0.2:
            sheets[name[:-4]] = [[*line.split(",")] for line in text.rstrip("\n").split("\n")]
    for _ in range(draw.randrange(4)):
        rows = draw.choice(list(sheets.values()))
        row = draw.choice(rows)
        number = draw.choice((0, -1, 2.5, 45000, 1e300, 2**70, -0.0, 60, 2958466, 1e-300))
        row[draw.randrange(len(row))] = number if draw.random() < 0.5 else _xml_text(value(draw))
    content = workbook(sheets)
    if draw.random() < 0.6:
        content = _other_parts(content, draw)
    if draw.random() < 0.2:
        content = broken(content, draw)
    place = write(folder, {"tiny.xlsx": content})
    for table in place.glob("*.csv"):
        table.unlink()
    return checked(place, draw)


def _xml_text(text: str) -> str:
    return "".join(one for one in text if one.isprintable() or one in "\t\n\u202e\u200b\u0085")


def _other_parts(content: bytes, draw: Random) -> bytes:
    """Return a workbook with one part changed, left out or added."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = draw.choice(names)
        for name in names:
            part = old.read(name)
            if name == chosen and draw.random() < 0.1:
                continue
            new.writestr(name, _other_part(part, draw) if name == chosen else part)
    return made.getvalue()


#: What of the XML of a workbook is replaced by what.
_ODD_PARTS = (
    ('t="inlineStr"', 't="s"'),
    ('t="inlineStr"', 't="n"'),
    ('t="inlineStr"', 't="d"'),
    ('t="inlineStr"', 't="e"'),
    ('r="A1"', 'r="A1048577"'),
    ('r="A1"', 'r="ZZZZ9"'),
    ('r="1"', 'r="99999999999"'),
    ('r="2"', 'r="-5"'),
    ("<c ", '<c s="99" '),
    ("<sheetData>", '<sheetData><row r="1048576"/>'),
    ("</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
    ("</sheetData>", '</sheetData><mergeCells><mergeCell ref="A2:B99999999999"/></mergeCells>'),
    ("<worksheet", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet'),
    ("worksheet", "chartsheet"),
    ("xl/", "../"),
    ("people", "people\u202e"),
    ("<t>", "<t>&#27;"),
    ("<t>", "<t>&#x202e;"),
)


def _other_part(part: bytes, draw: Random) -> bytes:
    text = part.decode()
    old, new = draw.choice(_ODD_PARTS)
    if old in text and draw.random() < 0.7:
        return text.replace(old, new, draw.choice((1, -1))).encode()
    return encoded(changed(text, draw), draw)
