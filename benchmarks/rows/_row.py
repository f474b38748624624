"""The base of rows: a problem, its contenders, and the judge of their answers."""

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
    """Options of the command line that all kinds of rows read.

    Attributes:
        seeds: Seeds of generated problems.
        data: Folder of instances that are not part of the project; None if not given.
    """

    seeds: Sequence[int] = (1,)
    data: Path | None = None


@dataclass(frozen=True)
class Contender:
    """A solver that runs on the problem of a row.

    Attributes:
        name: Name of its column.
        command: Arguments that start it; ``--time-limit S --out FILE`` is added.
        lacking: Missing software; the contender is not run unless this is empty.
        before: Arguments of a command that is run before the clock starts; empty for none.
    """

    name: str
    command: Sequence[str] = ()
    lacking: str = ""
    before: Sequence[str] = ()


@dataclass(frozen=True)
class Judged:
    """Cost and breaches of an answer.

    Attributes:
        value: Cost of the plan by the definition; None if the answer has no plan.
        broken: Number of breaches by hard rule.
    """

    value: float | None = None
    broken: Mapping[str, int] = field(default_factory=dict)


class Row(ABC):
    """One problem of the table.

    A contender writes a JSON object with ``bound`` (or null), ``trace`` (``[[seconds, cost], ...]`` of plans
    that keep all hard rules), ``status`` (``optimal`` or ``infeasible`` where that is proved) and the fields
    that ``judge`` reads.
    """

    #: Name of the kind of problem; keys of rows begin with it.
    name: ClassVar[str]
    #: Names of the peers, in the order of their columns.
    peers: ClassVar[tuple[str, ...]] = ()

    @classmethod
    @abstractmethod
    def asked(cls, asked: Asked) -> Iterator[Row]:
        """Yield the rows of this kind for the options."""

    @property
    @abstractmethod
    def key(self) -> str:
        """Return the name of the row in files and for ``--only``."""

    @property
    @abstractmethod
    def title(self) -> str:
        """Return the name of the row in the table."""

    @property
    def is_long(self) -> bool:
        """Return whether the row runs only if ``--only`` names it, because it takes long."""
        return False

    @property
    def problems(self) -> int:
        """Return the number of problems in the row, each of which may take the time limit."""
        return 1

    def written(self, folder: Path, instance: object) -> Path:
        """Write the instance into a folder as JSON and return the file."""
        file = folder / f"{self.key}.json"
        file.write_text(json.dumps(instance), encoding="utf-8")
        return file

    @abstractmethod
    def contenders(self, folder: Path) -> Iterator[Contender]:
        """Write the files of the contenders into an empty folder and yield the contenders, ours first."""

    @abstractmethod
    def judge(self, answer: Mapping[str, Any]) -> Judged:
        """Judge a contender's answer by the definition of the problem alone."""

    def note(self, answer: Mapping[str, Any]) -> str:
        """Return a remark on an answer, printed below the table; empty unless a kind has one."""
        return ""


def ours(module: str, *arguments: object, before: Sequence[object] = ()) -> Contender:
    """Return our solver as a contender: a module of ``benchmarks``, with a command to run before it."""
    return Contender(OURS, _called(module, *arguments), before=_called(*before) if before else ())


def peer(name: str, module: str, *arguments: object, lacking: str = "") -> Contender:
    """Return a peer as a contender: a module of ``benchmarks.peers``."""
    return Contender(name, _called(f"peers.{module}", *arguments), lacking)


def _called(module: object, *arguments: object) -> tuple[str, ...]:
    return sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)
