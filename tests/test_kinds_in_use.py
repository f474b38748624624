"""Kinds as packs use them: visits, a rotating lead, offices that stay staffed, a total number."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from allocator import api
from allocator.errors import InputError
from allocator.model.plan import Assignment
from small_folder import faults, folder

HEAD = """\
scenario: small
periods:
  - {id: Q1, from: 2026-01-01, to: 2026-03-31}
  - {id: Q2, from: 2026-04-01, to: 2026-06-30}
  - {id: Q3, from: 2026-07-01, to: 2026-09-30}
  - {id: Q4, from: 2026-10-01, to: 2026-12-31}
roles: {lead: {zh: 牵头, en: lead}, member: {zh: 成员, en: member}}
layers:
  work: """


def solved(tmp_path: Path, layer: str, rules: str) -> tuple[Assignment, ...]:
    """Return the assignments of a plan that is proved best, over the quarters of a year."""
    pack = {"main": f"pack: main\nrules:\n{rules}"}
    policy = api.bind(api.load(folder(tmp_path, pack, f"{HEAD}{layer}\n")))
    plan = api.solve(policy, seconds=10, workers=1)
    assert plan.status == "optimal" and not api.verify(policy, plan).disagreements
    return plan.assignments


def test_each_unit_is_visited_twice_half_a_year_apart(tmp_path: Path) -> None:
    taken = solved(
        tmp_path,
        "{items: units, slots: groups where group.kind == 'team', take: 0-1}",
        "  - {id: twice, kind: frequency, on: work, atleast: 2, apart: 1}\n"
        "  - {id: one-at-a-time, kind: capacity, on: work, atmost: 1}\n"
        "  - {id: both-teams, kind: frequency, on: work, each: pair, atleast: 1, atmost: 1}\n",
    )
    quarters: dict[str, list[int]] = {"North": [], "South": []}
    for one in sorted(taken, key=lambda one: str(one.period)):
        quarters[one.item].append(int(str(one.period)[1:]))
    assert all(len(found) == 2 and found[1] - found[0] >= 2 for found in quarters.values())
    assert len({(one.item, one.slot) for one in taken}) == 4


def test_the_lead_goes_round(tmp_path: Path) -> None:
    taken = solved(
        tmp_path,
        "{items: people where person.id != 'Li', roles: [lead, member],"
        " slots: groups where group.id == 'East'}",
        "  - {id: one-lead, kind: composition, on: work, exactly: 1牵头}\n"
        "  - {id: in-turn, kind: frequency, on: work, role: lead, atleast: 2, apart: 1}\n",
    )
    leads = [one.item for one in sorted(taken, key=lambda one: str(one.period)) if one.role == "lead"]
    assert Counter(leads) == {"Wang": 2, "Zhao": 2} and leads[0] == leads[2] != leads[1]


def test_two_or_three_visits_a_month_whoever_leads_them(tmp_path: Path) -> None:
    taken = solved(
        tmp_path,
        "{items: people, slots: groups where group.kind == 'team', take: 0-1}",
        "  - {id: a-month, kind: capacity, on: work, each: layer, atleast: 1, atmost: 2}\n"
        "  - {id: a-year, kind: capacity, on: work, each: layer, over: horizon, atleast: 7, atmost: 7}\n"
        "  - {id: first-half, kind: balance, on: work, each: layer, during: [Q1, Q2], over: horizon,"
        " measure: deviation, target: 4}\n",
    )
    assert len(taken) == 7 and set(Counter(one.period for one in taken).values()) == {1, 2}
    assert sum(one.period in ("Q1", "Q2") for one in taken) == 4


def test_no_office_is_left_empty(tmp_path: Path) -> None:
    taken = solved(
        tmp_path,
        "{items: people, slots: groups where group.id == 'East', take: 0-1}",
        "  - {id: manned, kind: strength, on: work, atleast: 1}\n"
        "  - {id: sent, kind: capacity, on: work, atleast: 3, level: 1}\n",
    )
    assert {one.item for one in taken} == {"Zhao"}, "the others are all that their offices have"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("kind: frequency, on: posting", "needs atleast, atmost or apart"),
        ("kind: strength, on: posting", "needs atleast or percent"),
        (
            "kind: capacity, on: posting, each: layer, over: horizon, atmost: 1 + 1",
            "limits of the layer as a whole",
        ),
        ("kind: balance, on: posting, each: layer", "the layer as a whole has nothing to be compared with"),
        ("kind: strength, on: posting, percent: 101", "is out of range"),
        ("kind: strength, on: zoning, atleast: 1", "say what the home unit of each is"),
        ("kind: frequency, on: posting, each: slot, atleast: person.age", "no field named 'person"),
        ("kind: strength, on: posting, atleast: 1, unit: person.age", "should give a text"),
    ],
)
def test_a_rule_that_asks_nothing_or_wrongly_is_told(tmp_path: Path, rule: str, message: str) -> None:
    [fault] = faults(tmp_path, f"rules: [{{id: r, {rule}}}]\n")
    assert message in fault.message.en


ALSO = """\
    items: people
    slots: groups where group.id == 'East'
    take: 0-1
  lent:
    items: people
    slots: groups where group.id == 'West'
    take: 0-1
"""


def test_no_office_is_left_empty_by_two_layers_together(tmp_path: Path) -> None:
    """Each layer would leave one of two at home; both together leave nobody, unless `also` says so."""
    county = "unit: '\"county\"', items: person.id != 'Zhao', atleast: 1"
    rules = (
        f"  - {{id: manned, kind: strength, on: lent, {county}, also: {{layer: work}}}}\n"
        "  - {id: trained, kind: capacity, on: work, items: person.id == 'Wang', atleast: 1}\n"
        "  - {id: needed, kind: capacity, on: lent, items: person.id != 'Zhao', atleast: 1, level: 1}\n"
        "  - {id: better, kind: capacity, on: lent, items: person.id == 'Li', atleast: 1, level: 2}\n"
    )
    taken = solved(tmp_path, f"\n{ALSO}", rules)
    assert {one.item for one in taken if one.layer == "work"} == {"Wang"}
    lent = {one.item for one in taken if one.layer == "lent"} - {"Zhao"}
    assert lent == {"Wang"}, "whoever is away already may be lent too, and no other"


def test_what_is_decided_once_is_not_added_to_what_is_decided_in_each_period(tmp_path: Path) -> None:
    layers = HEAD + "\n" + ALSO.replace("take: 0-1\n", "take: 0-1\n    periods: once\n", 1)
    rule = "rules:\n  - {id: r, kind: strength, on: work, atleast: 1, also: {layer: lent}}\n"
    with pytest.raises(InputError) as error:
        api.bind(api.load(folder(tmp_path, {"main": f"pack: main\n{rule}"}, f"{layers}\n")))
    [fault] = error.value.faults
    assert "this layer is decided once, that one in each period" in fault.message.en
    assert (fault.column, fault.found) == ("r.also.layer", "lent")
