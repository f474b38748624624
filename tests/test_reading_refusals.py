"""Files that cannot be read or written, or are cut short: messages in both languages, and no loss."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from allocator import api
from allocator.errors import Fault, InputError, nearest
from allocator.messages.os import os_text
from allocator.model.plan import Plan
from allocator.model.reading.fault_list import MOST_FAULTS
from allocator.model.reading.files import decode
from allocator.model.reading.json_files import plan_text, read_plan, write_plan
from cli_world import call, good_plan
from cli_world import write_plan as write_good_plan
from tiny_scenario import write_scenario


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(tmp_path)


def refused(path: Path) -> Fault:
    with pytest.raises(InputError) as caught:
        read_plan(path)
    return caught.value.faults[0]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_text_of_a_spreadsheet_is_named(codec: str) -> None:
    with pytest.raises(InputError) as caught:
        decode("﻿编号,姓名".encode(codec), "people.csv")
    assert "UTF-16" in caught.value.faults[0]("zh")
    assert "save it as UTF-8" in caught.value.faults[0]("en")


def test_a_plan_that_is_not_there_names_the_nearest(scenario: Path) -> None:
    plan = write_good_plan(scenario)
    done = call("show", plan.with_name("plam.json"), lang="zh")
    assert done.status == 2
    assert "没有这个文件或文件夹" in done.err and f"是否为“{plan}”？" in done.err
    done = call("show", plan.parent / "nowhere" / "plan.json")
    assert (done.status, done.err) == (2, "plan.json: no such file or folder\n")


def test_a_link_to_nowhere_does_not_suggest_itself(tmp_path: Path) -> None:
    (tmp_path / "plan.json").symlink_to(tmp_path / "gone.json")
    assert refused(tmp_path / "plan.json").nearest == ""


def test_a_plan_cut_short_says_so(scenario: Path, tmp_path: Path) -> None:
    text = plan_text(good_plan(scenario))
    file = tmp_path / "cut.json"
    for end in range(5, len(text) - 2, 97):
        file.write_text(text[:end], encoding="utf-8")
        fault = refused(file)
        assert fault.message.en in ("is cut short: the JSON ends too early", "is not valid JSON")
        assert fault.row == text[:end].count("\n") + 1
    file.write_text(text[:-2], encoding="utf-8")
    assert "不完整" in refused(file)("zh")


def test_a_plan_that_is_no_json_shows_the_place(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text('{"format": x}', encoding="utf-8")
    shown, mark = refused(file).detail.splitlines()
    assert shown[mark.index("^")] == "x"
    file.write_text("[" * 100_000, encoding="utf-8")
    assert "嵌套过深" in refused(file)("zh")
    file.write_text('{"score": ' + "9" * 5_000 + "}", encoding="utf-8")
    assert "不是有效的 JSON" in refused(file)("zh")
    file.write_text("null", encoding="utf-8")
    assert refused(file).found == "null"


def test_a_plan_of_another_scenario_is_called_so_first(scenario: Path, tmp_path: Path) -> None:
    plan = json.loads(plan_text(good_plan(scenario)))
    plan["scenario"]["name"] = "elsewhere"
    for one in plan["assignments"]:
        one["item"] += "-x"
    file = tmp_path / "other.json"
    file.write_text(json.dumps(plan), encoding="utf-8")
    done = call("verify", scenario, file, lang="zh")
    lines = done.err.splitlines()
    assert (done.status, len(lines)) == (2, 6)
    assert lines[0] == "other.json:scenario.name: 方案是为另一场景作出的；现值“elsewhere”；可用：tiny"


def test_a_plan_goes_down_a_pipe_and_the_pipe_stays(scenario: Path, tmp_path: Path) -> None:
    pipe, plan, got = tmp_path / "pipe", good_plan(scenario), []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    write_plan(plan, pipe)
    reader.join(timeout=10)
    assert got == [plan_text(plan)]
    assert pipe.is_fifo()


def test_what_a_link_points_to_is_written(scenario: Path, tmp_path: Path) -> None:
    link, target = tmp_path / "link.json", tmp_path / "target.json"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    api.write_plan(good_plan(scenario), link)
    assert link.is_symlink()
    assert read_plan(target) == good_plan(scenario)


def test_the_system_speaks_both_languages() -> None:
    assert os_text(PermissionError(errno.EACCES, "Permission denied"))("zh") == "没有权限"
    assert os_text(OSError(errno.ENOSPC, "No space"))("en") == "no space is left on the disk"
    assert os_text(OSError(9999, "a new complaint"))("zh") == "a new complaint"
    assert os_text(ValueError("embedded null byte"))("zh") == "ValueError"


@pytest.mark.parametrize("where", ["nowhere/plan.json", "."])
def test_solve_says_beforehand_why_a_plan_cannot_be_written(
    scenario: Path, tmp_path: Path, where: str
) -> None:
    done = call("solve", scenario, "-o", tmp_path / where, lang="zh")
    why = "是文件夹" if where == "." else "没有这个文件或文件夹"
    assert (done.status, done.out, done.err) == (2, "", f"{tmp_path / where}: 无法写入（{why}）\n")


def test_every_part_of_a_plan_is_judged_but_not_without_end(scenario: Path, tmp_path: Path) -> None:
    plan = json.loads(plan_text(good_plan(scenario)))
    plan["assignments"][1]["item"] = 3
    plan["assignments"][2].pop("slot")
    plan["score"][0]["cost"] = "dear"
    plan["status"] = "good"
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_plan(file)
    told = {fault.column: fault.found for fault in caught.value.faults}
    wrong = {"status": "good", "assignments.1.item": "3", "assignments.2.slot": None, "score.0.cost": "dear"}
    assert told == wrong
    plan["assignments"] = [{}] * 100_000
    file.write_text(json.dumps(plan), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_plan(file)
    *listed, rest = caught.value.faults
    assert len(listed) <= MOST_FAULTS + 2
    assert rest("zh") == f"另有 {300_002 - len(listed)} 处问题未列出"


def test_a_list_of_a_plan_stops_at_its_first_fault() -> None:
    with pytest.raises(ValidationError) as caught:
        Plan.model_validate({"assignments": [{}] * 1_000, "score": [{}] * 1_000, "rules": [{}] * 1_000})
    assert caught.value.error_count() < 20


def test_unknown_names_of_a_plan_are_not_told_without_end(scenario: Path) -> None:
    policy, plan = api.bind(api.load(scenario)), good_plan(scenario)
    one = plan.assignments[-1]
    many = tuple(one.model_copy(update={"item": f"X{k}"}) for k in range(3_000))
    with pytest.raises(InputError) as caught:
        api.verify(policy, plan.model_copy(update={"assignments": many}))
    *listed, rest = caught.value.faults
    assert len(listed) == 2 * MOST_FAULTS and rest.count == 3_000 - len(listed)


def test_the_nearest_of_half_a_million_names_is_found_at_once() -> None:
    names = [f"P{k}" for k in range(500_000)]
    began = time.monotonic()
    assert nearest("P12345x", names) == "P12345"
    assert nearest("", names) == ""
    assert time.monotonic() - began < 2
