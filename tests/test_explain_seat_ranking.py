"""``allocator explain``: the ranking of candidates, compared with judging every changed plan."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tiny_scenario
from allocator import api
from allocator.errors import InputError, InternalError
from allocator.explain import Candidate, Ranking, Seat, rank_candidates, seat_chains
from allocator.model.plan import Assignment, Plan, ScenarioRef
from allocator.program.decisions import Decisions
from allocator.program.evaluate import NeighbourCosts, NeighbourEvaluator
from allocator.program.program import Subject
from allocator.rules.policy import Policy
from allocator.verify import Judgement, judge
from cli_world import call, good_plan, write_plan
from example_scenario import read_plan
from tiny_scenario import write_scenario

#: More rules for the tiny scenario: soft ones at two levels, a recusal along paths, one that cuts write.
MORE = """\
      - {id: kept, kind: stability, on: posting, level: 1, weight: 2}
      - {id: even, kind: balance, on: casework, each: item, measure: squares, level: 2}
      - {id: strangers, kind: avoid, on: casework, acquaintance: {of: case.parties, hops: 3, above: 0.2}}
      - {id: near, kind: contiguous, on: zoning}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(tmp_path)


@cache
def policy_with(place: Path, take: str) -> tuple[Policy, tuple[Assignment, ...]]:
    """Return the tiny scenario with more rules, a second role in cases, and somebody who has retired."""
    tables = tiny_scenario.TABLES
    changes = {
        "tiny-rules.yaml": tiny_scenario.RULES.replace("    waive:", MORE + "    waive:").replace(
            "atmost: 1}", "atmost: 2}"
        ),
        "units.csv": dedent(tables["units.csv"]) + "U3,河口镇,township,城东,20\n",
        "links.csv": "source,target,kind\nU1,U3,adjacent\n",
        "scenario.yaml": tiny_scenario.SCENARIO.replace(
            "[lead, member]", f"[lead, member]\n        take: {take}"
        )
        .replace("roles: [chief]", "roles: [chief, aide]")
        .replace("      chief: {", "      aide: {zh: 协办, en: aide}\n      chief: {"),
        "people.csv": dedent(tables["people.csv"])
        .lstrip()
        .replace("\n", ",\n")
        .replace("born,", "born,retires")
        + "P9,孙离,head,U1,河口,1966-01-01,2026-06-30\n",
        "ties.csv": dedent(tables["ties.csv"]) + "P6,当事人,kin,0.9\nP2,P6,classmate,0.9\n",
        "cases.csv": tables["cases.csv"].replace("effort", "effort,parties").replace("-01,2", "-01,2,当事人"),
    }
    policy = api.bind(api.load(write_scenario(place, changes)))
    plan = tiny_scenario.PLAN + " P3=C1/aide@2026 U3=Z1"
    return policy, read_plan(plan, policy.context, policy.rules[0])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("explain")


def ways(policy: Policy, plan: set[Assignment], seat: Assignment) -> Iterator[set[Assignment]]:
    """Yield the plans in which the item of ``seat`` has come to it, as plainly as it can be said."""
    take = policy.context.layers[seat.layer].spec.take
    there = [one for one in plan if (one.layer, one.period) == (seat.layer, seat.period)]
    own = [one for one in there if one.item == seat.item]
    held_by = [one for one in there if (one.slot, one.role) == (seat.slot, seat.role)]
    for held in held_by or [None]:
        left = plan - {held}
        swaps = []
        for one in own:
            turn = None if held is None else one.model_copy(update={"item": held.item})
            if turn is not None and turn not in plan and (take.most == 1 or one.slot == seat.slot):
                swaps.append((left - {one}) | {seat, turn})
        yield from swaps
        if not (swaps and take.most == take.least == 1):
            yield (left - {*own} if take.most == 1 else left) | {seat}


def worse(before: Judgement, after: Judgement) -> dict[str, set[Subject]]:
    """Return the hard rules of which a plan breaks more than another, and of what."""
    found = {}
    for old, new in zip(before.findings, after.findings, strict=True):
        amounts = [Counter(), Counter()]
        for counter, finding in zip(amounts, (old, new), strict=True):
            for breach in finding.breaches:
                counter[breach.subject] += breach.amount
        if new.rule.is_hard and (more := amounts[1] - amounts[0]):
            found[new.rule.id] = set(more)
    return found


