"""The interface of what runs cells, on this machine or elsewhere, and what it tells of them.

A runner knows nothing of scenarios: it is given tasks, tells events, and ends what it is told to end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from allocator.model.text import Text
from allocator.study.cells import CellLimits

#: How a cell's process came to an end: with its answer; by itself without one; over a limit; on request.
Ending = Literal["answered", "died", "memory", "cpu", "wall", "cancelled"]


@dataclass(frozen=True)
class CellTask:
    """What a runner needs to run a cell.

    Attributes:
        key: The key of the cell.
        request: What its process is told, as JSON; paths in it lie in ``folders``.
        folders: The folders that it reads; nothing else of this machine is needed.
        limits: What it may take.
    """

    key: str
    request: Mapping[str, Any]
    folders: Sequence[Path]
    limits: CellLimits


@dataclass(frozen=True)
class CellProgress:
    """Better costs or bounds of a cell that runs.

    Attributes:
        key: The key of the cell.
        message: The message of its process, as JSON.
    """

    key: str
    message: Mapping[str, Any]


@dataclass(frozen=True)
class CellEnd:
    """The end of a cell's process.

    Attributes:
        key: The key of the cell.
        ending: How it ended.
        seconds: How long it ran.
        answer: Its answer, as JSON; None without one.
        exit_code: Its exit code, negative for a signal; None where it was ended or is not known.
        log: The last lines that it wrote to standard error.
        peak_memory: Most bytes in which it was seen to reside; 0 where that is not known.
    """

    key: str
    ending: Ending
    seconds: float
    answer: Mapping[str, Any] | None = None
    exit_code: int | None = None
    log: tuple[str, ...] = field(default=())
    peak_memory: int = 0


CellEvent = CellProgress | CellEnd


class Runner(Protocol):
    """Runs cells, so many side by side."""

    @property
    def places(self) -> int:
        """How many cells run side by side."""

    @property
    def unlimited(self) -> Sequence[str]:
        """The limits that this runner cannot hold a cell to: ``memory``, ``cpu``."""

    def start(self, task: CellTask) -> None:
        """Start a cell; at most ``places`` run at a time."""

    def wait(self, seconds: float) -> Sequence[CellEvent]:
        """Return what happened since the last call, after at most so many seconds.

        Raises:
            RunnerLostError: What runs the cells cannot be reached any more.
        """

    def cancel(self, key: str) -> None:
        """End a cell, within a second; its end is told as ``cancelled`` unless it had ended already."""

    def close(self) -> Sequence[CellEvent]:
        """End all cells, within a second, and return the ends that were not told yet."""


class RunnerLostError(Exception):
    """What runs the cells cannot be reached any more; what has ended is kept, and the run can go on later.

    Attributes:
        reason: What was lost, in both languages.
    """

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(reason.en)
