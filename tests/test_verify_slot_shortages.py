"""Cases without enough people: those eligible, those barred with reasons, and the fewest waivers."""

from __future__ import annotations

import json
import re
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator import api
from allocator.explain import why_infeasible
from allocator.rules.policy import Policy
from allocator.verify import slot_shortages
from allocator.verify.slot_shortages import find_slot_shortages
from cli_world import call

SCENARIO = """\
scenario: short
today: 2025-12-15
periods: [2026]
roles:
  chief: {zh: 主办, en: chief}
  member: {zh: 协办, en: member}
layers:
  casework: {items: people, slots: cases, roles: [chief, member], take: any}
rules: [main]
"""
RULES = """\
pack: main
rules:
  - {id: team, kind: composition, on: casework, exactly: 1主办+2协办}
  - {id: one-role, kind: separate, on: casework, roles: [chief, member]}
  - {id: load, kind: capacity, on: casework, each: item, atmost: 3}
  - id: kin
    kind: avoid
    on: casework
    acquaintance: {of: case.parties, kinds: [kin, spouse], hops: 2}
    why: {zh: 亲属回避, en: kin of a party}
  - id: native
    kind: avoid
    on: casework
    when: case.place != "" && person.native_place == case.place
    why: {zh: 籍贯回避, en: native of the place}
  - {id: law, kind: eligible, on: casework, role: chief, when: '"law" in person.skills'}
"""
TABLES = {
    "people.csv": (
        "id,name,native_place,skills\n"
        "P1,何文,,law:3\nP2,李宁,河口,\nP3,王岩,河口,law:3\nP4,赵敏,,\nP5,孙丽,,\n"
    ),
    "cases.csv": (
        "id,title,place,parties,received\n"
        "C1,砂石案,,,2026-01-01\nC2,工程案,,,2026-01-01\nC7,河口案,河口,张某,2026-01-01\n"
    ),
    "ties.csv": "source,target,kind,known_from\nP1,张某,kin,declared 2025-03\nP4,P1,spouse,\n",
}
STRENGTH = "{id: team, kind: capacity, on: casework, load: person.rank, atleast: 2}"
TIES = "source,target,kind\nP1,张某,kin\n"


def written(folder: Path, rules: str = RULES, **tables: str) -> Path:
    contents = {**TABLES, **{f"{name}.csv": text for name, text in tables.items()}}
    for name, text in {"scenario.yaml": SCENARIO, "main.yaml": rules, **contents}.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def bound(folder: Path, rules: str = RULES, **tables: str) -> Policy:
    return api.bind(api.load(written(folder, rules, **tables)))


def test_the_case_the_candidates_and_the_rules_are_named(tmp_path: Path) -> None:
    [one] = find_slot_shortages(bound(tmp_path))
    assert (one.layer, one.slot.id, one.period, one.needs) == ("casework", "C7", "2026", 3)
    assert [who.id for who in one.may] == ["P5"]
    asked = {demand.roles: (demand.rule, demand.needs, len(demand.may)) for demand in one.demands}
    assert asked == {("chief",): ("team", 1, 0), ("member",): ("team", 2, 1)}
    barred = {who.who.id: {rule: text.en for rule, text in who.rules} for who in one.barred}
    assert barred == {
        "P1": {"kin": "何文 — kin of (declared 2025-03) — 张某"},
        "P2": {"native": "", "law": ""},
        "P3": {"native": ""},
        "P4": {"kin": "赵敏 — spouse of — 何文 — kin of (declared 2025-03) — 张某", "law": ""},
    }