def changed(policy: Policy, plan: set[Assignment], seat: Seat, candidate: Candidate) -> set[Assignment]:
    """Return the plan with a candidate's move made."""
    layer, move = policy.context.layers[seat.layer], candidate.move

    def written(taken: frozenset[tuple[int, int, int]]) -> set[Assignment]:
        return {
            Assignment(
                layer=layer.name, item=layer.items[i], slot=layer.slots[s], role=layer.roles[r],
                period=layer.period_id(seat.period),
            )
            for i, s, r in taken
        }  # fmt: skip

    return (plan - written(move.drops)) | written(move.adds)


@cache
def decisions_of(policy: Policy) -> Decisions:
    return policy.compile().decisions


@st.composite
def seats(draw: st.DrawFn, policy: Policy) -> Seat:
    layer = policy.context.layers[draw(st.sampled_from(["zoning", "posting", "posting", "casework"]))]
    slot, role = (draw(st.integers(0, size - 1)) for size in layer.shape[1:3])
    active = [t for t in range(layer.shape[3]) if layer.active[slot, t]]
    return Seat(layer.name, slot, role, draw(st.sampled_from(active)))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(["1", "0-1"]))
def test_each_candidate_is_what_judging_the_changed_plan_says(
    place: Path, data: st.DataObject, take: str
) -> None:
    policy, assignments = policy_with(place / take, take)
    seat = data.draw(seats(policy))
    plan = {*assignments}
    if data.draw(st.booleans(), label="broken before"):
        plan -= set(data.draw(st.lists(st.sampled_from(assignments), max_size=3)))
    before = judge(policy, plan)
    layer = policy.context.layers[seat.layer]
    ranking = rank_candidates(policy, plan, seat)
    assert sorted(one.item for one in ranking.candidates) == list(range(len(layer.items)))
    for one in ranking.candidates:
        wanted = Assignment(
            layer=layer.name, item=layer.items[one.item], slot=layer.slots[seat.slot],
            role=layer.roles[seat.role], period=layer.period_id(seat.period),
        )  # fmt: skip
        assert one.is_holder == (wanted in plan)
        if one.is_holder:
            continue
        after = changed(policy, plan, seat, one)
        column = decisions_of(policy).column
        possible = [way for way in ways(policy, plan, wanted) if min(map(column, way - plan)) >= 0]
        found = judge(policy, after)
        told = {finding.rule.id: {breach.subject for breach in finding.breaches} for finding in one.refused}
        if layer.items[one.item] == "P9":
            [subject] = (it for it in worse(before, found)[f"take.{layer.name}"] if it.item == one.item)
            assert not possible and not one.is_possible and told == {f"take.{layer.name}": {subject}}
            continue
        assert after in possible
        assert told == worse(before, found)
        more = {level: cost - before.costs[level] for level, cost in found.costs.items() if level != "hard"}
        assert dict(one.costs) == more
        if not before.broken and seat.layer != "zoning":  # of which the program knows a part only
            keys = []
            for way in possible:
                judged = judge(policy, way)
                costs = [
                    cost - before.costs[level] for level, cost in judged.costs.items() if level != "hard"
                ]
                keys.append((len(worse(before, judged)), costs))
            assert (len(one.refused), list(one.costs.values())) == min(keys)
    assert is_ranked(ranking)


def is_ranked(ranking: Ranking) -> bool:
    keys = [
        (not one.is_holder, not one.is_possible, len(one.refused), *one.costs.values())
        for one in ranking.candidates
    ]
    return keys == sorted(keys)


def explain(scenario: Path, *options: str, lang: str = "en", plan: str = tiny_scenario.PLAN) -> str:
    done = call("explain", scenario, write_plan(scenario, plan), *options, lang=lang)
    assert (done.status, done.err) == (0, "")
    return done.out


def test_the_list_names_who_fits_and_why_others_do_not(scenario: Path) -> None:
    assert explain(scenario, "--slot", "C1").startswith(
        "Cases · 财务案 (C1) chief @2026 · held by 王建国 (P1)\n"
        "could have it (7), best first (the price of what was found; it may be less):\n"
        "  1. 李秀英 (P2) for 王建国 (P1) · costs the same\n"
    )
    said = explain(scenario, "--slot", "G2", "--role", "member", "--period", "2026", "--layer", "posting")
    heading, can, *lines = said.splitlines()
    assert heading == "Postings · 第二组 (G2) member @2026 · held by 刘洋 (P4), 赵磊 (P7), 黄丽 (P8)"
    assert can == "could have it (4), best first (the price of what was found; it may be less):"
    assert lines[0].startswith("  1. 王建国 (P1)"), "who may not lead twice can be a member if others move"
    assert lines[-2].startswith("could not (1): proved that there is no such plan: ")
    assert lines[-1] == "  ✗ not at home — 张伟 (P3)"


