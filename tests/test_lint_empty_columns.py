"""A rule that reads an entirely empty column is a doubt; a rule that reads filled cells is none."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from allocator import api
from allocator.errors import Fault
from allocator.report.lint import find_doubts
from allocator.report.lint.condition_lints import empty_columns
from small_folder import TABLES, bound, folder

RULES = """
rules:
  - {id: home, kind: avoid, on: posting, when: person.native_place == group.place && home.domain != "x"}
  - {id: two, kind: apart, on: posting, when: other.native_place == person.name && "person.title" != ""}
"""


def told(faults: list[Fault]) -> list[tuple[str, str | None]]:
    return [(fault.column, fault.found) for fault in faults]


def test_only_columns_without_a_filled_cell_are_told(tmp_path: Path) -> None:
    policy = bound(tmp_path, RULES)
    assert told(list(empty_columns(policy))) == [("home.when", "home.domain")]
    people = TABLES["people.csv"].replace("native_place", "native_plce")
    (tmp_path / "scenarios" / "small" / "people.csv").write_text(people, "utf-8")
    found = list(empty_columns(api.bind(api.load(tmp_path / "scenarios" / "small"))))
    assert told(found) == [
        ("home.when", "person.native_place"),
        ("home.when", "home.domain"),
        ("two.when", "other.native_place"),
    ]
    assert all(fault.file == "main.yaml" and fault.row for fault in found)


def test_a_misspelt_header_and_the_rule_that_it_kills_are_both_told(tmp_path: Path) -> None:
    base = folder(tmp_path, {"main": f"pack: main\n{RULES}"})
    people = TABLES["people.csv"].replace("native_place", "native_plce")
    (base / "people.csv").write_text(people, "utf-8")
    first, *rest = find_doubts(api.bind(api.load(base)))
    assert (first.column, first.nearest) == ("native_plce", "native_place") and len(rest) >= 3


def test_rules_name_kinds_of_ties_in_chinese_too(tmp_path: Path) -> None:
    rule = "rules:\n  - {id: kin, kind: apart, on: posting, ties: [亲属, 夫妻]}\n"
    policy = bound(tmp_path, rule)
    [kinds] = [one.tie_kinds() for one in policy.rules if one.id == "kin"]
    assert kinds == ("kin", "spouse")


def test_numbers_lists_and_further_columns_are_told_too(tmp_path: Path) -> None:
    rules = """
    rules:
      - {id: work, kind: balance, on: zoning, load: unit.workload, level: 1}
      - {id: own, kind: avoid, on: casework, when: person.id in case.parties || case.severity > 3}
      - {id: union, kind: avoid, on: posting, when: 'person.extra["政治面貌"] == "群众" || person.union > ""'}
    """
    base = folder(tmp_path, {"main": "pack: main\n" + dedent(rules)})
    people = (
        TABLES["people.csv"].replace("政治面貌", "政治面貌,union,rank").replace("中共党员", "中共党员,,0")
    )
    (base / "people.csv").write_text(people, "utf-8")
    assert told(list(empty_columns(api.bind(api.load(base))))) == [
        ("own.when", "case.parties"),
        ("own.when", "case.severity"),
        ("union.when", "person.union"),
    ]
    units = TABLES["units.csv"].replace("workload", "任务数")
    (base / "units.csv").write_text(units, "utf-8")
    (base / "people.csv").write_text(people.replace("中共党员", ""), "utf-8")
    found = list(empty_columns(api.bind(api.load(base))))
    assert told(found)[0] == ("work.load", "unit.workload") and "empty or 0" in found[0].message.en
    assert ("union.when", 'person.extra["政治面貌"]') in told(found)
