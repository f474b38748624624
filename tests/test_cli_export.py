"""``allocator export``: a picture, a table or data; faults of a call; and no half-written file."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import tiny_scenario
from allocator.report.exporters import all_exporters
from allocator.report.exporters.csv import inert
from cli_world import call, write_plan
from picture_tools import written
from tiny_scenario import write_scenario

PLACED = """
    id,name,kind,place,workload,lon,lat
    U1,城东街道,township,城东,30,105.1,29.5
    U2,城西镇,township,城西,20,105.0,29.5
    U3,城南镇,township,城南,20,105.0,29.4
"""

#: The endings that a refusal lists.
SUFFIXES = ", ".join(suffix for one in all_exporters() for suffix in one.suffixes)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return write_plan(write_scenario(tmp_path))


def test_a_picture_of_the_layer_with_most_to_see(plan: Path, tmp_path: Path) -> None:
    done = call("export", plan, "--to", tmp_path / "p.svg")
    assert (done.status, done.out, done.err) == (0, f"written to {tmp_path / 'p.svg'}\n", "")
    shown = written((tmp_path / "p.svg").read_text(encoding="utf-8"))
    assert {"Tiny", "第一组", "张伟 +", "陈静", "cadre", "2027"} <= set(shown)


def test_a_layer_and_a_period_can_be_chosen(plan: Path, tmp_path: Path) -> None:
    file = tmp_path / "p.svg"
    assert call("export", plan, "--to", file, "--layer", "posting", "--period", "2027").status == 0
    shown = written(file.read_text(encoding="utf-8"))
    assert "张伟 *" in shown and "张伟 +" not in shown
    assert call("export", plan, "--to", file, "--layer", "casework", lang="zh").status == 0
    assert {"财务案", "工程案", "主办"} <= set(written(file.read_text(encoding="utf-8")))


def test_units_with_positions_make_a_map(tmp_path: Path) -> None:
    rules = tiny_scenario.RULES.replace("atleast: 1, atmost: 1", "atleast: 1, atmost: 2")
    plan = write_plan(
        write_scenario(tmp_path, {"units.csv": PLACED, "tiny-rules.yaml": rules}),
        tiny_scenario.PLAN + " U3=Z2",
    )
    assert call("export", plan, "--to", tmp_path / "p.svg", lang="zh").status == 0
    shown = written((tmp_path / "p.svg").read_text(encoding="utf-8"))
    assert {"城东街道", "城南镇", "第一片区", "2 个单位 · 工作量 40", "北 ↑"} <= set(shown)


def test_the_same_plan_gives_the_same_bytes(plan: Path, tmp_path: Path) -> None:
    for ending in ("svg", "csv", "json"):
        files = [tmp_path / f"{k}.{ending}" for k in range(2)]
        for file in files:
            assert call("export", plan, "--to", file).status == 0
        assert files[0].read_bytes() == files[1].read_bytes()


def test_a_table_for_a_spreadsheet(plan: Path, tmp_path: Path) -> None:
    assert call("export", plan, "--to", tmp_path / "p.CSV", lang="zh").status == 0
    content = (tmp_path / "p.CSV").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") and content.count(b"\r\n") == content.count(b"\n")
    header, *rows = csv.reader(StringIO(content.decode("utf-8-sig")))
    assert header == [
        "层",
        "周期",
        "所属",
        "机构编号",
        "机构（案件）",
        "角色或类别",
        "对象编号",
        "对象",
        "单位",
        "职务",
        "变动",
    ]
    assert len(rows) == 20
    assert [
        "人员编组",
        "2026",
        "第一片区",
        "G1",
        "第一组",
        "组长",
        "P3",
        "张伟",
        "城东街道",
        "",
        "新进该组",
    ] in rows
    assert call("export", plan, "--to", tmp_path / "p.csv", "--layer", "zoning").status == 0
    assert len((tmp_path / "p.csv").read_text(encoding="utf-8-sig").splitlines()) == 3


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "＝1", "  -2"])
def test_no_cell_is_a_formula(cell: str, tmp_path: Path) -> None:
    assert inert(cell)[0] == "'"
    people = tiny_scenario.TABLES["people.csv"].replace("张伟", cell.strip())
    plan = write_plan(write_scenario(tmp_path, {"people.csv": people}))
    assert call("export", plan, "--to", tmp_path / "p.csv").status == 0
    table = (tmp_path / "p.csv").read_text(encoding="utf-8-sig")
    cells = [one for row in csv.reader(StringIO(table)) for one in row]
    assert f"'{cell.strip()}" in cells
    assert not [one for one in cells if one.lstrip().startswith(("=", "+", "-", "@", "＝"))]


def test_ordinary_cells_stay_as_they_are() -> None:
    assert [inert(cell) for cell in ("张伟", "G1-case", "", "1正+1副")] == ["张伟", "G1-case", "", "1正+1副"]


def test_data_is_what_show_says(plan: Path, tmp_path: Path) -> None:
    assert call("export", plan, "--to", tmp_path / "p.json").status == 0
    said = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))
    assert said == call("show", plan, "--json").json
    call("export", plan, "--to", tmp_path / "p.json", "--layer", "posting", "--period", "2026")
    [board] = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))["boards"]
    assert {row["period"] for row in board["rows"]} == {"2026"}


def test_machines_are_told_what_was_written(plan: Path, tmp_path: Path) -> None:
    said = call("export", plan, "--to", tmp_path / "p.svg", "--json").json
    size = (tmp_path / "p.svg").stat().st_size
    assert said == {"file": str(tmp_path / "p.svg"), "format": "svg", "bytes": size}


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--to", "p.png"], "--to: this is no format to export to; found 'p.png'; allowed: .svg, .csv"),
        (["--to", "p.xls"], f"found 'p.xls'; allowed: {SUFFIXES}; did you mean '.xlsx'?"),
        (["--to", "p"], f"found 'p'; allowed: {SUFFIXES}"),
        (["--to", "p.svgz"], "did you mean '.svg'?"),
        (["--to", "p.svg", "--layer", "postings"], "--layer: no such layer; found 'postings'; allowed: "
         "zoning, posting, casework; did you mean 'posting'?"),
        (["--to", "p.csv", "--layer", "x"], "--layer: no such layer"),
        (["--to", "p.svg", "--period", "2028"], "--period: no such period; found '2028'; allowed: 2026"),
        (["--to", "no/such/p.svg"], "no/such/p.svg: cannot be written"),
        ([], "missing option '--to'"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_told_what_would_do(
    plan: Path, tmp_path: Path, words: list[str], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call("export", plan, *words)
    assert (done.status, done.out) == (2, "")
    assert complaint.lower() in done.err.lower() and "Traceback" not in done.err
    assert not list(tmp_path.glob("p.*"))


def test_wrong_calls_in_chinese(plan: Path) -> None:
    done = call("export", plan, "--to", "p.rtf", lang="zh")
    assert done.err == f"--to: 不能导出这种格式；现值“p.rtf”；可用：{SUFFIXES}\n"


def test_a_folder_is_no_file(plan: Path, tmp_path: Path) -> None:
    (tmp_path / "d.svg").mkdir()
    done = call("export", plan, "--to", tmp_path / "d.svg")
    assert done.status == 2 and "cannot be written" in done.err


def test_a_folder_that_may_not_be_written_to(
    plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refused)  # root, who runs tests too, may write anywhere
    done = call("export", plan, "--to", tmp_path / "p.svg")
    assert done.status == 2 and "p.svg: cannot be written" in done.err


def test_an_existing_file_is_replaced_whole_or_not_at_all(
    plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "p.svg"
    file.write_text("old", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        assert call("export", plan, "--to", file).status == 2
    assert file.read_text(encoding="utf-8") == "old"
    assert [one.name for one in tmp_path.iterdir() if "p.svg" in one.name] == ["p.svg"]
    assert call("export", plan, "--to", file).status == 0
    ET.parse(file)


def test_a_plan_without_its_scenario_is_drawn_by_ids(plan: Path, tmp_path: Path) -> None:
    (tmp_path / "scenarios").rename(tmp_path / "elsewhere")
    done = call("export", plan, "--to", tmp_path / "p.svg")
    assert done.status == 0 and "so ids only" in done.err
    assert "P3" in written((tmp_path / "p.svg").read_text(encoding="utf-8"))
    named = call("export", plan, "--to", tmp_path / "p.svg", "--scenario", tmp_path / "elsewhere" / "tiny")
    assert named.status == 0
    assert "张伟 +" in written((tmp_path / "p.svg").read_text(encoding="utf-8"))


def test_an_answer_without_a_plan_is_not_exported(plan: Path, tmp_path: Path) -> None:
    data = json.loads(plan.read_text(encoding="utf-8"))
    text = json.dumps({**data, "status": "infeasible", "assignments": [], "score": []})
    plan.write_text(text, encoding="utf-8")
    for ending in ("svg", "csv", "json"):
        done = call("export", plan, "--to", tmp_path / f"p.{ending}")
        assert done.status == 1 and "infeasible" in done.out and "nothing is exported" in done.out
        assert not (tmp_path / f"p.{ending}").exists()
