"""Variables of expressions: people, units, groups, cases and periods, and the value of an empty cell."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from allocator import api
from allocator.errors import InputError
from allocator.model.layer import Layer
from allocator.rules.context import RuleContext
from allocator.rules.expressions.selectors import MISSING, SelectorError
from allocator.rules.expressions.variables import END_OF_TIME, EntityVariables, period_axis
from allocator.rules.policy import Policy
from allocator.rules.scenario_binding import bind_context
from allocator.rules.scope import Scope
from example_scenario import example_rule
from small_folder import folder


@pytest.fixture
def context(tmp_path: Path) -> RuleContext:
    return bind_context(api.load(folder(tmp_path)))


def day(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def column(context: RuleContext, name: str, layer: str = "posting", side: str = "item") -> list[Any]:
    bound = context.layers[layer]
    [axis] = context.item_axes(bound) if side == "item" else context.slot_axes(bound)
    return list(axis.columns[name])


def test_a_person_brings_the_home_unit(context: RuleContext) -> None:
    assert column(context, "person.id") == ["Wang", "Li", "Zhao"]
    assert column(context, "person.name") == ["王强", "李娜", "赵敏"]
    assert column(context, "home.place") == ["Northton", "Southton", ""]
    assert column(context, "home.name") == ["北镇", "南镇", ""]


def test_a_case_brings_the_unit_that_it_concerns(context: RuleContext) -> None:
    assert column(context, "case.effort", "casework", "slot") == [2, 3]
    assert column(context, "unit.place", "casework", "slot") == ["Northton", "Southton"]


def test_empty_cells_read_as_empty_endless_or_not_at_all(context: RuleContext) -> None:
    assert column(context, "person.unit") == ["North", "South", ""]
    assert column(context, "person.skills") == [{"law": 4}, {}, {}]
    assert column(context, "person.born") == [day(1980, 5, 1), day(1990, 3, 1), MISSING]
    assert column(context, "person.age") == [45, 35, MISSING]
    assert column(context, "person.retires") == [END_OF_TIME, day(2027, 6, 30), END_OF_TIME]
    assert column(context, "person.capacity") == [MISSING] * 3
    assert column(context, "home.workload")[2] is MISSING
    assert column(context, "case.due", "casework", "slot") == [END_OF_TIME, day(2027, 12, 31)]
    assert column(context, "case.parties", "casework", "slot") == [[], []]


def test_history_and_further_columns_are_facts(context: RuleContext) -> None:
    assert column(context, "person.former") == [["West"], [], []]
    assert [extra["政治面貌"] for extra in column(context, "person.extra")] == ["中共党员", "", ""]
    [axis] = context.item_axes(context.layers["posting"])
    selector = context.compiler.compile("person.extra['政治面貌'] == '中共党员'", axis.types, "BOOL")
    assert selector.over(axis).tolist() == [True, False, False]


def test_ascii_columns_are_fields_of_their_own_type(tmp_path: Path) -> None:
    base = folder(tmp_path)
    (base / "groups.csv").write_text(
        "id,kind,grade_of_place,Ort-Name,kind2\nEast,team,A,x,\nWest,team,,y,\n", "utf-8"
    )
    context = bind_context(api.load(base))
    assert column(context, "group.grade_of_place", side="slot") == ["A", ""]
    types = EntityVariables(context.scenario).types("groups")
    assert "Ort-Name" not in types


def test_two_items_are_told_apart_by_other(context: RuleContext) -> None:
    rule = example_rule({"kind": "apart", "on": "posting", "when": "person.grade == other.grade"})
    pairs = Scope(rule, context).item_pairs(dict(rule)["when"])
    assert pairs.tolist() == [[True, False, False], [False, True, True], [False, True, True]]


def test_periods_are_facts(context: RuleContext) -> None:
    axis = period_axis(context.layers["posting"].periods)
    assert axis.columns["period.id"] == ["2026", "2027"]
    assert axis.columns["period.index"] == [0, 1]
    assert axis.columns["period.start"] == [day(2026, 1, 1), day(2027, 1, 1)]
    assert axis.columns["period.end"] == [day(2026, 12, 31), day(2027, 12, 31)]


def test_an_empty_cell_is_a_fault_only_where_it_is_read(context: RuleContext) -> None:
    fields = {"kind": "avoid", "on": "posting", "when": "person.age > 60"}
    with pytest.raises(InputError) as caught:
        Policy(context, (example_rule(fields),), (), {}).compile()
    assert "Zhao" in caught.value.faults[0].message.en and caught.value.faults[0].column == "avoid"
    guarded = example_rule({**fields, "items": "person.id != 'Zhao'"})
    assert not Scope(guarded, context).where("person.age > 60").any()
    with pytest.raises(SelectorError):
        Scope(example_rule(fields), context).where("person.age > 60")


def test_layers_bind_what_can_serve_when(context: RuleContext) -> None:
    posting, casework = context.layers["posting"], context.layers["casework"]
    assert posting.present.tolist() == [[True, True], [True, False], [True, True]]
    assert casework.active.tolist() == [[True, False], [False, True]]
    assert posting.past == {(0, -1): ((1, 0),), (0, -2): ((1, 0),)}
    assert posting.can_be(0, 0, 1) and not posting.can_be(1, 0, 1)
    assert context.layers["zoning"].period_id(0) is None and posting.period_id(1) == "2027"


@pytest.mark.parametrize(
    ("start", "end", "counts"),
    [("2025-07-02", "", True), ("2025-07-03", "", False), ("2025-01-01", "2025-06-30", False)],
)
def test_a_seat_counts_for_a_year_if_it_was_held_for_half_of_it(
    tmp_path: Path, start: str, end: str, counts: bool
) -> None:
    base = folder(tmp_path)
    (base / "postings.csv").write_text(f"person,group,role,from,to\nLi,East,member,{start},{end}\n", "utf-8")
    past = bind_context(api.load(base)).layers["posting"].past
    assert past == ({(1, -1): ((0, 1),)} if counts else {})


LAYER = "layers:\n  posting: {items: %s, slots: %s, take: 1%s}\n"


def bound_layer(tmp_path: Path, items: str, slots: str, more: str = "") -> Layer:
    head = "scenario: small\nperiods: [2026]\nroles: {lead: 组长}\n"
    base = folder(tmp_path, scenario=head + LAYER % (items, slots, more))
    return bind_context(api.load(base)).layers["posting"]


def test_a_layer_takes_the_rows_that_its_sentence_selects(tmp_path: Path) -> None:
    layer = bound_layer(
        tmp_path, "people where home.place == 'Northton'", "units", ", pairs: unit.id != 'North'"
    )
    assert (layer.items, layer.slots, layer.roles) == (("Wang",), ("North", "South"), (None,))
    assert layer.possible.tolist() == [[False, True]]


def test_where_units_go_to_cases_the_unit_is_the_one_that_goes(tmp_path: Path) -> None:
    layer = bound_layer(tmp_path, "units", "cases where case.id == 'C1'", ", pairs: unit.id != concerned.id")
    assert (layer.items, layer.slots) == (("North", "South"), ("C1",))
    assert layer.possible.tolist() == [[False], [True]]


@pytest.mark.parametrize(
    ("items", "slots", "more", "column", "near"),
    [
        ("people where person.grde == ''", "units", "", "layers.posting.items", "person.grade"),
        ("people", "units where unit.knd == ''", "", "layers.posting.slots", "unit.kind"),
        ("people where person.name", "units", "", "layers.posting.items", ""),
        ("people", "units", ", pairs: unit.id == person.untt", "layers.posting.pairs", "person.unit"),
        ("people", "units", ", roles: [laed]", "layers.posting.roles", "lead"),
        ("people where person.age > 3", "units", "", "layers.posting.items", ""),
    ],
)
def test_a_wrong_layer_is_told(
    tmp_path: Path, items: str, slots: str, more: str, column: str, near: str
) -> None:
    with pytest.raises(InputError) as caught:
        bound_layer(tmp_path, items, slots, more)
    [fault] = caught.value.faults
    assert (fault.file, fault.column, fault.nearest) == ("scenario.yaml", column, near)


def test_a_case_after_the_horizon_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        bound_layer(tmp_path, "people", "cases")
    [fault] = caught.value.faults
    assert (fault.found, fault.allowed) == ("2027-02-01", "≤ 2026-12-31")
