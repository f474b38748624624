"""Supply against demand: shortages found by counting are stated in numbers, and their remedies exist."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from allocator import api
from allocator.verify.imbalances import TransportInstance, find_imbalances, hall_violators
from cli_world import call

SCENARIO = """\
scenario: count
periods: [2026, 2027]
roles:
  lead: {zh: 组长, en: lead}
  deputy: {zh: 副组长, en: deputy lead}
  member: {zh: 组员, en: member}
layers:
  posting: {items: people, slots: groups, roles: [lead, deputy, member], take: TAKE}
rules: [r]
"""
RULES = """\
pack: r
rules:
  - {id: seats, kind: composition, on: posting, exactly: seats}
  - {id: deputies, kind: eligible, on: posting, role: deputy, when: person.grade == "deputy"}
"""


def scenario(base: Path, grades: dict[str, int], seats: str, groups: int = 2, take: str = "1") -> Path:
    """Write a scenario with so many people of each grade, and groups with the same seats."""
    base.mkdir(parents=True)
    people = [f"{grade[0]}{k},{grade[0]}{k},{grade}" for grade, count in grades.items() for k in range(count)]
    files = {
        "scenario.yaml": SCENARIO.replace("TAKE", take),
        "r.yaml": RULES,
        "people.csv": "\n".join(["id,name,grade", *people, ""]),
        "groups.csv": "\n".join(["id,name,seats", *(f"G{k},第{k}组,{seats}" for k in range(groups)), ""]),
    }
    for name, text in files.items():
        (base / name).write_text(text, "utf-8")
    return base


def test_too_few_of_a_role_are_counted(tmp_path: Path) -> None:
    folder = scenario(tmp_path / "s", {"head": 2, "deputy": 1, "cadre": 2}, "1组长+1副组长+1组员")
    [one] = find_imbalances(api.bind(api.load(folder)))
    assert (one.rule, one.roles, one.needs, one.supply, one.off) == ("seats", ("deputy",), 2, 1, 1)
    assert one.periods == ("2026", "2027")
    assert [who.id for who in one.people] == ["d0"] and [slot.id for slot in one.slots] == ["G0", "G1"]
    assert one.barred == (("deputies", 4),)
    said = call("check", folder)
    assert "2026, 2027: deputy lead: 2 needed, 1 may, 1 short (barred: deputies 4)" in said.out
    assert said.out.endswith("ok, with 1 doubt\n")
    chinese = call("check", folder, lang="zh").out
    assert "无法满足：2026、2027：副组长需 2 人，合格 1 人，缺 1 人（不合格：deputies 4 人）" in chinese


def test_the_way_out_is_one_that_somebody_can_take(tmp_path: Path) -> None:
    folder = scenario(tmp_path / "s", {"head": 2, "deputy": 1, "cadre": 2}, "1组长+1副组长+1组员")
    done = call("solve", folder, "--time-limit", "20")
    assert done.status == 1 and "takes 2 places" not in done.out
    assert "2026, 2027: deputy lead: 2 needed, 1 there, 1 short" in done.out
    assert done.out.index("deputy lead: 2 needed") < done.out.index("these cannot hold together")
    reasons = call("solve", folder, "--time-limit", "20", "--json").json["run"]["reasons"]
    assert [one["rule"] for one in reasons["supply"]] == ["seats"]


def test_eight_people_for_ten_seats_are_two_short(tmp_path: Path) -> None:
    folder = scenario(tmp_path / "s", {"head": 4, "deputy": 4}, "1组长+1副组长+3组员")
    [one] = find_imbalances(api.bind(api.load(folder)))
    assert (one.roles, one.needs, one.supply, one.off) == ((), 10, 8, 2)
    assert "takes 2 places" not in call("solve", folder, "--time-limit", "20").out


def test_more_people_than_seats_are_counted(tmp_path: Path) -> None:
    folder = scenario(tmp_path / "s", {"head": 4, "deputy": 4}, "1组长+1副组长+1组员")
    [one] = find_imbalances(api.bind(api.load(folder)))
    assert one.too_many and (one.needs, one.supply, one.off) == (8, 6, 2)
    said = call("check", folder).out
    assert "8 must have a place, there are 6: 2 too many (more seats, or `take: 0-1` in the layer)" in said
    assert "8 人须有位置，可用位置 6 个，多出 2 人" in call("check", folder, lang="zh").out
    free = scenario(tmp_path / "free", {"head": 4, "deputy": 4}, "1组长+1副组长+1组员", take="0-1")
    assert find_imbalances(api.bind(api.load(free))) == ()
    assert call("solve", free, "--time-limit", "20").status == 0


@pytest.mark.parametrize("grades", [{"head": 2, "deputy": 2, "cadre": 2}, {"deputy": 6}])
def test_enough_is_not_told(tmp_path: Path, grades: dict[str, int]) -> None:
    folder = scenario(tmp_path / "s", grades, "1组长+1副组长+1组员")
    assert find_imbalances(api.bind(api.load(folder))) == ()
    assert call("solve", folder, "--time-limit", "20").status == 0


@given(st.data())
@settings(max_examples=60)
def test_unmet_demand_is_what_no_matching_meets(data: st.DataObject) -> None:
    """An assignment problem over single seats says how many can be met; the parts must add up to the rest."""
    suppliers, takers = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
    cells = st.lists(st.integers(0, 1), min_size=suppliers * takers, max_size=suppliers * takers)
    may = np.array(data.draw(cells)).reshape(suppliers, takers)
    wants = np.array(data.draw(st.lists(st.integers(0, 3), min_size=takers, max_size=takers)))
    seats = np.repeat(np.arange(takers), wants)
    met = 0
    if len(seats):
        rows, cols = linear_sum_assignment(may[:, seats], maximize=True)
        met = int(may[rows, seats[cols]].sum())
    parts = list(hall_violators(TransportInstance(np.ones(suppliers, dtype=np.int64), wants, may)))
    assert sum(part.demand - part.supply for part in parts) == int(wants.sum()) - met
    for part in parts:
        givers = np.flatnonzero(may[:, list(part.takers)].any(axis=1)).tolist()
        assert list(part.suppliers) == givers and part.supply == len(givers)


def test_somebody_with_no_place_open_to_him_is_named_with_the_rule(tmp_path: Path) -> None:
    folder = scenario(tmp_path / "s", {"head": 1, "deputy": 3}, "2组员")
    away = '  - {id: away, kind: eligible, on: posting, when: person.id != "h0" || period.id != "2027"}\n'
    (folder / "r.yaml").write_text(RULES + away, "utf-8")
    [one] = [found for found in find_imbalances(api.bind(api.load(folder))) if found.too_many]
    assert (one.rule, one.periods, one.needs, one.supply) == ("take.posting", ("2027",), 1, 0)
    assert (one.slots, one.barred, one.people[0].id) == ((), (("away", 1),), "h0")
    said = call("check", folder).out
    assert "2027: h0 must have a place, none is open (barred: away 1): list who is away" in said
    assert "2027：h0须有位置，却无处可去（不合格：away 1 人）" in call("check", folder, lang="zh").out


def test_a_way_out_against_a_rule_without_a_number_is_an_exception_with_the_reason(tmp_path: Path) -> None:
    folder = scenario(tmp_path / "s", {"head": 2, "deputy": 1, "cadre": 3}, "1组长+1副组长+1组员")
    done = call("solve", folder, "--time-limit", "20")
    assert "needs an exception: any deputy lead in a group must meet this: " in done.out
    done = call("solve", folder, "--time-limit", "20", lang="zh")
    assert "须破例：副组长须符合：人员的职级是副" in done.out


def test_units_are_counted_as_units_of_their_layer(tmp_path: Path) -> None:
    base = tmp_path / "z"
    base.mkdir()
    files = {
        "scenario.yaml": (
            "scenario: z\nperiods: [2026]\nrules: [r]\n"
            "layers: {zoning: {title: {zh: 划片, en: Zones}, items: units, slots: groups, periods: once}}\n"
        ),
        "r.yaml": "pack: r\nrules: [{id: two, kind: capacity, on: zoning, atleast: 2}]\n",
        "units.csv": "id\nU1\nU2\nU3\n",
        "groups.csv": "id\nZ1\nZ2\n",
    }
    for name, text in files.items():
        (base / name).write_text(text, "utf-8")
    assert "Zones: units: 4 needed, 3 may, 1 short" in call("check", base).out
    done = call("solve", base, "--time-limit", "10", lang="zh")
    assert "划片：需 4 个单位，有 3 个单位，缺 1 个单位" in done.out
    assert "实为 1，应为 ≥2" in done.out


def test_too_few_of_a_skill_or_a_grade_say_which_and_where(tmp_path: Path) -> None:
    folder = scenario(tmp_path / "s", {"head": 1, "deputy": 3, "cadre": 4}, "2组员")
    more = (
        "  - {id: able, kind: cover, on: posting, slots: 'group.id==\"G0\"', atleast: 2, skills: {law: 3}}\n"
        "  - {id: heads, kind: composition, on: posting, atleast: {head: 1}}\n"
    )
    (folder / "r.yaml").write_text("pack: r\nrules:\n" + more, "utf-8")
    people = (folder / "people.csv").read_text("utf-8").replace("grade\n", "grade,skills\n", 1)
    (folder / "people.csv").write_text(people.replace("c1,cadre\n", "c1,cadre,law:4\n"), "utf-8")
    said = call("check", folder).out
    assert "2026, 2027: 第0组: law at level 3: 2 needed, 1 may, 1 short" in said
    assert "2026, 2027: head: 2 needed, 1 may, 1 short" in said
    chinese = call("check", folder, lang="zh").out
    assert "2026、2027：第0组：“law”3 级需 2 人，合格 1 人，缺 1 人" in chinese
    assert "2026、2027：正需 2 人，合格 1 人，缺 1 人" in chinese
