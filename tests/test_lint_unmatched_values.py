"""A rule that compares a column with a value that no row has is a doubt, which names the nearest value."""

from __future__ import annotations

from pathlib import Path

from allocator.report.lint.condition_lints import unmatched_values
from small_folder import bound


def told(tmp_path: Path, condition: str) -> list[tuple[str, str, str]]:
    rules = f"\nrules:\n  - {{id: home, kind: avoid, on: posting, when: '{condition}'}}\n"
    return [(fault.column, fault.found, fault.nearest) for fault in unmatched_values(bound(tmp_path, rules))]


def test_a_grade_by_its_title_is_told_with_its_id(tmp_path: Path) -> None:
    assert told(tmp_path, 'person.grade == "正"') == [("home.when", "正", "head")]


def test_a_misspelt_value_is_told_with_the_nearest(tmp_path: Path) -> None:
    assert told(tmp_path, 'person.grade != "cadr"') == [("home.when", "cadr", "cadre")]


def test_a_value_that_some_row_has_is_not_told(tmp_path: Path) -> None:
    assert told(tmp_path, 'person.grade == "cadre" || person.title == ""') == []


def test_a_list_is_told_only_if_no_row_has_any_of_it(tmp_path: Path) -> None:
    assert told(tmp_path, 'person.grade in ["cadre", "nobody"]') == []
    assert told(tmp_path, 'person.grade in ["nobody", "none"]') == [("home.when", "nobody", "")]


def test_what_is_no_text_and_what_is_called_or_indexed_is_left_alone(tmp_path: Path) -> None:
    assert told(tmp_path, 'person.name.startsWith("x") || "党群" in person.skills') == []
