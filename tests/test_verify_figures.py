"""``expected.yaml``: each measure, each side of each bound, and the faults of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from allocator.errors import InputError
from allocator.model.text import Text
from allocator.verify.figure_specs import read_expected
from allocator.verify.figures import Figure, measure_figures
from cli_world import good_plan
from tiny_scenario import write_scenario


def measured(tmp_path: Path, figure: str, *, with_plan: bool = True) -> list[Figure]:
    text = f"figures:\n  - {{id: it, zh: 某数, en: it, {figure}}}\n"
    folder = write_scenario(tmp_path, {"expected.yaml": text})
    expected = read_expected(folder)
    assert expected
    policy = api.bind(api.load(folder))
    return measure_figures(expected, policy, good_plan(folder) if with_plan else None)


@pytest.mark.parametrize(
    ("figure", "said", "found", "holds"),
    [
        ("value: 8, count: people", "8", "8", True),
        ("value: 4, count: people where person.grade == 'head'", "4", "4", True),
        ("value: 5, count: people where person.grade == 'head'", "5", "4", False),
        ("value: 4, count: people where home.kind == 'township'", "4", "4", True),
        ("value: 1, count: cases where unit.kind == 'township'", "1", "1", True),
        ("value: 2, count: groups where group.kind == 'zone'", "2", "2", True),
        ("value: 1, count: units where unit.workload > 25", "1", "1", True),
        ("value: 1, count: links where link.kind == 'adjacent'", "1", "1", True),
        ("value: 1, count: ties where tie.weight > 0.5 && tie.source == 'P6'", "1", "1", True),
        ("value: 1, count: postings where posting.from < timestamp('2025-01-01T00:00:00Z')", "1", "1", True),
        ("value: 2, count: postings where posting.to > timestamp('2030-01-01T00:00:00Z')", "2", "2", True),
        ("value: 3, count: people, distinct: person.native_place", "3", "3", True),
        ("value: 2, count: zoning", "2", "2", True),
        ("value: 1, count: zoning where unit.kind == 'agency' && group.id == 'Z2'", "1", "1", True),
        ("value: 2, count: posting where role == 'lead' && period.id == '2026'", "2", "2", True),
        ("value: 4, count: posting where role == 'lead', distinct: person.id", "4", "4", True),
        ("value: 2, count: posting where role == 'lead', distinct: group.parent", "2", "2", True),
        (
            "value: 1, count: casework where case.effort == 3 && unit.id == 'U2' && period.index == 1",
            "1",
            "1",
            True,
        ),
        ("atleast: 8, count: people", "≥8", "8", True),
        ("atleast: 9, count: people", "≥9", "8", False),
        ("atmost: 8, count: people", "≤8", "8", True),
        ("atmost: 7, count: people", "≤7", "8", False),
        ("atleast: 2, atmost: 9, count: people", "≥2 ≤9", "8", True),
        ("value: 50, sum: {of: units, value: unit.workload}", "50", "50", True),
        ("value: 30, sum: {of: units where unit.kind == 'township', value: unit.workload}", "30", "30", True),
        ("value: 5, sum: {of: casework, value: case.effort}", "5", "5", True),
        ("value: 0, sum: {of: casework where case.id == 'C9', value: case.effort}", "0", "0", True),
        ("rule: {id: staffing, violations: 0}", "0", "0", True),
        ("rule: {id: staffing, violations: 1}", "1", "0", False),
        ("rule: {id: keep, cost: 0}", "0", "0", True),
        ("rule: {id: keep, cost: 2}", "2", "0", False),
    ],
)
def test_measures(tmp_path: Path, figure: str, said: str, found: str, holds: bool) -> None:
    [shown] = measured(tmp_path, figure)
    assert shown == Figure("it", Text(zh="某数", en="it"), said, found, holds)


PART = "share: {part: people where person.grade == 'head' && person.unit == 'U1', of: people"


@pytest.mark.parametrize(
    ("figure", "found", "holds"),
    [
        (f"value: 25%, {PART}}}", "25%", True),
        (f"value: 25.0%, {PART}}}", "25.0%", True),
        (f"value: 26%, {PART}}}", "25%", False),
        ("value: 13%, share: {part: people where person.id == 'P1', of: people}", "13%", True),
        ("value: 12.5%, share: {part: people where person.id == 'P1', of: people}", "12.5%", True),
        (
            "value: 12.5%, share: {part: people where person.id == 'P1', of: people, decimals: 0}",
            "13%",
            False,
        ),
        (
            "atleast: 12.6%, share: {part: people where person.id == 'P1', of: people, decimals: 0}",
            "13%",
            False,
        ),
        ("atmost: 12.5%, share: {part: people where person.id == 'P1', of: people}", "12.5%", True),
        ("value: 50%, share: {part: {count: posting, distinct: group.id}, of: groups}", "50%", True),
        ("value: 0%, share: {part: people, of: people where false}", "0/0", False),
    ],
)
def test_shares_are_compared_as_printed_and_bounds_exactly(
    tmp_path: Path, figure: str, found: str, holds: bool
) -> None:
    [measure_of] = measured(tmp_path, figure)
    assert (measure_of.found, measure_of.holds) == (found, holds)


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        ("value: 8, count: people", True),
        ("value: 8, count: posting", False),
        ("value: 8, sum: {of: casework, value: case.effort}", False),
        ("value: 8%, share: {part: posting, of: people}", False),
        ("rule: {id: keep, cost: 0}", False),
    ],
)
def test_without_a_plan_only_the_tables_speak(tmp_path: Path, figure: str, shown: bool) -> None:
    assert bool(measured(tmp_path, figure, with_plan=False)) is shown


@pytest.mark.parametrize(
    ("figure", "where", "told"),
    [
        ("value: 1, count: poeple", "figures.0.count", "did you mean 'people'?"),
        (
            "value: 1, count: people where person.gade == 'x'",
            "figures.0.count",
            "did you mean 'person.grade'?",
        ),
        ("value: 1, count: people where person.age", "figures.0.count", "true or false"),
        ("value: 1, count: people where person.age > 30", "figures.0.count", "empty for P8"),
        ("value: 1, count: people, distinct: person.born", "figures.0.distinct", "text"),
        ("value: 1, count: posting where role == 1", "figures.0.count", "role == 1"),
        ("value: 1, sum: {of: units, value: unit.name}", "figures.0.sum.value", "whole number"),
        ("value: 1, sum: {of: unit, value: unit.workload}", "figures.0.sum.of", "did you mean 'units'?"),
        (
            "value: 1%, share: {part: people, of: peoples}",
            "figures.0.share.of.count",
            "did you mean 'people'?",
        ),
        ("rule: {id: stafing, cost: 0}", "figures.0.rule.id", "did you mean 'staffing'?"),
        ("value: 1, count: people, sum: {of: units, value: '1'}", "figures.0", "count, share, sum and rule"),
        ("value: 1", "figures.0", "count, share, sum and rule"),
        ("count: people", "figures.0", "value, atleast or atmost"),
        ("value: 1, rule: {id: keep, cost: 0}", "figures.0", "value, atleast or atmost"),
        ("rule: {id: keep, cost: 0, violations: 0}", "figures.0.rule", "violations and cost"),
        ("value: 3%, count: people", "figures.0", "a share is a percentage"),
        ("value: 3, share: {part: people, of: people}", "figures.0", "a share is a percentage"),
        ("value: many, count: people", "figures.0.value", "13%"),
        ("vaule: 3, count: people", "figures.0.vaule", "did you mean 'value'?"),
    ],
)
def test_faults_name_line_and_key(tmp_path: Path, figure: str, where: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        measured(tmp_path, figure)
    lines = [fault("en") for fault in caught.value.faults]
    assert any(line.startswith(f"expected.yaml:2:{where}: ") and told in line for line in lines), lines


def test_all_faults_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        measured(tmp_path, "value: 1, count: a}\n  - {id: b, zh: 乙, en: b, value: 2, count: b")
    assert [fault.row for fault in caught.value.faults] == [2, 3]


def test_scenario_without_figures(tmp_path: Path) -> None:
    assert read_expected(write_scenario(tmp_path)) is None
