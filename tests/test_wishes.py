"""The table of wishes: every fault has its place; rules of kind ``wishes`` charge for wishes."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from allocator.errors import InputError
from allocator.report.lint import find_doubts
from rota import in_order, rota, solved

ONE = "{id: one, kind: capacity, on: duty, atleast: 1, atmost: 1}\n"
WISHES = "{id: wishes, kind: wishes, on: duty, level: 1}\n"


def test_the_dearer_of_two_wishes_is_met(tmp_path: Path) -> None:
    table = (
        "对象,去处,角色,周期,权重\nAnn,Night,,2026-03-02,2\nBen,Night,,2026-03-02,3\nBen,,,2026-03-03,-1\n"
    )
    plan = solved(rota(tmp_path, ONE + WISHES, periods=2, tables={"wishes.csv": table}))
    assert in_order(plan) == ["Ben", "Ann"] and plan.score[-1].cost == 2


def test_a_wish_for_any_period_is_met_once_and_what_is_not_wanted_costs_each_time(tmp_path: Path) -> None:
    table = "item,slot,role,period,weight\nAnn,Night,,,5\nBen,,,,-2\n"
    alone = "{id: alone, kind: frequency, on: duty, items: person.id == 'Ann', atmost: 1}\n"
    plan = solved(rota(tmp_path, ONE + WISHES + alone, periods=3, tables={"wishes.csv": table}))
    assert sorted(in_order(plan)) == ["Ann", "Ben", "Ben"] and plan.score[-1].cost == 4


def test_wishes_may_be_hard(tmp_path: Path) -> None:
    table = "item,slot,period,weight\nAnn,Night,2026-03-02,1\nBen,Night,2026-03-02,1\n"
    hard = "{id: wishes, kind: wishes, on: duty}\n"
    solved(rota(tmp_path, ONE + hard, periods=1, tables={"wishes.csv": table}), "infeasible")


def test_a_wish_names_a_role_in_words(tmp_path: Path) -> None:
    table = "item,slot,role,weight\nAnn,Night,组长,1\nBen,Night,lead,-1\n"
    plan = solved(rota(tmp_path, ONE + WISHES, periods=1, roles="lead, member", tables={"wishes.csv": table}))
    assert [(one.item, one.role) for one in plan.assignments] == [("Ann", "lead")]


def test_every_fault_is_told_at_its_cell(tmp_path: Path) -> None:
    table = (
        "item,slot,role,period,weight\nAnnn,Night,,,1\nAnn,Nigt,,,1\nAnn,Night,laed,,1\n"
        "Ann,Night,,2026-03-20,1\nBen,,,,0\nBen,Night,,,\nBen,,,,-3\nAnn,Night,lead,,x\n"
    )
    with pytest.raises(InputError) as error:
        rota(tmp_path, WISHES, tables={"wishes.csv": table})
    told = {(fault.row, fault.column, fault.found, fault.nearest) for fault in error.value.faults}
    assert told == {
        (2, "item", "Annn", "Ann"),
        (3, "slot", "Nigt", "Night"),
        (4, "role", "laed", "lead"),
        (5, "period", "2026-03-20", "2026-03-05"),
        (6, "weight", "0", ""),
        (7, "weight", None, ""),
        (8, "item", "Ben", ""),
        (9, "weight", "x", ""),
    }
    assert all(fault.file == "wishes.csv" and fault("zh") for fault in error.value.faults)


def test_a_table_that_is_not_there_is_named_where_most_ids_are_of_it(tmp_path: Path) -> None:
    table = "item,slot,weight\nAnn,C1,1\nAnn,C2,1\nAnn,Night,1\n"
    with pytest.raises(InputError) as error:
        rota(tmp_path, WISHES, tables={"wishes.csv": table})
    assert any("there is no such table" in fault.message.en for fault in error.value.faults)


def test_wishes_that_no_rule_reads_are_asked_about(tmp_path: Path) -> None:
    table = {"wishes.csv": "item,slot,weight\nAnn,Night,1\nBen,Night,1\n"}
    [doubt] = find_doubts(rota(tmp_path, ONE, tables=table))
    assert "2 of the wishes" in doubt.message.en and "2 行" in doubt.message.zh
    partly = ONE + "{id: w, kind: wishes, on: duty, level: 1, items: person.id == 'Ann'}\n"
    [doubt] = find_doubts(rota(tmp_path / "partly", partly, tables=table))
    assert "of Ben" in doubt.message.en


def test_a_scenario_with_wishes_is_loaded_whole(tmp_path: Path) -> None:
    policy = rota(tmp_path, ONE + WISHES, tables={"wishes.csv": "item,weight\nAnn,-1\n"})
    assert [wish.weight for wish in policy.context.scenario.organisation.wishes] == [-1]
    assert api.solve(policy, seconds=10, workers=1).status == "optimal"
