"""Several processes write at once, and some are killed in the middle: nothing committed is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from allocator import api
from store_world import checked

WRITER = Path(__file__).with_name("store_writer.py")


def writer(file: Path | str, name: str, count: int, size: int = 10) -> subprocess.Popen[str]:
    """Start a process that adds events."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, WRITER, file, name, str(count), str(size)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def told(process: subprocess.Popen[str]) -> list[tuple[int, str]]:
    """Return the number and the hash of each event that a process said was committed."""
    out, _ = process.communicate()
    lines = [line.split() for line in out.splitlines() if line.count(" ") == 1]
    return [(int(number), digest) for number, digest in lines if len(digest) == 64]


@pytest.mark.slow
def test_two_processes_make_one_store_and_add_to_it_at_once(tmp_path: Path) -> None:
    file, count = tmp_path / "store.db", 60
    both = [writer(file, name, count) for name in "甲乙"]
    said = [told(process) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    with api.open_store(file) as store:
        events = store.events()
    for name, told_events in zip("甲乙", said, strict=True):
        assert [event.facts["k"] for event in events if event.who == name] == list(range(count))
        assert [(event.number, event.sha256) for event in events if event.who == name] == told_events
    assert len(events) == 2 * count + 1 and checked(file).holds


@pytest.mark.slow
@pytest.mark.parametrize("size", [10, 2000])
def test_a_process_killed_in_the_middle_loses_nothing_committed(tmp_path: Path, size: int) -> None:
    file = tmp_path / "store.db"
    committed: list[tuple[int, str]] = []
    for k in range(2):
        process = writer(file, "王", 0, size)
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        before = [process.stdout.readline().split() for _ in range(3 + 4 * k)]
        time.sleep(0.002 * k)
        process.send_signal(signal.SIGKILL)
        committed += [(int(number), digest) for number, digest in before] + told(process)
        found = checked(file)
        assert found.holds, found.faults
    with api.open_store(file, writes=True) as store:
        events = {event.number: event.sha256 for event in store.events()}
        assert len(committed) >= 10 and set(committed) <= set(events.items())
        assert store.record([api.NewEvent("李", "looked")])


@pytest.mark.slow
def test_a_process_killed_while_it_makes_a_store(tmp_path: Path) -> None:
    for k in range(2):
        file = tmp_path / f"{k}.db"
        process = writer(file, "王", 0)
        until = time.monotonic() + 30
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.001)
        time.sleep(0.01 * k)
        process.send_signal(signal.SIGKILL)
        committed = told(process)
        with api.open_store(file, create=True) as store:
            events = {event.number: event.sha256 for event in store.events()}
        assert set(committed) <= set(events.items()) and checked(file).holds
