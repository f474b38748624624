"""Limits that read the period or a table of slots by periods, and loads of several slots counted together."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.api import bind, load
from allocator.errors import InputError
from allocator.model.plan import Assignment
from allocator.optimise.dispatcher import solve
from allocator.optimise.results import Options
from allocator.rules.roster import Roster
from cli_world import call

DAYS = ("2026-03-02", "2026-03-03", "2026-03-04")
SCENARIO = """scenario: rota
periods:
  - {id: "2026-03-02", from: 2026-03-02, to: 2026-03-02}
  - {id: "2026-03-03", from: 2026-03-03, to: 2026-03-03}
  - {id: "2026-03-04", from: 2026-03-04, to: 2026-03-04}
layers:
  rota: {items: people, slots: groups where group.kind == "shift", take: 0-1}
rules: [r]
"""
TABLES = {
    "scenario.yaml": SCENARIO,
    "people.csv": "id,grade\nA,head\nB,cadre\nC,cadre\n",
    "groups.csv": "id,kind,parent\nW,ward,\nV,ward,\nday,shift,W\nnight,shift,W\nspare,shift,V\n",
    "scores-demand.csv": "shift,2026-03-02,2026-03-03,2026-03-04\nday,1,2,0\nnight,1,,1\nspare,0,0,0\n",
}


def rota(tmp_path: Path, *rules: str, **tables: str) -> Path:
    pack = "pack: r\nrules:\n" + "".join(f"  - {{id: r{k}, {rule}}}\n" for k, rule in enumerate(rules))
    for name, text in {**TABLES, **tables, "r.yaml": pack}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def counts(path: Path) -> dict[str, list[int]]:
    """Return by shift how many are there on each day of the plan found."""
    found = solve(bind(load(path)), Options(seconds=10))
    assert found.status == "optimal"
    return {
        slot: [sum((one.slot, one.period) == (slot, day) for one in found.assignments) for day in DAYS]
        for slot in ("day", "night", "spare")
    }


DEMAND = {"day": [1, 2, 0], "night": [1, 0, 1], "spare": [0, 0, 0]}


@pytest.mark.parametrize(
    "rule",
    [
        "kind: capacity, on: rota, atleast: score.demand, atmost: score.demand",
        "kind: capacity, on: rota, atleast: 'score.demand', atmost: 'score.demand > 1 ? 2 : score.demand'",
        "kind: capacity, on: rota, atleast: \"group.id == 'spare' ? 0 : group.id == 'day' ? (period.id == "
        "'2026-03-02' ? 1 : period.index == 1 ? 2 : 0) : 1 - period.index % 2\", atmost: score.demand",
    ],
)
def test_demand_by_day_and_shift_is_one_rule(tmp_path: Path, rule: str) -> None:
    assert counts(rota(tmp_path, rule)) == DEMAND


def test_a_composition_asks_so_many_of_each_word_by_day(tmp_path: Path) -> None:
    heads = "kind: composition, on: rota, exactly: {head: \"group.id == 'night' ? score.demand : 0\"}"
    cadres = "kind: composition, on: rota, atleast: {cadre: \"group.id == 'day' ? score.demand : 0\"}"
    all_in_all = "kind: capacity, on: rota, each: layer, atmost: '2 - period.index / 2'"
    assert counts(rota(tmp_path, heads, cadres, all_in_all)) == DEMAND


def test_shifts_of_one_ward_are_counted_together(tmp_path: Path) -> None:
    three = "kind: capacity, on: rota, each: group.parent, atmost: 3, atleast: 'period.index == 0 ? 3 : 0'"
    none_spare = "kind: capacity, on: rota, slots: group.id == 'spare', atmost: 0"
    done = call("solve", rota(tmp_path, three, none_spare))
    assert done.status == 1, "the spare shift's ward has nobody"
    only = three.replace("on: rota,", "on: rota, slots: group.parent == 'W',")
    found = counts(rota(tmp_path, only, none_spare))
    assert found["day"][0] + found["night"][0] == 3 and sum(found["spare"]) == 0


def test_people_are_counted_together_too_and_a_breach_names_the_value(tmp_path: Path) -> None:
    path = rota(tmp_path, "kind: capacity, on: rota, each: person.grade, atmost: 1, level: 1")
    policy = bind(load(path))
    plan = [Assignment(layer="rota", item=who, slot="day", period=DAYS[0]) for who in "ABC"]
    rule = policy.rules[-1]
    [breach] = policy.breaches(rule, Roster(policy.context.layers, plan))
    assert (breach.amount, breach.detail.en) == (1, "cadre: is 2, should be ≤1")


def test_a_bound_is_one_for_all_that_are_counted_together(tmp_path: Path) -> None:
    limit = "kind: capacity, on: rota, each: group.parent, atmost: \"group.id == 'day' ? 1 : 2\""
    with pytest.raises(InputError) as raised:
        bind(load(rota(tmp_path, limit))).compile()
    [fault] = raised.value.faults
    assert "W is counted together" in fault.message.en and "day has 1 and night has 2" in fault.message.en
    assert "“W”合并计算" in fault.message.zh and fault.column.startswith("r0")
    horizon = limit.replace("atmost", "over: horizon, atmost")
    with pytest.raises(InputError):
        bind(load(rota(tmp_path, horizon))).compile()


def test_a_table_of_other_ids_is_refused_and_one_of_unknown_days_too(tmp_path: Path) -> None:
    demand = "kind: capacity, on: rota, atleast: score.demand"
    path = rota(tmp_path, demand, **{"scores-demand.csv": "x,A,B\nday,1,2\n"})
    done = call("check", path, "--lang", "en")
    assert done.status == 2 and "scores-demand.csv has no ids of these" in done.err
    path = rota(tmp_path, demand, **{"scores-demand.csv": "x,2026-03-22\nday,1\n"})
    done = call("check", path, "--lang", "en")
    assert done.status == 2 and "is no id of a unit, person, group, case or period" in done.err


def test_a_shift_without_a_row_has_no_demand_even_if_the_rule_is_of_that_one_alone(tmp_path: Path) -> None:
    table = {"scores-demand.csv": "shift,2026-03-02\nday,1\n"}
    none_spare = "kind: capacity, on: rota, slots: group.id == 'spare', atmost: score.demand"
    none_later = "kind: capacity, on: rota, during: ['2026-03-03', '2026-03-04'], atmost: score.demand"
    everybody = "kind: capacity, on: rota, each: layer, atleast: 'period.index == 0 ? 3 : 0'"
    found = counts(rota(tmp_path, none_spare, none_later, everybody, **table))
    assert (found["spare"][0], found["day"][1:], found["night"][1:]) == (0, [0, 0], [0, 0])


@pytest.mark.parametrize(
    ("rule", "column"),
    [
        ("kind: capacity, on: rota, each: slto, atmost: 1", "r0.each"),
        ("kind: capacity, on: rota, each: group.parnt, atmost: 1", "r0.each"),
        ("kind: capacity, on: rota, over: horizon, atmost: period.index", "r0.atmost"),
        ("kind: capacity, on: rota, each: layer, over: horizon, atmost: period.index", "r0"),
        ("kind: capacity, on: rota, each: layer, atmost: group.id", "r0.atmost"),
        ("kind: composition, on: rota, atleast: {haed: 1}", "r0.atleast"),
        ("kind: composition, on: rota, atleast: {head: perod.index}", "r0.atleast.head"),
        ("kind: composition, on: rota, atleast: {head: 1, 正: 2}", "r0.atleast"),
        ("kind: cover, on: rota, skills: {law: 1}, atleast: 0", "r0.atleast"),
        ("kind: cover, on: rota, skills: {law: 1}, atleast: 1000001", "r0.atleast"),
        ("kind: strength, on: rota, percent: 101", "r0.percent"),
        ("kind: strength, on: rota, unit: \"'x'\", atleast: group.id", "r0.atleast"),
    ],
)
def test_what_a_limit_cannot_read_is_told_at_its_place(tmp_path: Path, rule: str, column: str) -> None:
    path = rota(tmp_path, rule)
    try:
        bind(load(path))
    except InputError as error:
        assert [fault.column for fault in error.faults if fault.column.startswith(column)], error.faults
    else:
        raise AssertionError("nothing was said")


@pytest.mark.parametrize("each", ["slot", "item", "layer"])
def test_whole_numbers_are_read_as_ever(tmp_path: Path, each: str) -> None:
    policy = bind(load(rota(tmp_path, f"kind: capacity, on: rota, each: {each}, atleast: 0, atmost: 2")))
    rule = policy.rules[-1].model_dump()
    assert (rule["each"], rule["atleast"], rule["atmost"]) == (each, 0, 2)
