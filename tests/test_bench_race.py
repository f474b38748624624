"""Running contenders: those of each row, and made-up contenders that fail in every way."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from benchmarks import race, table
from benchmarks.outcome import OURS, Run, read
from benchmarks.peers import java_home, timefold
from benchmarks.rows._row import Asked, Contender, Judged, Row

WRITES = """
import json, sys
answer = {"plan": 7, "bound": 5, "status": "feasible", "trace": [[0.1, 9], [0.2, None], [0.3, 7]]}
open(sys.argv[sys.argv.index("--out") + 1], "w").write(json.dumps(answer))
"""


@dataclass(frozen=True)
class Made(Row):
    """A row whose only contender is a line of Python."""

    name: ClassVar[str] = "made"
    peers: ClassVar[tuple[str, ...]] = ("Other",)
    code: str = WRITES
    is_long: bool = False
    before: str = ""
    problems: int = 1

    @classmethod
    def asked(cls, asked: Asked) -> Iterator[Made]:
        yield cls()
        yield cls(code="", is_long=True)

    @property
    def key(self) -> str:
        return "made-long" if self.is_long else "made-1"

    @property
    def title(self) -> str:
        return "a made-up row"

    def contenders(self, folder: Path) -> Iterator[Contender]:
        before = (sys.executable, "-c", self.before) if self.before else ()
        yield Contender(OURS, (sys.executable, "-c", self.code), before=before)
        yield Contender("Other", lacking="something")

    def judge(self, answer: Mapping[str, Any]) -> Judged:
        return Judged(answer["plan"])

    def note(self, answer: Mapping[str, Any]) -> str:
        return f"status {answer['status']}"


def outcome(code: str, **row: Any) -> Mapping[str, Run]:
    return race.race(Made(code, **row), 1.0, None, lambda *_: None).runs


def test_an_answer_is_read_and_judged():
    run = outcome(WRITES)[OURS]
    assert (run.value, run.bound, run.status) == (7, 5, "feasible")
    assert run.trace == ((0.1, 9), (0.3, 7))
    assert run.note == "status feasible"


def test_what_is_done_before_is_not_timed(monkeypatch, tmp_path):
    events: list[str] = []
    clock = time.perf_counter
    monkeypatch.setattr(race, "_ended", lambda command, _: events.append(command[2]) or "")
    monkeypatch.setattr(race.time, "perf_counter", lambda: events.append("clock") or clock())
    outcome("the race", before="the preparation")
    assert events == ["the preparation", "clock", "the race", "clock"]


def test_a_failure_of_what_is_done_before_is_told():
    assert outcome(WRITES, before="raise SystemExit('no plan')")[OURS] == Run(failed="no plan")


def test_a_row_of_many_problems_has_the_limit_for_each(monkeypatch):
    monkeypatch.setattr(race, "GRACE", -0.9)
    slow = f"import time; time.sleep(0.4)\n{WRITES}"
    assert outcome(slow)[OURS].failed == "ended after 0.1 s"
    assert outcome(slow, problems=5)[OURS].failed == ""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise SystemExit('no licence')", "no licence"),
        ("raise SystemExit(3)", "exit status 3"),
        ("pass", "it wrote no answer"),
    ],
)
def test_a_contender_that_fails_is_told_as_such(code, said):
    run = outcome(code)[OURS]
    assert (run.failed, run.value) == (said, None)


def test_a_contender_that_does_not_end_is_ended_with_all_that_it_started(monkeypatch, tmp_path):
    monkeypatch.setattr(race, "GRACE", -0.5)
    started, late = tmp_path / "started", tmp_path / "late"
    child = f"touch {shlex.quote(str(started))}; sleep 0.8; touch {shlex.quote(str(late))}"
    assert (
        outcome(f"import subprocess; subprocess.run({child!r}, shell=True)")[OURS].failed
        == "ended after 0.5 s"
    )
    assert started.exists()
    time.sleep(0.8)
    assert not late.exists()


def test_what_lacks_something_is_not_run():
    assert outcome(WRITES)["Other"] == Run(lacking="something")


def test_only_those_wanted_are_run():
    assert list(race.race(Made(), 1.0, ["Other"], lambda *_: None).runs) == ["Other"]


def test_the_table_runs_what_is_not_long_and_keeps_what_came_of_it(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(table, "kinds", lambda: {"made": Made})
    file = tmp_path / "results.json"
    table.main(["--limit", "1", "--results", str(file), "--command", "make bench"])
    assert [one.key for one in read(file).outcomes] == ["made-1"]
    assert read(file).command == "make bench"
    assert "Other did not run: something" in capsys.readouterr().out
    table.main(["--only", "long", "--results", str(file)])
    assert [one.key for one in read(file).outcomes] == ["made-long"]


def test_every_kind_of_rows_is_found_and_names_its_contenders(monkeypatch, tmp_path):
    monkeypatch.setattr(java_home, "prepared", lambda: "")
    assert {"rotation", "zones"} <= set(table.kinds())
    for kind in table.kinds().values():
        rows = list(kind.asked(Asked(seeds=(1, 2))))
        assert len({row.key for row in rows}) == len(rows)
        assert all(row.key.startswith(f"{kind.name}-") for row in rows)
        for row in rows[:1]:
            assert [one.name for one in row.contenders(tmp_path)] == [OURS, *kind.peers]


def test_without_java_the_column_stays_empty_and_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    row = next(iter(table.kinds()["rotation"].asked(Asked())))
    found = race.race(row, 1.0, ["Timefold"], lambda *_: None).runs["Timefold"]
    assert found.lacking.startswith("install a JDK of 17 or newer")
    with pytest.raises(SystemExit, match="Timefold: install a JDK"):
        timefold.solve({}, "sq", 1.0)


@pytest.mark.parametrize(
    ("printed", "version"), [("javac 17.0.15", 17), ("javac 1.8.0_402", 8), ("javac 21", 21), ("?", 0)]
)
def test_an_old_java_is_told(monkeypatch, tmp_path, printed, version):
    for name in ("java", "javac"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{printed}'\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(java_home, "JARS", tmp_path / "jars")
    lacking = java_home.missing()
    assert ("too old" in lacking) == (version < 17)
    assert ("make timefold" in lacking) == (version >= 17)


def test_only_plans_without_a_breach_are_traced():
    answer = timefold.heard(["better 4 900", "better 0 800", "better 0 700", "seats 1 0 1"])
    assert [cost for _, cost in answer.trace] == [800, 700]
    assert answer.assign == [1, 0, 1]
    assert answer.status == "feasible"
    broken = timefold.heard(["better 5 900", "better 2 950", "seats 0"])
    assert (broken.trace, broken.status) == ([], "hard rules broken 2 times")


@pytest.mark.slow
def test_the_row_of_60_people_is_run_from_end_to_end(tmp_path, capsys):
    file = tmp_path / "results.json"
    table.main(["--only", "rotation-60x8-sq-s1", "--limit", "20", "--results", str(file)])
    (found,) = read(file).outcomes
    assert [name for name, run in found.runs.items() if run.failed] == []
    proved = {name for name, run in found.runs.items() if run.status == "optimal"}
    assert {OURS, "MIP"} <= proved
    assert {found.runs[name].cost for name in proved} == {found.runs[OURS].bound} == {663}
    assert all(run.value >= 663 for run in found.runs.values() if run.value is not None)
    assert json.loads(file.read_text(encoding="utf-8"))["outcomes"][0]["limit"] == 20
    assert "posting 60 x 8, sq, seed 1" in capsys.readouterr().out
