"""A scenario that is a single workbook is found near its plan, as a folder is."""

from __future__ import annotations

import csv
import shutil
from io import StringIO
from pathlib import Path
from textwrap import dedent

import pytest

import tiny_scenario
from allocator import api
from allocator.api import plan_scenario
from cli_world import call, good_plan
from test_reading_workbook import Cell, workbook


def write_book(book: Path, *, scenario: bool = True, old: str = "", new: str = "") -> Path:
    """Write the small scenario as one workbook, with its rules beside it."""
    sheets: dict[str, list[list[Cell]]] = {
        name.removesuffix(".csv"): [*map(list, csv.reader(StringIO(dedent(text).strip().replace(old, new))))]
        for name, text in tiny_scenario.TABLES.items()
    }
    if scenario:
        sheets["scenario"] = [[dedent(tiny_scenario.SCENARIO)]]
    book.parent.mkdir(exist_ok=True)
    book.write_bytes(workbook(sheets))
    (book.parent / "tiny-rules.yaml").write_text(dedent(tiny_scenario.RULES), encoding="utf-8")
    return book


def write_plan(book: Path, file: Path) -> Path:
    api.write_plan(good_plan(book), file)
    return file


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Return a folder that plans of other tests do not lie next to."""
    (tmp_path / "desk").mkdir()
    return tmp_path / "desk"


@pytest.mark.parametrize("place", [".", "scenarios", "县里", "scenarios/县里"])
def test_names_come_from_the_workbook(desk: Path, place: str) -> None:
    (desk / "scenarios").mkdir()
    plan = write_plan(write_book(desk / place / "人员.xlsx"), desk / "plan.json")
    done = call("show", plan, "--strict")
    assert (done.status, done.err) == (0, "") and "张伟" in done.out
    done = call("export", plan, "--to", desk / "plan.csv", "--strict")
    assert done.status == 0 and "张伟" in (desk / "plan.csv").read_text(encoding="utf-8-sig")


def test_tables_in_a_workbook_beside_a_scenario_file(desk: Path) -> None:
    book = write_book(desk / "人员.xlsx", scenario=False)
    (desk / "scenario.yaml").write_text(dedent(tiny_scenario.SCENARIO), encoding="utf-8")
    plan = write_plan(book, desk / "plan.json")
    shutil.copy(book, desk / "another.xlsx")  # the folder alone would not say which one is meant
    done = call("show", plan, "--strict")
    assert (done.status, done.err) == (0, "") and "张伟" in done.out


def test_another_version_of_the_workbook_comes_with_a_warning(desk: Path) -> None:
    plan = write_plan(write_book(desk / "2026.xlsx"), desk / "plan.json")
    own = (desk / "2026.xlsx").read_bytes()
    write_book(desk / "2026.xlsx", old="张伟", new="张大伟")
    done = call("show", plan)
    assert "张大伟" in done.out and done.out.startswith("warning") and "2026.xlsx" in done.out
    (desk / "2026.xlsx").rename(desk / "2027.xlsx")
    assert "张大伟" in call("show", plan).out
    write_book(desk / "scenarios" / "2026.xlsx").write_bytes(own)  # a new one would have another time in it
    done = call("show", plan, "--strict")
    assert done.status == 0 and "张伟" in done.out


def test_what_is_no_scenario_is_passed_over(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = write_plan(write_book(desk / "scenarios" / "own.xlsx"), desk / "plan.json")
    for name in ("~$own.xlsx", "broken.xlsx"):
        (desk / name).write_bytes(b"no workbook")
    (desk / "own.xlsx").mkdir()
    (desk / "table.xlsx").write_bytes(workbook({"table": [["a"]]}))
    assert plan_scenario.plan_scenarios(api.read_plan(plan).scenario, plan) == [
        desk / "scenarios" / "own.xlsx"
    ]
    for most in ("_BOOKS", "_BOOK_BYTES"):
        with monkeypatch.context() as less:
            less.setattr(plan_scenario, most, 0)
            done = call("show", plan)
            assert done.status == 0 and "no scenario tiny at hand" in done.err


def test_no_workbook_is_opened_for_the_plan_of_a_folder(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny_scenario.write_scenario(desk)
    plan = write_plan(folder, desk / "plan.json")
    write_book(desk / "other.xlsx")
    monkeypatch.setattr(plan_scenario, "_name_in", pytest.fail)
    assert plan_scenario.plan_scenarios(api.read_plan(plan).scenario, plan) == [folder]


def test_names_that_no_file_has_are_passed_over(desk: Path) -> None:
    plan = write_plan(write_book(desk / "own.xlsx"), desk / "plan.json")
    wanted = api.read_plan(plan).scenario
    names = ("x" * 5000 + ".xlsx", "a\0.xlsx", "../desk/own.xlsx", ".xlsx", "/own.xlsx")
    strange = wanted.model_copy(update={"files": {**wanted.files, **dict.fromkeys(names, "0")}})
    assert plan_scenario.plan_scenarios(strange, plan) == [desk / "own.xlsx"]


def test_a_workbook_that_stands_for_a_folder_is_found_for_its_plan(desk: Path) -> None:
    book, _ = api.create_workbook(desk / "两片", language="zh")
    policy = api.bind(api.load(book))
    api.write_plan(api.solve(policy, seconds=20), desk / "plan.json")
    done = call("show", desk / "plan.json", "--strict")
    assert (done.status, done.err) == (0, "") and "王" in done.out
    found = api.find_policy(api.read_plan(desk / "plan.json"), desk / "plan.json").policy
    assert found is not None and found.sha256 == policy.sha256
