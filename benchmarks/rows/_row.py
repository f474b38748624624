"""What a row of the table is: one problem, who solves it, and what an answer to it is worth."""

from __future__ import annotations

import json
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
        before: The words of a command that is run before its clock starts; none if empty.
    """

    name: str
    command: Sequence[str] = ()
    lacking: str = ""
    before: Sequence[str] = ()


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

    @property
    def problems(self) -> int:
        """Return how many problems it is, each of which may take the time limit."""
        return 1

    def written(self, folder: Path, instance: object) -> Path:
        """Write the instance into a folder and return the file."""
        file = folder / f"{self.key}.json"
        file.write_text(json.dumps(instance), encoding="utf-8")
        return file

    @abstractmethod
    def contenders(self, folder: Path) -> Iterator[Contender]:
        """Write what they read into an empty folder and yield them, ours first."""

    @abstractmethod
    def judge(self, answer: Mapping[str, Any]) -> Judged:
        """Judge what a contender wrote, by the definition of the problem alone."""

    def note(self, answer: Mapping[str, Any]) -> str:
        """Return what there is to say of an answer beside the table; nothing as a rule."""
        return ""


def ours(module: str, *arguments: object, before: Sequence[object] = ()) -> Contender:
    """Return our solver, called by a module of ``benchmarks``, perhaps after another one."""
    return Contender(OURS, _called(module, *arguments), before=_called(*before) if before else ())


def peer(name: str, module: str, *arguments: object, lacking: str = "") -> Contender:
    """Return a peer, a module of ``benchmarks.peers``."""
    return Contender(name, _called(f"peers.{module}", *arguments), lacking)


def _called(module: object, *arguments: object) -> tuple[str, ...]:
    return sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)
