"""A cell that does what it is asked for, without any library, and how to wait for its end."""

from __future__ import annotations

import time
from pathlib import Path

from allocator.study.cell_runner import CellEnd, CellEvent, CellTask, Runner
from allocator.study.cells import CellLimits

_CODE = """
import json, os, subprocess, sys, time
asked = json.loads(sys.stdin.buffer.readline())
def tell(**message): print(json.dumps(message), flush=True)
tell(event="progress", bounds=[1])
if "lines" in asked: print("\\n".join(f"line {k}" for k in range(asked["lines"])), file=sys.stderr)
if "child" in asked:
    command = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]
    tell(event="progress", pid=subprocess.Popen(command).pid)
if "eat" in asked: held = b"x" * asked["eat"]
time.sleep(asked.get("sleep", 0))
if "code" in asked: sys.exit(asked["code"])
if "abort" in asked: os.abort()
print("no JSON at all")
print("[1]", flush=True)
tell(event="answer", outcome="solved", told=asked)
time.sleep(asked.get("linger", 0))
"""
#: The arguments of Python that run it.
STUB = ("-I", "-S", "-c", _CODE)


def task(key: str, *, wall: float = 30.0, memory: float | None = None, **request: object) -> CellTask:
    return CellTask(key, request, (), CellLimits(wall, None, memory))


def events_until(runner: Runner, key: str, seconds: float = 20.0) -> tuple[CellEnd, list[CellEvent]]:
    """Wait for the end of a cell; return it and all events."""
    found: list[CellEvent] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found += runner.wait(0.2)
        for event in found:
            if isinstance(event, CellEnd) and event.key == key:
                return event, found
    raise AssertionError(f"{key} does not end: {found}")


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
