"""People who join, leave and are away: nobody is posted in a period in which they are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from cli_world import call

SCENARIO = """\
scenario: coming
periods: [2026, 2027]
layers:
  posting: {items: people, slots: groups, take: 1}
rules: [r]
"""
RULES = "pack: r\nrules:\n  - {id: few, kind: capacity, on: posting, atmost: 9}\n"


def scenario(base: Path, people: str, absences: str = "") -> Path:
    base.mkdir(exist_ok=True)
    files = {"scenario.yaml": SCENARIO, "r.yaml": RULES, "people.csv": people, "groups.csv": "id\nG1\nG2\n"}
    if absences:
        files["absences.csv"] = absences
    for name, text in files.items():
        (base / name).write_text(text, "utf-8")
    return base


def there(folder: Path) -> dict[str, list[bool]]:
    layer = api.bind(api.load(folder)).context.layers["posting"]
    return {item: layer.present[i].tolist() for i, item in enumerate(layer.items)}


@pytest.mark.parametrize(
    ("joins", "retires", "present"),
    [
        ("", "", [True, True]),
        ("2027-01-01", "", [False, True]),
        ("2026-07-02", "", [True, True]),
        ("2026-07-03", "", [False, True]),
        ("", "2027-01-01", [True, False]),
        ("2026-01-01", "2026-12-31", [False, False]),
    ],
)
def test_a_person_serves_from_joining_to_leaving(
    tmp_path: Path, joins: str, retires: str, present: list[bool]
) -> None:
    """Of 365 days, 182 without a person leave the period to him, 183 do not."""
    folder = scenario(tmp_path / "s", f"编号,到岗日期,退休日期\nP1,{joins},{retires}\n")
    assert there(folder) == {"P1": present}


@pytest.mark.parametrize(
    ("absences", "present"),
    [
        ("P1,2026-01-01,2026-07-01,学习\n", [True, True]),
        ("P1,2026-01-01,2026-07-02,学习\n", [False, True]),
        ("P1,2026-01-01,2026-04-30,病假\nP1,2026-09-01,2026-12-31,借调\n", [False, True]),
        ("P1,2026-01-01,2026-04-30,病假\nP1,2026-02-01,2026-05-31,借调\n", [True, True]),
        ("P1,2026-12-01,,长期病假\n", [True, False]),
        ("P1,,2026-12-31,挂职\n", [False, True]),
    ],
)
def test_an_absence_of_half_a_period_leaves_the_seat_to_others(
    tmp_path: Path, absences: str, present: list[bool]
) -> None:
    folder = scenario(tmp_path / "s", "id\nP1\n", f"人员,起,止,原因\n{absences}")
    assert there(folder) == {"P1": present}
    plan = api.solve(api.bind(api.load(folder)), seconds=20, workers=1)
    assert [one.period for one in plan.assignments] == [
        year for year, is_there in zip(("2026", "2027"), present, strict=True) if is_there
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("P9,2026-01-01,,x", "absences.csv:2:person: is no known person; found 'P9'"),
        ("P1,2026-05-01,2026-04-01,x", "absences.csv:2:to: is before from"),
        ("P1,,,x", "absences.csv:2:from: says neither when it begins nor when it ends"),
    ],
)
def test_a_wrong_absence_is_refused(tmp_path: Path, row: str, said: str) -> None:
    done = call("check", scenario(tmp_path / "s", "id\nP1\n", f"person,from,to,why\n{row}\n"))
    assert done.status == 2 and said in done.err


def test_leaving_before_joining_is_refused(tmp_path: Path) -> None:
    done = call("check", scenario(tmp_path / "s", "id,joins,retires\nP1,2027-01-01,2026-01-01\n"))
    assert done.status == 2 and "people.csv:2:retires: is before joins" in done.err


def test_expressions_read_when_somebody_joined(tmp_path: Path) -> None:
    folder = scenario(tmp_path / "s", "id,joins\nP1,2026-03-01\nP2,\n")
    rule = '{id: new, kind: avoid, on: posting, when: person.joins > timestamp("2026-01-01T00:00:00Z")}'
    (folder / "r.yaml").write_text(f"{RULES}  - {rule}\n", "utf-8")
    done = call("check", folder)
    assert done.status == 0, done.err
