"""The judge of a map divided into zones, and the rows for a folder of maps."""

from __future__ import annotations

import json

import pytest

from benchmarks.outcome import OURS
from benchmarks.race import race
from benchmarks.rows._row import Asked
from benchmarks.rows.zones import Zones
from benchmarks.zones_score import score

#: Four units in a row along the equator, a tenth of a degree apart: 11.119 km.
LINE = {
    "k": 2,
    "L": 2,
    "U": 3,
    "power": 1,
    "nodes": [{"id": k, "name": f"unit {k}", "w": 1 + k % 2, "lon": k / 10, "lat": 0.0} for k in range(4)],
    "edges": [[0, 1], [1, 2], [2, 3]],
}
STEP = 11.1195


def test_a_zone_costs_what_it_is_from_its_best_centre():
    assert score(LINE, [0, 0, 1, 1]) == (pytest.approx(2 * STEP, rel=1e-4), {})
    assert score({**LINE, "power": 2}, [0, 0, 1, 1])[0] == pytest.approx(2 * STEP**2, rel=1e-4)


def test_a_matrix_takes_the_place_of_distances():
    cost = [[0, 9, 9, 9], [4, 0, 9, 9], [9, 9, 0, 5], [9, 9, 3, 0]]
    assert score({**LINE, "cost": cost}, [0, 0, 1, 1]) == (4 + 3, {})


@pytest.mark.parametrize(
    ("zone", "broken"),
    [
        ([0, 1, 1, 0], {"contiguous": 1}),
        ([0, 1, 0, 1], {"contiguous": 2, "band": 1}),
        ([0, 0, 0, 0], {"number of zones": 1, "band": 1}),
        ([0, 1, 1, 1], {"band": 2}),
    ],
)
def test_each_breach_is_counted(zone, broken):
    found = score(LINE, zone)
    assert found[1] == broken
    assert found[0] is not None


def test_a_unit_in_no_zone_has_no_cost():
    assert score(LINE, [0, 0, 1, None]) == (None, {"unit in a zone": 1})
    assert score(LINE, [0, 0, 1]) == (None, {"unit in a zone": 1})


def test_rows_are_the_maps_in_a_folder_and_nothing_else(tmp_path):
    (tmp_path / "zones").mkdir()
    (tmp_path / "zones" / "LINE.json").write_text(json.dumps(LINE), encoding="utf-8")
    (tmp_path / "other.json").write_text('{"nodes": []}', encoding="utf-8")
    (tmp_path / "list.json").write_text("[1, 2]", encoding="utf-8")
    (row,) = Zones.asked(Asked(data=tmp_path))
    assert (row.key, row.title) == ("zones-LINE", "zones LINE, 4 units in 2")
    assert [one.name for one in row.contenders(tmp_path)] == [OURS]
    assert row.judge({"zone": [0, 0, 1, 1]}).value == pytest.approx(2 * STEP, rel=1e-4)
    assert row.judge({"zone": [None] * 4}).value is None
    assert list(Zones.asked(Asked())) == []


@pytest.mark.slow
def test_a_map_is_solved_and_its_trace_is_in_the_units_of_the_judge(tmp_path):
    (tmp_path / "LINE.json").write_text(json.dumps(LINE), encoding="utf-8")
    (row,) = Zones.asked(Asked(data=tmp_path))
    run = race(row, 20.0, None, lambda *_: None).runs[OURS]
    assert (run.status, run.broken) == ("optimal", {})
    assert run.value == pytest.approx(2 * STEP, rel=1e-4)
    assert run.bound == pytest.approx(run.value, rel=1e-4)
    assert run.trace[-1][1] == pytest.approx(run.value, rel=1e-4)
