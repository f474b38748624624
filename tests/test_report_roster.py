"""Rosters: marks, moves, the order of slots, and layouts without a scenario."""

from __future__ import annotations

from pathlib import Path

from allocator import api
from allocator.model.plan import Assignment
from allocator.model.text import Text
from allocator.report.layer_layout import LayerLayout, layouts_ids_only, layouts_with_names
from allocator.report.roster_view import Moves, RosterView, roster_view
from cli_world import good_plan
from tiny_scenario import write_scenario


def layout(**more: object) -> LayerLayout:
    fields = {
        "layer": "posting", "title": Text(), "shape": "roster", "slots": ("A", "B", "C"),
        "periods": ("1", "2"), "columns": {"lead": Text(zh="组长", en="lead"), "member": Text()},
    }  # fmt: skip
    return LayerLayout(**{**fields, **more})


def plan(text: str) -> list[Assignment]:
    """Read ``item=slot/role@period ...``."""
    found = []
    for part in text.split():
        item, _, rest = part.partition("=")
        slot, _, rest = rest.partition("/")
        role, _, period = rest.partition("@")
        found.append(Assignment(layer="posting", item=item, slot=slot, role=role, period=period))
    return found


def marks(laid_out: RosterView) -> dict[str, str]:
    """Return the mark of each member as ``item@period``."""
    return {
        f"{member.id}@{row.period}": member.mark
        for row in laid_out.rows
        for cell in row.cells
        for member in cell
    }


def test_marks_tell_newcomers_and_new_roles() -> None:
    text = "a=A/lead@1 b=A/member@1 c=B/member@1 a=A/member@2 b=B/member@2 c=B/member@2 d=B/lead@2"
    found = marks(roster_view(layout(), plan(text)))
    assert found == {
        "a@1": "", "b@1": "", "c@1": "",
        "a@2": "*", "b@2": "+", "c@2": "", "d@2": "+",
    }  # fmt: skip


def test_history_is_the_period_before_the_first() -> None:
    before = {
        "a": frozenset({("A", "lead")}),
        "b": frozenset({("B", "member")}),
        "z": frozenset({("B", "member")}),
    }
    laid_out = roster_view(layout(before=before), plan("a=A/member@1 b=A/lead@1 c=B/lead@1"))
    assert marks(laid_out) == {"a@1": "*", "b@1": "+", "c@1": "+"}
    assert laid_out.moves[0] == Moves("1", moved=1, joined=1, left=1)


def test_without_history_the_first_period_counts_no_moves() -> None:
    laid_out = roster_view(layout(), plan("a=A/lead@1 b=A/member@1 a=A/member@2 b=C/member@2 c=C/lead@2"))
    assert laid_out.moves == (Moves("2", moved=1, joined=1, left=0),)


def test_someone_in_two_slots_has_moved_if_either_differs() -> None:
    laid_out = roster_view(
        layout(), plan("a=A/lead@1 a=B/lead@1 a=B/lead@2 a=A/lead@2 b=A/member@1 b=B/member@1 b=B/member@2")
    )
    assert laid_out.moves == (Moves("2", moved=1, joined=0, left=0),)


def test_slots_of_one_parent_stand_together_in_the_order_of_the_parents() -> None:
    parents = {"A": "Y", "B": "X", "C": "Y"}
    rows = roster_view(layout(parents=parents, periods=("1",)), plan("a=B/lead@1")).rows
    assert [(row.parent.id, row.slot.id) for row in rows if row.parent] == [
        ("Y", "A"),
        ("Y", "C"),
        ("X", "B"),
    ]


def test_slots_stand_only_in_periods_in_which_they_exist() -> None:
    active = {"1": frozenset("AB"), "2": frozenset("C")}
    rows = roster_view(layout(active=active), plan("")).rows
    assert [(row.slot.id, row.period) for row in rows] == [("A", "1"), ("B", "1"), ("C", "2")]


def test_cases_know_neither_marks_nor_moves() -> None:
    laid_out = roster_view(layout(shape="cases"), plan("a=A/lead@1 b=B/lead@2"))
    assert set(marks(laid_out).values()) == {""}
    assert laid_out.moves == ()


def test_layouts_of_a_scenario(tmp_path: Path) -> None:
    policy = api.bind(api.load(write_scenario(tmp_path)))
    zoning, posting, casework = layouts_with_names(policy.context)
    assert [one.shape for one in (zoning, posting, casework)] == ["once", "roster", "cases"]
    assert zoning.kinds == {"U1": "township", "U2": "agency"}
    assert posting.parents == {"G1": "Z1", "G2": "Z2"}
    assert posting.before == {"P5": frozenset({("G1", "member")}), "P7": frozenset({("G2", "member")})}
    assert casework.active == {"2026": frozenset({"C1"}), "2027": frozenset({"C2"})}


def test_layouts_of_a_plan_alone(tmp_path: Path) -> None:
    shown = good_plan(write_scenario(tmp_path))
    zoning, posting, casework = (roster_view(one, shown.assignments) for one in layouts_ids_only(shown))
    assert [(row.slot.id, row.cells[0][0].id) for row in zoning.rows] == [("Z1", "U1"), ("Z2", "U2")]
    assert [column.en for column in posting.columns] == ["lead", "member"]
    assert posting.rows[0].slot.name == "G1"
    assert casework.rows[0].cells[0][0].id == "P1"
