"""The overrides of a call are recorded in the plan, and shown, explained and judged with it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tiny_scenario
from allocator import api
from allocator.errors import InputError
from allocator.model.plan import RUN_KEYS
from allocator.model.run import MOST
from allocator.rules.seat_specs import MAX_FAULTS
from cli_world import call
from tiny_scenario import write_scenario

PINS = ["李秀英=第一组/组长@2027", "P5=G2"]
EXCLUDED = ["刘洋=G1/lead", "P1=casework"]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a plan that was asked for with pins and exclusions; its scenario is the small one beside it."""
    scenario = write_scenario(tmp_path_factory.mktemp("asked"))
    file = scenario.parents[1] / "plan.json"
    policy = api.bind(api.load(scenario), pins=PINS, exclude=EXCLUDED)
    api.write_plan(api.solve(policy, seconds=20, workers=1), file)
    return file


def scenario_of(plan: Path) -> Path:
    return plan.parent / "scenarios" / "tiny"


def edited(plan: Path, **run: Any) -> Path:
    """Write the plan with other notes on its run beside it; None takes a note out."""
    data = json.loads(plan.read_text(encoding="utf-8"))
    data["run"] = {key: value for key, value in {**data["run"], **run}.items() if value is not None}
    file = plan.with_name("edited.json")
    file.write_text(json.dumps(data), encoding="utf-8")
    return file


def verified(file: Path) -> Any:
    return call("verify", scenario_of(file), file)


@pytest.mark.parametrize("role", ["lead", "组长", "Lead", " 组 长", "leads"])
@pytest.mark.parametrize("text", ["P2=G1/{}@2027", "P2＝G1／{}＠2027"])
def test_a_pin_takes_a_role_by_id_or_word(tmp_path: Path, role: str, text: str) -> None:
    policy = api.bind(api.load(write_scenario(tmp_path)), pins=[text.format(role)])
    pin = policy.rules[-1]
    assert (pin.id, pin.on, pin.role, pin.during) == ("pin.1", "posting", ("lead",), ("2027",))
    assert policy.overrides.pin == ("P2=G1/lead@2027",)
    assert (pin.why.zh, pin.why.en) == (
        "指定 李秀英 → 第一组（组长，2027）",
        "pinned: 李秀英 → 第一组 (lead, 2027)",
    )


def test_a_slot_may_have_a_stroke_in_its_name(tmp_path: Path) -> None:
    groups = tiny_scenario.TABLES["groups.csv"].replace("第一组", "一组/专案")
    scenario = api.load(write_scenario(tmp_path, {"groups.csv": groups}))
    for text, role in (("P2=一组/专案", ()), ("P2=一组/专案/组长", ("lead",))):
        pin = api.bind(scenario, pins=[text]).rules[-1]
        assert (dict(pin)["slot"], pin.role) == ("G1", role)


def test_the_role_chooses_the_layer(tmp_path: Path) -> None:
    scenario = api.load(write_scenario(tmp_path))
    policy = api.bind(scenario, exclude=["P1=casework/主办"])
    assert [(rule.on, rule.role) for rule in policy.rules if rule.kind == "exclude"] == [
        ("casework", ("chief",))
    ]


@pytest.mark.parametrize(
    ("option", "text", "told"),
    [
        ("--pin", "P2=G1/组长员", "there is no role '组长员'; found 'P2=G1/组长员'; allowed: lead 组长, "),
        ("--pin", "P2=G1/leed", "did you mean 'lead'?"),
        ("--pin", "P2=G1/chief", "the layer posting has no such role"),
        ("--pin", "P2=U1/lead", "no layer has 'U1'"),
        ("--pin", "P2/lead", "a pin is written wrongly"),
        ("--exclude", "P2=G1/", "there is no role ''"),
        ("--exclude", "P2=posting/chief", "the layer posting has no such role; "),
        ("--exclude", "P2=posting/leed", "did you mean 'lead'?"),
    ],
)
def test_a_wrong_role_is_refused(tmp_path: Path, option: str, text: str, told: str) -> None:
    done = call("solve", write_scenario(tmp_path), option, text)
    assert done.status == 2 and done.err.startswith(f"{option}: ") and told in done.err, done.err


def test_a_label_in_a_rule_is_offered_its_id(tmp_path: Path) -> None:
    pack = tiny_scenario.RULES.replace("role: lead, when", "role: 组长, when")
    done = call("check", write_scenario(tmp_path, {"tiny-rules.yaml": pack}))
    assert done.status == 2 and "did you mean 'lead'?" in done.err


def test_explain_takes_a_role_by_its_word(asked: Path) -> None:
    for role in ("lead", "组长"):
        done = call("explain", scenario_of(asked), asked, "--slot", "G2", "--role", role)
        assert done.status == 0 and "pin.1" not in done.err
    wrong = call("explain", scenario_of(asked), asked, "--slot", "G2", "--role", "组长们")
    assert wrong.status == 2 and "did you mean '组长'?" in wrong.err


