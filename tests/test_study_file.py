"""The study file: what it may say, and every fault at its place, all at once."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from allocator import api
from allocator.errors import Fault, InputError
from allocator.model.reading import read_yaml
from allocator.report.json_schemas import study_schema
from allocator.study.study_file import read_study
from study_world import STUDY, ScriptedRunner, write_study

ROOT = Path(__file__).resolve().parents[1]


def faults(folder: Path, text: str) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        api.load_study(write_study(folder, text))
    for fault in caught.value.faults:
        assert fault.message.zh and fault.message.en and fault.row, fault
    return caught.value.faults


def test_a_study_has_names_seeds_limits_and_options(tmp_path: Path) -> None:
    spans = "seeds: 2-4\nlimits: [1, 2.5]\noptions: {one: {seeds: 7}, 二号: {limits: 3}}\n"
    study = read_study(write_study(tmp_path, f"study: 试算\nscenarios: [scenarios/tiny]\n{spans}"))
    assert study.spec.seeds == (2, 3, 4) and study.spec.limits == (1.0, 2.5)
    assert study.spec.options["one"].seeds == (7,) and study.spec.options["二号"].limits == (3.0,)
    assert list(study.scenarios) == ["tiny"] and study.folder == tmp_path
    loaded = api.load_study(study.file)
    assert len(loaded.cells) == 2 + 3
    plain = read_study(write_study(tmp_path, "study: a\nscenarios: scenarios/tiny\n"))
    assert list(plain.spec.all_options) == ["as-it-is"] and plain.spec.seeds == (1,)


def test_scenarios_are_found_beside_the_study_else_among_the_bundled(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "tiny").symlink_to(tmp_path / "scenarios" / "tiny")
    written = "study: a\nscenarios: [scenarios/tiny, b/tiny, jizhou-terms]\n"
    study = read_study(write_study(tmp_path, written))
    assert list(study.scenarios) == ["scenarios+tiny", "b+tiny", "jizhou-terms"]
    assert study.scenarios["jizhou-terms"].samefile(ROOT / "scenarios" / "jizhou-terms")


@pytest.mark.parametrize(
    ("text", "row", "column", "found", "nearest"),
    [
        ("scenarios: scenarios/tiny", 1, "study", None, ""),
        ("study: a\nscenarios: scenarios/tiny\nseed: 1", 3, "seed", None, "seeds"),
        ("study: a\nscenarios: [scenarios/tny]", 2, "scenarios.0", "scenarios/tny", "tiny"),
        ("study: a\nscenarios: [scenarios/tiny, scenarios/tiny]", 2, "scenarios.1", "scenarios/tiny", ""),
        ("study: a\nscenarios: [/etc]", 2, "scenarios.0", "/etc", ""),
        ("study: a\nscenarios: []", 2, "scenarios", None, ""),
        ("study: a/b\nscenarios: scenarios/tiny", 1, "study", "a/b", ""),
        ("study: a\nscenarios: scenarios/tiny\nseeds: [1, 1]", 3, "seeds", None, ""),
        ("study: a\nscenarios: scenarios/tiny\nseeds: 1-5000", 3, "seeds", "1-5000", ""),
        ("study: a\nscenarios: scenarios/tiny\nseeds: [x]", 3, "seeds.0", "x", ""),
        ("study: a\nscenarios: scenarios/tiny\nlimits: 0", 3, "limits", "0", ""),
        ("study: a\nscenarios: scenarios/tiny\nworkers: 0", 3, "workers", "0", ""),
        ("study: a\nscenarios: scenarios/tiny\ncriteria: [{}]", 3, "criteria.0", None, ""),
        ("study: a\nscenarios: scenarios/tiny\ncriteria: [{rule: kep}]", 3, "criteria.0.rule", "kep", "keep"),
        (
            "study: a\nscenarios: scenarios/tiny\nseeds: 1-900\nlimits: [1, 2, 3]\noptions:\n"
            + "".join(f"  o{k}: {{}}\n" for k in range(50)),
            2, "scenarios", "135000", "",
        ),
    ],
)  # fmt: skip
def test_a_fault_has_row_column_found_and_nearest(
    tmp_path: Path, text: str, row: int, column: str, found: str | None, nearest: str
) -> None:
    first, *_ = faults(tmp_path, text + "\n")
    assert (first.file, first.row, first.column) == ("study.yaml", row, column)
    assert first.nearest == nearest and (found is None or first.found == found)


def options(text: str) -> str:
    return f"study: a\nscenarios: [scenarios/tiny]\noptions:\n  one:\n{text}"


@pytest.mark.parametrize(
    ("text", "row", "column", "found", "nearest"),
    [
        ("    drop: [kep]", 5, "options.one.drop.0", "kep", "keep"),
        ("    weights: {kep: 2}", 5, "options.one.weights.kep", "kep", "keep"),
        ("    weights:\n      keep: 2\n      native: 0", 7, "options.one.weights.native", "0", ""),
        ("    change:\n      - {id: keep, weigth: 3}", 6, "options.one.change.0.weigth", None, "weight"),
        ("    change:\n      - id: keep\n        level: 0", 7, "options.one.change.0.level", "0", ""),
        (
            "    add:\n      - {id: new, kind: avod, on: posting}",
            6,
            "options.one.add.0.kind",
            "avod",
            "avoid",
        ),
        ("    add:\n      - {id: keep, kind: stability, on: posting}", 6, "options.one.add.0.id", "keep", ""),
        ("    scenario:\n      periods: [2026, 2026]", 6, "options.one.scenario.periods.1", "2026", ""),
        ("    scenario: {perods: [2026]}", 5, "options.one.scenario.perods", None, "periods"),
        ("    scenario: {rules: [tiny-rule]}", 5, "options.one.scenario.rules", "tiny-rule", "tiny-rules"),
        ("    scenario: {rules: [../../x.yaml]}", 5, "options.one.scenario.rules.0", "../../x.yaml", ""),
        (
            "    tables: {people.csv: peple.csv}",
            5,
            "options.one.tables.people.csv",
            "peple.csv",
            "people.csv",
        ),
        ("    tables: {peple.csv: a.csv}", 5, "options.one.tables.peple.csv", "peple.csv", "people.csv"),
        ("    tables: {people.csv: ../x.csv}", 5, "options.one.tables.people.csv", "../x.csv", ""),
        ("    tables: {people.csv: /etc/passwd}", 5, "options.one.tables.people.csv", "/etc/passwd", ""),
        ("    tables: {people.csv: link.csv}", 5, "options.one.tables.people.csv", "link.csv", ""),
        ("    tables: {people.csv: scenarios}", 5, "options.one.tables.people.csv", "scenarios", ""),
        ("    tabels: {}", 5, "options.one.tabels", None, "tables"),
    ],
)
def test_a_fault_of_an_option_stands_in_the_study_file(
    tmp_path: Path, text: str, row: int, column: str, found: str | None, nearest: str
) -> None:
    (tmp_path / "people.csv").write_text("id\n", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to("/etc/passwd")
    first, *others = faults(tmp_path, options(text) + "\n")
    assert not others, others
    assert (first.file, first.row, first.column) == ("study.yaml", row, column), first
    assert first.nearest == nearest and (found is None or first.found == found)


@pytest.mark.parametrize(
    ("text", "file", "row", "column", "nearest"),
    [
        ("    change:\n      - {id: native, when: person.nativ_place == 'x'}", "study.yaml", 6,
         "options.one.change.0.when", "person.native_place"),
        ("    add:\n      - {id: new, kind: stability,\n         on: postin}", "study.yaml", 7,
         "options.one.add.0.on", "posting"),
        ("    scenario:\n      layers: {posting: {items: people where person.grad == 'head'}}",
         "study.yaml", 6, "options.one.scenario.layers.posting.items", "person.grade"),
        ("    tables: {people.csv: few.csv}", "few.csv", 2, "unit", ""),
        ("    tables: {groups.csv: none.csv}", "study.yaml", 4, "options.one", ""),
    ],
)  # fmt: skip
def test_an_option_that_does_not_fit_the_first_scenario_is_refused_before_anything_runs(
    tmp_path: Path, text: str, file: str, row: int, column: str, nearest: str
) -> None:
    (tmp_path / "few.csv").write_text("id,name,unit\nP1,王建国,U9\n", encoding="utf-8")
    (tmp_path / "none.csv").write_text("id,name\nZ9,某组\n", encoding="utf-8")
    loaded = api.load_study(write_study(tmp_path, options(text) + "\n"))
    with pytest.raises(InputError) as caught:
        api.run_study(loaded, runner=ScriptedRunner())
    first = caught.value.faults[0]
    assert (first.file, first.row, first.column) == (file, row, column), first
    assert column != "options.one" or ("postings.csv:2:" in first.message.zh and first.found == "G1")
    assert first.nearest == nearest and not (tmp_path / "study.results").exists()


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = options(
        "    drop: [kep]\n  two: {tables: {people.csv: ../x}, weights: {kin: 0}}\nseed: 1\nlimits: x\n"
    )
    found = faults(tmp_path, text)
    assert {fault.column for fault in found} == {
        "options.two.tables.people.csv", "options.two.weights.kin", "seed", "limits",
    }  # fmt: skip
    both = options("    drop: [kep]\n  two: {weights: {knn: 2}}\n")
    assert [fault.row for fault in faults(tmp_path, both)] == [5, 6]


def test_a_fault_in_one_of_several_scenarios_names_it(tmp_path: Path) -> None:
    text = options("    drop: [keep]\n").replace("[scenarios/tiny]", "[scenarios/tiny, jizhou-terms]")
    [fault] = faults(tmp_path, text)
    assert (
        "(in the scenario jizhou-terms)" in fault.message.en and "（场景 jizhou-terms）" in fault.message.zh
    )


def test_a_faulty_scenario_is_no_fault_of_the_study(tmp_path: Path) -> None:
    file = write_study(tmp_path, options("    drop: [whatever]\n"))
    place = tmp_path / "scenarios" / "tiny"
    (place / "tiny-rules.yaml").write_text("pack: tiny-rules\nruls: []\n", encoding="utf-8")
    assert len(api.load_study(file).cells) == 1
    (place / "scenario.yaml").write_text("scenario: [", encoding="utf-8")
    assert len(api.load_study(file).cells) == 1


def test_a_study_is_read_as_strictly_as_a_scenario(tmp_path: Path) -> None:
    for text in (
        "study: &a x\nscenarios: *a\n",
        "study: !!python/object:os.system x\n",
        "study: x\nstudy: y\n",
    ):
        assert faults(tmp_path, text)
    with pytest.raises(InputError):
        api.load_study(tmp_path / "nowhere.yaml")


def test_the_schema_accepts_studies_and_refuses_what_is_misspelt(tmp_path: Path) -> None:
    schema = study_schema()
    validator = jsonschema.Draft202012Validator(schema)
    for file in (write_study(tmp_path, STUDY), ROOT / "docs" / "first-study" / "study.yaml"):
        validator.validate(read_yaml(file, file.name).data)
    validator.validate({"study": "a", "scenarios": "x", "seeds": "1-5", "limits": 3})
    for wrong in ({"study": "a"}, {"study": "a", "scenarios": ["x"], "seed": 1}):
        assert list(validator.iter_errors(wrong))
    bad = {"study": "a", "scenarios": ["x"], "options": {"o": {"add": [{"id": "r", "kind": "none"}]}}}
    assert list(validator.iter_errors(bad))
