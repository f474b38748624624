"""The recusal register: people recused from each case, with the rule and the path of ties."""

from __future__ import annotations

from pathlib import Path

from allocator import api
from allocator.report.roster_view import RecusalRegister, recusal_registers
from cli_world import call
from small_folder import SCENARIO, folder

PACK = """\
pack: main
rules:
  - id: native
    kind: avoid
    on: casework
    when: person.native_place == unit.place
    why: {zh: 地域回避, en: native place}
  - {id: kin, kind: avoid, on: casework, role: lead, acquaintance: {of: "[case.unit]", above: 0.5, hops: 2}}
  - {id: soft, kind: avoid, on: casework, when: person.id == "Li", level: 1}
  - {id: law, kind: eligible, on: casework, when: person.id != "Li"}
waive:
  - {rule: native, items: [Zhao], slots: [C1], reason: {zh: 无人可替, en: nobody else}, until: 2026-12-31}
"""
TIES = "source,target,kind\nZhao,Li,kin\n"


def registers(tmp_path: Path) -> dict[str, RecusalRegister]:
    scenario = SCENARIO.replace("slots: cases, take: any", "slots: cases, roles: [lead, member], take: any")
    base = folder(tmp_path, {"main": PACK}, scenario)
    (base / "ties.csv").write_text(TIES, "utf-8")
    return {one.case.id: one for one in recusal_registers(api.bind(api.load(base)))}


def test_each_case_says_who_is_out_and_why(tmp_path: Path) -> None:
    found = registers(tmp_path)
    assert list(found) == ["C1", "C2"]
    [kin, native] = [one for one in found["C1"].recusals if one.who.id == "Wang"]
    assert (native.rule, native.why("en"), native.roles) == ("native", "native place", ())
    assert (kin.rule, kin.roles) == ("kin", ("lead",))
    assert kin.detail("en") and kin.detail("zh")
    related = [one for one in found["C2"].recusals if one.who.id == "Zhao"]
    assert [one.rule for one in related] == ["kin"] and "李娜" in related[0].detail("zh")


def test_waived_and_soft_ones_are_not_out(tmp_path: Path) -> None:
    found = registers(tmp_path)
    assert ("Zhao", "native") not in {(one.who.id, one.rule) for one in found["C1"].recusals}
    assert {one.rule for case in found.values() for one in case.recusals} == {"native", "kin"}


def test_those_who_are_left_are_counted(tmp_path: Path) -> None:
    found = registers(tmp_path)
    # Wang is out of C1 as a native of the place; Li retires before C2 ends; who may not lead may be a member.
    assert (found["C1"].free, found["C2"].free) == (2, 2)


def test_a_plan_shows_the_register_when_asked(tmp_path: Path) -> None:
    registers(tmp_path)
    base = tmp_path / "scenarios" / "small"
    plan = tmp_path / "plan.json"
    assert call("solve", base, "-o", plan).status == 0
    shown = call("show", plan, "--scenario", base, "--recusals").out
    assert "Recusal register" in shown and "native place" in shown and "kin (lead)" in shown
    assert "Recusal register" not in call("show", plan, "--scenario", base).out
    data = call("show", plan, "--scenario", base, "--recusals", "--json").json
    assert {one["case"]["id"] for one in data["recusals"]} == {"C1", "C2"}