def test_check_tells_of_it_and_solve_says_the_least_change(tmp_path: Path) -> None:
    folder = written(tmp_path)
    checked = call("check", folder, COLUMNS="200")
    assert checked.status == 0
    head = "河口案 C7 · 2026: needs 3, 1 may: 孙丽; chief needs 1, nobody may; member needs 2, 1 may: 孙丽"
    assert f"without enough people:\n  {head}\n" in checked.out
    assert call("check", folder, "--json").json["shortages"][0]["slot"]["id"] == "C7"
    solved = call("solve", folder, "--time-limit", "10", COLUMNS="200")
    assert solved.status == 1
    assert f"without enough people:\n  {head}\n" in solved.out
    page = (Path(__file__).resolve().parents[1] / "docs" / "conflicts.md").read_text("utf-8")
    [shown] = re.findall(r"^```text\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert "\n    王岩: native\n" in shown and "at least:" in shown
    assert set(shown.splitlines()) <= set(solved.out.splitlines())
    chinese = call("solve", folder, "--time-limit", "10", COLUMNS="200", lang="zh").out
    assert "河口案 C7 · 2026：需 3 人，可选 1 人：孙丽；主办需 1 人，无人可选" in chinese
    assert "或豁免回避，最少 2 处：" in chinese


def test_solve_as_json_has_the_same_as_data(tmp_path: Path) -> None:
    folder, file = written(tmp_path), tmp_path / "plan.json"
    done = call("solve", folder, "--time-limit", "10", "--json", "-o", file)
    assert done.status == 1
    reasons = done.json["run"]["reasons"]
    keys = ["supply", "shortages", "blocked", "conflict", "conflicts", "is_complete", "repairs", "waivers"]
    assert list(reasons) == [*keys, "fewest", "cut_short"] and reasons["cut_short"] is False
    assert reasons["shortages"] == call("check", folder, "--json").json["shortages"] != []
    assert [one["rule"] for one in reasons["conflict"]] == done.json["run"]["conflict"] != []
    assert reasons["repairs"] and all({"rule", "text"} == set(one) for one in reasons["repairs"])
    assert len(reasons["waivers"]) == 2 and reasons["fewest"] is True
    assert all(one["text"]["zh"] and one["text"]["en"] for one in reasons["waivers"])
    # What is told of a plan that there is not is no part of the file, which keeps to the rules alone.
    kept = json.loads(file.read_text("utf-8"))["run"]
    assert "reasons" not in kept and kept["conflict"] == done.json["run"]["conflict"]


def test_a_plan_that_is_found_has_no_reasons(tmp_path: Path) -> None:
    folder = written(tmp_path, RULES.replace("1主办+2协办", "0主办+0协办"))
    done = call("solve", folder, "--time-limit", "10", "--json")
    assert done.status == 0 and "reasons" not in done.json["run"]


def test_the_recusals_to_waive_are_enough_and_no_fewer_are(tmp_path: Path) -> None:
    reasons = why_infeasible(bound(tmp_path), seconds=10)
    assert reasons.fewest and len(reasons.waivers) == 2
    ids = {"何文": "P1", "李宁": "P2", "王岩": "P3", "赵敏": "P4"}
    waivers = [
        f"  - {{rule: {one.rule}, items: {ids[one.text.en.split(' · ')[0]]}, slots: C7, "
        "reason: {zh: 无人可替, en: nobody else}, until: 2026-12-31}\n"
        for one in reasons.waivers
    ]
    for count, status in ((2, "optimal"), (1, "infeasible")):
        rules = RULES + "waive:\n" + "".join(waivers[:count])
        assert api.solve(bound(tmp_path, rules), seconds=10, workers=1).status == status


def test_fewer_waivers_are_less_however_close_the_kin(tmp_path: Path) -> None:
    """One senior who is kin would do, or two juniors who come from the place."""
    rules = RULES.replace("{id: team, kind: composition, on: casework, exactly: 1主办+2协办}", STRENGTH)
    people = (
        "id,name,native_place,skills,rank\nP1,何文,,law:3,2\nP2,李宁,河口,law:3,1\nP3,王岩,河口,law:3,1\n"
    )
    reasons = why_infeasible(bound(tmp_path, rules, people=people, ties=TIES), seconds=10)
    assert [one.rule for one in reasons.waivers] == ["kin"]
    assert reasons.waivers[0].text.en == "何文 · 河口案 · 2026: 何文 — kin of — 张某"


def test_one_person_cannot_be_both(tmp_path: Path) -> None:
    """Each role has somebody, but it is the same person."""
    rules = RULES.replace("1主办+2协办", "1主办+1协办").replace('"law" in', 'person.id == "P1" && "law" in')
    rules = rules.replace("case.place !=", 'case.id == "C1" && person.id != "P1" || case.place !=')
    tables = {"cases": "id,place,received\nC1,,2026-01-01\n", "ties": "source,target,kind\n"}
    policy = bound(tmp_path, rules, **tables)
    [one] = find_slot_shortages(policy)
    assert (one.demands, [who.id for who in one.may], one.needs) == ((), ["P1"], 2)
    assert "but not in different roles at once" in call("check", tmp_path, COLUMNS="200").out
    apart = "  - {id: one-role, kind: separate, on: casework, roles: [chief, member]"
    for other in ("", f"{apart}, slots: 'case.id == \"C2\"'}}\n"):
        assert find_slot_shortages(bound(tmp_path, rules.replace(apart + "}\n", other), **tables)) == ()


def test_a_layer_too_large_to_look_at_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slot_shortages, "MOST_PLACES", 29)
    assert find_slot_shortages(bound(tmp_path)) == ()
    monkeypatch.setattr(slot_shortages, "MOST_PLACES", 30)
    assert len(find_slot_shortages(bound(tmp_path))) == 1


