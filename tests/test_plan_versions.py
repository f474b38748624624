"""A plan is shown with the names of its own scenario; names of another version come with a warning."""

from __future__ import annotations

import csv
import json
import shutil
from io import StringIO
from pathlib import Path

import pytest

import tiny_scenario
from cli_world import call, write_plan
from picture_tools import written
from tiny_scenario import write_scenario

ELDER = tiny_scenario.TABLES["people.csv"].replace("张伟", "张大伟")


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return write_plan(write_scenario(tmp_path))


def change(folder: Path, old: str = "张伟", new: str = "张大伟") -> None:
    people = folder / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_the_version_of_the_plan_is_taken_before_a_nearer_one(plan: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "scenarios" / "tiny"
    shutil.copytree(scenario, tmp_path / "scenarios" / "zz-last-year")
    shutil.copytree(scenario, tmp_path / "a-copy")
    change(scenario)
    change(tmp_path / "a-copy")
    done = call("show", plan, "--strict")
    assert (done.status, done.err) == (0, "")
    assert "张伟" in done.out and "张大伟" not in done.out


def test_it_is_found_by_its_digest_where_the_plan_lists_no_files(plan: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "scenarios" / "tiny"
    shutil.copytree(scenario, tmp_path / "scenarios" / "zz-last-year")
    change(scenario)
    data = json.loads(plan.read_text(encoding="utf-8"))
    del data["scenario"]["files"]
    plan.write_text(json.dumps(data), encoding="utf-8")
    assert "张大伟" not in call("show", plan).out
    told = call("verify", scenario, plan).out.splitlines()[0]
    assert told.endswith("version of the scenario: it does not say in which files")


def test_names_of_another_version_come_with_a_warning(plan: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "scenarios" / "tiny"
    change(scenario)
    done = call("show", plan)
    first, *_ = done.out.splitlines()
    assert done.status == 0 and "张大伟" in done.out
    assert first.startswith("warning: names are those of another version") and "people.csv" in first
    assert call("show", plan, lang="zh").out.startswith("警告")
    assert call("show", plan, "--json").json["differs"]["changed"] == ["people.csv"]
    assert call("show", plan, "--scenario", scenario).out.startswith("warning")
    for command in (["show", plan], ["export", plan, "--to", tmp_path / "p.csv"]):
        for where in ([], ["--scenario", scenario]):
            refused = call(*command, *where, "--strict")
            assert (refused.status, refused.out) == (2, "") and "people.csv" in refused.err
    assert not (tmp_path / "p.csv").exists()


def test_exported_files_carry_the_warning(plan: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.csv"
    assert call("export", plan, "--to", before).err == ""
    assert "warning" not in before.read_text(encoding="utf-8-sig")
    change(tmp_path / "scenarios" / "tiny")
    for ending in ("svg", "csv", "json"):
        done = call("export", plan, "--to", tmp_path / f"p.{ending}")
        assert done.status == 0 and "another version" in done.err
    header, *rows = csv.reader(StringIO((tmp_path / "p.csv").read_text(encoding="utf-8-sig")))
    assert header[-1] == "warning" and rows
    assert {row[-1] for row in rows} == {"names are those of another version of the scenario"}
    lines = written((tmp_path / "p.svg").read_text(encoding="utf-8"))
    assert any("names are those of another version" in line for line in lines)
    assert json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))["differs"]["changed"]


def test_explain_warns_and_refuses_too(plan: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "scenarios" / "tiny"
    asked = ("explain", scenario, plan, "--slot", "G1", "--role", "lead")
    assert "warning" not in call(*asked, "--strict").out
    change(scenario)
    assert call(*asked).out.startswith("warning: the plan was made for another version")
    assert call(*asked, "--json").json["differs"]["changed"] == ["people.csv"]
    assert call(*asked, "--strict").status == 2


def test_verify_names_files_and_rules_that_came_and_went(plan: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "scenarios" / "tiny"
    rules = scenario / "tiny-rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("id: kin,", "id: family,"), encoding="utf-8")
    (scenario / "links.csv").unlink()
    (scenario / "identities.csv").write_text("name,person,answer\n", encoding="utf-8")
    first = call("verify", scenario, plan).out.splitlines()[0]
    for told in (
        "files changed tiny-rules.yaml",
        "files added identities.csv",
        "files gone links.csv",
        "rules that it does not list family",
        "rules that are gone kin",
    ):
        assert told in first
    text = (scenario / "scenario.yaml").read_text(encoding="utf-8")
    (scenario / "scenario.yaml").write_text(text.replace("scenario: tiny", "scenario: small"), "utf-8")
    assert "那一场景名为 tiny" in call("verify", scenario, plan, lang="zh").out.splitlines()[0]
