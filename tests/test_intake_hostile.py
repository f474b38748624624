"""No roster breaks the import, whatever its cells hold; no number gets out of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator import api
from allocator.errors import Fault, InputError
from allocator.model.reading.roster_fields import fields
from roster_files import csv_file

NUMBERS = ("99999919750812123X", "13812345678")
#: Cells, separated by a bar.
CELLS = (
    "张一|李四|王 五|办公室|U01|第一监督检查室|驻县教育局纪检监察组组长|1975.1|75.08|27668|1975.08"
    "|二〇二五年八月|合计|备注：说明|妻子 李四 1977.03 某局；|妻子李四某局|父亲 张一|12|=1+1"
    "|\x1b[31m|\u202e|a\nb|2012.05--2015.08 办公室科员（其间：2016.01--2016.05 学习）|||-|（30人）"
    "|'|\"|：|{}|[x]|!tag|&a|正|乡科级正职|K1|P001|skip"
)
cells = st.sampled_from([*CELLS.split("|"), "x" * 300, *NUMBERS])
headers = st.sampled_from([header for field in fields().values() for header in field.headers])


def check_secrets(text: str) -> None:
    assert not [number for number in NUMBERS if number in text]


def answer_first(folder: Path, faults: tuple[Fault, ...]) -> None:
    """Answer each question with its first choice, once for a key."""
    notes = folder / "import.yaml"
    for fault in faults:
        line = fault.detail.strip().partition("\n")[0]
        if line and f'{line.split(chr(34) + ": ")[0]}"' not in notes.read_text("utf-8"):
            notes.write_text(f"{notes.read_text('utf-8')}{line}\n", "utf-8")


ROSTERS = given(
    st.lists(headers, max_size=6),
    st.lists(st.lists(cells, min_size=7, max_size=7), max_size=8),
    st.sampled_from(["utf-8", "gb18030"]),
)


@settings(max_examples=40)
@ROSTERS
def test_no_roster_breaks_the_import(names: list[str], rows: list[list[str]], encoding: str) -> None:
    assert_imported_or_refused(names, rows, encoding)


@pytest.mark.slow
@settings(max_examples=400)
@ROSTERS
def test_none_of_many_rosters_breaks_the_import(
    names: list[str], rows: list[list[str]], encoding: str
) -> None:
    assert_imported_or_refused(names, rows, encoding)


def assert_imported_or_refused(names: list[str], rows: list[list[str]], encoding: str) -> None:
    with TemporaryDirectory() as place:
        path = csv_file(Path(place) / "r.csv", [["姓名", *names], *rows], encoding)
        folder = Path(place) / "scenario"
        for _ in range(2):
            try:
                result = api.import_files([path], folder)
            except InputError as error:
                check_secrets(str(error))
                continue
            check_secrets(str(result))
            check_secrets("".join(file.read_text("utf-8") for file in folder.iterdir()))
            answer_first(folder, result.questions)
