"""Plants faults of many sorts into the cells of a scenario's workbook."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

#: The sheet, the header and the wrong value of each sort.
SORTS: Mapping[str, tuple[str, str, str]] = {
    "january or october": ("人员", "出生", "1975.1"),
    "no day": ("人员", "出生", "2026-13-45"),
    "two-figure year": ("人员", "退休", "75.08"),
    "no grade": ("人员", "职级", "正正"),
    "no unit": ("人员", "单位", "C99"),
    "skill without level": ("人员", "特长", "审理"),
    "level of a skill": ("人员", "特长", "审理:9"),
    "no number": ("人员", "承办上限", "很多"),
    "below zero": ("人员", "承办上限", "-3"),
    "no person": ("关系", "人员", "P999"),
    "too strong": ("关系", "权重", "1.5"),
    "end before begin or no day": ("关系", "起", "某年"),
    "no such person": ("任职", "人员", "P998"),
    "no role": ("任职", "角色", "总指挥"),
    "no group": ("任职", "组", "Z99"),
    "no superior": ("组", "上级", "Z98"),
    "no effort": ("案件", "工作量", "两天"),
    "decimal": ("案件", "严重程度", "2.5"),
    "no unit of a case": ("案件", "单位", "T99"),
    "off the globe": ("单位", "经度", "400"),
    "headcount in words": ("单位", "编制", "三"),
    "no such sentence": ("规则", "句式", "一律照旧"),
    "no such level": ("规则", "级别", "尽量"),
}


@dataclass(frozen=True)
class Planted:
    """A planted fault."""

    sort: str
    sheet: str
    row: int
    header: str


def columns(page: Worksheet) -> dict[str, int]:
    """Return the place of each header."""
    return {str(cell.value): int(cell.column or 0) for cell in page[1] if cell.value}


def plant(content: bytes, path: Path, seed: int, each: int = 2) -> list[Planted]:
    """Write a workbook with faults of every sort, at most one a row, and return them."""
    random = Random(seed)
    book = openpyxl.load_workbook(io.BytesIO(content))
    found, used = [], set()
    for sort, (sheet, header, value) in SORTS.items():
        page = book[sheet]
        rows = [row for row in range(2, page.max_row + 1) if page.cell(row, 1).value]
        free = [row for row in rows if (sheet, row) not in used]
        for row in random.sample(free, each if sheet != "规则" else 1):
            used.add((sheet, row))
            page.cell(row, columns(page)[header]).value = value
            found.append(Planted(sort, sheet, row, header))
    book.save(path)
    return found
