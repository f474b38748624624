"""No file that is written holds a raw control or a mark of direction; JSON reads back the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import draw_world
import tiny_scenario
from allocator.errors import visible_json
from allocator.lottery import audit_text, read_audit
from cli_world import call, write_plan
from tiny_scenario import write_scenario

#: As escapes of YAML and of JSON alike.
HOSTILE = ["\\u001b[2J", "\\u0007", "\\u007f", "\\u0085", "\\u202e", "\\u2066", "\\u200b", "\\u2028"]


def is_shown(text: str) -> bool:
    return all(line.isprintable() for line in text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"))


def hostile_scenario(folder: Path, mark: str) -> Path:
    pack = tiny_scenario.RULES.replace("zh: 一长三员, en: one and three", f'zh: "一{mark}", en: "one{mark}"')
    spec = tiny_scenario.SCENARIO.replace("zh: 小场景, en: Tiny", f'zh: "小{mark}", en: "Tiny{mark}"')
    spec = spec.replace("zh: 人员编组, en: Postings", f'zh: "编{mark}组", en: "Post{mark}"')
    raw = json.loads(f'"{mark}"')
    people = tiny_scenario.TABLES["people.csv"].replace("王建国", f"王{raw}国" if raw != "\u2028" else "王国")
    changes = {"scenario.yaml": spec, "tiny-rules.yaml": pack, "people.csv": people}
    return write_scenario(folder, changes)


@pytest.mark.slow
@pytest.mark.parametrize("mark", HOSTILE)
def test_what_is_exported_is_shown(tmp_path: Path, mark: str) -> None:
    folder = hostile_scenario(tmp_path, mark)
    assert call("check", folder).status == 0
    plan = write_plan(folder)
    data = json.loads(plan.read_text(encoding="utf-8"))
    data["run"]["route"] = json.loads(f'"{mark}"')
    plan.write_text(json.dumps(data), encoding="utf-8")
    for ending in ("json", "csv", "svg"):
        to = tmp_path / f"out.{ending}"
        done = call("export", plan, "--to", to)
        assert done.status == 0, done.err
        assert is_shown(to.read_text(encoding="utf-8")), ending
        assert is_shown(done.out + done.err)
    for options in [(), ("--json",)]:
        for done in (call("show", plan, *options), call("verify", folder, plan, *options)):
            assert done.status in (0, 1) and is_shown(done.out + done.err)


@pytest.mark.parametrize("mark", HOSTILE)
def test_a_plan_that_is_solved_is_shown(tmp_path: Path, mark: str) -> None:
    folder = hostile_scenario(tmp_path, mark)
    plan = tmp_path / "plan.json"
    done = call("solve", folder, "-o", plan, "--time-limit", "20", "--workers", "1")
    assert done.status == 0, done.err
    assert is_shown(plan.read_text(encoding="utf-8")) and is_shown(done.out + done.err)


def test_an_audit_with_marks_is_shown_and_keeps_its_commitment(tmp_path: Path) -> None:
    folder = draw_world.write_hearing(tmp_path)
    spec = folder / "scenario.yaml"
    text = spec.read_text(encoding="utf-8").replace("zh: 评议代表", 'zh: "评\\u202e议"')
    spec.write_text(text, encoding="utf-8")
    file = tmp_path / "draw.json"
    for options in [("delegates", "-o", file), ("--audit", file, "--seed", "517")]:
        done = call("draw", folder, *options)
        assert done.status == 0, done.err
    content = file.read_bytes()
    assert "评\\u202e议" in content.decode() and is_shown(content.decode())
    assert call("verify", folder, file).status == 0
    audit = read_audit(content, "draw.json")
    assert audit_text(audit).encode() == content
    assert audit.recomputed_commitment == audit.commitment
    assert "\u202e" in audit.committed.model_dump_json()


@pytest.mark.parametrize("text", ["\x7f", "\u202e", "\ud800", "\U000e0041", "\ue000", "\u2029", "\x00"])
def test_json_that_is_shown_reads_back_the_same(text: str) -> None:
    value = {f"张{text}": [f"{text}伟　\u00a0①😀", 1]}
    written = visible_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert is_shown(written.replace("　", "").replace("\u00a0", ""))
    assert json.loads(written) == value
    assert "张" in written and "😀" in written


def test_a_new_scenario_has_no_hostile_name(tmp_path: Path) -> None:
    done = call("new", tmp_path / "a\u202eb")
    assert done.status == 2 and is_shown(done.out + done.err)
