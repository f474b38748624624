"""The table of indicators: its faults, and its weighting by expressions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from allocator import api
from allocator.errors import Fault, InputError
from allocator.rules.context import RuleContext
from allocator.rules.scenario_binding import bind_context
from allocator.verify.figure_specs import read_expected
from allocator.verify.figures import measure_figures
from cli_world import call
from small_folder import SCENARIO, folder

TABLE = """\
单位,指标,年份,数值
North,线索,2025,12
North,线索,2024,30
South,线索,2025,7
North,fill rate,2024,80
North,fill rate,2025,82.5
South,fill rate,2025,90
Wang,visits,,4
East,visits,2025,6
C1,pages,2025,300
"""


def with_table(tmp_path: Path, table: str = TABLE, pack: str = "") -> Path:
    base = folder(tmp_path, {"main": f"pack: main\n{pack}"} if pack else {}, SCENARIO)
    (base / "indicators.csv").write_text(table, "utf-8")
    return base


def value(context: RuleContext, layer: str, text: str, returns: str) -> list[Any]:
    [axis] = context.item_axes(context.layers[layer])
    return list(context.compiler.compile(text, axis.types, returns).over(axis))


def test_figures_are_added_up_or_the_last_one(tmp_path: Path) -> None:
    context = bind_context(api.load(with_table(tmp_path)))
    assert value(context, "zoning", "unit.indicators['线索']", "INT") == [42, 7]
    assert value(context, "zoning", "unit.latest['线索']", "INT") == [12, 7]
    assert value(context, "zoning", "unit.latest['fill rate'] > 85.0", "BOOL") == [False, True]
    assert value(context, "zoning", "int(unit.indicators['fill rate'])", "INT") == [162, 90]
    assert value(context, "zoning", "'visits' in unit.indicators", "BOOL") == [False, False]
    asked = "'visits' in person.indicators ? person.indicators['visits'] : 0"
    assert value(context, "posting", asked, "INT") == [4, 0, 0]
    home = "'线索' in home.latest ? home.latest['线索'] : 0"
    assert value(context, "posting", home, "INT") == [12, 7, 0]


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("unit.indicators['cases']", '没有键 "cases"（North）', 'there is no key "cases" (North)'),
        ("unit.latest['fill rate']", "小数", "gives a decimal"),
        ("int(unit.latest['fill rate'] * unit.workload)", "整数与小数", "int(...) or double(...)"),
    ],
)
def test_a_figure_that_cannot_be_used_is_told(tmp_path: Path, text: str, zh: str, en: str) -> None:
    pack = f'rules: [{{id: even, kind: balance, on: zoning, load: "{text}"}}]\n'
    with pytest.raises(InputError) as caught:
        api.bind(api.load(with_table(tmp_path, pack=pack))).check_expressions()
    [fault] = caught.value.faults
    assert zh in fault.message.zh and en in fault.message.en
    assert fault.column == "even.load"


def test_loads_are_weighed_by_figures(tmp_path: Path) -> None:
    table = "subject,indicator,period,value\nNorth,clues,2025,5\nSouth,clues,2025,2\n"
    pack = """\
rules:
  - {id: even, kind: balance, on: zoning, load: "unit.indicators['clues']", level: 1}
"""
    base = with_table(tmp_path, table, pack)
    plan = api.solve(api.bind(api.load(base)), seconds=10, workers=1)
    assert [score.cost for score in plan.score] == [0, 3]
    assert len({a.slot for a in plan.assignments if a.layer == "zoning"}) == 2


def faults(tmp_path: Path, rows: str) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        api.load(with_table(tmp_path, f"subject,indicator,period,value\n{rows}"))
    return caught.value.faults


@pytest.mark.parametrize(
    ("row", "column", "found", "near"),
    [
        ("Nroth,clues,2025,1", "subject", "Nroth", "North"),
        (",clues,2025,1", "subject", None, ""),
        ("North,,2025,1", "indicator", None, ""),
        ("North,clues,2025,", "value", None, ""),
        ("North,clues,2025,many", "value", "many", ""),
        ("North,clues,2025,nan", "value", "nan", ""),
        ("North,clues,2025,1e13", "value", "1e13", ""),
        ("South,clues,,2", "indicator", "clues", ""),
    ],
)
def test_a_wrong_row_is_told(tmp_path: Path, row: str, column: str, found: str | None, near: str) -> None:
    [fault] = faults(tmp_path, f"South,clues,,1\n{row}\n")
    assert (fault.file, fault.row, fault.column, fault.found) == ("indicators.csv", 3, column, found)
    assert (fault.nearest or "") == near
    assert fault.message.zh and fault.message.en


def test_a_missing_column_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        api.load(with_table(tmp_path, "subject,indicator\nNorth,clues\n"))
    assert {fault.column for fault in caught.value.faults} == {"value"}


def test_a_check_counts_them_and_expected_figures_add_them_up(tmp_path: Path) -> None:
    base = with_table(tmp_path)
    assert "indicators 9" in call("check", base).out
    assert "indicators" not in call("check", folder(tmp_path / "other")).out
    (base / "expected.yaml").write_text(
        "figures:\n  - {id: clues, zh: 线索, en: clues, value: 49,\n"
        "     sum: {of: indicators where indicator.indicator == '线索', value: int(indicator.value)}}\n",
        "utf-8",
    )
    expected = read_expected(base)
    assert expected
    [figure] = measure_figures(expected, api.bind(api.load(base)), None)
    assert figure.found == "49" and figure.holds