def can_be_met(chiefs: set[int], members: set[int], needs: int) -> bool:
    """Whether a chief and so many members, all different, can be found."""
    return any(
        team[0] in chiefs and members.issuperset(team[1:]) for team in permutations(range(4), needs + 1)
    )


@settings(max_examples=30)
@given(chiefs=st.sets(st.integers(0, 3)), members=st.sets(st.integers(0, 3)), needs=st.integers(1, 3))
def test_a_case_is_short_exactly_if_no_team_can_be_found(
    tmp_path_factory: pytest.TempPathFactory, chiefs: set[int], members: set[int], needs: int
) -> None:
    rules = f"""\
pack: main
rules:
  - {{id: team, kind: composition, on: casework, atleast: 1主办+{needs}协办}}
  - {{id: one-role, kind: separate, on: casework, roles: [chief, member]}}
  - {{id: c, kind: avoid, on: casework, role: chief, when: person.chief == 0}}
  - {{id: m, kind: eligible, on: casework, role: member, when: person.member == 1}}
"""
    rows = "".join(f"P{k},{int(k in chiefs)},{int(k in members)}\n" for k in range(4))
    tables = {
        "people": "id,chief,member\n" + rows,
        "cases": "id,received\nC1,2026-01-01\n",
        "ties": "source,target,kind\n",
    }
    found = find_slot_shortages(bound(tmp_path_factory.mktemp("short"), rules, **tables))
    assert bool(found) != can_be_met(chiefs, members, needs)


def fewest(barred: set[tuple[int, int]]) -> int:
    """How few pairs of person and case must be waived so that two cases have two people each of four."""
    teams = ((team[:2], team[2:]) for team in permutations(range(4), 4))
    return min(sum((who, case) in barred for case in (0, 1) for who in team[case]) for team in teams)


@settings(max_examples=8)
@given(barred=st.sets(st.tuples(st.integers(0, 3), st.integers(0, 1)), min_size=3))
def test_no_fewer_waivers_would_do(
    tmp_path_factory: pytest.TempPathFactory, barred: set[tuple[int, int]]
) -> None:
    """Cases compete for people, so that each may have enough by itself and both together not."""
    rules = """\
pack: main
rules:
  - {id: team, kind: capacity, on: casework, atleast: 2}
  - {id: once, kind: capacity, on: casework, each: item, atmost: 1}
  - {id: knows, kind: avoid, on: casework, acquaintance: {of: "[case.id]", kinds: kin, hops: 1}}
"""
    tables = {
        "people": "id\n" + "".join(f"P{k}\n" for k in range(4)),
        "cases": "id,received\nC0,2026-01-01\nC1,2026-01-01\n",
        "ties": "source,target,kind\n" + "".join(f"P{who},C{case},kin\n" for who, case in sorted(barred)),
    }
    folder = written(tmp_path_factory.mktemp("short"), rules, **tables)
    (folder / "scenario.yaml").write_text(SCENARIO.replace("roles: [chief, member], ", ""), "utf-8")
    policy = api.bind(api.load(folder))
    least = fewest(barred)
    if least:
        reasons = why_infeasible(policy, seconds=10)
        assert (len(reasons.waivers), reasons.fewest) == (least, True)
    else:
        assert api.solve(policy, seconds=10, workers=1).status == "optimal"
