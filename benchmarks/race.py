"""Runs the contenders of a row one after another, each in its own process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Container
from contextlib import suppress
from pathlib import Path

from benchmarks.outcome import Outcome, Run
from benchmarks.rows._row import ROOT, Contender, Row

#: Seconds that a contender has beyond the time limit: to load, to build a model, to start a JVM.
GRACE = 60.0

Told = Callable[[Row, str, Run], None]


def race(row: Row, limit: float, wanted: Container[str] | None, told: Told) -> Outcome:
    """Run the contenders of a row, all or those ``wanted``, and report each run to ``told``."""
    runs = {}
    with tempfile.TemporaryDirectory() as name:
        for contender in row.contenders(Path(name)):
            if wanted is None or contender.name in wanted:
                runs[contender.name] = run(row, contender, limit, Path(name) / "out.json")
                told(row, contender.name, runs[contender.name])
    return Outcome(row.key, row.title, limit, runs)


def run(row: Row, contender: Contender, limit: float, out: Path) -> Run:
    """Run a contender and judge its answer; ``limit`` is in seconds, ``out`` the file of the answer."""
    if contender.lacking:
        return Run(lacking=contender.lacking)
    out.unlink(missing_ok=True)
    if contender.before and (failed := _ended([*contender.before], GRACE)):
        return Run(failed=failed)
    patience = limit * row.problems + GRACE
    began = time.perf_counter()
    failed = _ended([*contender.command, "--time-limit", str(limit), "--out", str(out)], patience)
    seconds = round(time.perf_counter() - began, 2)
    if failed or not out.is_file():
        return Run(seconds=seconds, failed=failed or "it wrote no answer")
    answer = json.loads(out.read_text(encoding="utf-8"))
    judged = row.judge(answer)
    return Run(
        value=judged.value,
        broken=judged.broken,
        bound=answer.get("bound"),
        status=answer.get("status", ""),
        seconds=seconds,
        trace=tuple((step[0], step[1]) for step in answer["trace"] if step[1] is not None),
        note=row.note(answer),
    )


def _ended(command: list[str], patience: float) -> str:
    """Run a command and end all processes that it started; return why it failed, empty if it did not."""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            _, errors = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            return f"ended after {patience:g} s"
        finally:
            _end(process)
    last = errors.strip().splitlines()[-1:] or [f"exit status {process.returncode}"]
    return last[0] if process.returncode else ""


def _end(process: subprocess.Popen[str]) -> None:
    """End a process and those that it started: the next contender has the machine to itself."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