def test_that_nobody_can_is_said_only_if_it_is_proved(tmp_path: Path) -> None:
    barred = tiny_scenario.RULES.replace(
        "    waive:", "      - {id: barred, kind: exclude, on: casework, item: P1}\n    waive:"
    ).replace("exactly: 1 chief", "atmost: 1 chief")
    rules = barred.replace(
        "item: P1}", "item: P1}\n" + "".join(
            f"      - {{id: barred-{k}, kind: exclude, on: casework, item: P{k}}}\n" for k in range(2, 9)
        ).rstrip("\n"),
    )  # fmt: skip
    scenario = write_scenario(tmp_path, {"tiny-rules.yaml": rules})
    plan = tiny_scenario.PLAN.replace("P1=C1/chief@2026 P4=C2/chief@2027", "")
    out = explain(scenario, "--slot", "C1", lang="zh", plan=plan)
    assert "无人可任此席（已证明）\n不可（8）：已证明没有这样的方案：" in out


def test_whoever_needs_others_to_move_is_found_by_a_chain(scenario: Path) -> None:
    options = ("--slot", "G1", "--role", "lead", "--period", "2027")
    said = call("explain", scenario, write_plan(scenario), *options, "--json").json
    chained = [one for one in said["candidates"] if one["status"] == "chained"]
    assert [one["item"]["id"] for one in chained] == ["P3"]
    [line] = chained
    assert line["rank"] == 1 and line["chain"] and line["refused"][0]["id"] == "lead-yearly"
    out = explain(scenario, *options, lang="zh")
    assert "  1. 张伟 (P3)（连同他人变动 " in out and "各级代价不变" in out
    cut = explain(scenario, *options)
    assert "seats change hands) · costs the same\n       2026 第一组 lead: 张伟 → 李秀英\n" in cut


def test_what_is_not_decided_in_time_is_said_to_be_open(
    scenario: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat_chains, "_answers_of_all", lambda *_: iter(()))
    monkeypatch.setattr(seat_chains, "_barred_by_rows", lambda *_: set())
    out = explain(scenario, "--slot", "G2", "--role", "member")
    assert "not decided in time (1): one exchange breaks these rules; " in out
    zh = explain(scenario, "--slot", "G2", "--role", "member", lang="zh")
    assert "未定（1）：" in zh and "  ✗ 地域回避 — 张伟 (P3)\n" in zh


def test_the_path_of_an_acquaintance_is_told(place: Path) -> None:
    policy, assignments = policy_with(place / "1", "1")
    plan = Plan(
        scenario=ScenarioRef(name="tiny", sha256=policy.sha256), status="feasible", assignments=assignments
    )
    api.write_plan(plan, place / "plan.json")
    folder = policy.context.scenario.folder
    done = call("explain", folder, place / "plan.json", "--slot", "C1", "--item", "P2")
    assert "these rules and that cannot hold together:\n" in done.out
    assert "×65: 李秀英 — classmate of — 杨帆 — kin of — 当事人\n" in done.out


def test_whoever_cannot_be_there_at_all_comes_last(place: Path) -> None:
    policy, assignments = policy_with(place / "1", "1")
    plan = Plan(scenario=ScenarioRef(name="tiny", sha256=""), status="feasible", assignments=assignments)
    api.write_plan(plan, place / "plan.json")
    words = ("explain", policy.context.scenario.folder, place / "plan.json", "--slot", "C1")
    said = "how many places each item takes: not in service, or no such place, in that period"
    assert f"  ✗ {said} — 孙离 (P9)\n" in call(*words, "--role", "aide").out
    alone = call(*words, "--item", "P9", lang="zh").out
    assert "不可能；已证明没有这样的方案：由约束逐条推得\n" in alone
    assert "      孙离 (P9) @2026: 该周期不在职或该位置不存在\n" in alone and "P1) @" not in alone
    last = call(*words, "--json").json["candidates"][-1]
    assert (last["item"]["id"], last["status"], last["costs"], last["rank"]) == ("P9", "impossible", [], None)


def test_an_empty_seat_is_filled(scenario: Path) -> None:
    plan = tiny_scenario.PLAN.replace("P1=C1/chief@2026", "")
    out = explain(scenario, "--slot", "C1", plan=plan)
    assert "held by nobody\n" in out and "  1. 王建国 (P1) · costs the same\n" in out


