"""The roster of the tutorial, as it is, becomes a scenario; no identity number gets in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from allocator import api
from allocator.cli.main import run
from cli_world import Called, call
from docs.tutorial import make_roster
from roster_files import column, table

PEOPLE = make_roster.people()
SECRETS = [secret for person in PEOPLE for secret in (person.identity, person.phone)]


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("desk") / "花名册.xlsx"
    make_roster.write(path, PEOPLE)
    return path


@pytest.fixture(scope="module")
def imported(roster: Path) -> tuple[Path, Called]:
    folder = roster.parent / "清江"
    return folder, call("import", roster, "--into", folder, lang="zh")


def test_the_roster_is_made_the_same_each_time(roster: Path, tmp_path: Path) -> None:
    make_roster.write(tmp_path / "again.xlsx", make_roster.people())
    assert (tmp_path / "again.xlsx").read_bytes() == roster.read_bytes()
    assert run(["--version"]) == 0


def test_the_whole_roster_is_read_without_a_question(imported: tuple[Path, Called]) -> None:
    folder, called = imported
    assert (called.status, called.err) == (0, "")
    for part in (
        "表头第 3、4 行，人员 80 名",
        "全日制教育学历",
        "full_time_education",
        "合计 80人",
        "填表人",
        "（30人）",
    ):
        assert part in called.out
    names = [person.name for person in PEOPLE]
    assert column(folder, "people", "name") == names
    assert [born[:7] for born in column(folder, "people", "born")] == [f"{one.born:%Y-%m}" for one in PEOPLE]
    units = dict(zip(column(folder, "units", "id"), column(folder, "units", "name"), strict=True))
    assert [units[one] for one in column(folder, "people", "unit")] == [one.unit for one in PEOPLE]
    assert column(folder, "people", "title") == [one.title for one in PEOPLE]
    assert column(folder, "people", "grade") == [one.grade for one in PEOPLE]


def test_two_people_of_one_name_are_two(imported: tuple[Path, Called]) -> None:
    names = column(imported[0], "people", "name")
    assert PEOPLE[8].name == PEOPLE[47].name and names.count(PEOPLE[8].name) == 2


def test_relatives_become_ties_with_their_cell(imported: tuple[Path, Called]) -> None:
    folder = imported[0]
    ties = [row for row in table(folder, "ties") if row["kind"] != "served_at"]
    stated = [(number, one) for number, person in enumerate(PEOPLE, 1) for one in person.relatives]
    assert len(ties) == len(stated)
    married = {(row["source"], row["target"], row["kind"]) for row in ties if not row["outside"]}
    assert married == {("P013", "P034", "spouse"), ("P034", "P013", "spouse")}
    father = next(row for row in ties if row["term"] == "父亲")
    assert (father["kind"], father["relation"], father["degree"]) == ("kin", "直系血亲关系", "2")
    assert father["known_from"].startswith("花名册.xlsx:花名册:") and father["known_from"].endswith(
        ":家庭成员"
    )


def test_spells_of_the_resume_become_postings_and_service(imported: tuple[Path, Called]) -> None:
    folder = imported[0]
    postings = table(folder, "postings")
    assert len(postings) == 2 * len(PEOPLE)
    last = [row for row in postings if not row["to"]]
    assert [row["from"] for row in last] == [f"{one.post_since:%Y-%m-%d}" for one in PEOPLE]
    assert [row["title"] for row in last] == [one.title for one in PEOPLE]
    service = [row for row in table(folder, "ties") if row["kind"] == "served_at"]
    assert len(service) == len(PEOPLE) and {row["outside"] for row in service} == {"true"}


def test_the_folder_is_a_scenario_to_go_on_with(imported: tuple[Path, Called]) -> None:
    folder = imported[0]
    checked = call("check", folder)
    assert (checked.status, checked.err) == (0, "")
    assert "1 in doubt" not in checked.out
    policy = api.bind(api.load(folder))
    grades = [grade.zh for grade in policy.context.scenario.spec.grades]
    assert grades == ["乡科级正职", "乡科级副职"]
    assert {rule.kind for rule in policy.rules} == {"apart", "stability", "take"}


def test_no_identity_number_and_no_telephone_gets_in(roster: Path, imported: tuple[Path, Called]) -> None:
    folder, called = imported
    written = [path.read_text("utf-8") for path in folder.iterdir()]
    outputs = [called.out, called.err]
    for more in ((), ("--json",)):
        for lang in ("zh", "en"):
            again = call("import", roster, "--into", folder, *more, lang=lang)
            outputs += [again.out, again.err]
    assert not [secret for secret in SECRETS for text in (*written, *outputs) if secret in text]


def test_a_second_import_changes_nothing(roster: Path, imported: tuple[Path, Called]) -> None:
    folder = imported[0]
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    called = call("import", roster, "--into", folder, "--json")
    states = {file["name"]: file["state"] for file in json.loads(called.out)["files"]}
    assert set(states.values()) == {"unchanged", "kept"}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_later_roster_is_merged_by_person(roster: Path, tmp_path: Path) -> None:
    folder = tmp_path / "清江"
    api.import_files([roster], folder, year=2026)
    later = make_roster.people()
    later[3].title = "副主任"
    moved = later.pop(10)
    later.append(make_roster.Invented(**{**vars(moved), "name": "欧阳新民", "relatives": [], "resume": []}))
    path = tmp_path / "later.xlsx"
    make_roster.write(path, later)
    scenario = folder / "scenario.yaml"
    scenario.write_text(scenario.read_text("utf-8") + "# mine\n", "utf-8")
    imported = api.import_files([path], folder)
    assert not imported.questions
    files = {file.name: file for file in imported.files}
    assert (files["people.csv"].added, files["scenario.yaml"].state) == (1, "kept")
    assert "P004 title: 干部 → 副主任" in files["people.csv"].changes
    assert scenario.read_text("utf-8").endswith("# mine\n")
    assert column(folder, "people", "id")[-1] == "P081"
