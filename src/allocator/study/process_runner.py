"""Runs each cell in a process of its own on this machine, and watches time and memory of each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any

from allocator.study.cell_process import GIB, SINGLE_THREADED, unlimited_here
from allocator.study.cell_runner import CellEnd, CellEvent, CellProgress, CellTask, Ending

#: Seconds between two looks at the memory and the clock of the cells.
LOOK_SECONDS = 0.1
#: Seconds that a process has to exit once it has closed its output.
CLOSING_SECONDS = 5.0
#: Most bytes of a cell's log that are read, and most lines of it that are kept.
LOG_BYTES, LOG_LINES = 16 * 2**10, 20
#: Longest line of a cell that is read, in bytes: the answer with a plan of the greatest size.
LINE_BYTES = 64 * 2**20


@dataclass
class _Running:
    """A process that runs, and what was seen of it."""

    task: CellTask
    process: subprocess.Popen[bytes]
    log: IO[bytes]
    began: float = field(default_factory=time.monotonic)
    answer: dict[str, Any] | None = None
    ended_by: Ending | None = None
    peak: int = 0


class ProcessRunner:
    """A process for each cell; each is the leader of a session, so that its helpers end with it.

    Args:
        command: The command that runs a cell: it reads its request from standard input.
        places: How many cells run side by side.
    """

    def __init__(self, command: Sequence[str], places: int) -> None:
        self._command = tuple(command)
        self._places = max(1, places)
        self._running: dict[str, _Running] = {}
        self._lines: SimpleQueue[tuple[str, bytes | None]] = SimpleQueue()

    @property
    def places(self) -> int:
        """How many cells run side by side."""
        return self._places

    @property
    def unlimited(self) -> Sequence[str]:
        """The limits that this system cannot hold a cell to."""
        return unlimited_here()

    def start(self, task: CellTask) -> None:
        """Start the process of a cell.

        Raises:
            OSError: No process can be started.
        """
        log = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process has ended
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, **SINGLE_THREADED},
            start_new_session=True,
        )
        running = _Running(task, process, log)
        self._running[task.key] = running
        Thread(target=self._converse, args=(running,), daemon=True).start()

    def _converse(self, running: _Running) -> None:
        """Send the request, then queue every line of the process; None after the last one."""
        process, key = running.process, running.task.key
        assert process.stdin is not None and process.stdout is not None
        with suppress(OSError, ValueError):
            process.stdin.write(json.dumps(running.task.request).encode() + b"\n")
            process.stdin.flush()
            while line := process.stdout.readline(LINE_BYTES):
                self._lines.put((key, line))
        self._lines.put((key, None))

    def wait(self, seconds: float) -> Sequence[CellEvent]:
        """Return what happened, after at most so many seconds; a cell over a limit is ended meanwhile."""
        until = time.monotonic() + seconds
        events: list[CellEvent] = []
        while not events:
            left = until - time.monotonic()
            with suppress(Empty):
                self._take(self._lines.get(timeout=max(0.0, min(LOOK_SECONDS, left))), events)
            self._take_rest(events)
            self._look()
            if left <= 0:
                break
        return events

    def _take_rest(self, events: list[CellEvent]) -> None:
        while True:
            try:
                self._take(self._lines.get_nowait(), events)
            except Empty:
                return

    def _take(self, item: tuple[str, bytes | None], events: list[CellEvent]) -> None:
        key, line = item
        running = self._running.get(key)
        if running is None:
            return
        if line is None:
            events.append(self._ended(running))
            return
        message = _message(line)
        if message is None:
            return
        if message.get("event") == "answer":
            running.answer = message
        else:
            events.append(CellProgress(key, message))

    def _look(self) -> None:
        """End the cells that are over a limit, and what the dead have left behind."""
        for running in self._running.values():
            if running.process.poll() is not None:  # a helper of a killed cell would hold its output open
                _kill(running.process)
                continue
            limits = running.task.limits
            taken = _resident_in_all(running.process.pid)
            running.peak = max(running.peak, taken)
            if limits.memory is not None and taken > limits.memory * GIB:
                _end(running, "memory")
            elif time.monotonic() - running.began > limits.wall:
                _end(running, "wall")

    def cancel(self, key: str) -> None:
        """End a cell; its end is told by ``wait``."""
        if (running := self._running.get(key)) is not None:
            _end(running, "cancelled")

    def close(self) -> Sequence[CellEvent]:
        """End all cells, and return the ends that were not told yet: those that had an answer count."""
        events: list[CellEvent] = []
        self._take_rest(events)
        for running in list(self._running.values()):
            _end(running, "cancelled")
        for running in list(self._running.values()):
            events.append(self._ended(running))
        return events

    def _ended(self, running: _Running) -> CellEnd:
        """Return the end of a process whose output has ended, and forget it."""
        process, seconds = running.process, time.monotonic() - running.began
        try:
            code = process.wait(timeout=CLOSING_SECONDS)
        except subprocess.TimeoutExpired:  # it has closed its output, and goes on
            _kill(process)
            code = process.wait()
        _kill(process)  # its helpers, which must not outlive it
        self._running.pop(running.task.key, None)
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError, ValueError):
                if pipe is not None:
                    pipe.close()
        log = _last_lines(running.log)
        ending = _ending(running, code)
        answer = running.answer if ending == "answered" else None
        exit_code = None if running.ended_by is not None else code
        return CellEnd(running.task.key, ending, seconds, answer, exit_code, log, running.peak)


def _ending(running: _Running, code: int) -> Ending:
    if running.answer is not None and (code == 0 or running.ended_by is not None):
        return "answered"
    if running.ended_by is not None:
        return running.ended_by
    if code == -getattr(signal, "SIGXCPU", 0):
        return "cpu"
    return "died"


def _end(running: _Running, why: Ending) -> None:
    if running.ended_by is None:
        running.ended_by = why
    _kill(running.process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and, where there are sessions, all that it started."""
    if hasattr(os, "killpg"):
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        with suppress(OSError):
            process.kill()


def _message(line: bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def _last_lines(log: IO[bytes]) -> tuple[str, ...]:
    with log:
        size = log.seek(0, os.SEEK_END)
        log.seek(max(0, size - LOG_BYTES))
        text = log.read().decode("utf-8", "replace")
    return tuple(line.rstrip() for line in text.splitlines() if line.strip())[-LOG_LINES:]


def _resident_in_all(pid: int) -> int:
    """Return the bytes in which a process and all that it started reside; 0 where that is not known."""
    return sum(_resident(one) for one in _family(pid))


def _family(pid: int) -> list[int]:
    found, last = [pid], 0
    while last < len(found):
        with suppress(OSError, ValueError):
            text = Path(f"/proc/{found[last]}/task/{found[last]}/children").read_text(encoding="ascii")
            found += [int(word) for word in text.split()]
        last += 1
    return found


def _resident(pid: int) -> int:
    try:
        words = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
        return int(words[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0


_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def default_places(workers: int) -> int:
    """Return how many cells run side by side: each thread on a core of its own."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:
        cores = os.cpu_count() or 1
    return max(1, cores // max(1, workers))


def cell_command(module: str) -> tuple[str, ...]:
    """Return the command that runs a module as a cell, with this Python."""
    return (sys.executable, "-m", module)