def test_a_plan_says_in_codes_what_was_asked_for(asked: Path) -> None:
    plan = api.read_plan(asked)
    assert plan.run["asked"] == {
        "pin": ["P2=G1/lead@2027", "P5=G2"],
        "exclude": ["P4=G1/lead", "P1=casework"],
    }
    done = verified(asked)
    assert done.status == 0 and done.out.splitlines()[-1].startswith("holds")


def test_a_plan_that_does_not_keep_to_it_does_not_hold(asked: Path) -> None:
    data = json.loads(asked.read_text(encoding="utf-8"))
    [other] = [
        one["item"]
        for one in data["assignments"]
        if (one["slot"], one["role"], one["period"]) == ("G2", "lead", "2027")
    ]
    swap = {"P2": other, other: "P2"}
    for one in data["assignments"]:
        if one["layer"] == "posting" and one["period"] == "2027":
            one["item"] = swap.get(one["item"], one["item"])
    file = asked.with_name("edited.json")
    file.write_text(json.dumps(data), encoding="utf-8")
    done = call("verify", scenario_of(asked), file)
    assert done.status == 1 and "pin.1" in done.out and "李秀英" in done.out


def test_show_and_explain_know_of_it(asked: Path) -> None:
    shown = call("show", asked, lang="zh").out
    assert "指定 李秀英 → 第一组（组长，2027）" in shown and "排除 王建国 → 案件分办" in shown
    reasons = call("explain", scenario_of(asked), asked, "--slot", "C1", "--item", "P1").out
    assert "kept out: 王建国 → Cases" in reasons


def test_show_says_what_was_asked_for_even_of_an_answer_without_a_plan(asked: Path, tmp_path: Path) -> None:
    said = "--pin P2=G1/lead@2027  --pin P5=G2  --exclude P4=G1/lead  --exclude P1=casework"
    assert f"asked for beside the scenario: {said}\n" in call("show", asked, COLUMNS="200").out
    many = {"pin": [f"P{k}=G1" for k in range(20)], "freeze": ["posting"]}
    data = json.loads(asked.read_text(encoding="utf-8"))
    data |= {"status": "infeasible", "assignments": [], "score": [], "rules": [], "run": {"asked": many}}
    data["scenario"]["name"] = "elsewhere"
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps(data), encoding="utf-8")
    told = call("show", answer, COLUMNS="300", lang="zh").out
    assert "另有要求：--pin P0=G1" in told and told.endswith("--pin P11=G1  ... +9\n")
    data["run"] = {"asked": [3]}
    answer.write_text(json.dumps(data), encoding="utf-8")
    assert "另有要求" not in call("show", answer, lang="zh").out


def test_what_was_asked_for_may_not_be_taken_out(asked: Path) -> None:
    done = verified(edited(asked, asked=None))
    assert done.status == 1 and "the scenario has no such rule: pin.1, pin.2, exclude.1" in done.out
    done = verified(edited(asked, asked={"pin": ["P2=G1/lead@2027"]}))
    assert done.status == 1 and "the scenario has no such rule: " in done.out
    done = verified(edited(asked, asked={"pin": [*PINS, "P6=G1"], "exclude": EXCLUDED}))
    assert done.status == 1 and "the plan does not list the rule: pin.3" in done.out


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"pin": ["P2=G11"]}, "edited.json:run.asked.pin: no layer has 'G11'; "),
        ({"pin": ["P2=G1@2031"]}, "edited.json:run.asked.pin.1.during: there is no such period"),
        ({"pin": "P2=G1"}, "edited.json:run.asked.pin: "),
        ({"pin": [3]}, "edited.json:run.asked.pin.0: "),
        ({"pins": ["P2=G1"]}, "edited.json:run.asked.pins: "),
        (["P2=G1"], "edited.json:run.asked: "),
        ({"exclude": ["P2=G1"] * (MOST + 1)}, "edited.json:run.asked.exclude: "),
        ({"freeze": ["P9" * 9] * 3}, ""),
    ],
)
def test_what_is_not_so_written_is_refused(asked: Path, wrong: Any, told: str) -> None:
    done = verified(edited(asked, asked=wrong))
    assert done.status == (2 if told else 1)
    assert done.err.startswith(told), done.err


def test_layers_that_were_kept_are_listed_and_not_judged(asked: Path) -> None:
    policy = api.bind(api.load(scenario_of(asked)), baseline=api.read_plan(asked), freeze=["posting"])
    file = asked.with_name("kept.json")
    api.write_plan(api.solve(policy, seconds=20, workers=1), file)
    assert api.read_plan(file).run["asked"] == {"freeze": ["posting"]}
    assert verified(file).status == 0
    done = verified(edited(file, asked={"exclude": ["P1=casework"]}))
    assert done.status == 1 and "no such rule: freeze.1" in done.out


