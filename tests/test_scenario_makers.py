"""The makers of the scenarios: one maker each, run by one command, with one shared library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from making import (
    SCENARIOS,
    Table,
    first_of_each_pair,
    flat_distance,
    gabriel_neighbours,
    lengthened_name,
    makers,
    skills_cell,
    unused_name,
)
from scenario_tools import tables


def test_every_scenario_has_a_maker() -> None:
    assert makers() == sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.yaml"))


def test_one_command_makes_the_tables_that_are_committed(tmp_path: Path) -> None:
    command = [sys.executable, str(SCENARIOS / "making.py"), "jizhou-terms", "--into", str(tmp_path)]
    subprocess.run(command, check=True)
    assert tables(tmp_path) == tables(SCENARIOS / "jizhou-terms")


def test_a_value_without_a_column_is_refused(tmp_path: Path) -> None:
    Table("units", "id,name", [{"id": "U1"}]).write(tmp_path)
    assert (tmp_path / "units.csv").read_text("utf-8") == "id,name\nU1,\n"
    with pytest.raises(ValueError, match="place"):
        Table("units", "id,name", [{"id": "U1", "place": "East"}]).write(tmp_path)


def test_nobody_has_a_name_that_is_taken() -> None:
    first = unused_name(Random(1), set())
    taken = {first}
    second = unused_name(Random(1), taken)
    assert second != first and taken == {first, second}
    assert lengthened_name(Random(1), [first])[:-1] == first


def test_of_two_ties_between_the_same_the_first_counts() -> None:
    rows = first_of_each_pair([("A", "B", "kin"), ("A", "B", "friend"), ("B", "A", "friend")])
    assert [(row["source"], row["target"], row["kind"]) for row in rows] == [
        ("A", "B", "kin"),
        ("B", "A", "friend"),
    ]


def test_places_adjoin_unless_a_third_one_lies_between() -> None:
    points = {"W": (104.0, 30.0), "M": (104.1, 30.0), "E": (104.2, 30.0)}
    found = gabriel_neighbours(points, flat_distance(30.0))
    assert [(row["source"], row["target"]) for row in found] == [("W", "M"), ("M", "E")]


def test_skills_of_no_level_are_left_out() -> None:
    assert skills_cell({"law": 3, "audit": 0, "letters": 5}) == "law:3;letters:5"
