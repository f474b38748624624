"""The grounds of changes of seats: each expected text follows from what the rules' own pages say."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Plan
from allocator.report.desk.appointments import told_text
from allocator.report.desk.blind import Blinder, BlindKey, people_names
from allocator.report.desk.desk_tables import Appointment, DeskView
from allocator.report.desk.ground_words import dates_in_words, in_quotes, tight
from allocator.rules.policy import Policy
from cli_world import good_plan
from desk_oracle import laid_out, text

SCENARIO = """
scenario: two
title: {zh: 两组, en: Two groups}
periods: [PERIODS]
roles:
  lead: {zh: 组长, en: lead}
  deputy: {zh: 副组长, en: deputy}
layers:
  posting:
    title: {zh: 人员配置, en: Postings}
    items: people
    slots: groups
    roles: [lead, deputy]
    take: 0-1
  casework:
    title: {zh: 案件分办, en: Casework}
    items: people
    slots: cases
    take: any
levels: {1: {zh: 稳定, en: few moves}, 2: {zh: 专长, en: fields}}
rules: [r]
"""
PEOPLE = """id,name,grade,native_place,retires
P1,王建国,head,河口,
P2,李秀英,head,城东,
P3,张伟,head,河口,
P4,刘洋,head,城西,
P5,陈静,head,河口,2026-06-30
"""
GROUPS = "id,name,place\nG1,第一组,城东\nG2,第二组,城西\n"
POSTED = """person,group,role,from,to
P1,G1,lead,2024-01-01,
P2,G2,deputy,2025-01-01,
"""
TERM = (
    "{id: term, kind: max_term, on: posting, role: lead, periods: 2, why: {zh: 组长两年轮换, en: two years}}"
)
SEATS = (
    "{id: seats, kind: composition, on: posting, exactly: {lead: 1}, why: {zh: 每组一名组长, en: one lead}}"
)
NATIVE = (
    "{id: native, kind: avoid, on: posting, when: person.native_place == group.place, "
    "why: {zh: 地域回避, en: not at home}}"
)
KIN = "{id: kin, kind: apart, on: posting, ties: kin, why: {zh: 亲属不得同组, en: kin apart}}"
STAY = "{id: stay, kind: stability, on: posting, level: 1, weight: 2, why: {zh: 少调动, en: few moves}}"
LIKE = (
    '{id: like, kind: prefer, on: posting, cost: 3, when: person.id != "P1" || group.id == "G2", level: 2, '
    "why: {zh: 专长相符, en: own field}}"
)
CHIEF = (
    "{id: chief, kind: follow, on: casework, this: case.unit, that: {layer: posting, item: person.id, "
    'at: \'group.id == "G1" ? "U1" : "U2"\'}, why: {zh: 案件随组走, en: cases go with the group}}'
)


class World:
    """A small scenario with a plan, laid out; its changes are looked up by person and period."""

    def __init__(self, place: Path, plan: str, *rules: str, periods: str = "2026", **tables: str) -> None:
        files = {
            "scenario.yaml": SCENARIO.replace("PERIODS", periods),
            "people.csv": PEOPLE,
            "groups.csv": GROUPS,
            "units.csv": "id,name\nU1,财政局\nU2,住建局\n",
            "cases.csv": "id,title,unit\nC1,工程案,U1\n",
            "postings.csv": POSTED,
            "r.yaml": "pack: r\nrules:\n" + "".join(f"  - {rule}\n" for rule in rules),
            **{f"{name}.csv": content for name, content in tables.items()},
        }
        for name, content in files.items():
            (place / name).write_text(content, encoding="utf-8")
        self.policy: Policy = api.bind(api.load(place))
        self.plan: Plan = good_plan(place, plan)
        self.view: DeskView = laid_out(self.policy, self.plan)

    def change(self, person: str, period: str = "2026") -> Appointment:
        [found] = [one for one in self.view.appointments if (one.person.id, one.period) == (person, period)]
        return found

    def told(self, person: str, period: str = "2026") -> list[tuple[str, str]]:
        return [(one.kind, one.text.zh) for one in self.change(person, period).grounds]


def test_a_term_that_is_over_is_told_with_its_figures(tmp_path: Path) -> None:
    """P1 led group 1 in 2024 and 2025; max_term counts the periods before the horizon."""
    world = World(tmp_path, "P1=G2/lead@2026 P2=G2/deputy@2026", TERM)
    assert world.told("P1") == [
        ("forced", "若留任，违反“组长两年轮换”（至2025年已连任2期，限连任2期）"),
    ]
    [ground] = world.change("P1").grounds
    assert ground.text.en == "staying would break 'two years' (2 on end up to 2025, at most 2)"
    assert ground.rules == ("term",) and [one.rule for one in world.change("P1").fits] == []
    assert "P2" not in [one.person.id for one in world.view.appointments]


def test_a_term_that_is_not_over_forces_nothing(tmp_path: Path) -> None:
    """One year more is allowed; over both years it would be too long, which is said as such."""
    longer = TERM.replace("periods: 2", "periods: 3")
    world = World(tmp_path, "P1=G2/lead@2026 P1=G2/lead@2027", longer, periods="2026, 2027")
    assert world.told("P1") == [
        (
            "later",
            "本期留任不违反规则；若一直留任，到2027年违反“组长两年轮换”（至2025年已连任2期，限连任3期）",
        ),
    ]


def test_recusal_by_place_and_from_a_person_with_the_path(tmp_path: Path) -> None:
    ties = "source,target,kind\nP2,P3,kin\n"
    posted = "person,group,role,from,to\nP2,G1,lead,2025-01-01,\n"
    plan = "P2=G2/lead@2026 P3=G1/deputy@2026"
    world = World(tmp_path, plan, NATIVE, KIN, ties=ties, postings=posted)
    assert world.told("P2") == [
        ("forced", "若留任，违反“地域回避”、“亲属不得同组”（李秀英—亲属—张伟）"),
    ]
    assert "李秀英 — kin of — 张伟" in world.change("P2").grounds[0].text.en


def test_what_the_seat_lacks_and_whom_one_follows(tmp_path: Path) -> None:
    """P1 has to go after two years; without P3 group 1 has no lead, without P1 group 2 has none."""
    world = World(tmp_path, "P1=G2/lead@2026 P3=G1/lead@2026 P2=G2/deputy@2026", TERM, SEATS)
    assert world.told("P1") == [
        ("forced", "若留任，违反“组长两年轮换”（至2025年已连任2期，限连任2期）"),
        ("needed", "若不到任，到任处缺组长1人，不合“每组一名组长”（应有1组长，实有0）"),
        ("seat", "原席位由张伟接任"),
    ]
    assert world.told("P3") == [
        ("needed", "若不到任，到任处缺组长1人，不合“每组一名组长”（应有1组长，实有0）"),
        ("seat", "接替王建国（其留任违反“组长两年轮换”）"),
    ]


def test_somebody_who_moves_only_because_others_do(tmp_path: Path) -> None:
    world = World(tmp_path, "P1=G2/lead@2026 P2=G1/lead@2026", TERM, SEATS, STAY)
    assert world.told("P2") == [
        (
            "chain",
            "为补足第一组组长缺额调入，接替王建国（其留任违反“组长两年轮换”），依据“每组一名组长”；"
            "本人本期留任除席位人数外不违反规则",
        ),
    ]
    one = world.change("P2").grounds[0]
    assert one.text.en.startswith("to fill 第一组 (lead), and follows 王建国") and one.rules == ("seats",)


def test_whoever_makes_room_for_a_successor(tmp_path: Path) -> None:
    """P1 could stay; but P3 comes as the lead of group 1, and two leads are too many."""
    most = SEATS.replace("exactly", "atmost")
    world = World(tmp_path, "P1=G1/deputy@2026 P3=G1/lead@2026", most)
    assert world.told("P1") == [("chain", "因张伟接任原席位而调整；本人本期留任除席位人数外不违反规则")]
    alone = World(tmp_path, "P1=G1/deputy@2026", SEATS.replace("exactly: {lead: 1}", "atmost: {lead: 0}"))
    assert alone.told("P1") == [("forced", "若留任，违反“每组一名组长”（该处应有0组长，实有1）")]


def test_a_role_in_the_same_place_is_filled_from_within(tmp_path: Path) -> None:
    posted = "person,group,role,from,to\nP1,G1,deputy,2025-01-01,\nP2,G2,lead,2025-01-01,\n"
    world = World(tmp_path, "P1=G1/lead@2026 P2=G2/lead@2026", SEATS, postings=posted)
    [(kind, said)] = world.told("P1")
    assert kind == "chain" and said.startswith("为补足第一组组长缺额改任，依据")


def test_two_who_change_places(tmp_path: Path) -> None:
    posted = "person,group,role,from,to\nP1,G1,lead,2024-01-01,\nP3,G2,lead,2024-01-01,\n"
    world = World(tmp_path, "P1=G2/lead@2026 P3=G1/lead@2026", TERM, SEATS, postings=posted)
    assert ("seat", "与张伟对调") in world.told("P1") and ("seat", "与王建国对调") in world.told("P3")


def test_soft_rules_are_told_with_their_amounts(tmp_path: Path) -> None:
    """Staying saves a departure of weight 2 at level 1, and costs 3 at level 2 for the field."""
    world = World(tmp_path, "P1=G2/lead@2026 P2=G2/deputy@2026", LIKE, STAY)
    world_said = world.told("P1")
    assert world_said == [
        (
            "free",
            "若留任，不违反硬规则，代价也不更高：“少调动”少计2（级别1），“专长相符”多计3（级别2）；"
            "未见必须调动的依据",
        ),
    ]
    first = LIKE.replace("level: 2", "level: 1")
    [(kind, said)] = World(tmp_path, "P1=G2/lead@2026 P2=G2/deputy@2026", first, STAY).told("P1")
    assert kind == "soft" and said == "若留任，“专长相符”多计3（级别1），“少调动”少计2（级别1）"


def test_a_move_without_any_ground_is_said_to_be_one(tmp_path: Path) -> None:
    world = World(tmp_path, "P1=G2/lead@2026 P2=G2/deputy@2026", NATIVE)
    assert world.told("P1") == [
        ("free", "若留任，不违反硬规则，代价不变；未见必须调动的依据"),
    ]


def test_whoever_retires_has_no_ground_but_a_successor(tmp_path: Path) -> None:
    posted = "person,group,role,from,to\nP5,G1,lead,2025-01-01,\n"
    world = World(tmp_path, "P1=G1/lead@2026", SEATS.replace("exactly", "atmost"), postings=posted)
    assert world.told("P5") == [("seat", "原席位由王建国接任")]
    assert "退休" in world.change("P5").remarks[0].zh
    assert world.told("P1")[0] == ("seat", "接替陈静（2026-06-30 退休）")


def test_what_other_layers_decided_by_the_seat(tmp_path: Path) -> None:
    """P1 works on the case of the new group, which staying would not allow."""
    world = World(tmp_path, "P1=G2/lead@2026 P1=C1@2026", CHIEF.replace('"U1" : "U2"', '"U2" : "U1"'))
    assert world.told("P1") == [("linked", "若留任，案件分办不合“案件随组走”")]


def test_the_table_tells_grounds_first_then_what_is_kept(tmp_path: Path) -> None:
    world = World(tmp_path, "P1=G2/lead@2026 P2=G2/deputy@2026", TERM, NATIVE)
    shown = told_text(world.change("P1"))
    assert shown.zh == "若留任，违反“组长两年轮换”（至2025年已连任2期，限连任2期）；符合：地域回避"
    assert shown.en.endswith("; in keeping with: not at home")
    [line] = [one for one in world.view.seats[0].lines if one.assignment.item == "P1"]
    assert line.grounds == world.change("P1").grounds


def test_a_waived_breach_forces_nothing(tmp_path: Path) -> None:
    posted = "person,group,role,from,to\nP2,G1,lead,2025-01-01,\n"
    waived = (
        NATIVE + "\nwaive:\n  - {rule: native, items: P2, reason: {zh: 暂缓, en: wait}, until: 2027-12-31}"
    )
    world = World(tmp_path, "P2=G2/lead@2026", waived, postings=posted)
    assert [kind for kind, _ in world.told("P2")] == ["free"]


def test_a_blind_copy_tells_no_name_in_a_ground(tmp_path: Path) -> None:
    world = World(tmp_path, "P1=G2/lead@2026 P3=G1/lead@2026", TERM, SEATS)
    organisation = world.policy.context.scenario.organisation
    names = people_names(organisation)
    key = BlindKey({id_: f"CODE{k}" for k, id_ in enumerate(names)}, names)
    blind = Blinder(organisation, key).desk(world.view)
    told = " ".join(ground.text.zh for one in blind.appointments for ground in one.grounds)
    assert "CODE" in told and not [name for name in names.values() if name in told]


@pytest.mark.parametrize(
    ("given", "said"),
    [("每组 1 组长", "每组1组长"), ("A — 亲属 — B", "A —亲属— B"), ("Li Wei", "Li Wei")],
)
def test_chinese_is_told_without_blanks(given: str, said: str) -> None:
    assert tight(given) == said


def test_dates_are_told_in_words() -> None:
    assert dates_in_words("2028-09-19 退休，编号 12028-09-19") == "2028年9月19日 退休，编号 12028-09-19"


def test_quotes_inside_quotes_are_single() -> None:
    assert in_quotes(text("至少“1正+1副”")).zh == "“至少‘1正+1副’”"
