"""Figures that a study compares by, counted alike in every option, against all plans of small worlds."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator import api
from allocator.errors import Fault, InputError
from allocator.model.reading.yaml_file import parse_yaml
from allocator.study.variants import yaml_text
from study_world import InlineRunner

UNITS = [("U1", "township", 3), ("U2", "township", 5), ("U3", "agency", 2)]
GROUPS = [("Z1", 1), ("Z2", 4)]
PARTS = st.sampled_from(["rule", "count", "sum", "table", "all"])
TIMES = st.integers(1, 4)
PARTS_OF_A = "figures:\n  a:\n    parts:\n      - "


def write_world(folder: Path, layer: str = "zoning", own: Mapping[str, Any] | None = None) -> Path:
    """Write three units that each go to one of two groups, with one soft rule of their own."""
    folder.mkdir(parents=True)
    scenario = {
        "scenario": "w", "title": "w", "synthetic": True, "periods": [2026], "rules": ["own"],
        "layers": {layer: {"items": "units", "slots": "groups", "periods": "once", "take": 1}},
        "levels": {1: "own"},
    }  # fmt: skip
    rules = [own or {"id": "own", "kind": "prefer", "on": layer, "when": 'group.id == "Z2"', "level": 1}]
    (folder / "scenario.yaml").write_text(yaml_text(scenario), encoding="utf-8")
    (folder / "own.yaml").write_text(yaml_text({"pack": "own", "rules": rules}), encoding="utf-8")
    units = "".join(f"{key},{key},{kind},{load}\n" for key, kind, load in UNITS)
    (folder / "units.csv").write_text(f"id,name,kind,workload\n{units}", encoding="utf-8")
    groups = "".join(f"{key},{key},zone,{km}\n" for key, km in GROUPS)
    (folder / "groups.csv").write_text(f"id,name,kind,km\n{groups}", encoding="utf-8")
    return folder


def solve(folder: Path, study: Mapping[str, Any]) -> dict[str, Any]:
    """Return the results of a study by option."""
    file = folder / "study.yaml"
    file.write_text(yaml_text({"study": "s", "limits": 5, **study}), encoding="utf-8")
    loaded = api.load_study(file)
    results = api.run_study(loaded, runner=InlineRunner())
    found = {cell.option: results[cell.key] for cell in loaded.cells}
    assert all(one.has_plan for one in found.values()), [one.faults for one in found.values()]
    return found


def part(kind: str, times: int) -> dict[str, Any]:
    made: dict[str, dict[str, Any]] = {
        "rule": {"rule": {"kind": "balance", "on": "zoning", "load": "unit.workload"}},
        "count": {"count": 'zoning where group.id == "Z1" && unit.workload > 2'},
        "sum": {"sum": {"of": 'zoning where unit.kind == "township"', "value": "group.km * unit.workload"}},
        "all": {"count": "zoning"},
        "table": {"sum": {"of": 'units where unit.kind == "township"', "value": "unit.workload"}},
    }
    return {**made[kind], "times": times}


def counted(kind: str, places: tuple[str, ...]) -> int:
    """What a part of a figure is in a plan, read from its definition alone."""
    km = dict(GROUPS)
    rows = list(zip(UNITS, places, strict=True))
    if kind == "rule":
        loads = [sum(load for (_, _, load), place in rows if place == group) for group in km]
        return max(loads) - min(loads)
    if kind == "count":
        return sum(place == "Z1" and load > 2 for (_, _, load), place in rows)
    if kind == "all":
        return len(places)
    if kind == "sum":
        return sum(km[place] * load for (_, sort, load), place in rows if sort == "township")
    return sum(load for _, sort, load in UNITS if sort == "township")


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(PARTS, TIMES), min_size=1, max_size=3),
       st.lists(st.tuples(PARTS, TIMES), min_size=1, max_size=2), TIMES)  # fmt: skip
def test_figures_are_the_least_of_all_plans_in_their_order(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[tuple[str, int]],
    second: list[tuple[str, int]],
    factor: int,
) -> None:
    folder = tmp_path_factory.mktemp("world")
    write_world(folder / "w")
    figures = {
        "a": {"parts": [part(*one) for one in first]},
        "b": {"parts": [part(*one) for one in second]},
        "both": {"sum": {"a": factor, "b": 1}},
    }
    criteria = [{"figure": "both"}, {"figure": "b"}]
    found = solve(folder, {"scenarios": ["w"], "figures": figures, "criteria": criteria})["as-it-is"]
    costs = []
    for places in product([key for key, _ in GROUPS], repeat=len(UNITS)):
        a, b = (sum(times * counted(kind, places) for kind, times in parts) for parts in (first, second))
        costs.append((factor * a + b, b, sum(place == "Z1" for place in places), a))
    least = min(costs)
    assert found.costs == found.bounds == least[:2]
    assert found.figures["b"] == least[1] and found.figures["a"] * factor + least[1] == least[0]
    assert [one.cost for one in found.score][-1] == least[2]


def test_options_of_other_layers_are_compared_by_one_figure(tmp_path: Path) -> None:
    write_world(tmp_path / "w" / "1" / "zone")
    write_world(tmp_path / "w" / "1" / "joint", "grouping")
    rule = {"kind": "balance", "on": {"zone": "zoning", "joint": "grouping"}, "load": "unit.workload"}
    study = {
        "scenarios": ["w"],
        "options": {"zone": {"folder": "{seed}/zone"}, "joint": {"folder": "{seed}/joint"}},
        "figures": {"uneven": {"title": "uneven", "parts": [
            {"rule": rule, "times": 3}, {"only": "joint", "count": "units"},
        ]}},
        "criteria": [{"figure": "uneven"}, {"level": 1}],
    }  # fmt: skip
    found = solve(tmp_path, study)
    # The loads are 3, 5 and 2: an even split has two units of 5 in all, one more in Z2 for the own level.
    assert found["zone"].costs == found["zone"].bounds == (0, 1)
    assert found["joint"].costs == found["joint"].bounds == (3, 1)
    loaded = api.load_study(tmp_path / "study.yaml")
    for cell in loaded.cells:
        folder = loaded.store.variant_folder("w", cell.option, cell.variant)
        plan = api.read_plan(loaded.plan_file(found[cell.option]))
        assert api.verify(api.bind(api.load(folder)), plan).holds


def faults(folder: Path, text: str) -> tuple[Fault, ...]:
    if not (folder / "w").exists():
        write_world(folder / "w")
    file = folder / "study.yaml"
    file.write_text(f"study: s\nscenarios: [w]\n{text}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        api.run_study(api.load_study(file), runner=InlineRunner())
    for fault in caught.value.faults:
        assert fault.message.zh and fault.message.en and fault.row, fault
    return caught.value.faults


@pytest.mark.parametrize(
    ("text", "row", "column", "nearest"),
    [
        ("figures: {a: {}}", 3, "figures.a", ""),
        ("figures: {a: {parts: [{}]}}", 3, "figures.a.parts.0", ""),
        ("figures: {a: {parts: [{count: units, only: zoe}]}}\noptions: {zone: {}}", 3,
         "figures.a.parts.0.only.0", "zone"),
        ("figures: {a: {sum: {b: 1}}}", 3, "figures.a.sum.b", ""),
        ("figures: {a: {sum: {bb: 1}}, b: {parts: [{count: units}]}}", 3, "figures.a.sum.bb", "b"),
        ("figures: {a: {sum: {b: 1}}, b: {sum: {a: 1}}}", 3, "figures.a.sum.b", ""),
        ("figures: {a: {parts: [{count: units}]}}\ncriteria: [{figure: b}]", 4, "criteria.0.figure", ""),
        ("figures: {a: {parts: [{count: units}]}}\ncriteria: [{figure: a}, {figure: a}]", 4,
         "criteria.1.figure", ""),
        ("criteria: [{figure: a, level: 1}]", 3, "criteria.0", ""),
        (PARTS_OF_A + "rule: {kind: prefr, on: zoning}", 6,
         "figures.a.parts.0.rule.kind", "prefer"),
        (PARTS_OF_A + "rule: {kind: prefer, on: zoning, id: x}", 6,
         "figures.a.parts.0.rule.id", ""),
        (f"{PARTS_OF_A}rule:\n          kind: balance\n          on: zoning\n          lod: 1", 9,
         "figures.a.parts.0.rule.lod", "load"),
        (PARTS_OF_A + "rule: {kind: prefer, on: {zone: x, ozne: y}}\noptions: {zone: {}}", 6,
         "figures.a.parts.0.rule.on.ozne", "zone"),
        ("figures: {a: {parts: [{count: zoning, distinct: unit.id}]}}", 3, "figures.a.parts.0.distinct", ""),
        ("options: {a: {folder: inside}}", 3, "options.a.folder", ""),
        ("options: {a: {folder: ../other}}", 3, "options.a.folder", ""),
        ("options: {a: {folder: /etc}}", 3, "options.a.folder", ""),
    ],
)  # fmt: skip
def test_faults_of_figures_and_folders_stand_in_the_study_file(
    tmp_path: Path, text: str, row: int, column: str, nearest: str
) -> None:
    first, *_ = faults(tmp_path, text)
    assert (first.file, first.row, first.column, first.nearest) == ("study.yaml", row, column, nearest), first


@pytest.mark.parametrize(
    ("part", "column", "nearest"),
    [
        ("rule: {kind: balance, on: zonin}", "rule.on", "zoning"),
        ("rule: {kind: prefer, on: zoning, when: unit.knd == 'a'}", "rule.when", "unit.kind"),
        ("count: zoning where unit.knd == 'a'", "count", "unit.kind"),
        ("sum: {of: zoning, value: unit.worload}", "sum.value", "unit.workload"),
        ("count: units where unit.knd == 'a'", "count", "unit.kind"),
        ("sum: {of: units, value: unit.worload}", "sum.value", "unit.workload"),
        ("count: zonin", "count", "zoning"),
    ],
)
def test_what_a_figure_names_is_checked_before_anything_runs(
    tmp_path: Path, part: str, column: str, nearest: str
) -> None:
    text = f"figures:\n  a:\n    parts:\n      - {part}\ncriteria: [{{figure: a}}]"
    [first] = faults(tmp_path, text)
    assert (first.row, first.column) == (6, f"figures.a.parts.0.{column}"), first
    assert first.nearest == nearest


def test_a_link_does_not_lead_an_option_out_of_its_scenario(tmp_path: Path) -> None:
    write_world(tmp_path / "w")
    write_world(tmp_path / "other")
    (tmp_path / "w" / "inside").symlink_to(tmp_path / "other")
    [first] = faults(tmp_path, "options: {a: {folder: inside}}")
    assert first.column == "options.a.folder" and "leads out" in first.message.en


def test_other_studies_keep_their_keys_and_files(tmp_path: Path) -> None:
    write_world(tmp_path / "w")
    file = tmp_path / "study.yaml"
    file.write_text("study: s\nscenarios: [w]\n", encoding="utf-8")
    plain = api.load_study(file)
    file.write_text(file.read_text() + "figures: {a: {parts: [{count: units}]}}\n", encoding="utf-8")
    [cell], [other] = plain.cells, api.load_study(file).cells
    assert cell.key == other.key
    file.write_text(file.read_text() + "criteria: [{figure: a}]\n", encoding="utf-8")
    [third] = api.load_study(file).cells
    assert third.key != cell.key and third.variant != cell.variant
    pack = parse_yaml((tmp_path / "w" / "own.yaml").read_bytes(), "own.yaml").data
    assert pack["rules"][0]["level"] == 1
