"""``allocator show``: a plan laid out with names, marks and figures, or by ids alone."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

import tiny_scenario
from cli_world import call, write_plan
from tiny_scenario import write_scenario


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(tmp_path)


def cells(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in line)


def row(out: str, *parts: str) -> str:
    """Return the one line of a table that has all ``parts``."""
    [found] = [line for line in out.splitlines() if all(part in line for part in parts)]
    return found


def test_zones_rosters_cases_and_score(scenario: Path) -> None:
    done = call("show", write_plan(scenario), lang="zh")
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "小场景 · 可行 · 人员与案件为合成数据"
    assert row(done.out, "第一片区", "城东街道").split() == ["第一片区", "城东街道", "—"]
    assert row(done.out, "第一组", "张伟+").split() == [
        "第一片区",
        "第一组",
        "张伟+",
        "李秀英+",
        "陈静",
        "杨帆+",
    ]
    assert row(done.out, "第一组", "李秀英*").split()[-4:] == ["李秀英*", "张伟*", "陈静", "杨帆"]
    assert row(done.out, "工程案").split() == ["2027", "工程案", "刘洋"]
    assert "2026 较上期：调动 0，新进 6，离开 0" in lines
    assert row(done.out, "1 人员稳定").split() == ["1", "人员稳定", "0", "0", "已证明最优"]
    assert row(done.out, "staffing").split() == ["staffing", "硬", "0", "0", "一长三员"]
    assert row(done.out, "无人可替").split()[-1] == "2"
    assert lines[-1] == "用时（秒） 0.5 · 求解路径 by hand · 种子 1"


def test_chinese_columns_are_aligned(scenario: Path) -> None:
    out = call("show", write_plan(scenario), lang="zh").out
    table = out[out.index("人员编组 · 2026") : out.index("人员编组 · 2027")].splitlines()
    assert len({cells(line) for line in table if line.strip() and "·" not in line}) == 1
    starts = {cells(line[: line.index(name)]) for line, name in zip(
        [line for line in table if "第一组" in line or "第二组" in line], ("张伟", "王建国"), strict=True
    )}  # fmt: skip
    assert len(starts) == 1


def test_width_is_fixed_off_a_terminal_and_follows_columns(scenario: Path) -> None:
    file = write_plan(scenario)
    assert max(map(cells, call("show", file).out.splitlines())) <= 120
    narrow = call("show", file, COLUMNS="60").out
    assert max(map(cells, narrow.splitlines()[1:-2])) <= 60
    assert "\x1b" not in narrow


@pytest.mark.parametrize("width", range(40, 80, 3))
def test_no_name_and_no_mark_is_lost_at_any_width(scenario: Path, width: int) -> None:
    out = call("show", write_plan(scenario), COLUMNS=str(width)).out
    rosters = "".join(out[out.index("Postings · 2026") : out.index("+ new in")].split())
    assert rosters.count("+") == 6
    assert rosters.count("*") == 4
    assert "…" not in out


def test_ids_beside_names(scenario: Path) -> None:
    out = call("show", write_plan(scenario), "--ids").out
    assert "张伟 P3+" in out and "第一组 G1" in out


def test_without_its_scenario_a_plan_shows_ids(scenario: Path, tmp_path: Path) -> None:
    file = write_plan(scenario)
    away = tmp_path / "far" / "away"
    away.mkdir(parents=True)
    scenario.rename(away / "tiny")
    done = call("show", file)
    assert done.status == 0
    assert done.err == "note: no scenario tiny at hand, so ids only (see --scenario DIR)\n"
    assert row(done.out, "P2*").split() == ["G1", "P2*", "P3*", "P5", "P6"]
    assert "张伟" not in done.out
    named = call("show", file, "--scenario", away / "tiny")
    assert "张伟" in named.out


def test_scenario_is_found_from_here(scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apart = tmp_path / "apart"
    apart.mkdir()
    file = write_plan(scenario).rename(apart / "plan.json")
    (tmp_path / "scenarios").rename(tmp_path / "hidden")
    assert "张伟" not in call("show", file).out
    here = tmp_path / "here"
    here.mkdir()
    (tmp_path / "hidden").rename(here / "scenarios")
    monkeypatch.chdir(here)
    assert "张伟" in call("show", file).out


def test_scenario_that_no_longer_fits_leaves_ids(scenario: Path) -> None:
    file = write_plan(scenario)
    file.write_text(file.read_text().replace('"P8"', '"P88"'), encoding="utf-8")
    done = call("show", file)
    assert done.status == 0
    assert "does not fit the plan" in done.err and "P88" in done.err
    assert "P88" in done.out
    assert call("show", file, "--scenario", scenario).status == 2


def test_name_in_a_plan_is_no_path(scenario: Path) -> None:
    file = write_plan(scenario)
    file.write_text(
        file.read_text().replace('"name": "tiny"', '"name": "../scenarios/tiny"'), encoding="utf-8"
    )
    assert "张伟" not in call("show", file).out


def test_names_cannot_drive_the_terminal(tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"].replace("张伟", "[red]张\x1b[2J伟")
    out = call("show", write_plan(write_scenario(tmp_path, {"people.csv": people}))).out
    assert "[red]张\\x1b[2J伟" in out


def test_json_has_the_same_content(scenario: Path) -> None:
    said = call("show", write_plan(scenario), "--json").json
    zoning, posting, casework = said["boards"]
    assert [board["shape"] for board in said["boards"]] == ["once", "roster", "cases"]
    first = posting["rows"][0]
    assert first["slot"] == {"id": "G1", "name": "第一组"}
    assert first["parent"] == {"id": "Z1", "name": "第一片区"}
    assert first["cells"][0] == [{"id": "P3", "name": "张伟", "mark": "+", "unit": "城东街道", "post": ""}]
    assert posting["moves"][0] == {"period": "2026", "moved": 0, "joined": 6, "left": 0}
    assert zoning["columns"][0]["zh"] == "乡镇（街道）"
    assert casework["rows"][1]["period"] == "2027"
    assert said["waivers"][0]["excused"] == 2
    assert said["score"][1] == {
        "level": 1, "title": {"zh": "1 人员稳定", "en": "1 few moves"}, "cost": 0, "bound": 0, "gap": 0.0,
        "proof": {"by": [], "confirmed": None},
    }  # fmt: skip


def test_figures_of_the_document(tmp_path: Path) -> None:
    expected = """
        figures:
          - {id: a, zh: 组长人次, en: leads, value: 4, count: posting where role == "lead"}
          - {id: b, zh: 调动, en: transfers, value: 3, count: posting where role == "chief"}
    """
    out = call("show", write_plan(write_scenario(tmp_path, {"expected.yaml": expected}))).out
    assert row(out, "leads").split() == ["leads", "4", "4", "✓"]
    assert row(out, "transfers").split() == ["transfers", "3", "0", "✗"]


def test_plan_without_assignments(scenario: Path) -> None:
    file = write_plan(scenario)
    plan = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(
        json.dumps({**plan, "status": "infeasible", "assignments": [], "score": [], "rules": []}),
        encoding="utf-8",
    )
    done = call("show", file)
    assert done.status == 1
    first, second, *_ = done.out.splitlines()
    assert first.startswith("Tiny · infeasible (proved)")
    assert second == "the file holds no plan, only this answer"