def test_what_a_baseline_was_asked_for_and_a_call_is_not_is_told(asked: Path) -> None:
    solve = ("solve", scenario_of(asked), "--baseline", asked, "--time-limit", "20", "--workers", "1")
    done = call(*solve, "--pin", "P2=第一组/组长@2027", "--exclude", "P4=G1/lead")
    assert done.status == 0
    told = "the baseline was asked for, and this call is not: --pin P5=G2  --exclude P1=casework\n"
    assert told in done.err
    pins = [word for pin in PINS for word in ("--pin", pin)]
    done = call(*solve, *pins, *(word for one in EXCLUDED for word in ("--exclude", one)))
    assert done.status == 0 and "was asked for" not in done.err
    wrong = call("solve", scenario_of(asked), "--baseline", edited(asked, asked=[1]))
    assert wrong.status == 2 and wrong.err.startswith("edited.json:run.asked: ")


def test_who_was_kept_out_may_be_gone_since(tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"] + "    P9,周敏,cadre,U2,河口,1991-02-02\n"
    ties = tiny_scenario.SCENARIO.replace("items: people\n        slots: groups where group.kind", "@")
    ties = ties.replace("@", "take: 0-1\n        items: people\n        slots: groups where group.kind")
    scenario = write_scenario(tmp_path, {"people.csv": people, "scenario.yaml": ties})
    plan = tmp_path / "plan.json"
    policy = api.bind(api.load(scenario), exclude=["P9", "P1=C1"])
    api.write_plan(api.solve(policy, seconds=20, workers=1), plan)
    write_scenario(tmp_path, {"scenario.yaml": ties})
    done = call("verify", scenario, plan)
    assert done.status == 0 and "another version" in done.out.splitlines()[0], done.out + done.err
    policy = api.with_plan_overrides(api.bind(api.load(scenario)), api.read_plan(plan))
    assert [rule.id for rule in policy.rules if rule.kind == "exclude"] == ["exclude.1"]


def test_one_thing_asked_for_twice_is_one(tmp_path: Path) -> None:
    scenario = api.load(write_scenario(tmp_path))
    policy = api.bind(scenario, pins=["P2=G1", "李秀英=第一组"], exclude=["P1=C1", "P1=C1"])
    assert [rule.id for rule in policy.rules if rule.id in ("pin.2", "exclude.2")] == []


def test_there_is_a_limit(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        api.bind(api.load(write_scenario(tmp_path)), pins=["P2=G1"] * (MOST + 1), exclude=["P99"] * 300)
    first, *others = caught.value.faults
    assert (first.column, first.found, len(others) < 100) == ("--pin", str(MOST + 1), True)


def test_after_many_faults_no_more_are_looked_for(tmp_path: Path) -> None:
    scenario = api.load(write_scenario(tmp_path))
    for option in ("pins", "exclude"):
        with pytest.raises(InputError) as caught:
            api.bind(scenario, **{option: [f"P2=G{k}" for k in range(100, 1000)]})
        assert len(caught.value.faults) == MAX_FAULTS


def test_faults_of_the_rules_and_of_a_call_are_told_at_once(tmp_path: Path) -> None:
    pack = tiny_scenario.RULES.replace("kind: eligible", "kind: eligble")
    done = call("solve", write_scenario(tmp_path, {"tiny-rules.yaml": pack}), "--pin", "P2=G11")
    assert done.status == 2 and "--pin: no layer has 'G11'" in done.err and "eligible" in done.err
    layers = tiny_scenario.SCENARIO.replace('group.kind == "zone"', "group.knd")
    done = call("solve", write_scenario(tmp_path, {"scenario.yaml": layers}), "--pin", "P2=G11")
    assert done.status == 2 and "group.knd" in done.err


@pytest.mark.parametrize(
    ("run", "told"),
    [({"sed": 1}, "sed (did you mean 'seed'?)"), ({"note": "fine", "zeit": 3}, "unknown key: note, zeit")],
)
def test_the_run_has_no_unknown_key(asked: Path, run: Any, told: str) -> None:
    done = verified(edited(asked, **run))
    assert done.status == 1 and "the run of the plan has an unknown key: " in done.out and told in done.out


def _keys(part: ast.expr) -> Iterator[str]:
    """Yield the keys that an expression gives to the notes on a run."""
    if isinstance(part, ast.IfExp):
        yield from (*_keys(part.body), *_keys(part.orelse))
    elif isinstance(part, ast.Dict):
        for key, value in zip(part.keys, part.values, strict=True):
            if isinstance(key, ast.Constant):
                yield str(key.value)
            elif key is None and isinstance(value, ast.Dict):
                yield from _keys(value)


def _written(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.keyword) and node.arg == "run":
        yield from _keys(node.value)
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name) and target.id == "run":
                yield from _keys(node.value)
            elif isinstance(target, ast.Subscript) and ast.unparse(target.value) == "run":
                yield str(ast.literal_eval(target.slice))
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "run":
                yield from _keys(value)


def test_the_known_keys_are_those_that_the_program_writes(root: Path) -> None:
    sources = (root / "src" / "allocator").rglob("*.py")
    texts = (source.read_text(encoding="utf-8") for source in sources)
    trees = (ast.parse(text) for text in texts if re.search(r"\brun\b", text))
    written = {key for tree in trees for node in ast.walk(tree) for key in _written(node)}
    assert written == {*RUN_KEYS}
