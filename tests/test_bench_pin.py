"""The row of one pinned person: the draw of person and group, the judge, and the two commands."""

from __future__ import annotations

import json
import time

import pytest

from benchmarks import measured, pinned
from benchmarks.pinned_case import drawn, judged
from benchmarks.rotation_instance import make
from benchmarks.rows.pin import Pin
from test_bench_rotation import GOOD, SMALL

ONE = {**SMALL, "seed": 1}


def test_the_pin_is_the_same_each_time_and_nobody_stays():
    person, group = drawn(ONE, GOOD)
    assert drawn(ONE, GOOD) == (person, group)
    assert GOOD[person] != group
    assert len({drawn({**ONE, "seed": seed}, GOOD) for seed in range(20)}) > 1


@pytest.mark.parametrize("seed", range(20))
def test_the_pin_is_possible(seed):
    # 0 and 1 are heads of the other group last year, 5 is of the zone of group 0; 4 and 6 are kin.
    person, group = drawn({**ONE, "seed": seed}, GOOD)
    assert person not in (0, 1)
    assert (person, group) != (5, 0)


def test_where_nobody_can_go_anywhere_it_is_said():
    with pytest.raises(ValueError, match="nobody can go"):
        drawn({**ONE, "zone": [3, 3]}, GOOD)


def test_the_judge_holds_a_plan_to_the_pin():
    person, group = drawn(ONE, GOOD)
    assert judged(ONE, GOOD, GOOD) == (220, {"pin": 1}, 0)
    new = [*GOOD]
    new[person] = group
    assert "pin" not in judged(ONE, GOOD, new)[1]
    assert judged(ONE, GOOD, new)[2] == 1


@pytest.mark.parametrize("how", ["fewest", "again"])
def test_a_small_posting_is_settled_and_solved_anew(how, tmp_path, monkeypatch):
    monkeypatch.setattr(measured, "START", time.perf_counter())
    row = Pin(24, 4, 2)
    (tmp_path / "small.json").write_text(json.dumps(row.instance), encoding="utf-8")
    words = ["--instance", str(tmp_path / "small.json"), "--folder", str(tmp_path / "settled")]
    pinned.main([*words, "--settle", "--time-limit", "5"])
    pinned.main([*words, "--time-limit", "5", "--how", how, "--out", str(tmp_path / "out.json")])
    answer = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    found = row.judge(answer)
    assert (found.value, found.broken) == (answer["cost"], {})
    assert answer["pin"] == list(drawn(row.instance, answer["old"]))
    assert [*answer["at"]] == ["imports", "pin drawn", "rules read", "solved"]
    assert answer["trace"][-1][1] == answer["cost"]
    moved = judged(row.instance, answer["old"], answer["assign"])[2]
    if how == "fewest":
        assert moved <= 2
        assert f"{moved} people moved ({answer['changes']['bound']} seats must change)" in row.note(answer)
    else:
        assert f"{moved} people moved; done by second" in row.note(answer)


def test_a_posting_that_cannot_be_settled_is_told(tmp_path):
    (tmp_path / "small.json").write_text(json.dumps(make(12, 2, 8)), encoding="utf-8")
    words = ["--instance", str(tmp_path / "small.json"), "--folder", str(tmp_path), "--settle"]
    with pytest.raises(SystemExit, match="no plan in 2 s: infeasible"):
        pinned.main([*words, "--time-limit", "2"])


def test_the_row_settles_before_its_clock_starts(tmp_path):
    row = Pin(24, 4, 2)
    (ours,) = row.contenders(tmp_path)
    assert (row.key, row.title) == ("pin-24x4-s2", "one pin 24 x 4, seed 2")
    assert "--settle" in ours.before
    assert "--settle" not in ours.command
    assert row.judge({"assign": None, "old": []}).value is None
