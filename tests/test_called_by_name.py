"""Scenarios of any name; people and places called by their names where a name is unique."""

from __future__ import annotations

from pathlib import Path

import pytest

import tiny_scenario
from allocator import api
from allocator.errors import InputError
from cli_world import call, write_plan
from tiny_scenario import write_scenario

NAMESAKES = tiny_scenario.TABLES["people.csv"].replace("P8,黄丽", "P8,张伟")


def called(tmp_path: Path, name: str) -> Path:
    """Return the tiny scenario under another name."""
    text = tiny_scenario.SCENARIO.replace("scenario: tiny", f"scenario: {name}")
    return write_scenario(tmp_path, {"scenario.yaml": text})


@pytest.mark.parametrize("name", ["内江片区", "内江 2026（二）", "Neijiang zones", "2号方案", '"2026"'])
def test_a_scenario_is_called_anything_and_lies_anywhere(tmp_path: Path, name: str) -> None:
    place = called(tmp_path, name)
    plan = write_plan(place)
    away = tmp_path / "县里" / "2026 年"
    away.parent.mkdir()
    place.rename(away)
    moved = plan.rename(tmp_path / "县里" / "方案.json")
    done = call("show", moved)
    assert (done.status, done.err) == (0, "") and "张伟" in done.out
    exported = call("export", moved, "--to", tmp_path / "表.csv")
    assert exported.status == 0 and "张伟" in (tmp_path / "表.csv").read_text(encoding="utf-8-sig")
    assert f'"name": "{name.strip(chr(34))}"' in moved.read_text(encoding="utf-8")
    beside = moved.rename(away / "plan.json")
    assert "张伟" in call("show", beside).out


@pytest.mark.parametrize(
    "name", ["a/b", "'..'", "'x.'", '"a\\u202eb"', '"a\\tb"', "'con:'", "''", "长" * 65, '"\\u3000"']
)
def test_what_no_folder_can_be_called_is_refused(tmp_path: Path, name: str) -> None:
    done = call("check", called(tmp_path, name), lang="zh")
    assert done.status == 2
    assert "scenario.yaml:1:scenario: 场景名须可作文件夹名" in done.err


def test_a_new_scenario_in_chinese_is_sound(tmp_path: Path) -> None:
    for name in ("内江片区", "2026"):
        assert call("new", tmp_path / name).status == 0
        assert call("check", tmp_path / name).status == 0
    refused = call("new", tmp_path / "a:b")
    assert refused.status == 2 and "must be a name that a folder can have" in refused.err


def test_pins_and_exclusions_take_names(tmp_path: Path) -> None:
    scenario = api.load(write_scenario(tmp_path))
    policy = api.bind(scenario, pins=["陈　静=第一组@2026"], exclude=["王建国=第一组", "刘洋=casework"])
    rules = {rule.id: rule for rule in policy.rules}
    pin, kept, out = (dict(rules[name]) for name in ("pin.1", "exclude.1", "exclude.2"))
    assert (pin["item"], pin["slot"], pin["on"]) == ("P5", "G1", "posting")
    assert (kept["item"], kept["slot"]) == ("P1", "G1")
    assert (out["item"], out["slot"], out["on"]) == ("P4", "", "casework")


def test_a_name_of_several_is_refused_with_the_codes(tmp_path: Path) -> None:
    place = write_scenario(tmp_path, {"people.csv": NAMESAKES})
    for option in ({"pins": ["张伟=G1"]}, {"exclude": ["张伟=G1"]}):
        with pytest.raises(InputError) as caught:
            api.bind(api.load(place), **option)
        [fault] = caught.value.faults
        assert fault.message.en == "is the name of several: give the code"
        assert fault.allowed == "P3 (城东街道), P8 (驻财政局组)"
    plan = write_plan(place)
    done = call("explain", place, plan, "--slot", "第一组", "--item", "张伟", lang="zh")
    assert done.status == 2
    assert done.err == "--item: 不止一个叫此名，请写编号；现值“张伟”；可用：P3 (城东街道), P8 (驻财政局组)\n"


def test_the_codes_of_many_namesakes_are_not_told_without_end(tmp_path: Path) -> None:
    people = "id,name,grade\n" + "".join(f"Q{k},张伟,cadre\n" for k in range(40))
    place = write_scenario(tmp_path, {"people.csv": people, "postings.csv": "person,group\n", "ties.csv": ""})
    (place / "ties.csv").unlink()
    (place / "postings.csv").unlink()
    with pytest.raises(InputError) as caught:
        api.bind(api.load(place), pins=["张伟=G1"])
    assert caught.value.faults[0].allowed.endswith("Q9, …")


def test_a_name_that_is_nearly_right_is_offered(tmp_path: Path) -> None:
    scenario = api.load(write_scenario(tmp_path))
    with pytest.raises(InputError) as caught:
        api.bind(scenario, pins=["李秀瑛=G1"])
    assert caught.value.faults[0].nearest == "李秀英"


def test_explain_takes_names(tmp_path: Path) -> None:
    place = write_scenario(tmp_path)
    plan = write_plan(place)
    resolve_seat = call("explain", place, plan, "--slot", "G1", "--item", "P7")
    assert resolve_seat.status == 0
    assert call("explain", place, plan, "--slot", "第一组", "--item", "赵磊").out == resolve_seat.out


def test_a_layer_may_be_called_by_its_title(tmp_path: Path) -> None:
    place = write_scenario(tmp_path)
    plan = write_plan(place)
    for name in ("人员编组", "Postings", "posting", "人 员编组"):
        policy = api.bind(
            api.load(place), baseline=api.read_plan(plan), freeze=[name], exclude=[f"P1={name}/组长"]
        )
        assert (policy.overrides.freeze, policy.overrides.exclude) == (("posting",), ("P1=posting/lead",))
    by_name = call("explain", place, plan, "--slot", "G1", "--layer", "posting")
    assert by_name.status == 0
    assert call("explain", place, plan, "--slot", "G1", "--layer", "人员编组").out == by_name.out
    for name in ("casework", "案件分办", "Cases"):
        assert call("export", plan, "--to", tmp_path / f"{name}.csv", "--layer", name).status == 0
    assert (tmp_path / "案件分办.csv").read_bytes() == (tmp_path / "casework.csv").read_bytes()
    wrong = call("export", plan, "--to", tmp_path / "x.csv", "--layer", "案件")
    assert wrong.status == 2 and "no such layer" in wrong.err


def test_a_blank_is_no_title(tmp_path: Path) -> None:
    bare = tiny_scenario.SCENARIO.replace("title: {zh: 人员编组, en: Postings}\n        ", "")
    place = write_scenario(tmp_path, {"scenario.yaml": bare})
    plan = write_plan(place)
    with pytest.raises(InputError, match="does not say what stays"):
        api.bind(api.load(place), baseline=api.read_plan(plan), freeze=["  "])
    assert call("export", plan, "--to", tmp_path / "x.csv", "--layer", "").status == 2


def test_a_title_of_several_layers_is_nobodys(tmp_path: Path) -> None:
    same = tiny_scenario.SCENARIO.replace("{zh: 案件分办, en: Cases}", "{zh: 人员编组, en: Cases}")
    place = write_scenario(tmp_path, {"scenario.yaml": same})
    plan = write_plan(place)
    with pytest.raises(InputError, match="no layer has '人员编组'"):
        api.bind(api.load(place), exclude=["P1=人员编组"])
    done = call("export", plan, "--to", tmp_path / "x.csv", "--layer", "人员编组")
    assert done.status == 2 and "no such layer" in done.err