def test_json_has_every_candidate(scenario: Path) -> None:
    said = call("explain", scenario, write_plan(scenario), "--slot", "G1", "--json").json
    assert (said["layer"], said["slot"]["id"], said["role"]["en"], said["period"]) == (
        "posting", "G1", "lead", "2026",
    )  # fmt: skip
    assert {one["item"]["id"] for one in said["candidates"]} == {f"P{k}" for k in range(1, 9)}
    holder, *others = said["candidates"]
    assert (holder["item"]["id"], holder["status"], holder["rank"]) == ("P3", "holder", None)
    ranked = [one["rank"] for one in others if one["status"] in ("allowed", "chained")]
    assert ranked and ranked == list(range(1, len(ranked) + 1))
    native = next(one for one in others if one["item"]["id"] == "P1")
    assert [found["id"] for found in native["refused"]] == ["native"]
    assert native["refused"][0]["breaches"][0]["item"]["id"] == "P1"


def test_everybody_is_listed_if_all_are_asked_for(scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LISTED", "GROUPS", "NAMES"):
        monkeypatch.setattr(f"allocator.report.rendering.candidate_text.{name}", 1)
    cut = explain(scenario, "--slot", "C1")
    assert "  6 more (see --all)\n" in cut
    assert "7. 黄丽 (P8) for 王建国 (P1)" in explain(scenario, "--slot", "C1", "--all")
    grouped = explain(scenario, "--slot", "G1", "--role", "lead")
    assert "陈静 (P5) and 1 more\n  4 more (see --all)\n" in grouped
    each = explain(scenario, "--slot", "G1", "--role", "lead", "--all")
    assert each.count("    ✗ any lead in a team must meet this") == 4


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--slot", "C11"], ["--slot: no layer has this slot; found 'C11'", "did you mean 'C1'"]),
        (["--slot", "C1", "--item", "P11"], ["--item: ", "did you mean 'P1'"]),
        (["--slot", "C1", "--item", "U1"], ["--item: the layer casework has no such item"]),
        (["--slot", "C1", "--role", "cheif"], ["--role: ", "did you mean 'chief'"]),
        (
            ["--slot", "C1", "--period", "2027"],
            ["--period: the slot does not exist in that period", "allowed: 2026"],
        ),
        (["--slot", "C1", "--layer", "casewrk"], ["--layer: ", "did you mean 'casework'"]),
        (["--slot", "C1", "--layer", "posting"], ["--slot: "]),
        (["--slot", "C1", "--item", "X", "--role", "y"], ["--item: ", "--role: "]),
        ([], ["--slot"]),
    ],
)
def test_a_seat_that_is_not_there_is_wrong_input(scenario: Path, options: list[str], told: list[str]) -> None:
    done = call("explain", scenario, write_plan(scenario), *options)
    assert (done.status, done.out) == (2, "")
    assert all(one in done.err for one in told), done.err
    assert call("explain", scenario, write_plan(scenario), *options, lang="zh").status == 2


def test_a_plan_of_another_scenario_is_wrong_input(scenario: Path) -> None:
    file = write_plan(scenario)
    file.write_text(file.read_text().replace('"P8"', '"P88"', 1), encoding="utf-8")
    done = call("explain", scenario, file, "--slot", "C1")
    assert done.status == 2 and "found 'P88'" in done.err
    with pytest.raises(InputError):
        api.candidates(api.bind(api.load(scenario)), api.read_plan(file), "C1")


@pytest.mark.parametrize("what", ["violated", "costs"])
def test_a_check_that_differs_from_the_program_is_an_internal_error(
    scenario: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    plain = NeighbourEvaluator.evaluate

    def wrong(self: NeighbourEvaluator, flips: object) -> NeighbourCosts:
        near = plain(self, flips)
        getattr(near, what)[...] = 1
        return near

    monkeypatch.setattr(NeighbourEvaluator, "evaluate", wrong)
    with pytest.raises(InternalError, match="the program and its check differ"):
        api.candidates(api.bind(api.load(scenario)), good_plan(scenario), "C1")


def test_one_exchange_loads_no_solver(scenario: Path) -> None:
    code = (
        f"import sys\nsys.path[:] = {sys.path!r}\nfrom allocator import api\n"
        f"policy = api.bind(api.load({str(scenario)!r}))\n"
        f"plan = api.read_plan({str(write_plan(scenario))!r})\n"
        "assert api.candidates(policy, plan, 'C1').candidates\nassert 'ortools' not in sys.modules\n"
        "import allocator.explain\nassert allocator.explain.why_infeasible\n"
        "assert 'ortools' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
