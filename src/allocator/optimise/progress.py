"""What a solve tells while it runs, and how it is told to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Literal

from allocator.model.plan import Level


@dataclass(frozen=True)
class Progress:
    """A step of a solve.

    Attributes:
        stage: What is being solved: layers, periods of the start, or ``CONFIRM`` where it is solved.
        level: The level being minimised.
        cost: Its best cost so far; None before there is a plan.
        bound: Its proven lower bound so far.
        seconds: Since the solve began.
    """

    stage: str
    level: Level
    cost: int | None
    bound: int
    seconds: float


#: The stage in which another solver is asked about what is proved.
CONFIRM = "confirm"

Listener = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Listen to nothing."""


Why = Literal["asked", "memory"]


class Stop:
    """A request to stop, from another thread or a signal: the best plan so far is kept.

    Attributes:
        why: Who asked first: somebody, or a limit of memory.
    """

    def __init__(self) -> None:
        self._asked = Event()
        self.why: Why = "asked"

    def ask(self, why: Why = "asked") -> None:
        """Ask for the solve to stop."""
        if not self._asked.is_set():
            self.why = why
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether the solve was asked to stop."""
        return self._asked.is_set()

    @property
    def by_somebody(self) -> bool:
        """Whether somebody asked, not a limit."""
        return self.asked and self.why == "asked"
