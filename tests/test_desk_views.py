"""The tables of the desk: every figure equals what an oracle counts in the plan, for every kind of layer."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import tiny_scenario
from allocator import api
from allocator.model.plan import Plan
from allocator.report.desk.appointments import (
    ADDED,
    NEW,
    RECUSAL,
    RELEASED,
    ROLE,
    ROTATION,
    ROTATION_WITH_ROLE,
    change_kind,
    reasons_text,
)
from allocator.report.desk.comparison import PostCount, years_between
from allocator.report.desk.desk_input import DeskInput, month_text, unique_names
from allocator.report.desk.desk_tables import Cell, DeskTable, DeskView, Reason, word_cell
from allocator.report.desk.reasons import ReasonFinder
from allocator.rules.policy import Policy
from cli_world import good_plan
from desk_oracle import (
    any_plan,
    flows,
    held_by_period,
    in_both,
    laid_out,
    load_plan_policy,
    moves,
    text,
)
from scenario_tools import folder
from tiny_scenario import write_scenario

#: Scenarios with every kind of layer: once, by period, of units, of cases, with a past and without one.
QUICK = ("jizhou-terms", "wusheng-joint", "haian-4plus1", "jingzhou-links", "shehong-sectors")
SLOW = tuple(
    path.parent.name
    for path in sorted(folder("x").parent.glob("*/scenario.yaml"))
    if path.parent.name not in QUICK
)
DAY = date(2026, 3, 1)
Both = tuple[Policy, Plan, DeskView]


def of_scenario(name: str) -> Both:
    policy = load_plan_policy(folder(name))
    plan = any_plan(policy)
    return policy, plan, laid_out(policy, plan)


@pytest.fixture(scope="module", params=[*QUICK, *(pytest.param(one, marks=pytest.mark.slow) for one in SLOW)])
def drawn(request: pytest.FixtureRequest) -> Both:
    """Return a scenario with a plan at random."""
    return of_scenario(request.param)


@pytest.fixture
def tiny(tmp_path: Path) -> Both:
    return with_plan(write_scenario(tmp_path))


def with_plan(place: Path, text: str = tiny_scenario.PLAN) -> Both:
    policy, plan = load_plan_policy(place), good_plan(place, text)
    return policy, plan, laid_out(policy, plan)


def tables(view: DeskView, name: str) -> list[DeskTable]:
    return [one for one in view.tables if one.id == name]


def seat_text(view: DeskView, policy: Policy, seats: set[tuple[str, str | None]], layer: str) -> list[str]:
    """Return seats in word_cell, from the lines of the seat lists alone."""
    roles = {line.assignment.role: line.role.zh for one in view.seats for line in one.lines}
    names = policy.context.scenario.organisation.label
    return sorted(f"{names(slot)}{roles.get(role, role or '')}" for slot, role in seats)


def test_appointments_are_the_changes_of_seats(drawn: Both) -> None:
    policy, plan, view = drawn
    expected = Counter(
        (name, layer.period_id(t), item, frozenset(new), frozenset(old))
        for name, layer in policy.context.layers.items()
        if layer.spec.items.table == "people" and layer.spec.slots.table != "cases"
        for t, item, new, old in moves(held_by_period(layer, plan))
    )
    found = Counter(
        (
            one.layer,
            one.period,
            one.person.id,
            frozenset((seat.slot.id, seat.role) for seat in one.gained),
            frozenset((seat.slot.id, seat.role) for seat in one.given_up),
        )
        for one in view.appointments
    )
    assert found == expected
    rows = [row for table in tables(view, "appointments") for row in in_both(table)]
    assert [row["姓名"].people for row in rows] == [(one.person.id,) for one in view.appointments]
    assert [row["序号"].number for row in rows] == [*range(1, len(rows) + 1)]


def test_the_comparison_counts_who_is_there(drawn: Both) -> None:
    policy, plan, view = drawn
    for table in tables(view, "comparison"):
        layer = policy.context.layers[table.layer]
        held, rows = held_by_period(layer, plan), in_both(table)
        for t in range(len(layer.periods)):
            of_period = [
                row for row in rows if "周期" not in row or row["周期"].text.zh == layer.period_id(t)
            ]
            posts = [row for row in of_period if row["实配"].tone != "total"]
            assert Counter(
                one for row in posts for one in row["方案"].people if row["方案"].people
            ) == Counter(item for item, seats in held[t + 1].items() for _ in seats)
            tracked = t > 0 or bool(held[0])
            came = Counter(one for row in posts if "拟任" in row for one in row["拟任"].people)
            assert sum(came.values()) <= sum(map(len, held[t + 1].values())) * tracked
            for row in posts:
                assert row["实配"].number == len(row["方案"].people)
                names = unique_names(policy.context.scenario.organisation)
                shown = "、".join(names[one] for one in row["方案"].people)
                assert row["方案"].text.zh.replace("▲", "") == shown
            assert of_period[-1]["实配"].number == sum(row["实配"].number or 0 for row in posts)
            assert of_period[-1]["职务"].text.zh == "合计"


def test_the_matrix_shows_each_seat_and_each_move(drawn: Both) -> None:
    policy, plan, view = drawn
    for table in tables(view, "matrix"):
        layer = policy.context.layers[table.layer]
        held, rows = held_by_period(layer, plan), in_both(table)
        label = policy.context.scenario.organisation.label
        items = [item for item in layer.items if any(item in seats for seats in held)]
        assert len(rows) == len(items)
        for item, row in zip(items, rows, strict=True):
            assert row["姓名" if "姓名" in row else "对象"].text.zh.startswith(label(item))
            moved = 0
            for t in range(len(layer.periods)):
                cell = row.get(layer.period_id(t) or "方案", Cell())
                was, will = held[t].get(item, set()), held[t + 1].get(item, set())
                known = t > 0 or bool(held[0])
                places = {slot for slot, _ in will} - {slot for slot, _ in was}
                tone = "" if was == will or not known else "out" if not will else "in" if places else "role"
                assert (cell.tone, bool(cell.text)) == (tone, bool(will) or tone == "out")
                moved += tone in ("in", "role")
            assert row["变动次数"].number == moved or "变动次数" not in row


def test_case_teams_are_those_of_the_plan(drawn: Both) -> None:
    policy, plan, view = drawn
    for table in tables(view, "casework"):
        layer = policy.context.layers[table.layer]
        label = policy.context.scenario.organisation.label
        of_case: dict[str, set[str]] = {}
        for one in plan.assignments:
            if one.layer == table.layer:
                of_case.setdefault(label(one.slot), set()).add(one.item)
        rows = in_both(table)
        assert len(rows) == len(layer.slots)
        for row in rows:
            name = row["案件"].text.zh
            found = {one for cell in row.values() for one in cell.people}
            if "（" not in name:
                assert found == of_case.get(name, set())
            assert (row["人数"].number or 0) == len(found)


def test_changes_are_counted_by_place_and_in_all(drawn: Both) -> None:
    policy, plan, view = drawn
    label = policy.context.scenario.organisation.label
    found: dict[tuple[str, str, str], dict[str, Cell]] = {}
    for table in tables(view, "changes"):
        for row in in_both(table):
            found[
                row["层"].text.zh, row["周期"].text.zh if "周期" in row else "", row["单位（机构）"].text.zh
            ] = row
    count = 0
    for name, layer in policy.context.layers.items():
        held = held_by_period(layer, plan)
        for t in range(len(layer.periods)):
            if layer.spec.slots.table == "cases" or (t == 0 and not held[0]):
                continue
            places = [(slot, label(slot)) for slot in layer.slots]
            for slot, place in [(None, "全层"), *places]:
                title = (layer.spec.title or text(name)).zh
                row = found.get((title, layer.period_id(t) or "", place))
                counted = flows(held, t, slot)
                if row is None:
                    assert slot is not None and not (
                        counted["进"] or counted["出"] or counted["其中岗位变动"]
                    )
                    continue
                count += 1
                shown = {key: row[key].number or 0 for key in counted if key in row}
                assert shown == {key: counted[key] for key in shown}
                if counted["上期"] and "更换比例" in row:
                    share = round(100 * counted["出"] / counted["上期"])
                    assert row["更换比例"].text.zh == f"{share}%"
    assert count == len(found)


def test_loads_add_up(drawn: Both) -> None:
    policy, plan, view = drawn
    organisation = policy.context.scenario.organisation
    for name, layer in policy.context.layers.items():
        title = (layer.spec.title or text(name)).zh
        rows = [
            row for table in tables(view, "loads") for row in in_both(table) if row["层"].text.zh == title
        ]
        taken = [one for one in plan.assignments if one.layer == name]
        assert sum(row["项数"].number or 0 for row in rows) == len(taken)
        by_item = layer.spec.slots.table == "cases"
        work = {unit.id: unit.workload for unit in organisation.units.values()}
        work |= {case.id: case.effort for case in organisation.cases.values()}
        total = sum(work.get(one.slot if by_item else one.item, 0) for one in taken)
        assert sum(row["工作量"].number or 0 for row in rows if "工作量" in row) == total
        shares = [cell.share for row in rows for cell in row.values() if cell.share is not None]
        assert not taken or max(shares) == 1 or not total


def test_scores_are_those_of_the_judge(drawn: Both) -> None:
    policy, plan, view = drawn
    judgement = api.verify(policy, plan).judgement
    [table] = tables(view, "scores")
    rows = in_both(table)
    of_rules = {row["规则"].text.zh: row for row in rows if row["规则"].text}
    assert {
        rule: (row["违反处数"].number or 0, row["代价"].number or 0) for rule, row in of_rules.items()
    } == {found.rule.id: (len(found.breaches), found.cost) for found in judgement.findings}
    assert [row["代价"].number for row in rows if not row["规则"].text] == [*judgement.costs.values()]
    for level, cost in judgement.costs.items():
        proof = "下界 0，差距 100%" if cost else "已证明不能更低"
        assert level == "hard" or any(f"代价 {cost:,}，{proof}" in one.zh for one in view.found)


def test_every_reason_holds(drawn: Both) -> None:
    """No rule with a breach that names the person in the period and place is among the reasons."""
    policy, plan, _ = drawn
    source = DeskInput(policy, plan)
    finder = ReasonFinder(source)
    layers = policy.context.layers
    for one in plan.assignments[::7]:
        reasons = {found.rule for found in finder.reasons(one)}
        layer = layers[one.layer]
        item, slot = layer.item_index[one.item], layer.slot_index[one.slot]
        t = layer.period_index[one.period]
        for rule in policy.rules:
            if rule.id in reasons:
                assert rule.on == one.layer
                for breach in rule.check(source.roster, policy.scopes[rule.id]):
                    subject = breach.subject
                    assert not (
                        item in (subject.item, subject.other)
                        and subject.slot in (-1, slot)
                        and subject.period in (-1, t)
                    )
                    assert (
                        subject.item >= 0 or subject.slot not in (-1, slot) or subject.period not in (-1, t)
                    )


def test_every_assignment_is_a_line(drawn: Both) -> None:
    _, plan, view = drawn
    lines = [line.assignment for one in view.seats for line in one.lines]
    assert Counter(lines) == Counter(plan.assignments)


def test_columns_without_data_are_left_out_and_said(tiny: Both) -> None:
    [table] = tables(tiny[2], "appointments")
    titles = [column.title.zh for column in table.columns]
    assert "性别" not in titles and "备注" in titles and "籍贯" in titles
    assert any("性别" in note.zh and "sex" in note.en for note in table.notes)


def test_columns_of_ones_own_are_read(tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"]
    lines = [line.strip() for line in people.strip().splitlines()]
    more = [
        f"{lines[0]},sex,学历",
        *(f"{line},{sex},大学" for line, sex in zip(lines[1:], "男女" * 4, strict=True)),
    ]
    _, _, view = with_plan(write_scenario(tmp_path, {"people.csv": "\n".join(more) + "\n"}))
    row = in_both(tables(view, "appointments")[0])[0]
    assert (row["性别"].text.zh, row["学历学位"].text.zh) == ("男", "大学")


def test_the_posts_of_the_tiny_scenario(tiny: Both) -> None:
    rows = in_both(tables(tiny[2], "comparison")[1])
    first = rows[1]
    assert (first["单位（机构）"].text.zh, first["职务"].text.zh) == ("第一组", "组员")
    assert (first["核定"].text.zh, first["实配"].number, first["空缺"].number) == ("3", 3, 0)
    assert first["现状"].text == text("陈静（1年）").model_copy(update={"en": "陈静 (1 y)"})
    assert first["方案"].text.zh == "▲李秀英、陈静、▲杨帆"
    assert rows[7]["拟任"].shown("zh") == "▲李秀英" and rows[7]["拟免"].shown("en") == "▽张伟"
    assert rows[2]["职务"].text.zh == "小计" and rows[2]["核定"].text.zh == "4"


def test_vacancies_and_surplus(tmp_path: Path) -> None:
    plan = tiny_scenario.PLAN.replace("P6=G1/member@2026", "P6=G2/member@2026")
    _, _, view = with_plan(write_scenario(tmp_path), plan)
    rows = [row for row in in_both(tables(view, "comparison")[1]) if row["周期"].text.zh == "2026"]
    off = [(row["空缺"].number, row["超配"].number) for row in rows]
    assert off == [(0, 0), (1, 0), (1, 0), (0, 0), (0, 1), (0, 1), (1, 1)]
    assert rows[1]["空缺"].tone == "warn" and rows[4]["超配"].tone == "bad"


@pytest.mark.parametrize(
    ("limits", "actual", "shown", "vacant", "over"),
    [
        ((3, 3), 2, "3", 1, 0), ((14, 24), 25, "14–24", 0, 1), ((14, 24), 12, "14–24", 2, 0),
        ((2, None), 1, "≥2", 1, 0),
        ((None, 5), 3, "≤5", 2, 0), ((None, 5), 6, "≤5", 0, 1), ((None, None), 6, "", 0, 0),
    ],
)  # fmt: skip
def test_authorised_numbers(
    limits: tuple[int | None, int | None], actual: int, shown: str, vacant: int, over: int
) -> None:
    count = PostCount.of(limits, actual)
    assert (count.text, count.vacant, count.over) == (shown, vacant, over)


def test_a_limit_of_the_whole_place_adds_to_those_of_its_posts() -> None:
    parts = [PostCount.of((1, 1), 0), PostCount.of((None, None), 2)]
    whole = PostCount.total(parts, (5, 7))
    assert (whole.text, whole.actual, whole.vacant) == ("5–7", 2, 3)
    assert PostCount.total(parts).text == "" and PostCount.total(parts).vacant == 1


@pytest.mark.parametrize(
    ("held", "holds", "barred", "kind"),
    [
        ((), ((0, 0),), False, NEW),
        (((0, 0),), ((1, 0),), False, ROTATION),
        (((0, 0),), ((1, 0),), True, RECUSAL),
        (((0, 0),), ((1, 1),), False, ROTATION_WITH_ROLE),
        (((0, 0),), ((0, 1),), False, ROLE),
        (((0, 0),), ((0, 0), (1, 0)), False, ADDED),
        (((0, 0),), (), True, RELEASED),
        (((0, 0), (1, 0)), ((1, 0),), False, RELEASED),
    ],
)
def test_kinds_of_changes(
    held: tuple[tuple[int, int], ...], holds: tuple[tuple[int, int], ...], barred: bool, kind: object
) -> None:
    assert change_kind(frozenset(held), frozenset(holds), is_barred=barred) is kind


def test_somebody_who_would_have_to_keep_away_moves_by_recusal(tmp_path: Path) -> None:
    postings = tiny_scenario.TABLES["postings.csv"] + "    P1,G1,member,2025-01-01,\n"
    place = write_scenario(tmp_path, {"postings.csv": postings})
    _, _, view = with_plan(place)
    [one] = [one for one in view.appointments if one.person.id == "P1" and one.period == "2026"]
    assert one.kind is RECUSAL and one.since == "2025.01"
    assert (one.present.zh, one.gained[0].text.zh) == ("第一组组员", "第二组组长")
    [row] = [row for row in in_both(tables(view, "recusals")[0]) if row["姓名"].people == ("P1",)]
    assert (row["处理"].text.zh, row["回避类型"].text.zh) == ("调整", "地域回避")


def test_a_waived_rule_is_no_reason_and_stands_among_the_exceptions(tiny: Both) -> None:
    policy, plan, view = tiny
    finder = ReasonFinder(DeskInput(policy, plan))
    reasons = {
        (one.item, one.period): [found.rule for found in finder.reasons(one)]
        for one in plan.assignments
        if one.layer == "posting"
    }
    assert reasons["P3", "2026"] == ["native", "kin", "lead-grade", "lead-yearly", "staffing"]
    assert "native" not in reasons["P7", "2026"]
    assert "lead-grade" in reasons["P3", "2026"] and "lead-grade" not in reasons["P3", "2027"]
    [row] = in_both(tables(view, "waivers")[0])
    assert (row["理由"].text.zh, row["期限"].text.zh) == ("无人可替", "2027-12-31")
    assert (row["方案中豁免处数"].number, row["是否在期"].text.zh) == (2, "是")
    excused = [row for row in in_both(tables(view, "recusals")[0]) if row["处理"].text.zh == "豁免"]
    assert [row["豁免理由及期限"].text.zh for row in excused] == ["无人可替（至 2027-12-31）"]


def test_a_broken_rule_is_no_reason(tmp_path: Path) -> None:
    plan = tiny_scenario.PLAN.replace("P1=G2/lead@2026", "P1=G1/lead@2026").replace(
        "P3=G1/lead@2026", "P3=G2/lead@2026"
    )
    policy, made, view = with_plan(write_scenario(tmp_path), plan)
    finder = ReasonFinder(DeskInput(policy, made))
    for one in made.assignments:
        if one.item in ("P1", "P3") and one.period == "2026" and one.layer == "posting":
            rules = [found.rule for found in finder.reasons(one)]
            assert "native" not in rules and "lead-grade" in rules and "staffing" in rules
    bad = [row for row in in_both(tables(view, "recusals")[0]) if row["处理"].tone == "bad"]
    assert sorted(one for row in bad for one in row["姓名"].people) == ["P1", "P3"]


def test_a_wish_is_a_reason_of_whoever_has_it(tmp_path: Path) -> None:
    rules = tiny_scenario.RULES.replace(
        "    waive:", "      - {id: wished, kind: wishes, on: posting, level: 1}\n    waive:"
    )
    wishes = "item,slot,role,period,weight\nP3,G1,,,5\n"
    policy, plan, _ = with_plan(write_scenario(tmp_path, {"tiny-rules.yaml": rules, "wishes.csv": wishes}))
    finder = ReasonFinder(DeskInput(policy, plan))
    having = {
        one.item
        for one in plan.assignments
        if one.layer == "posting" and any(found.rule == "wished" for found in finder.reasons(one))
    }
    assert having == {"P3"}


def test_an_exception_that_has_ended_is_said(tmp_path: Path) -> None:
    for day, said in (("2025-12-31", "已过期"), ("2026-12-31", "规划期内到期")):
        rules = tiny_scenario.RULES.replace("until: 2027-12-31", f"until: {day}")
        _, _, view = with_plan(write_scenario(tmp_path, {"tiny-rules.yaml": rules}))
        [row] = in_both(tables(view, "waivers")[0])
        assert row["是否在期"].text.zh == said


def test_namesakes_are_told_apart(tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"].replace("刘洋", "张伟")
    _, _, view = with_plan(write_scenario(tmp_path, {"people.csv": people}))
    lines = {line.item for one in view.seats if one.layer == "posting" for line in one.lines}
    assert {"张伟（P3）", "张伟（P4）"} <= lines and "张伟" not in lines


def test_who_is_absent_is_listed_and_why(tmp_path: Path) -> None:
    absences = "person,from,to,why\nP8,2027-01-01,2027-12-31,挂职\n"
    plan = tiny_scenario.PLAN.replace("P8=G2/member@2027", "")
    _, _, view = with_plan(write_scenario(tmp_path, {"absences.csv": absences}), plan)
    row = in_both(tables(view, "away")[0])[0]
    assert row["姓名"].people == ("P8",) and "挂职" in row["缘由"].text.zh
    [gone] = [one for one in view.appointments if one.person.id == "P8" and one.period == "2027"]
    assert gone.kind is RELEASED and "挂职" in gone.remarks[0].zh and not gone.reasons


def test_how_the_plan_was_found_and_its_hash(tiny: Both) -> None:
    _, plan, view = tiny
    assert len(view.plan_hash) == 64 and view.plan_hash == laid_out(*tiny[:2]).plan_hash
    other = plan.model_copy(update={"assignments": plan.assignments[1:]})
    assert laid_out(tiny[0], other).plan_hash != view.plan_hash
    assert [one.zh for one in view.found] == [
        "求解状态：可行",
        "1 人员稳定：代价 0，已证明不能更低",
        "用时（秒） 0.5 · 种子 1",
    ]
    worse = tuple({**one.model_dump(), "cost": 4, "bound": 3} for one in plan.score if one.level == 1)
    claimed = Plan.model_validate({**plan.model_dump(), "score": worse})
    found = laid_out(tiny[0], claimed).found
    assert "does not follow" in found[0].en and not [one for one in found if "lower bound" in one.en]
    [table] = tables(laid_out(tiny[0], claimed), "scores")
    assert [row["下界"].number for row in in_both(table) if not row["规则"].text] == [None, 3]
    assert view.table("matrix") is not None and view.table("away") is None


def test_small_things() -> None:
    assert month_text(None) == "" and years_between(None, DAY) is None
    assert years_between(DAY, DAY) == 0
    assert word_cell("").is_empty and word_cell("", tone="in").shown("zh") == ""
    many = [Reason(str(k), text(f"第{k}条"), True) for k in range(6)]
    assert reasons_text(many, 2).zh == "第0条；第1条；另有 4 条"


def test_people_without_a_grade_are_a_post_beside_the_place_as_a_whole(tmp_path: Path) -> None:
    tables = {
        "scenario.yaml": "scenario: small\nperiods: [2026]\nrules: [r]\n"
        "layers: {posting: {items: people, slots: units}}\n",
        "units.csv": "id,name\nU1,财政组\n",
        "people.csv": "id,name,grade\nP1,甲,head\nP2,乙,\nP3,丙,\n",
        "r.yaml": "pack: r\nrules:\n  - {id: a, kind: composition, on: posting, exactly: {head: 1}}\n"
        "  - {id: b, kind: capacity, on: posting, atleast: 3, atmost: 3}\n",
    }
    for name, content in tables.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    policy = api.bind(api.load(tmp_path))
    view = laid_out(policy, api.solve(policy, seconds=10))
    (table,) = [one for one in view.tables if one.id == "comparison"]
    shown = [(row["职务"].text.zh, row["核定"].text.zh, row["空缺"].number) for row in in_both(table)[:3]]
    assert shown == [("正", "1", 0), ("其他", "", None), ("小计", "3", 0)]
