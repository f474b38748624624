"""``allocator stress``: what is tried on a plan, and what becomes of the plan, by hand-made answers."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from textwrap import dedent

import openpyxl
import pytest

import tiny_scenario
from allocator import api
from allocator.errors import InputError
from allocator.model.tables import Absence
from allocator.stress import ShockSettings, shocked_scenario
from cli_world import call, good_plan, write_plan
from tiny_scenario import write_scenario

#: A ninth person, who may be a member anywhere, and a limit that the first unit all but reaches.
SPARE = {
    "people.csv": dedent(tiny_scenario.TABLES["people.csv"]) + "P9,周倩,cadre,U2,河口,1991-02-02\n",
    "scenario.yaml": tiny_scenario.SCENARIO.replace("[lead, member]", "[lead, member]\n        take: 0-1"),
    "tiny-rules.yaml": tiny_scenario.RULES.replace(
        "    waive:",
        "      - {id: band, kind: capacity, on: zoning, load: unit.workload, atmost: 35,"
        " why: {zh: 每片不超过 35, en: 35 a zone at most}}\n    waive:",
    ),
}


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_scenario(tmp_path, SPARE)


def tried(place: Path, *kinds: api.ShockKind) -> tuple[api.Policy, api.Plan, list[api.Shock]]:
    policy, plan = api.bind(api.load(place)), good_plan(place)
    return policy, plan, api.shocks(policy, plan, kinds)


def test_shocks_are_those_that_concern_the_plan(tiny: Path) -> None:
    _, _, leaves = tried(tiny, "leaves")
    assert [one.entities for one in leaves] == [(f"P{k}",) for k in range(1, 9)]  # P9 holds no seat
    _, _, pairs = tried(tiny, "pair")  # the leads of both years; three members each can stand in for another
    assert [one.entities for one in pairs] == [("P2", "P3"), ("P1", "P4")]
    _, _, loads = tried(tiny, "load")
    assert [one.entities for one in loads] == [("U1",), ("U2",)]
    _, _, ties = tried(tiny, "tie")
    ends = [one.entities for one in ties]
    assert ends[:2] == [("P1", "U1"), ("P4", "U2")]  # the chiefs, and the units of their cases
    assert ("P2", "P5") in ends and ("P1", "P5") not in ends  # one group, two groups
    assert ("P6", "P8") not in ends  # in two groups, and kin already
    assert len(ends) == len(set(ends)) == 2 + 6 + 6


def test_a_shock_changes_its_table_alone(tiny: Path) -> None:
    scenario = api.load(tiny)
    sized = ShockSettings(load=Fraction(1, 10), tie="classmate")
    away = shocked_scenario(scenario, api.Shock("pair", ("P1", "P4")), sized).organisation
    assert away.absences == (Absence(person="P1"), Absence(person="P4"))
    loaded = shocked_scenario(scenario, api.Shock("load", ("U1",)), sized).organisation
    assert (loaded.units["U1"].workload, loaded.units["U2"].workload) == (33, 20)
    odd = ShockSettings(load=Fraction(1, 7))
    assert shocked_scenario(scenario, api.Shock("load", ("U1",)), odd).organisation.units["U1"].workload == 35
    tied = shocked_scenario(scenario, api.Shock("tie", ("P1", "某企业")), sized).organisation
    assert (tied.ties[-1].kind, tied.ties[-1].outside, tied.ties[-1].holds(date.min, date.max)) == (
        "classmate", True, True,
    )  # fmt: skip
    inside = shocked_scenario(scenario, api.Shock("tie", ("P1", "P2")), sized).organisation
    assert not inside.ties[-1].outside
    assert replace(scenario.organisation, ties=tied.ties) == tied


def test_who_leaves_is_mended_by_the_spare_person_or_by_nobody(tiny: Path) -> None:
    policy, plan, shocks = tried(tiny, "leaves")
    report = api.stress(policy, plan, shocks, seconds=20, workers=1)
    found = {one.shock.entities[0]: one for one in report.results}
    # The first group is led by P2 and P3, a year each, since P1 and P4 come from there.
    assert report.irreplaceable == ("P2", "P3")
    # Without P1 or P4 the second is led by P2 in 2026, when P3 leads the first, and by the other in 2027.
    assert [(found[one].outcome, found[one].changes, found[one].bound) for one in ("P1", "P4")] == [
        ("mended", 1, 1),  # the seat of P2 in 2026; those of P1 are open
        ("mended", 3, 3),  # besides, P1 no longer leads in 2026, and leads in 2027
    ]
    assert [one.shock.entities for one in report.worst] == [("P4",)]
    member = found["P5"]
    assert (member.outcome, member.changes, member.bound, member.is_proved) == ("mended", 0, 0, True)
    assert {(one.place.id, one.period, one.left[0].id, one.came[0].id) for one in member.seats} == {
        ("G1", "2026", "P5", "P9"), ("G1", "2027", "P5", "P9"),
    }  # fmt: skip
    assert all(one.is_proved for one in report.results)


def test_a_load_beyond_its_limit_cannot_be_mended_and_one_below_holds(tiny: Path) -> None:
    policy, plan, shocks = tried(tiny, "load")
    report = api.stress(policy, plan, shocks, seconds=20, workers=1)
    assert [(one.outcome, one.broken) for one in report.results] == [("impossible", ("band",)), ("holds", ())]
    held = api.stress(
        policy, plan, shocks, settings=ShockSettings(load=Fraction(1, 6)), seconds=20, workers=1
    )
    assert [one.outcome for one in held.results] == ["holds", "holds"]
    assert held.worst == () and held.irreplaceable == ()


def test_kin_in_one_group_must_part(tiny: Path) -> None:
    policy, plan, _ = tried(tiny)
    report = api.stress(policy, plan, [api.Shock("tie", ("P2", "P5"))], seconds=20, workers=1)
    [found] = report.results
    assert (found.outcome, found.broken, found.is_proved) == ("mended", ("kin",), True)
    # P9 takes the seat of P5 in both years; one year alone would leave the two together in the other.
    assert (found.changes, found.bound) == (2, 2)
    assert report.worst == (found,)


def test_a_call_that_is_stopped_says_what_was_not_tried(tiny: Path) -> None:
    policy, plan, shocks = tried(tiny, "leaves")
    stop = api.StopRequest()
    stop.request()
    report = api.stress(policy, plan, shocks, observer=stop)
    assert {one.outcome for one in report.results} == {"not_tried"}


def test_pins_of_those_who_leave_are_dropped_and_others_kept(tiny: Path) -> None:
    policy, plan, _ = tried(tiny)
    asked = {"pin": ["P5=G1/member@2026", "P9=G2/member@2026"], "exclude": ["P5=G2", "P9=G1@2027"]}
    pinned = plan.model_copy(update={"run": {**plan.run, "asked": asked}})
    [free] = api.stress(policy, plan, [api.Shock("leaves", ("P5",))], seconds=20, workers=1).results
    assert (free.outcome, free.changes) == ("mended", 0)
    # P9 is bound to the second group in 2026, so that somebody else of it must fill the first.
    [bound] = api.stress(policy, pinned, [api.Shock("leaves", ("P5",))], seconds=20, workers=1).results
    assert bound.outcome == "mended" and bound.changes > 0 and bound.is_proved


def test_unknown_ties_and_empty_plans_are_refused(tiny: Path) -> None:
    policy, plan, _ = tried(tiny)
    with pytest.raises(InputError) as caught:
        api.stress(policy, plan, [], settings=ShockSettings(tie="knn"))
    assert (caught.value.faults[0].column, caught.value.faults[0].nearest) == ("--tie", "kin")
    with pytest.raises(InputError):
        api.shocks(policy, plan.model_copy(update={"assignments": ()}))


def test_the_command_prints_writes_and_answers(tiny: Path, tmp_path: Path) -> None:
    plan = write_plan(tiny)
    file = tmp_path / "stress.xlsx"
    options = ("--only", "load", "--workers", "1", "--to", file)
    done = call("stress", tiny, plan, *options, lang="zh")
    assert done.status == 1, done.err
    assert "检验 2 项，不受影响 1，无解 1" in done.out
    assert "城东街道工作量增加 20%（违反：每片不超过 35）" in done.out.replace("\n", "")
    assert "共 2 项" in done.err and "未检验人员离岗" in done.out
    sheet = openpyxl.load_workbook(io.BytesIO(file.read_bytes())).worksheets[0]
    cells = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any("城东街道工作量增加" in str(cell) for cell in cells) and any(
        "无解" in str(cell) for cell in cells
    )
    again = tmp_path / "again.xlsx"
    fine = call("stress", tiny, plan, "--only", "load", "--load", "10", "--json", "--to", again)
    assert fine.status == 0 and fine.json["counts"] == {"holds": 2} and fine.json["irreplaceable"] == []
    assert call("stress", tiny, plan, "--to", "x.docx").status == 2
    assert "kin" in call("stress", tiny, plan, "--tie", "kinn").err
