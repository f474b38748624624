"""Identity: a party or an end of a tie with the name of one of our people is a doubt, and is barred."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from allocator.model.reading.identity import name_key
from cli_world import call

SCENARIO = """\
scenario: names
today: 2026-01-01
periods: [2026]
layers:
  casework: {items: people, slots: cases, take: any}
rules: [r]
levels: {1: {zh: 意愿, en: wishes}}
"""
RULES = """\
pack: r
rules:
  - {id: one, kind: capacity, on: casework, atleast: 1, atmost: 1}
  - {id: knows, kind: avoid, on: casework, acquaintance: {of: case.parties, above: 0.5, hops: 2}}
  - {id: wish, kind: prefer, on: casework, level: 1, when: person.id == "P1"}
"""
PEOPLE = "id,name,title,unit\nP1,何文,主任,\nP2,李宁,,\nP3,王岩,,\n"
CASES = "id,received,parties\nK1,2026-01-05,赵某\nK2,2026-02-05,何文\n"


def scenario(base: Path, **tables: str) -> Path:
    """Write the scenario; tables that are not given are those above."""
    base.mkdir(exist_ok=True)
    files = {"scenario.yaml": SCENARIO, "r.yaml": RULES, "people.csv": PEOPLE, "cases.csv": CASES}
    for name, text in {**files, **{f"{table}.csv": text for table, text in tables.items()}}.items():
        (base / name).write_text(text, "utf-8")
    return base


def doubts(folder: Path) -> list[str]:
    """Return what ``check`` doubts, in English."""
    done = call("check", folder, "--json")
    assert done.status == 0, done.err
    return [f"{one['file']}:{one['row']}: {one['message']['en']}" for one in done.json["doubts"]]


def takers(folder: Path, case: str) -> set[str]:
    """Return who may take a case by the hard rules alone."""
    scenario = api.load(folder)
    pinned = {
        person: api.bind(scenario, pins=[f"{person}={case}"]) for person in scenario.organisation.people
    }
    found = {person: api.solve(policy, seconds=5, workers=1).status for person, policy in pinned.items()}
    assert set(found.values()) <= {"optimal", "infeasible"}
    return {person for person, status in found.items() if status == "optimal"}


def test_a_party_of_the_same_name_is_asked_about_and_barred_until_answered(tmp_path: Path) -> None:
    folder = scenario(tmp_path / "s")
    [doubt] = doubts(folder)
    assert doubt.startswith("cases.csv:3: bears the name of P1 何文（主任）: the same person?")
    assert takers(folder, "K2") == {"P2", "P3"}
    assert takers(folder, "K1") == {"P1", "P2", "P3"}
    solved = call("solve", folder)
    assert solved.status == 0 and "1 wishes      1       1" in solved.out


@pytest.mark.parametrize(
    ("answer", "barred"), [("同一人", True), ("not_same_as", False), ("非同一人", False)]
)
def test_an_answer_ends_the_doubt(tmp_path: Path, answer: str, barred: bool) -> None:
    folder = scenario(tmp_path / "s", identities=f"姓名,人员,认定,依据\n何文,P1,{answer},身份证核对\n")
    assert doubts(folder) == []
    assert ("P1" not in takers(folder, "K2")) == barred


def test_an_answer_may_be_of_one_case_and_names_may_be_spelt_differently(tmp_path: Path) -> None:
    cases = "id,received,parties\nK1,2026-01-05,何 文（农机站）\nK2,2026-02-05,何文\n"
    answers = "name,person,answer,case\n何文,P1,not_same_as,K1\n何文,P1,same_as,K2\n"
    folder = scenario(tmp_path / "s", cases=cases, identities=answers)
    assert doubts(folder) == []
    assert "P1" in takers(folder, "K1") and "P1" not in takers(folder, "K2")


def test_an_alias_is_answered_too(tmp_path: Path) -> None:
    folder = scenario(tmp_path / "s", identities="name,person,answer\n赵某,P3,same_as\n何文,P1,same_as\n")
    assert doubts(folder) == []
    assert takers(folder, "K1") == {"P1", "P2"}


def test_several_bearers_are_all_barred_and_all_named(tmp_path: Path) -> None:
    people = PEOPLE + "P4,何文,科员,\n"
    folder = scenario(tmp_path / "s", people=people)
    [doubt] = doubts(folder)
    assert "P1 何文（主任）, P4 何文（科员）" in doubt
    assert takers(folder, "K2") == {"P2", "P3"}
    (folder / "identities.csv").write_text("name,person,answer\n何文,P1,not_same_as\n", "utf-8")
    [doubt] = doubts(folder)
    assert "P4 何文" in doubt and "P1" not in doubt
    assert takers(folder, "K2") == {"P1", "P2", "P3"}


def test_a_tie_to_the_name_is_a_tie_to_the_person(tmp_path: Path) -> None:
    """P2 is kin of 何文, a party; while 何文 may be P1, who is a party to K3, P2 may not take that either."""
    cases = CASES + "K3,2026-03-05,P1\n"
    ties = "source,target,kind\nP2,何文,kin\n"
    folder = scenario(tmp_path / "s", cases=cases, ties=ties)
    asked = doubts(folder)
    assert len(asked) == 1 and asked[0].endswith("until it is answered (also at 1 other places)")
    assert "P2" not in takers(folder, "K2") and "P2" not in takers(folder, "K3")
    (folder / "identities.csv").write_text("name,person,answer\n何文,P1,not_same_as\n", "utf-8")
    assert "P2" not in takers(folder, "K2") and "P2" in takers(folder, "K3")


def test_a_name_in_several_cases_is_asked_about(tmp_path: Path) -> None:
    cases = "id,received,parties\nK1,2026-01-05,赵某\nK2,2026-02-05,赵某\n"
    ties = "source,target,kind\n赵某,P3,kin\n"
    folder = scenario(tmp_path / "s", cases=cases, ties=ties)
    [doubt] = doubts(folder)
    assert doubt.startswith("cases.csv:2: is a party to 2 cases (K1, K2): one person?")
    (folder / "identities.csv").write_text("name,answer\n赵某,same_as\n", "utf-8")
    assert doubts(folder) == []
    assert api.load(folder).organisation.cases["K1"].parties == ("赵某",)


def test_a_name_told_apart_is_somebody_else_in_each_case(tmp_path: Path) -> None:
    cases = "id,received,parties\nK1,2026-01-05,赵某\nK2,2026-02-05,赵某\n"
    ties = "source,target,kind\n赵某,P3,kin\n"
    answers = "name,answer\n赵某,not_same_as\n"
    folder = scenario(tmp_path / "s", cases=cases, ties=ties, identities=answers)
    assert doubts(folder) == []
    organisation = api.load(folder).organisation
    assert [case.parties for case in organisation.cases.values()] == [("赵某（K1）",), ("赵某（K2）",)]
    assert {tie.source for tie in organisation.ties} == {"赵某（K1）", "赵某（K2）"}
    assert "P3" not in takers(folder, "K1")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("何文,P1,same_as,\n何文,P2,same_as,\n", "identities.csv:3:answer: contradicts the answer in row 2"),
        ("何文,P1,same_as,\n何 文,P1,not_same_as,K2\n", "identities.csv:3:answer: contradicts"),
        ("何文,P9,same_as,\n", "identities.csv:2:person: is no known person; found 'P9'"),
        ("何文,P1,same_as,K9\n", "identities.csv:2:case: is no known case; found 'K9'"),
        ("何文,P1,maybe,\n", "identities.csv:2:answer: "),
    ],
)
def test_a_wrong_answer_is_refused(tmp_path: Path, rows: str, said: str) -> None:
    done = call("check", scenario(tmp_path / "s", identities=f"name,person,answer,case\n{rows}"))
    assert done.status == 2 and said in done.err


def test_an_answer_about_nobody_is_doubted(tmp_path: Path) -> None:
    answers = "name,person,answer\n何文,P1,same_as\n赵谋,P3,not_same_as\n"
    done = call("check", scenario(tmp_path / "s", identities=answers))
    assert "identities.csv:3:name: no party and no tie bears this name; found '赵谋'" in done.out
    assert done.out.endswith("ok, with 1 doubt\n")


def test_the_register_says_why(tmp_path: Path) -> None:
    folder = scenario(tmp_path / "s")
    plan = tmp_path / "p.json"
    assert call("solve", folder, "-o", plan).status == 0
    shown = call("show", plan, "--scenario", folder, "--recusals", lang="zh")
    assert "与“何文”同名，是否本人尚未认定" in shown.out
    (folder / "identities.csv").write_text("name,person,answer\n何文,P1,same_as\n", "utf-8")
    assert call("solve", folder, "-o", plan).status == 0
    assert "即本人" in call("show", plan, "--scenario", folder, "--recusals", lang="zh").out


def test_spellings_of_one_name() -> None:
    assert (
        len(
            {name_key(name) for name in ("何文", "何　文", "何 文（原农机站）", "何文(男)", "何文【已调离】")}
        )
        == 1
    )
    assert name_key("Ｈｅ Wen") == name_key("he wen")
    assert len({name_key(f"买买提{dot}艾力") for dot in "·•・．.‧∙･"}) == 1
    assert name_key("何文") != name_key("何闻")


def test_a_party_is_asked_about_where_names_are_ids(tmp_path: Path) -> None:
    people = "姓名,职务\n何文,主任\n李宁,\n王岩,\n"
    rules = RULES.replace('"P1"', '"何文"')
    folder = scenario(tmp_path / "s", people=people)
    (folder / "r.yaml").write_text(rules, "utf-8")
    names, asked = doubts(folder)
    assert "names are taken for them" in names and "the same person?" in asked
    assert takers(folder, "K2") == {"李宁", "王岩"}
    (folder / "identities.csv").write_text("name,person,answer\n何文,何文,not_same_as\n", "utf-8")
    assert len(doubts(folder)) == 1 and takers(folder, "K2") == {"何文", "李宁", "王岩"}
    (folder / "identities.csv").write_text("name,person,answer\n何文,何文,same_as\n", "utf-8")
    assert len(doubts(folder)) == 1 and takers(folder, "K2") == {"李宁", "王岩"}


def test_a_workbook_is_asked_by_its_sheet_and_headers(tmp_path: Path) -> None:
    for language, said in (
        ("zh", "身份认定（当事人、人员、认定）: 何文,P1,同一人"),
        ("en", "Identities (name,person,answer): "),
    ):
        book = tmp_path / f"{language}.xlsx"
        book.write_bytes(api.scenario_workbook(scenario(tmp_path / "s"), language=language).content)
        [doubt] = [one for one in api.load(book).doubts if one.found == "何文"]
        assert said in doubt.allowed and "csv" not in doubt.allowed


def test_a_party_whose_name_has_another_dot_is_asked_about(tmp_path: Path) -> None:
    people = PEOPLE.replace("何文", "买买提·艾力")
    [doubt] = doubts(scenario(tmp_path, people=people, cases=CASES.replace("何文", "买买提•艾力")))
    assert "bears the name of P1 买买提·艾力" in doubt
