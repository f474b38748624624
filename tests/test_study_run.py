"""The run of a study: what dies is tried again, what is proved worse is ended, what has ended is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from allocator.errors import InputError
from allocator.study.cell_results import ResultStore, answered
from allocator.study.cell_runner import CellEnd, CellProgress
from study_world import InlineRunner, ScriptedRunner, Seen, answer, cell, result, run


def ends(key: str, ending: str = "answered", **details: Any) -> CellEnd:
    details.setdefault("answer", answer([3, 0]) if ending == "answered" else None)
    return CellEnd(key, ending, 1.0, **details)  # type: ignore[arg-type]


def test_cells_run_in_order_and_their_results_and_plans_are_files(tmp_path: Path) -> None:
    cells = [cell(option, seed=seed) for seed in (1, 2) for option in ("a", "b")]
    runner = InlineRunner(lambda request, tell: answer([7, 1], [7, 0]))
    seen = Seen()
    results = run(cells, runner, tmp_path, seen)
    assert runner.started == [one.key for one in cells] == list(results)
    assert seen.results == [("a", "solved"), ("b", "solved")] * 2
    assert sorted(path.name for path in (tmp_path / "plans").iterdir()) == sorted(
        f"s+{one.option}+seed{one.seed}+5s.{one.key[:8]}.json" for one in cells
    )
    stored = ResultStore(tmp_path).load(cells)
    assert stored == results
    assert stored[cells[0].key].costs == (7, 1) and stored[cells[0].key].bounds == (7, 0)


def test_a_cell_that_dies_is_tried_again_and_its_third_death_is_its_result(tmp_path: Path) -> None:
    one, other = cell("a"), cell("b")
    die = [lambda runner: [ends(one.key, "died", exit_code=-11, log=("first", "last"))]] * 3
    runner = ScriptedRunner(*die, lambda runner: [ends(other.key)])
    seen = Seen()
    results = run([one, other], runner, tmp_path, seen)
    assert seen.starts == [("a", 1), ("b", 1), ("a", 2), ("a", 3)] and seen.deaths == [1, 2]
    dead = results[one.key]
    assert (dead.outcome, dead.attempts, dead.exit_code, dead.log) == ("died", 3, -11, ("first", "last"))
    assert results[other.key].outcome == "solved" and runner.is_closed


def test_a_cell_that_lives_at_the_second_try_has_its_answer(tmp_path: Path) -> None:
    one = cell()
    runner = ScriptedRunner(lambda _: [ends(one.key, "died", exit_code=1)], lambda _: [ends(one.key)])
    found = run([one], runner, tmp_path)[one.key]
    assert (found.outcome, found.attempts) == ("solved", 2)


@pytest.mark.parametrize("ending", ["memory", "cpu", "wall"])
def test_a_cell_over_a_limit_is_not_tried_again(tmp_path: Path, ending: str) -> None:
    one = cell()
    found = run([one], ScriptedRunner(lambda _: [ends(one.key, ending, peak_memory=7)]), tmp_path)[one.key]
    assert (found.outcome, found.attempts, found.peak_memory, found.is_failure) == (ending, 1, 7, True)


def test_a_process_that_cannot_be_started_is_a_death(tmp_path: Path) -> None:
    class Unable(ScriptedRunner):
        def start(self, task: object) -> None:
            raise OSError("no processes left")

    found = run([cell()], Unable(), tmp_path)[cell().key]
    assert (found.outcome, found.attempts, found.log) == ("died", 3, ("no processes left",))


def progress(key: str, *bounds: int) -> CellProgress:
    return CellProgress(key, {"bounds": list(bounds), "criteria": ["level:1", "rule:r"], "score": []})


def test_an_option_that_is_proved_worse_is_ended_and_its_place_goes_on(tmp_path: Path) -> None:
    good, bad, third = cell("good"), cell("bad"), cell("third")
    runner = ScriptedRunner(
        lambda _: [progress(bad.key, 4, 0)],  # nothing to compare with yet
        lambda _: [ends(good.key)],  # costs 3 and 0
        lambda _: [ends(bad.key, "cancelled")],
        lambda _: [progress(third.key, 3, 0), progress(third.key, 9, 0)],
        lambda _: [ends(third.key, "cancelled")],
    )
    seen = Seen()
    results = run([good, bad, third], runner, tmp_path, seen)
    assert runner.cancelled == [bad.key, third.key]
    ended = results[bad.key]
    assert (ended.outcome, ended.worse_than, ended.bounds, ended.plan) == ("worse", good.key, (4, 0), "")
    assert not ended.is_failure and not ended.has_plan
    assert sorted(path.name for path in (tmp_path / "plans").iterdir()) == [results[good.key].plan]


def test_nothing_is_ended_for_another_seed_or_on_request(tmp_path: Path) -> None:
    good, bad = cell("good"), cell("bad", seed=2)
    script = (lambda _: [ends(good.key)], lambda _: [progress(bad.key, 9, 9)], lambda _: [ends(bad.key)])
    runner = ScriptedRunner(*script)
    assert run([good, bad], runner, tmp_path / "a")[bad.key].outcome == "solved" and not runner.cancelled
    good, bad = cell("good"), cell("bad")
    script = (lambda _: [ends(good.key)], lambda _: [progress(bad.key, 9, 9)], lambda _: [ends(bad.key)])
    runner = ScriptedRunner(*script)
    assert run([good, bad], runner, tmp_path / "b", stop_when_worse=False)[bad.key].outcome == "solved"
    assert not runner.cancelled


def test_a_cell_that_answers_while_it_is_ended_has_its_answer(tmp_path: Path) -> None:
    good, bad = cell("good"), cell("bad")
    runner = ScriptedRunner(
        lambda _: [ends(good.key), progress(bad.key, 9, 9)], lambda _: [ends(bad.key, answer=answer([9, 9]))]
    )
    found = run([good, bad], runner, tmp_path)
    assert runner.cancelled == [bad.key] and found[bad.key].outcome == "solved"


def test_a_stopped_run_keeps_what_has_ended_and_the_next_one_goes_on(tmp_path: Path) -> None:
    cells = [cell("a", seed=seed) for seed in (1, 2, 3, 4)]
    runner = ScriptedRunner(
        lambda _: [ends(cells[0].key)], last=lambda _: [ends(cells[1].key), ends(cells[2].key, "cancelled")]
    )
    seen = Seen(most=1)
    first = run(cells, runner, tmp_path, seen)
    assert list(first) == [cells[0].key, cells[1].key] and runner.is_closed
    again = InlineRunner(lambda request, tell: answer([1, 1]))
    results = run(cells, again, tmp_path)
    assert again.started == [cells[2].key, cells[3].key] and len(results) == 4
    nothing = InlineRunner()
    assert run(cells, nothing, tmp_path) == results and not nothing.started


def test_equal_cells_run_once(tmp_path: Path) -> None:
    runner = InlineRunner(lambda request, tell: answer([1, 1]))
    run([cell("a"), cell("b", variant="s/a")], runner, tmp_path)
    assert len(runner.started) == 1


@pytest.mark.parametrize("damage", ["", "{", '{"key": 3}', "[]"])
def test_a_damaged_result_is_run_again(tmp_path: Path, damage: str) -> None:
    one = cell()
    run([one], InlineRunner(lambda request, tell: answer([1, 1])), tmp_path)
    [file] = (tmp_path / "cells").iterdir()
    file.write_text(damage, encoding="utf-8")
    again = InlineRunner(lambda request, tell: answer([2, 2]))
    assert run([one], again, tmp_path)[one.key].costs == (2, 2)


def test_a_result_counts_only_for_its_own_key_and_with_its_plan(tmp_path: Path) -> None:
    one, other = cell("a"), cell("b")
    run([one], InlineRunner(lambda request, tell: answer([1, 1])), tmp_path)
    store = ResultStore(tmp_path)
    (tmp_path / "cells" / f"{other.short_key}.json").write_bytes(
        (tmp_path / "cells" / f"{one.short_key}.json").read_bytes()
    )
    assert list(store.load([one, other])) == [one.key]
    for plan in (tmp_path / "plans").iterdir():
        plan.unlink()
    assert store.load([one]) == {}


def test_what_was_ended_as_worse_runs_again_once_the_better_one_is_gone(tmp_path: Path) -> None:
    good, bad = cell("good"), cell("bad")
    store = ResultStore(tmp_path)
    store.make()
    store.save(good, result(good, [1, 1]), "{}")
    store.save(bad, result(bad, [None, None], outcome="worse", worse_than=good.key, plan=""), None)
    assert set(store.load([good, bad])) == {good.key, bad.key}
    assert store.load([bad]) == {}
    store.forget(good)
    store.forget(good)
    assert store.load([good, bad]) == {}


def test_an_answer_that_is_none_is_a_death(tmp_path: Path) -> None:
    one = cell()
    wrong = {"outcome": "splendid"}
    runner = ScriptedRunner(lambda _: [CellEnd(one.key, "answered", 1.0, wrong, 0)])
    found = run([one], runner, tmp_path)[one.key]
    assert found.outcome == "died" and "cannot be read" in found.log[0]
    with pytest.raises(InputError, match="cannot be read"):
        answered(one, wrong, 1.0, 1)


def test_a_result_that_cannot_be_written_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "cells").write_text("no folder", encoding="utf-8")
    with pytest.raises(InputError):
        run([cell()], ScriptedRunner(), tmp_path)


def test_a_result_names_what_decided_it(tmp_path: Path) -> None:
    one = cell()
    extra = {"versions": {"ortools": "9"}, "machine": "Linux", "peak_memory": 12, "seconds": 0.7}
    run([one], InlineRunner(lambda request, tell: answer([1, 1], **extra)), tmp_path)
    [file] = (tmp_path / "cells").iterdir()
    stored = json.loads(file.read_text(encoding="utf-8"))
    assert {key: stored[key] for key in extra} == extra
    assert stored["best_after"] == 0.5 and stored["wall_seconds"] == 0.1
