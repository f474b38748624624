"""Variants of scenarios, the keys of cells, and the criteria that the scenario's own rules count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tiny_scenario
from allocator import api
from allocator.api import study_cell
from allocator.errors import InputError, InternalError
from allocator.model.reading.yaml_file import parse_yaml
from allocator.study.cells import CellLimits, count_cells
from allocator.study.criteria_counting import CriteriaCounter
from allocator.study.study_spec import StudyOption
from allocator.study.variants import make_variant, merged, read_source, write_variant, yaml_text
from cli_world import good_plan
from study_world import InlineRunner, cell, write_study

TEXTS = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Co", "Cn"]), max_size=12)
WORDS = st.one_of(
    TEXTS,
    st.sampled_from(["1e5", "0x10", "yes", "on", "~", "2026-01-01", "1_000", "- a", "a: b", "#", "0123"]),
)
PLAIN = st.recursive(
    st.one_of(WORDS, st.integers(-(10**9), 10**9), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=8,
)


@settings(max_examples=40)
@given(PLAIN)
def test_what_a_variant_writes_is_read_again_as_it_was(data: Any) -> None:
    assert parse_yaml(yaml_text({"key": data}).encode(), "x").data == {"key": data}


def test_settings_are_changed_key_by_key_and_null_removes() -> None:
    base = {"a": {"b": 1, "c": 2}, "d": [1, 2]}
    assert merged(base, {"a": {"b": 9, "c": None, "e": 3}, "d": [3]}) == {"a": {"b": 9, "e": 3}, "d": [3]}
    assert base == {"a": {"b": 1, "c": 2}, "d": [1, 2]}
    assert merged(base, {"a": 5, "x": {"y": 1}}) == {"a": 5, "d": [1, 2], "x": {"y": 1}}


def option(**fields: Any) -> StudyOption:
    return StudyOption.model_validate(fields)


def varied(tmp_path: Path, made: StudyOption, **settings: Any) -> api.Policy:
    """Return the tiny scenario with an option, read from the files of the variant."""
    source = read_source(tiny_scenario.write_scenario(tmp_path))
    variant = make_variant(source, made, settings.pop("tables", {}), **settings)
    folder = tmp_path / "variants" / variant.sha256
    write_variant(variant, folder)
    write_variant(variant, folder)
    return api.bind(api.load(folder))


def test_an_option_without_fields_leaves_every_byte(tmp_path: Path) -> None:
    place = tiny_scenario.write_scenario(tmp_path)
    policy = varied(tmp_path, option(title="as it is"))
    assert policy.sha256 == api.bind(api.load(place)).sha256


def test_an_option_changes_weighs_drops_and_adds_rules(tmp_path: Path) -> None:
    made = option(
        change=[{"id": "lead-yearly", "periods": 2}],
        weights={"keep": 7},
        drop=["kin"],
        add=[
            {
                "id": "far",
                "kind": "avoid",
                "on": "posting",
                "when": "person.native_place == '河口'",
                "level": 3,
            }
        ],
    )
    rules = {rule.id: rule for rule in varied(tmp_path, made).rules}
    assert rules["lead-yearly"].model_dump()["periods"] == 2 and rules["keep"].weight == 7
    assert "kin" not in rules and rules["far"].level == 3
    own = {rule.id: rule for rule in varied(tmp_path, made, own_rules=True).rules}
    plain = {rule.id: rule for rule in api.bind(api.load(tmp_path / "scenarios" / "tiny")).rules}
    assert own == plain


def test_an_option_changes_settings_and_tables(tmp_path: Path) -> None:
    fewer = tmp_path / "fewer.csv"
    fewer.write_text("id,name,grade\nP1,王建国,head\nP2,李秀英,head\n", encoding="utf-8")
    away = tmp_path / "away.csv"
    away.write_text("person,from,to,reason\nP1,2026-01-01,2026-12-31,借调\n", encoding="utf-8")
    made = option(scenario={"today": "2026-05-05", "levels": {2: "near"}, "rules": None})
    bare = {"postings.csv": "person,group\n", "ties.csv": "source,target,kind\n"}
    blank = {name: tmp_path / name for name in bare}
    for name, text in bare.items():
        blank[name].write_text(text, encoding="utf-8")
    policy = varied(tmp_path, made, tables={"people.csv": fewer, "absences.csv": away, **blank})
    scenario = policy.context.scenario
    assert scenario.spec.today == date(2026, 5, 5) and set(scenario.spec.levels) == {1, 2}
    assert list(scenario.organisation.people) == ["P1", "P2"] and len(scenario.organisation.absences) == 1
    assert [rule.kind for rule in policy.rules] == ["take"] * 3


def test_a_pack_that_is_named_by_its_path_comes_along(tmp_path: Path) -> None:
    rules = tiny_scenario.RULES.replace("pack: tiny-rules", "pack: shared")
    changes = {"scenario.yaml": tiny_scenario.SCENARIO.replace("[tiny-rules]", "[../shared.yaml]")}
    place = tiny_scenario.write_scenario(tmp_path, changes)
    (place.parent / "shared.yaml").write_text(rules, encoding="utf-8")
    for made in (option(), option(drop=["kin"])):
        variant = make_variant(read_source(place), made, {})
        folder = tmp_path / variant.sha256
        write_variant(variant, folder)
        ids = [rule.id for rule in api.bind(api.load(folder)).rules]
        assert ("kin" in ids) == (not made.drop) and "keep" in ids


def test_a_variant_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    variant = make_variant(read_source(tiny_scenario.write_scenario(tmp_path)), option(), {})
    (tmp_path / "file").touch()
    with pytest.raises(InputError):
        write_variant(variant, tmp_path / "file" / "inside")


@pytest.mark.slow
def test_a_workbook_that_stands_for_a_folder_is_varied_like_the_folder(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    place = tiny_scenario.write_scenario(tmp_path)
    book.write_bytes(api.scenario_workbook(place).content)
    written, folder = read_source(book), read_source(place)
    for made in (
        option(),
        option(drop=["kin"], weights={"keep": 3}),
        option(scenario={"today": "2026-05-05"}),
    ):
        assert make_variant(written, made, {}).sha256 == make_variant(folder, made, {}).sha256
    file = tmp_path / "study.yaml"
    text = "study: a\nscenarios: book.xlsx\nlimits: 3\noptions: {o: {drop: kin}}\n"
    file.write_text(text, encoding="utf-8")
    loaded = api.load_study(file)
    assert list(loaded.study.scenarios) == ["book"]
    [found] = api.run_study(loaded, runner=InlineRunner()).values()
    assert found.outcome == "solved", found.faults
    file.write_text(text.replace("drop: kin", "drop: kn"), encoding="utf-8")
    with pytest.raises(InputError, match="did you mean 'kin'"):
        api.load_study(file)


def test_another_workbook_is_solved_as_it_is_and_not_varied(tmp_path: Path) -> None:
    place = tiny_scenario.write_scenario(tmp_path)
    book = openpyxl.Workbook()
    for table in ("units", "people", "groups", "cases", "postings", "ties", "links"):
        sheet = book.create_sheet(table)
        for row in (place / f"{table}.csv").read_text(encoding="utf-8").splitlines():
            sheet.append(row.split(","))
        (place / f"{table}.csv").unlink()
    book.save(place / "tables.xlsx")
    file = tmp_path / "study.yaml"
    file.write_text("study: a\nscenarios: scenarios/tiny/tables.xlsx\nlimits: 3\n", encoding="utf-8")
    loaded = api.load_study(file)
    [found] = api.run_study(loaded, runner=InlineRunner()).values()
    assert found.outcome == "solved", found.faults
    with file.open("a", encoding="utf-8") as text:
        text.write("options: {one: {drop: kin}}\n")
    with pytest.raises(InputError, match="is solved as it is"):
        api.load_study(file)


def test_the_key_of_a_cell_changes_with_whatever_goes_in_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = cell()
    assert one.key == cell(scenario="other", variant="s/a", yardstick="s").key == replace(one, option="x").key
    changes: list[dict[str, Any]] = [
        {"seed": 2}, {"seconds": 6.0}, {"workers": 2}, {"variant": "x"}, {"yardstick": "x"},
        {"criteria": ("level:1",)}, {"limits": CellLimits(71.0)}, {"limits": CellLimits(70.0, 5)},
        {"limits": CellLimits(70.0, None, 2.0)},
    ]  # fmt: skip
    keys = {replace(one, **change).key for change in changes}
    assert len(keys) == len(changes) and one.key not in keys
    monkeypatch.setattr("allocator.study.cells.versions", lambda: {"ortools": "0"})
    assert cell().key != one.key


def test_cells_run_seed_by_seed_with_all_options_of_a_trial_together(tmp_path: Path) -> None:
    text = "study: a\nscenarios: scenarios/tiny\nseeds: 1-2\nlimits: [1, 2]\n"
    text += "options: {a: {}, b: {seeds: 2}, c: {limits: 1, seeds: [9]}}\n"
    loaded = api.load_study(write_study(tmp_path, text))
    found = [(one.seed, one.seconds, one.option) for one in loaded.cells]
    assert found == [
        (1, 1, "a"),
        (1, 2, "a"),
        (2, 1, "a"),
        (2, 1, "b"),
        (2, 2, "a"),
        (2, 2, "b"),
        (9, 1, "c"),
    ]


def test_the_time_of_a_study_is_bounded_before_it_runs() -> None:
    cells = tuple(cell(seed=seed, seconds=seconds) for seed, seconds in enumerate((4.0, 1.0, 1.0, 1.0)))
    assert count_cells(cells, cells, 2).solving == 4 and count_cells(cells, cells, 1).solving == 7
    assert count_cells(cells, cells, 1).ending == 280
    none = count_cells(cells, (), 3)
    assert (none.cells, none.open, none.solving) == (4, 0, 0)
    draw = Random(1)
    for _ in range(50):
        some = tuple(cell(seed=k, seconds=draw.uniform(0.1, 9)) for k in range(draw.randrange(1, 9)))
        side = draw.randrange(1, 4)
        found = count_cells(some, some, side).solving
        assert max(sum(one.seconds for one in some) / side, *(one.seconds for one in some)) <= found + 1e-9


def counter(tmp_path: Path, made: StudyOption, *codes: str) -> CriteriaCounter:
    return CriteriaCounter(varied(tmp_path, made), varied(tmp_path, made, own_rules=True), codes)


def test_criteria_are_counted_by_the_scenarios_own_rules(tmp_path: Path) -> None:
    moved = tiny_scenario.PLAN.replace("P5=G1", "P0=G1").replace("P7=G2", "P5=G2").replace("P0=G1", "P7=G1")
    plan = good_plan(tiny_scenario.write_scenario(tmp_path), moved)
    plain = counter(tmp_path, option(), "level:1", "rule:keep", "rule:lead-yearly", "rule:none")
    costs = {one.criterion: one.cost for one in plain.values(plan)}
    assert costs["level:1"] == costs["rule:keep"] == plan.score[-1].cost > 0
    assert costs["rule:lead-yearly"] == 0 and costs["rule:none"] is None
    heavier = counter(tmp_path, option(weights={"keep": 50}), "level:1")
    assert heavier.values(plan)[0].cost == costs["level:1"]
    assert counter(tmp_path, option()).codes == ("level:1",)
    unknown = CriteriaCounter(varied(tmp_path, option()), None, ("level:1",))
    assert unknown.values(plan)[0].cost is None


@pytest.mark.parametrize(
    ("fields", "bounds"),
    [
        ({}, {"level:1": 4, "level:2": 5, "rule:keep": 4, "rule:near": 5}),
        ({"drop": ["kin"]}, {"level:1": 4, "level:2": 5, "rule:keep": 4, "rule:near": 5}),
        ({"weights": {"keep": 9}}, {}),
        ({"drop": ["keep"]}, {}),
        ({"drop": ["near"]}, {"level:1": 4, "rule:keep": 4}),
        ({"weights": {"near": 9}}, {"level:1": 4, "rule:keep": 4}),
        ({"add": [{"id": "more", "kind": "stability", "on": "posting", "level": 1}]}, {}),
        (
            {"add": [{"id": "more", "kind": "stability", "on": "posting", "level": 2}]},
            {"level:1": 4, "rule:keep": 4},
        ),
    ],
)
def test_bounds_carry_over_while_the_rules_above_are_the_same(
    tmp_path: Path, fields: dict[str, Any], bounds: dict[str, int]
) -> None:
    rules = tiny_scenario.RULES.replace(
        "    waive:", "      - {id: near, kind: stability, on: posting, level: 2}\n    waive:"
    )
    tiny_scenario.write_scenario(tmp_path, {"tiny-rules.yaml": rules})
    place = tmp_path / "scenarios" / "tiny"

    def policy(**settings: Any) -> api.Policy:
        variant = make_variant(read_source(place), option(**fields), {}, **settings)
        write_variant(variant, tmp_path / variant.sha256)
        return api.bind(api.load(tmp_path / variant.sha256))

    codes = ("level:1", "level:2", "rule:keep", "rule:near")
    varied_policy = policy()
    made = CriteriaCounter(varied_policy, policy(own_rules=True), codes)
    levels = {rule.level for rule in varied_policy.rules}
    proved, gap = api.LevelScore(level=1, cost=4, bound=4), api.LevelScore(level=2, cost=7, bound=5)
    score = [api.LevelScore(level="hard", cost=0, bound=0)]
    score += [one for one in (proved, gap) if one.level in levels]
    assert made.bounds(score) == bounds
    open_first = [score[0], api.LevelScore(level=1, cost=6, bound=4), gap]
    assert set(made.bounds(open_first)) <= {"level:1", "rule:keep"}


def request(place: Path, **changes: Any) -> dict[str, Any]:
    return {
        "scenario": str(place),
        "yardstick": str(place),
        "seed": 1,
        "seconds": 5.0,
        "workers": 1,
        **changes,
    }


def test_a_cell_answers_with_plan_costs_bounds_times_and_versions(tmp_path: Path) -> None:
    place = tiny_scenario.write_scenario(tmp_path)
    told: list[Any] = []
    found = study_cell.solve_cell(request(place), told.append)
    assert (found["outcome"], found["status"], found["stopped"]) == ("solved", "optimal", "proved")
    assert found["criteria"][0]["cost"] == found["criteria"][0]["bound"] == found["score"][1]["cost"]
    assert 0 < found["best_after"] <= found["seconds"] + 0.01
    assert set(found["versions"]) == {"allocator", "highspy", "ortools", "python"}
    assert told and all(one["criteria"] == ["level:1"] and len(one["bounds"]) == 1 for one in told)
    (tmp_path / "plan.json").write_text(found["plan_text"], encoding="utf-8")
    assert api.verify(api.bind(api.load(place)), api.read_plan(tmp_path / "plan.json")).holds


def test_a_cell_says_why_it_has_no_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tiny_scenario.write_scenario(tmp_path)

    def outcome(where: Path = place, **changes: Any) -> str:
        return str(study_cell.solve_cell(request(where, **changes), lambda message: None)["outcome"])

    wrong = study_cell.solve_cell(request(tmp_path / "nowhere"), lambda message: None)
    assert wrong["outcome"] == "wrong_input" and wrong["faults"][0]["zh"] and wrong["faults"][0]["en"]
    assert outcome(memory=0.01) == "memory"
    made = option(add=[{"id": "none", "kind": "capacity", "on": "posting", "atmost": 1}])
    variant = make_variant(read_source(place), made, {})
    write_variant(variant, tmp_path / "none")
    assert outcome(tmp_path / "none") == "infeasible"
    for error, expected in ((InternalError("differs"), "internal"), (MemoryError(), "memory")):

        def fail(*_: Any, error: Exception = error, **__: Any) -> None:
            raise error

        monkeypatch.setattr("allocator.api.solving.solve", fail)
        assert outcome() == expected


def test_a_yardstick_that_cannot_be_bound_leaves_costs_out(tmp_path: Path) -> None:
    place = tiny_scenario.write_scenario(tmp_path)
    found = study_cell.solve_cell(request(place, yardstick=str(tmp_path)), lambda message: None)
    assert found["outcome"] == "solved" and found["criteria"] == [
        {"criterion": "level:1", "cost": None, "bound": None}
    ]
