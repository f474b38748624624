"""No plan is lost to an answer without a plan, to a failed write, or to a signal."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import tiny_scenario
from allocator import api
from allocator.cli.solve_session import stop_on_signal
from allocator.model.plan import Plan
from allocator.solvers.observer import Observer, StopRequest
from cli_world import call, good_plan, write_plan
from test_cli_solve import hard_to_prove
from tiny_scenario import write_scenario

QUICK = ("--workers", "1", "--time-limit", "20")
TOO_MANY = tiny_scenario.RULES.replace("exactly: 1组长+3组员", "exactly: 1组长+9组员")


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(tmp_path)


def answering(monkeypatch: pytest.MonkeyPatch, plan: Plan) -> None:
    monkeypatch.setattr(api, "solve", lambda *_, **__: plan)


def without_plan(scenario: Path, status: str) -> Plan:
    return Plan(scenario=good_plan(scenario).scenario, status=status, assignments=())


def test_an_infeasible_answer_goes_beside_the_plan(scenario: Path, tmp_path: Path) -> None:
    file = write_plan(scenario)
    good = file.read_bytes()
    (scenario / "tiny-rules.yaml").write_text(TOO_MANY, encoding="utf-8")
    done = call("solve", scenario, "-o", file, *QUICK)
    beside = tmp_path / "plan.infeasible.json"
    assert done.status == 1 and file.read_bytes() == good
    assert f"answer without a plan written to {beside}; {file} is left as it was" in done.out
    assert json.loads(beside.read_text(encoding="utf-8"))["status"] == "infeasible"
    shown = call("show", beside)
    assert shown.status == 1 and "the file holds no plan, only this answer" in shown.out
    exported = call("export", beside, "--to", tmp_path / "p.csv", lang="zh")
    assert exported.status == 1 and "文件中没有方案" in exported.out
    assert call("export", beside, "--to", tmp_path / "p.csv", "--json").json["status"] == "infeasible"
    explained = call("explain", scenario, beside, "--slot", "East")
    assert explained.status == 1 and "the file holds no plan, only this answer" in explained.out


@pytest.mark.parametrize("status", ["infeasible", "unknown"])
@pytest.mark.parametrize(
    ("there", "is_kept"),
    [
        ("nothing", False),
        ("an answer", False),
        ("a plan", True),
        ("half a plan", True),
        ("a checkpoint", True),
    ],
)
def test_an_answer_without_a_plan_replaces_only_such_an_answer(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str, there: str, is_kept: bool
) -> None:
    file, good = tmp_path / "p.json", good_plan(scenario)
    if there == "an answer":
        api.write_plan(without_plan(scenario, "unknown"), file)
    elif there == "a plan":
        api.write_plan(good, file)
    elif there == "half a plan":
        file.write_text('{"format": "allocator-plan/1", "assign', encoding="utf-8")
    elif there == "a checkpoint":
        api.write_plan(good.model_copy(update={"status": "unknown", "score": (), "rules": ()}), file)
    before = file.read_bytes() if file.exists() else b""
    monkeypatch.setattr("allocator.cli.solve._reasons", lambda *_: None)
    answering(monkeypatch, without_plan(scenario, status))
    assert call("solve", scenario, "-o", file).status == 1
    beside = tmp_path / f"p.{status}.json"
    assert beside.exists() == is_kept
    assert not is_kept or file.read_bytes() == before
    assert api.read_plan(beside if is_kept else file).status == status


def test_a_plan_whose_folder_is_gone_goes_to_a_place_that_is_named(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, refuge = tmp_path / "out", tmp_path / "refuge"
    folder.mkdir()
    refuge.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(refuge))
    good = good_plan(scenario)

    def solve(*_: object, **__: object) -> Plan:
        folder.rmdir()
        return good

    monkeypatch.setattr(api, "solve", solve)
    done = call("solve", scenario, "-o", folder / "plan.json")
    [kept] = refuge.iterdir()
    assert done.status == 2
    assert "plan.json: cannot be written" in done.err and f"plan written to {kept}" in done.out
    assert kept.suffix == ".json" and api.read_plan(kept) == good


def full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_on_a_full_disk_the_plan_goes_to_the_home_folder_or_is_printed(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, good = tmp_path / "home", good_plan(scenario)
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    monkeypatch.setattr(os, "replace", full)
    answering(monkeypatch, good)
    done = call("solve", scenario, "-o", tmp_path / "plan.json", lang="zh")
    [kept] = home.iterdir()
    assert done.status == 2 and f"方案已写入 {kept}" in done.out and api.read_plan(kept) == good
    kept.unlink()
    monkeypatch.setattr(os, "fdopen", full)
    done = call("solve", scenario, "-o", tmp_path / "plan.json")
    assert done.status == 2 and not list(home.iterdir())
    text = done.out[: done.out.index("\n}\n") + 3]
    assert Plan.model_validate_json(text) == good
    done = call("solve", scenario, "-o", tmp_path / "plan.json", "--json")
    assert done.status == 2 and Plan.model_validate(done.json) == good


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_solve_with_its_best_plan(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    good, number = good_plan(scenario), getattr(signal, name)
    before = signal.getsignal(number)

    def interrupted(*_: object, observer: Observer, **__: object) -> Plan:
        os.kill(os.getpid(), number)
        assert observer.stop_reason() == "asked"
        return good

    monkeypatch.setattr(api, "solve", interrupted)
    done = call("solve", scenario, "-o", tmp_path / "plan.json")
    assert done.status == 130 and api.read_plan(tmp_path / "plan.json") == good
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_the_second_signal_ends_at_once(scenario: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def stubborn(*_: object, **__: object) -> Plan:
        for _again in range(2):
            os.kill(os.getpid(), getattr(signal, name))
        pytest.fail("went on")

    monkeypatch.setattr(api, "solve", stubborn)
    assert call("solve", scenario).status == 130


@pytest.mark.slow
def test_a_terminal_that_is_closed_leaves_the_best_plan(tmp_path: Path) -> None:
    file, (ours, theirs) = tmp_path / "plan.json", pty.openpty()
    words = ["solve", str(hard_to_prove(tmp_path)), "-o", str(file), "--time-limit", "40", "--lang", "en"]
    code = f"import sys; from allocator.cli.main import run; sys.exit(run({words!r}))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm", "COLUMNS": "120"}
    child = subprocess.Popen([sys.executable, "-c", code], stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    shown = ""
    while not re.search(r"posting · 1 few moves · cost \d", shown):
        shown += os.read(ours, 4096).decode(errors="replace")
    os.close(ours)
    child.send_signal(signal.SIGHUP)
    assert child.wait(timeout=60) != 0
    assert api.read_plan(file).status == "feasible"


def test_a_hangup_that_is_ignored_stays_so() -> None:
    stop, before = StopRequest(), signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_on_signal(stop):
            os.kill(os.getpid(), signal.SIGHUP)
        assert not stop.is_requested
    finally:
        signal.signal(signal.SIGHUP, before)
