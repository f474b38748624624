"""Totals of indicators over the members of each group, in the rosters of a plan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from allocator import api
from allocator.errors import InputError
from allocator.model.plan import Assignment
from allocator.report.layer_layout import layouts_with_names
from allocator.report.roster_view import RosterView, roster_view
from cli_world import call
from small_folder import SCENARIO, folder

TABLE = """\
subject,indicator,period,value
North,clues,2024,30
North,clues,2025,12
South,clues,2025,7
North,own share,2024,10
North,own share,2025,60.5
South,own share,2025,70
East,own share,2025,80
Wang,visits,,4
"""
NAMED = """\
indicators:
  clues: {title: {zh: 问题线索, en: clues received}}
  own share: {title: {zh: 自办率, en: handled oneself}, per_group: mean}
"""


def with_table(tmp_path: Path, named: str = NAMED) -> Path:
    base = folder(tmp_path, {}, SCENARIO + named)
    (base / "indicators.csv").write_text(TABLE, "utf-8")
    return base


def laid_out(base: Path, assignments: list[Assignment]) -> dict[str, RosterView]:
    context = api.bind(api.load(base)).context
    return {layout.layer: roster_view(layout, assignments) for layout in layouts_with_names(context)}


def test_clues_are_added_up_and_the_last_shares_averaged(tmp_path: Path) -> None:
    joined = [Assignment(layer="zoning", item=unit, slot="Z1") for unit in ("North", "South")]
    zoning = laid_out(with_table(tmp_path), joined)["zoning"]
    assert [title("en") for title in zoning.tallies] == ["clues received", "handled oneself"]
    assert {row.slot.id: row.tallies for row in zoning.rows} == {"Z1": (49, 65.25), "Z2": (None, None)}


def test_a_group_of_its_own_figures_counts_beside_its_members(tmp_path: Path) -> None:
    seat = Assignment(layer="posting", item="Wang", slot="East", role="lead", period="2026")
    posting = laid_out(with_table(tmp_path), [seat])["posting"]
    assert [title("zh") for title in posting.tallies] == ["自办率", "visits"]
    found = {(row.slot.id, row.period): row.tallies for row in posting.rows}
    assert found["East", "2026"] == (80, 4)
    assert found["East", "2027"] == (80, None)
    assert found["West", "2026"] == (None, None)


def test_layers_without_figures_have_no_columns(tmp_path: Path) -> None:
    assert all(not one.tallies for one in laid_out(folder(tmp_path), []).values())


def test_a_plan_shows_them(tmp_path: Path) -> None:
    base = with_table(tmp_path)
    plan = tmp_path / "plan.json"
    assert call("solve", base, "-o", plan).status == 0
    shown = call("show", plan, "--scenario", base, "--lang", "en").out
    assert "handled oneself" in shown
    boards = json.loads(call("show", plan, "--scenario", base, "--json").out)["boards"]
    zoning = next(one for one in boards if one["layer"] == "zoning")
    assert sum(row["tallies"][0] or 0 for row in zoning["rows"]) == 49


def test_an_indicator_that_the_table_does_not_name_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        api.load(with_table(tmp_path, "indicators:\n  cleus: {per_group: sum}\n"))
    [fault] = caught.value.faults
    assert (fault.file, fault.column, fault.found, fault.nearest) == (
        "scenario.yaml",
        "indicators.cleus",
        "cleus",
        "clues",
    )
    assert fault.allowed == "clues, own share, visits"
    assert fault.row == SCENARIO.count("\n") + 2
