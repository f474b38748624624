"""Conflicts of interest: each rule of ``docs/conflicts.md`` bars people from cases, with reasons."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from allocator import api
from allocator.errors import InputError
from allocator.model.plan import Assignment
from allocator.report.roster_view import recusal_registers
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from cli_world import call

PAGE = Path(__file__).resolve().parents[1] / "docs" / "conflicts.md"
SCENARIO = """\
scenario: conflicts
today: 2025-12-15
periods: [2026, 2027]
roles:
  lead: {zh: 组长, en: lead}
  member: {zh: 组员, en: member}
layers:
  posting: {items: people, slots: groups, roles: [lead, member], take: 0-1}
  casework: {items: people, slots: cases, take: any}
rules: [main]
"""
TABLES = {
    "units.csv": """\
id,kind,parent,place
C0,committee,,
O1,office,C0,
O2,office,C0,
T1,township,,河口
T2,township,,城东
""",
    "people.csv": """\
id,name,unit,native_place
P1,何文,C0,
P2,李宁,O1,
P3,王岩,O1,
P4,赵敏,O2,河口
P5,孙丽,O2,河口
""",
    "groups.csv": "id\nG1\nG2\n",
    "cases.csv": """\
id,unit,place,parties,received
K1,T1,河口,张某,2026-01-01
K2,T2,城东,,2026-01-01
K3,,,,2026-01-01
""",
    "postings.csv": """\
