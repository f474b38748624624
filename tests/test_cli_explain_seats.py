"""``explain --item X [--slot Y]``: why here and why not there, with proof, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

import tiny_scenario
from allocator import api
from allocator.explain import alternative_search
from cli_world import call, write_plan
from tiny_scenario import write_scenario

SEAT = ("--slot", "G2", "--role", "member")


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(tmp_path)


def test_the_price_is_that_of_a_solve_with_the_pin(scenario: Path) -> None:
    file = write_plan(scenario)
    said = call("explain", scenario, file, *SEAT, "--item", "P5", "--json").json["why_not"]
    policy = api.bind(api.load(scenario), pins=["P5=G2/member@2026"])
    best = api.solve(policy, seconds=20, workers=1)
    before = api.read_plan(file)
    [change] = [
        one.cost - old.cost for one, old in zip(best.score, before.score, strict=True) if one.level == 1
    ]
    assert (said["standing"], said["is_tie"]) == ("proved", False)
    assert [(one["change"], one["least"]) for one in said["price"]] == [(change, change)]
    assert sum(one["change"] for one in said["rules"]) == change
    [level] = said["price"]
    assert (level["by"], level["confirmed"]) == (["cp-sat"], ["highs"])


def test_why_not_tells_price_moves_and_rules(scenario: Path) -> None:
    file = write_plan(scenario)
    assert call("explain", scenario, file, *SEAT, "--item", "陈静", lang="zh").out == (
        "人员编组 · 第二组组员 @2026：为何不是陈静\n"
        "可以：1 人员稳定 +4（已证明最省：CP-SAT，HiGHS 另证）\n"
        "变动席位（4）：\n"
        "  2026 第一组组员：陈静 → 赵磊\n"
        "  2026 第二组组员：赵磊 → 陈静\n"
        "  2027 第一组组员：陈静 → 赵磊\n"
        "  2027 第二组组员：赵磊 → 陈静\n"
        "逐条规则（每级合计即其代价）：\n"
        "  1: +4 · 人员留在原组\n"
    )
    english = call("explain", file, *SEAT, "--item", "P5").out  # the scenario is found near the plan
    assert english.startswith(
        "Postings · 第二组 member @2026: why not 陈静\n"
        "could be: 1 few moves +4 (proved the least: CP-SAT, confirmed by HiGHS)\n"
    )


def test_one_whom_no_plan_can_have_there_is_told_with_the_conflict(scenario: Path) -> None:
    words = ("explain", scenario, write_plan(scenario), "--slot", "G2", "--item", "P3")
    for options in (("--role", "lead"), ()):  # as a lead, or in any role
        done = call(*words, *options)
        assert done.status == 0
        assert "\ncannot be; proved that there is no such plan: " in done.out
        assert "these rules and that cannot hold together:\n  not at home\n" in done.out
        assert "one exchange alone would break:\n  ✗ not at home\n" in done.out


def test_a_tie_is_said_to_be_one(scenario: Path) -> None:
    seat = ("--slot", "G1", "--role", "lead", "--period", "2027", "--item", "P3")
    done = call("explain", scenario, write_plan(scenario), *seat).out
    assert "could be, and costs the same: a tie, nothing requires anybody else (proved the least: " in done
    zone = call("explain", scenario, write_plan(scenario), "--slot", "Z1", "--item", "U2", lang="zh").out
    assert "可以，各级代价不变：并列，没有规则要求不是此人（已证明最省：" in zone


def test_why_here_tells_tenure_runner_up_and_other_places(scenario: Path) -> None:
    file = write_plan(scenario)
    out = call("explain", scenario, file, "--item", "P7", "--period", "2026", lang="zh").out
    assert out.startswith("人员编组 · 第二组组员 @2026：为何是赵磊\n在此处已连续 2 期，2024.01 起\n")
    assert "换人的代价（由" in out and "1 人员稳定 +" in out and "（已证明最省：" in out
    assert "与此席有关、均已满足的规则：\n" in out and "  人员留在原组\n" in out
    assert "此人若任别处同一职务（看了 1 处中的 1 处" in out and "  第一组：1 人员稳定 +" in out
    tie = call("explain", file, "--item", "P1", "--slot", "C1").out
    assert "nothing requires it: a tie, with " in tie
    said = call("explain", file, "--item", "P1", "--json").json["why_here"]
    assert [(one["without"]["seat"]["slot"]["id"], one["without"]["held"]) for one in said] == [
        ("G2", False), ("G2", False), ("C1", False),
    ]  # fmt: skip


def test_who_must_be_there_is_told_with_whoever_is_barred(tmp_path: Path) -> None:
    rules = tiny_scenario.RULES.replace(
        "    waive:", "      - {id: fixed, kind: pin, on: casework, item: P1, slot: C1}\n    waive:"
    )
    scenario = write_scenario(tmp_path, {"tiny-rules.yaml": rules})
    out = call("explain", scenario, write_plan(scenario), "--item", "P1", "--slot", "C1", lang="zh").out
    assert "\n只能是王建国；已证明没有这样的方案：" in out


def test_what_is_not_proved_is_not_said_to_be(scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alternative_search.AlternativeSearch, "prove", lambda _, first: first)
    words = ("explain", scenario, write_plan(scenario), *SEAT, "--item", "P5")
    assert call(*words).out.splitlines()[1] == (
        "could be: 1 few moves at most +4, at least +0 (the price of a plan that was found, not proved the"
        " least)"
    )
    nothing = call("explain", scenario, write_plan(scenario), "--slot", "G2", "--item", "P3", lang="zh").out
    assert "\n未定；限时内既未找到方案，也未证明没有\n" in nothing


def test_what_cannot_be_asked_is_refused(scenario: Path) -> None:
    file = write_plan(scenario)
    for options, told in (
        (("--item", "P11"), "--item: there is no such item; found 'P11'"),
        (("--item", "P5", "--slot", "G22"), "--slot: no layer has this slot"),
        (("--item", "P5", "--rules"), "--slot: takes --item or --slot"),
    ):
        done = call("explain", scenario, file, *options)
        assert (done.status, done.out) == (2, "") and told in done.err
    lost = scenario.parents[1] / "lost" / "plan.json"
    lost.parent.mkdir()
    lost.write_text(file.read_text().replace('"tiny"', '"elsewhere"'), encoding="utf-8")
    done = call("explain", lost, "--item", "P5")
    assert done.status == 2 and "the scenario of the plan is not at hand" in done.err


def test_a_seat_that_is_not_held_has_no_reasons(scenario: Path) -> None:
    done = call("explain", scenario, write_plan(scenario), "--item", "P5", "--layer", "casework")
    assert (done.status, done.out) == (0, "has no seat of those asked about\n")
