"""``allocator draw``: commits, draws, and refuses impossible draws, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from allocator.lottery.kinds import all_draw_kinds
from cli_world import call
from draw_world import DRAWS_ONLY, SCENARIO, write_hearing


@pytest.fixture
def hearing(tmp_path: Path) -> Path:
    return write_hearing(tmp_path)


EARLY = "提示：种子要到 2099-12-01T00:00+08:00 才产生，在此之前的结果不能是公开抽签\n"


def changed(folder: Path, old: str, new: str) -> Path:
    assert old in SCENARIO
    return write_hearing(folder, SCENARIO.replace(old, new))


def test_commit_then_draw(hearing: Path, tmp_path: Path) -> None:
    file = tmp_path / "draw.json"
    done = call("draw", hearing, "delegates", "-o", file)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("Delegates of the hearing · committed to, not drawn\n")
    assert "seed to come from: the 3D lottery of 2099-12-01" in done.out
    assert done.out.endswith(f"written to {file}\n") and "to publish: allocator-draw/2 " in done.out
    commitment = json.loads(file.read_text(encoding="utf-8"))["commitment"]
    assert f"commitment (SHA-256): {commitment}" in done.out
    drawn = call("draw", hearing, "--audit", file, "--seed", "517", lang="zh")
    assert (drawn.status, drawn.err) == (0, EARLY)
    assert "评议代表 · 已抽签" in drawn.out and f"承诺值（SHA-256）：{commitment}" in drawn.out
    audit = json.loads(file.read_text(encoding="utf-8"))
    assert (audit["commitment"], audit["seed"], len(audit["result"]["drawn"])) == (commitment, "517", 6)
    people = next(line for line in drawn.out.splitlines() if line.startswith("抽中: "))
    assert all(f"({name})" in people for name in audit["result"]["drawn"])


def test_drawn_only_once(hearing: Path, tmp_path: Path) -> None:
    file = tmp_path / "draw.json"
    call("draw", hearing, "delegates", "-o", file)
    call("draw", hearing, "--audit", file, "--seed", "517")
    before = file.read_bytes()
    again = call("draw", hearing, "--audit", file, "--seed", "518")
    assert again.status == 2
    assert again.err == "draw.json: has already been drawn, with another seed; found '517'\n"
    assert call("draw", hearing, "--audit", file, "--seed", "517").status == 0
    assert file.read_bytes() == before


def test_what_was_not_done_in_public_is_remarked_on(hearing: Path, tmp_path: Path) -> None:
    done = call("draw", hearing, "delegates", "--seed", "517")
    assert done.status == 0 and done.err.startswith("note: a rehearsal, no public draw")
    silent = changed(
        tmp_path, "seed: {zh: 2099-12-01 福彩3D开奖号码, en: the 3D lottery of 2099-12-01}", "seed: ''"
    )
    done = call("draw", silent, "delegates", lang="zh")
    assert (done.status, done.out) == (2, "")
    assert [line.partition(": ")[0] for line in done.err.splitlines()] == [
        "scenario.yaml:16:draws.delegates.seed",
        "scenario.yaml:13:draws.delegates.seed_form",
        "scenario.yaml:13:draws.delegates.seed_at",
    ]
    done = call("draw", silent, "delegates", "--seed", "000517", lang="zh")
    assert done.status == 0 and done.err.startswith("提示：这是演练，不是公开抽签")


def test_who_may_be_in_the_pool_twice_is_mentioned(hearing: Path) -> None:
    people = hearing / "people.csv"
    people.write_text(people.read_text("utf-8").replace("P6,检查员6,", "P6,检查员3,"), "utf-8")
    done = call("draw", hearing, "delegates")
    assert done.status == 0
    assert done.err == f"doubts about the input: 1; for the list: allocator check {hearing}\n"


@pytest.mark.parametrize("name", ["delegates", "inspection"])
def test_json_is_the_audit_file(hearing: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / "draw.json"
    done = call("draw", hearing, name, "-o", file, "--json")
    assert done.out == file.read_text(encoding="utf-8")
    said = call("verify", hearing, file, "--json").json
    assert said["holds"] is True
    assert {"zh": "尚未抽签", "en": "nothing has been drawn yet"} in [one["text"] for one in said["checks"]]


def test_check_lists_the_draws(hearing: Path) -> None:
    done = call("check", hearing)
    assert done.status == 0
    assert "draw delegates (Delegates of the hearing): A panel from a pool" in done.out
    assert set(call("check", hearing, "--json").json["draws"]) == {"delegates", "inspection", "duty"}


def test_scenario_with_draws_only_has_nothing_to_solve(tmp_path: Path) -> None:
    done = call("solve", write_hearing(tmp_path, DRAWS_ONLY))
    assert done.status == 2
    assert done.err == "scenario.yaml:layers: there is no layer to solve; for a draw use `draw`\n"


def test_quotas_that_cannot_be_met(tmp_path: Path) -> None:
    hearing = changed(
        tmp_path, "党代表: 2-3, 人大代表: ≥1, 政协委员: 1", "党代表: 5, 人大代表: ≥1, 政协委员: 1"
    )
    done = call("draw", hearing, "delegates", "-o", tmp_path / "draw.json")
    assert (done.status, done.err) == (1, "")
    assert done.out.splitlines() == [
        "cannot be drawn; these cannot hold together:",
        "  kind 党代表: at least 5 (there are 14)",
        "  kind 人大代表: at least 1 (there are 10)",
        "  kind 政协委员: at least 1 (there are 6)",
        "the least change:",
        "  kind 党代表: at least 4 (was 5)",
    ]
    assert not (tmp_path / "draw.json").exists()
    said = call("draw", hearing, "delegates", "--json").json
    assert (said["ok"], len(said["reasons"]), len(said["mends"])) == (False, 3, 1)
    assert (
        "最小的改动：\n  类别 党代表：改为至少 4 人（原为 5）"
        in call("draw", hearing, "delegates", lang="zh").out
    )


def test_pool_that_is_too_small(tmp_path: Path) -> None:
    hearing = changed(tmp_path, "size: 6", "size: 31")
    done = call("draw", hearing, "delegates")
    assert done.status == 1
    assert "the pool has 30 people, and 31 are to be drawn" in done.out and "  size: 30" in done.out


@pytest.mark.parametrize(
    ("old", "new", "reason", "mend"),
    [
        ("size: 4", "size: 9", "there are 8 units, and 9 are to be drawn", "size: 8"),
        ("load: 2", "load: 1\n        # ", "", ""),
        ("team: 2", "team: 7", "only these could take them", "team: 4"),
    ],
)
def test_units_that_cannot_be_staffed(tmp_path: Path, old: str, new: str, reason: str, mend: str) -> None:
    done = call("draw", changed(tmp_path, old, new), "inspection")
    assert done.status == (1 if reason else 0), done.out
    assert reason in done.out and mend in done.out


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "kind: panel",
            "kind: pannel",
            "draws.delegates.kind: there is no such kind of draw; found 'pannel'",
        ),
        ("kind: panel\n", "\n", "draws.delegates.kind: there is no such kind of draw"),
        ("size: 6", "size: 0", "draws.delegates.size: is out of range; found '0'; allowed: >= 1"),
        ("size: 6", "sizes: 6", "draws.delegates.sizes: is not a known key"),
        ('person.delegate != ""', 'person.delegat != ""', "draws.delegates.from: there is no field named"),
        (
            "by: person.delegate",
            "by: person.age",
            "draws.delegates.quotas.0.by: the expression should give a text",
        ),
        (
            "党代表: 2-3",
            "党代麦: 2-3",
            "draws.delegates.quotas.0.counts.党代麦: nobody in the pool has this value",
        ),
        ("党代表: 2-3", "党代表: 3-2", "the range runs backwards"),
        (
            'when: person.sex == "女", count: ≥3',
            'when: person.sex == "女"',
            "a quota has `when` and `count`, or",
        ),
        ("team: 2", "team: two", "draws.inspection.team: must be a whole number"),
        (
            "person.native_place == unit.place",
            "person.native_place = unit.place",
            "draws.inspection.recusals.0.when",
        ),
        ("person.school == other.school", "person.school == others.school", "did you mean 'other.school'?"),
        (
            "units: units where",
            "units: people where person.id != '' || person.kind == ''  #",
            "has the name that `units`",
        ),
    ],
)
def test_wrong_draws_are_told_at_their_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    hearing = changed(tmp_path, old, new)
    line = next(
        k
        for k, row in enumerate((hearing / "scenario.yaml").read_text().splitlines(), 1)
        if new.split("\n", maxsplit=1)[0] in row
    )
    for command in (("draw", hearing, "delegates"), ("check", hearing)):
        done = call(*command)
        assert (done.status, done.out) == (2, ""), done.out
        assert told in done.err
        rows = [
            int(said.removeprefix("scenario.yaml:").partition(":")[0])
            for said in done.err.splitlines()
            if told in said
        ]
        assert rows == [line] or old in ("kind: panel\n", "units: units where"), done.err
    assert call("check", hearing, lang="zh").err.startswith("scenario.yaml:")


@pytest.mark.parametrize(
    ("call_with", "told"),
    [
        ((), "which draw?; allowed: delegates, inspection, duty"),
        (
            ("delegate",),
            "no such draw; found 'delegate'; allowed: delegates, inspection, duty; did you mean 'delegates'?",
        ),
        (("delegates", "--seed", " "), "--seed: is not the spelling of the seed"),
        (("delegates", "--seed", "a\nb"), "--seed: is not the spelling of the seed"),
        (
            ("delegates", "--seed", "x" * 1001),
            "--seed: is not the spelling of the seed",
        ),
        (("delegates", "--seed", "\udce4"), "--seed: is not the spelling of the seed"),
        (("--audit", "nowhere.json", "--seed", "1"), "nowhere.json: no such file"),
        (("delegates", "-o", "nowhere/draw.json"), "nowhere/draw.json: cannot be written"),
    ],
)
def test_wrong_calls(hearing: Path, call_with: tuple[str, ...], told: str) -> None:
    done = call("draw", hearing, *call_with)
    assert done.status == 2
    assert told in done.err and "Traceback" not in done.err


def test_scenario_without_draws(hearing: Path) -> None:
    (hearing / "scenario.yaml").write_text(
        "scenario: x\nperiods: [2026]\nlayers: {a: {items: people, slots: units}}\n"
    )
    done = call("draw", hearing)
    assert (done.status, done.err) == (
        2,
        "scenario.yaml:draws: the scenario has no draws; name them under `draws`\n",
    )


HOSTILE = {
    "cut": lambda text: text[:300],
    "first format": lambda text: text.replace("allocator-draw/2", "allocator-draw/1"),
    "no terms": lambda text: text.replace('"terms": {', '"title": {'),
    "form": lambda text: text.replace("digits:3", "digits:0"),
    "moment": lambda text: text.replace('"2099-12-01T', '"2099-13-01T'),
    "deep": lambda text: '{"format": "allocator-draw/1", "committed": ' + "[" * 100_000,
    "list": lambda text: '["allocator-draw/1"]',
    "version": lambda text: text.replace("allocator-draw/2", "allocator-draw/3"),
    "kind": lambda text: text.replace('"kind": "panel"', '"kind": "os"'),
    "no kind": lambda text: text.replace('"kind": "panel",', ""),
    "key": lambda text: text.replace('"seed": null', '"seed": null, "more": 1'),
    "half": lambda text: text.replace('"seed": null', '"seed": "517"'),
    "commitment": lambda text: text.replace('"commitment": "', '"commitment": "x'),
    "number": lambda text: text.replace('"size": 6', '"size": 1e400'),
    "digits": lambda text: text.replace('"size": 6', '"size": ' + "9" * 5000),
    "text": lambda text: text.replace('"size": 6', '"size": "many"'),
    "index": lambda text: text.replace('"quotas":[0]', '"quotas":[99]'),
    "negative": lambda text: text.replace('"quotas":[0]', '"quotas":[-1]'),
    "nobody": lambda text: text.replace('"pool": [', '"pool": [], "x": ['),
    "surrogate": lambda text: text.replace('"D01"', '"\\ud800"'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_audit_files(hearing: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / "draw.json"
    call("draw", hearing, "delegates", "-o", file)
    text = file.read_text(encoding="utf-8")
    forged = HOSTILE[name](text)
    assert forged != text
    file.write_text(forged, encoding="utf-8")
    for command in (("verify", hearing, file), ("draw", hearing, "--audit", file, "--seed", "1")):
        done = call(*command)
        assert (done.status, done.out) == (2, ""), done.out
        assert done.err.startswith("draw.json")
        assert file.read_text(encoding="utf-8") == forged


@pytest.mark.parametrize("kind", all_draw_kinds())
def test_every_kind_of_draw_is_documented(kind: str) -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "draw.md").read_text(encoding="utf-8")
    assert f"### `{kind}`" in page
    draw = all_draw_kinds()[kind]
    own = [
        field.alias or name
        for name, field in draw.model_fields.items()
        if name not in ("kind", "title", "seed")
    ]
    assert all(f"`{name}`" in page for name in own)
    assert draw.summary.zh and draw.summary.en
