"""Rows of counties, solved one after another, and of one large posting: answers, judges and notes."""

from __future__ import annotations

import json
import time

import pytest

from benchmarks import counties, measured, rotation
from benchmarks.outcome import OURS
from benchmarks.rotation_instance import make
from benchmarks.rotation_score import score
from benchmarks.rows._row import Asked
from benchmarks.rows.counties import Counties
from benchmarks.rows.large import Large


def test_counties_are_solved_and_told_together(tmp_path, capsys):
    file = tmp_path / "out.json"
    size = ["--count", "2", "--people", "24", "--groups", "4"]
    counties.main([*size, "--time-limit", "3", "--out", str(file)])
    answer = json.loads(file.read_text(encoding="utf-8"))
    row = Counties(2, 24, 4)
    found = row.judge(answer)
    assert (found.value, found.broken) == (sum(one["cost"] for one in answer["counties"]), {})
    assert found.value == answer["trace"][-1][1] >= answer["bound"]
    assert answer["planned"] == 2
    assert "2 of 2 with a plan, median gap" in row.note(answer)
    assert "county 2: " in capsys.readouterr().out


def test_a_county_without_a_plan_breaks_a_rule_of_the_row():
    plan = {"assign": [0] * 12, "cost": 100, "bound": 50, "status": "feasible", "memory": 0.1}
    none = {"assign": None, "cost": None, "bound": None, "status": "unknown", "memory": 0.2}
    row = Counties(2, 12, 2)
    answer = counties.together([plan, none])
    assert (answer["planned"], answer["gap"], answer["bound"], answer["trace"]) == (1, 0.5, 50, [])
    assert answer["memory"] == [0.1, 0.2]
    broken = row.judge(answer).broken
    assert broken["county without a plan"] == 1
    assert Counties(3, 12, 2).judge(answer).broken["county without a plan"] == 2
    assert set(score(make(12, 2, 1), [0] * 12).broken) < set(broken)
    assert "1 of 2 with a plan, median gap 50.0%" in row.note(answer)
    nothing = counties.together([none, none])
    assert (nothing["status"], row.judge(nothing).value) == ("unknown", None)
    assert "0 of 2 with a plan, " in row.note(nothing)


def test_an_infeasible_county_is_told(tmp_path):
    file = tmp_path / "out.json"
    size = ["--count", "1", "--people", "12", "--groups", "2"]
    counties.main([*size, "--time-limit", "3", "--out", str(file)])
    (one,) = json.loads(file.read_text(encoding="utf-8"))["counties"]
    assert (one["assign"], one["status"]) == (None, "infeasible")


def test_less_than_a_county_is_refused(capsys):
    with pytest.raises(SystemExit) as left:
        counties.main(["--count", "0"])
    assert left.value.code == 2
    assert "--count 0" in capsys.readouterr().err


def test_long_rows_are_of_183_counties_and_of_5000_people(tmp_path):
    (province,) = Counties.asked(Asked())
    assert (province.key, province.problems, province.is_long) == ("counties-183x120x20-sq", 183, True)
    large, _ = Large.asked(Asked(seeds=(1, 2)))
    assert (large.key, large.is_long) == ("large-5000x800-sq-s1", True)
    assert [one.name for one in Large(12, 2, "sq", 1).contenders(tmp_path)] == [OURS]


def test_a_large_posting_tells_its_first_plan_and_its_memory(tmp_path, monkeypatch):
    row = Large(12, 2, "sq", 6)
    (ours,) = row.contenders(tmp_path)
    out = tmp_path / "out.json"
    monkeypatch.setattr(measured, "START", time.perf_counter())
    monkeypatch.setattr("sys.argv", [*ours.command[2:], "--time-limit", "3", "--out", str(out)])
    rotation.main()
    answer = json.loads(out.read_text(encoding="utf-8"))
    assert row.judge(answer).value == answer["cost"]
    assert answer["memory"] > 0
    assert row.note(answer).startswith(f"first plan at {answer['trace'][0][0]:.1f} s, ")
    assert row.note({"trace": [], "memory": 1.234}) == "1.23 GiB of memory at most"


def test_what_runs_beside_counts_as_memory(monkeypatch):
    monkeypatch.setattr(measured, "EVERY", 0.01)
    monkeypatch.setattr("allocator.solvers.worker_process.resident_in_all", lambda: 100 * measured.GIB)
    with measured.PeakMemory() as memory:
        while memory.gib < 100:
            pass
    assert memory.gib == 100
    assert measured.held() < 100
