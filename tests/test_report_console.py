"""Tables on a narrow terminal: no cell is blank or lost, and no column is a sliver."""

from __future__ import annotations

import unicodedata
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import tiny_scenario
from allocator.report.rendering.console import add_column, table
from cli_world import call, write_plan
from tiny_scenario import write_scenario

WORDS = ("第一协作片区日常监督组", "派驻区住房城乡建设局纪检监察组", "1,204", "苏春丽  郭远  苏明洋*")


def rendered(columns: int, width: int, *, rows: int = 2) -> str:
    grid = table("名单 · 2026")
    for k in range(columns):
        add_column(grid, f"第{k}列", right=k == 2)
    for row in range(rows):
        grid.add_row(*(f"{WORDS[k % 4]}{row}{k}" for k in range(columns)))
    out = StringIO()
    Console(file=out, width=width, markup=False, emoji=False, highlight=False).print(grid)
    return out.getvalue()


def places(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in line)


@pytest.mark.parametrize("width", [20, 40, 60, 80])
@pytest.mark.parametrize("columns", [1, 3, 6, 12, 30])
def test_every_cell_is_there_and_no_line_is_too_long(columns: int, width: int) -> None:
    shown = rendered(columns, width)
    assert max(map(places, shown.splitlines())) <= width
    counted = "".join(shown.split())
    for cell in ("".join(f"{WORDS[k % 4]}{row}{k}".split()) for k in range(columns) for row in range(2)):
        assert all(counted.count(ch) >= 1 for ch in cell)
    if columns * 12 + 2 > width:
        assert "─" not in shown
        for k in range(columns):
            assert counted.count(f"第{k}列:") == 2


def test_a_table_that_fits_has_columns() -> None:
    assert "─" in rendered(3, 60) and "第0列:" not in rendered(3, 60)
    assert "─" in rendered(1, 20)


def test_a_cell_without_a_word_is_left_out_of_a_block() -> None:
    grid = table("t")
    for heading in ("part of", "a long heading", "another one", "and one more", ""):
        add_column(grid, heading)
    grid.add_row("", "x", "—", "", "✓")
    out = StringIO()
    Console(file=out, width=30).print(grid)
    assert [line.rstrip() for line in out.getvalue().splitlines()] == [
        "t", "  a long heading: x", "    another one: —", "    ✓", "",
    ]  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", ["40", "60", "80"])
def test_a_plan_says_the_same_at_any_width(tmp_path: Path, width: str, lang: str) -> None:
    people = (
        tiny_scenario.TABLES["people.csv"]
        .replace("grade,unit", "grade,title,unit")
        .replace(",head,", ",head,室主任,")
    )
    people = people.replace(",cadre,", ",cadre,,")
    file = write_plan(write_scenario(tmp_path, {"people.csv": people}))
    shown = call("show", file, "--posts", lang=lang, COLUMNS=width).out
    counted = "".join(shown.split())
    for part in "王建国李秀英张伟刘洋陈静杨帆赵磊黄丽室主任":  # a cell may go on in the next line
        assert counted.count(part) >= 2
    assert shown.count("(" if lang == "en" else "（") >= 16
    for rule in ("two-a-zone", "lead-yearly", "one-chief"):
        assert rule in counted