person,group,role,from,to,known_from
P3,T1,,2019-01-01,2023-06-30,cadre file
P2,T2,,2020-01-01,2020-12-31,
""",
}
NATIVE = "'person.native_place != \"\"'"
CASES = ("K1", "K2", "K3")


def blocks() -> dict[str, str]:
    """Return the rules of the page by id, as they stand there."""
    found = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    rules = [rule for block in found for rule in re.split(r"^(?=- )", block, flags=re.MULTILINE) if rule]
    by_id = {re.findall(r"\bid: ([\w-]+)", rule)[0]: rule for rule in rules}
    assert len(rules) == len(by_id) > 9
    return by_id


def rule(**fields: Any) -> str:
    """Return a rule as YAML."""
    return f"- {json.dumps(fields)}\n"


def ties() -> str:
    """Return the first table of the page, that of ties, as a file."""
    before = PAGE.read_text("utf-8").partition("## Names that may be")[0]
    rows = [line.strip("|").split("|") for line in before.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in row] for row in rows]
    return "\n".join(",".join(row) for row in cells if not row[0].startswith("-")) + "\n"


def written(tmp_path: Path, *rules: str, tables: Mapping[str, str] | None = None) -> Path:
    contents = {**TABLES, "ties.csv": ties(), "scenario.yaml": SCENARIO, **(tables or {})}
    contents["main.yaml"] = f"pack: main\nrules:\n{''.join(rules)}" if rules else "pack: main\n"
    for name, text in contents.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def bound(tmp_path: Path, *rules: str, tables: Mapping[str, str] | None = None) -> Policy:
    return api.bind(api.load(written(tmp_path, *rules, tables=tables)))


def barred(policy: Policy, *more: Assignment) -> set[str]:
    """Return who is barred if ``more`` is so: ``P1 K1 2026``, or ``P1 K1`` where that is in every period."""
    [asked] = [one for one in policy.rules if one.kind != "take"]
    found = set()
    for period in ("2026", "2027"):
        for case in CASES:
            for k in range(1, 6):
                one = Assignment(layer="casework", item=f"P{k}", slot=case, period=period)
                if list(asked.check(Roster(policy.context.layers, [one, *more]), policy.scopes[asked.id])):
                    found.add(f"P{k} {case} {period}")
    always = {one[:5] for one in found if {f"{one[:5]} 2026", f"{one[:5]} 2027"} <= found}
    return {one[:5] if one[:5] in always else one for one in found}


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("kin", {"P1 K1"}),
        ("native-place", {"P4 K1", "P5 K1"}),
        # P3 left T1 in the middle of 2023, three years before the middle of 2026; P2 left T2 in 2020.
        ("former-post", {"P3 K1 2026"}),
        ("party-unit", {"P2 K1"}),
        ("interest", {"P5 K1 2026"}),
        ("leader-kin", {"P1 K1", "P2 K1", "P3 K1"}),
    ],
)
def test_each_rule_of_the_page_bars_whom_it_says(tmp_path: Path, name: str, who: set[str]) -> None:
    assert barred(bound(tmp_path, blocks()[name])) == who


def test_all_rules_of_the_page_bind_together_and_evaluate(tmp_path: Path) -> None:
    policy = bound(tmp_path, *blocks().values())
    policy.check_expressions()
    policy.compile()
    assert {rule.id for rule in policy.rules} >= blocks().keys()


def posted(who: str, role: str, group: str = "G1", period: str = "2026") -> Assignment:
    return Assignment(layer="posting", item=who, slot=group, role=role, period=period)


def test_the_conflict_of_the_lead_that_the_plan_decides_is_passed_on(tmp_path: Path) -> None:
    policy = bound(tmp_path, blocks()["group-lead"])
    own = {"P4 K1", "P5 K1"}
    assert barred(policy) == own
    assert barred(policy, posted("P4", "lead"), posted("P2", "member")) == {*own, "P2 K1 2026"}
    assert barred(policy, posted("P4", "lead"), posted("P2", "member", "G2")) == own
    assert barred(policy, posted("P4", "member"), posted("P2", "member")) == own
    assert barred(policy, posted("P4", "lead", period="2027"), posted("P2", "member")) == own


TEAMS = """
- {id: leads, kind: composition, on: posting, slots: 'group.id == "G1"', exactly: 1组长+1组员}
- {id: handled, kind: capacity, on: casework, slots: 'case.id == "K1"', atleast: 1, during: "2026"}
- {id: of-group, kind: eligible, on: casework, when: person.id == "P2"}
- {id: member, kind: pin, on: posting, item: P2, slot: G1, role: member}
"""


def test_the_plan_gives_the_group_another_lead_or_there_is_none(tmp_path: Path) -> None:
    policy = bound(tmp_path, TEAMS, blocks()["group-lead"])
    plan = api.solve(policy, seconds=10, workers=1)
    [lead] = [one.item for one in plan.assignments if one.role == "lead" and one.period == "2026"]
    assert plan.status == "optimal" and lead in ("P1", "P3")
    natives = f"{TEAMS}- {{id: natives-lead, kind: eligible, on: posting, role: lead, when: {NATIVE}}}\n"
    policy = bound(tmp_path, natives, blocks()["group-lead"])
    assert api.solve(policy, seconds=10, workers=1).status == "infeasible"
    placed = [posted("P4", "lead"), posted("P2", "member")]
    taken = Assignment(layer="casework", item="P2", slot="K1", period="2026")
    [rule_made] = [one for one in policy.rules if one.id == "group-lead"]
    [breach] = policy.breaches(rule_made, Roster(policy.context.layers, [*placed, taken]))
    assert breach.detail.en == "through 赵敏, who keeps away"
    made = plan.model_copy(update={"assignments": (*placed, taken)})
    out = {(one.who.id, one.detail.en) for one in recusal_registers(policy, made)[0].recusals}
    assert out == {("P4", ""), ("P5", ""), ("P2", breach.detail.en)}
    assert {one.who.id for one in recusal_registers(policy)[0].recusals} == {"P4", "P5"}


@pytest.mark.parametrize(
    ("name", "pairs"),
    [("team-kin", {"2026": {"P4 P5"}}), ("team-natives", {"2026": {"P4 P5"}, "2027": {"P4 P5"}})],
)
def test_members_of_one_team_are_apart(tmp_path: Path, name: str, pairs: Mapping[str, set[str]]) -> None:
    policy = bound(tmp_path, blocks()[name])
    for period in ("2026", "2027"):
        everyone = [Assignment(layer="casework", item=f"P{k}", slot="K3", period=period) for k in range(1, 6)]
        [made] = [one for one in policy.rules if one.id == name]
        breaches = list(made.check(Roster(policy.context.layers, everyone), policy.scopes[name]))
        found = {f"P{one.subject.item + 1} P{one.subject.other + 1}" for one in breaches}
        assert found == pairs.get(period, set())
        if name == "team-kin" and breaches:
            assert breaches[0].detail.en == "赵敏 — spouse of (personnel file) — 孙丽"


def test_the_register_names_the_rule_the_path_the_leader_and_the_source(tmp_path: Path) -> None:
    rules = blocks()
    policy = bound(tmp_path, rules["leader-kin"], rules["former-post"])
    [k1, *_] = recusal_registers(policy)
    told = {(one.who.id, one.rule): one.detail for one in k1.recusals}
    assert told["P2", "leader-kin"].en == "through 何文: 何文 — kin of (declared 2025-03) — 张某"
    assert told["P2", "leader-kin"].zh == "经 何文：何文 — 亲属（declared 2025-03） — 张某"
    assert told["P1", "leader-kin"].en == "何文 — kin of (declared 2025-03) — 张某"
    assert told["P3", "former-post"].en == "王岩 — served at (cadre file) — T1"
    assert k1.free == 2
    plan = tmp_path / "plan.json"
    assert call("solve", tmp_path, "-o", plan).status == 0
    shown = call("show", plan, "--scenario", tmp_path, "--recusals", COLUMNS="200").out
    assert "through 何文: 何文 — kin of (declared 2025-03) — 张某" in shown


def test_a_condition_is_asked_of_the_leader_who_is_nobody_of_the_layer(tmp_path: Path) -> None:
    when = "person.unit == 'C0' && case.id == 'K2'"
    made = rule(id="leader", kind="avoid", on="casework", when=when, through="person.leaders")
    scenario = SCENARIO.replace(
        "{items: people, slots: cases", "{items: people where person.id != 'P1', slots: cases"
    )
    policy = bound(tmp_path, made, tables={"scenario.yaml": scenario})
    found = {
        one.who.id: one.detail.en
        for k2 in recusal_registers(policy)
        for one in k2.recusals
        if k2.case.id == "K2"
    }
    assert found == {"P2": "through 何文, who keeps away", "P3": "through 何文, who keeps away"}


def test_an_office_is_barred_by_whom_its_leader_knows(tmp_path: Path) -> None:
    layer = "  handling: {items: units where unit.kind == 'office', slots: cases, take: any}\nrules:"
    units = (
        TABLES["units.csv"].replace("place\n", "place,leader\n").replace("O1,office,C0,", "O1,office,C0,,P1")
    )
    tables = {"scenario.yaml": SCENARIO.replace("rules:", layer), "units.csv": units}
    fields = {"id": "r", "kind": "avoid", "on": "handling", "through": "[unit.leader]"}
    made = rule(**fields, acquaintance={"of": "case.parties", "kinds": "kin", "hops": 1})
    found = recusal_registers(bound(tmp_path, made, tables=tables))
    out = {(one.case.id, who.who.id, who.detail.en) for one in found for who in one.recusals}
    assert out == {("K1", "O1", "through 何文: 何文 — kin of (declared 2025-03) — 张某")}
    with pytest.raises(InputError, match="passes on between people only"):
        bound(tmp_path, rule(**fields, when="unit.kind == concerned.kind"), tables=tables)


def test_leaders_are_those_of_the_person_his_unit_his_group_and_what_is_above(tmp_path: Path) -> None:
    more = "P5,P2,leads,,,\nP4,G1,leads,,2025-12-14,\nP3,G1,leads,2026-06-01,,\n"
    more += "P5,C0,leads,2028-01-01,,\nP4,C0,leads,,,\n"
    postings = TABLES["postings.csv"] + "P2,G1,member,2025-01-01,,\n"
    policy = bound(tmp_path, tables={"ties.csv": ties() + more, "postings.csv": postings})
    [axis] = policy.context.item_axes(policy.context.layers["casework"])
    leaders = dict(zip(axis.ids, axis.columns["person.leaders"], strict=True))
    found = {"P1": ["P4"], "P2": ["P5", "P1", "P4", "P3"], "P3": ["P1", "P4"], "P4": [], "P5": ["P4"]}
    assert leaders == found


@pytest.mark.parametrize(
    ("change", "column", "message", "nearest"),
    [
        ({"through": "['P22']"}, "r.through", "is nobody of the table of people", "P2"),
        (
            {"through": {"layer": "posting", "role": "leda"}},
            "r.through.role",
            "the layer has no such role",
            "lead",
        ),
        ({"through": {"layer": "casework", "role": "lead"}}, "r.through", "at most one place", ""),
        (
            {"acquaintance": {"of": "case.parties", "kinds": ["kni"]}},
            "r.acquaintance.kinds.0",
            "there is no such kind of tie",
            "kin",
        ),
        (
            {"acquaintance": {"of": "case.parties", "years": -1}},
            "r.acquaintance.years",
            "is out of range",
            "",
        ),
    ],
)
def test_what_asks_for_nobody_is_refused(
    tmp_path: Path, change: Mapping[str, Any], column: str, message: str, nearest: str
) -> None:
    fields = {"id": "r", "kind": "avoid", "on": "casework", "when": "person.unit == case.unit", **change}
    with pytest.raises(InputError) as caught:
        bound(tmp_path, rule(**fields))
    told = [(fault.column, fault.nearest) for fault in caught.value.faults if message in fault.message.en]
    assert told[:1] == [(column, nearest)], caught.value.faults


def test_what_a_tie_is_known_from_is_read_under_a_chinese_header(tmp_path: Path) -> None:
    policy = bound(tmp_path, tables={"ties.csv": "人员,对方,关系,依据\nP1,张某,kin,2025年3月申报\n"})
    graph = policy.context.graph
    told = graph.describe(graph.acquaintance("P1", "张某").path, "zh")
    assert told == "何文 — 亲属（2025年3月申报） — 张某"


def test_a_tie_of_a_party_to_a_case_is_read_and_one_of_a_stranger_is_not(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        bound(tmp_path, tables={"ties.csv": ties().replace("张某,T2", "章某,T2")})
    [fault] = caught.value.faults
    assert (fault.file, fault.row, fault.column, fault.found) == ("ties.csv", 6, "source", "章某")
