"""What a row of the table is: one problem, who solves it, and what an answer to it is worth."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.outcome import OURS

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Asked:
    """What the command line asks of every kind of rows.

    Attributes:
        seeds: Of problems that are made.
        data: A folder of instances that are not part of the project; None if none is named.
    """

    seeds: Sequence[int] = (1,)
    data: Path | None = None


@dataclass(frozen=True)
class Contender:
    """Somebody who solves the problem.

    Attributes:
        name: Its column.
        command: The words that start it, to which ``--time-limit S --out FILE`` is added.
        lacking: What would have to be installed first; then it is not run.
    """

    name: str
    command: Sequence[str] = ()
    lacking: str = ""


@dataclass(frozen=True)
class Judged:
    """What an answer is worth.

    Attributes:
        value: Its cost by the definition; None if there is no plan in the answer.
        broken: How often it breaks each hard rule.
    """

    value: float | None = None
    broken: Mapping[str, int] = field(default_factory=dict)


class Row(ABC):
    """One problem of the table.

    A contender writes a JSON object with ``bound`` (or null), ``trace`` (``[[seconds, cost], ...]`` of plans
    that keep all hard rules), ``status`` (``optimal`` or ``infeasible`` where that is proved) and what else
    ``judge`` reads.
    """

    #: The kind of problem; its keys begin with it.
    name: ClassVar[str]
    #: Who solves it beside ours, in the order of their columns.
    peers: ClassVar[tuple[str, ...]] = ()

    @classmethod
    @abstractmethod
    def asked(cls, asked: Asked) -> Iterator[Row]:
        """Yield the rows of this kind that are asked for."""

    @property
    @abstractmethod
    def key(self) -> str:
        """Return its name in files and for ``--only``."""

    @property
    @abstractmethod
    def title(self) -> str:
        """Return its name in the table."""

    @property
    def is_long(self) -> bool:
        """Return whether it takes so long that it runs only if ``--only`` names it."""
        return False

    @abstractmethod
    def contenders(self, folder: Path) -> Iterator[Contender]:
        """Write what they read into an empty folder and yield them, ours first."""

    @abstractmethod
    def judge(self, answer: Mapping[str, Any]) -> Judged:
        """Judge what a contender wrote, by the definition of the problem alone."""


def ours(module: str, *arguments: object) -> Contender:
    """Return our solver, called by a module of ``benchmarks``."""
    return Contender(OURS, _called(module, *arguments))


def peer(name: str, module: str, *arguments: object, lacking: str = "") -> Contender:
    """Return a peer, a module of ``benchmarks.peers``."""
    return Contender(name, _called(f"peers.{module}", *arguments), lacking)


def _called(module: str, *arguments: object) -> tuple[str, ...]:
    return sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)
