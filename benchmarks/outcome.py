"""The outcome of a row: a run of each contender, kept as JSON so that the table can be written again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

OURS = "ours"
#: Relative tolerance within which costs are equal.
SAME = 1e-9
#: Relative tolerance of the costs of a trace: the model rounds kilometres, the judge does not.
ROUNDED = 1e-4

Trace = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Run:
    """The result of one contender on one problem.

    Attributes:
        value: Cost of its plan, by the judge of the row; None without a plan.
        broken: How often its plan breaks each hard rule.
        bound: Lower bound of the cost that it reports; None if it reports none.
        status: ``optimal`` or ``infeasible`` where it proved that, else its own word.
        seconds: Seconds of the whole command.
        trace: Seconds and cost of each better plan that keeps all hard rules.
        lacking: Missing software, for which it was not run.
        failed: Reason why it has no answer.
        note: Remark printed below the table.
    """

    value: float | None = None
    broken: Mapping[str, int] = field(default_factory=dict)
    bound: float | None = None
    status: str = ""
    seconds: float = 0.0
    trace: Trace = ()
    lacking: str = ""
    failed: str = ""
    note: str = ""

    @property
    def cost(self) -> float | None:
        """Return the cost of the plan if it keeps all hard rules; None otherwise."""
        return None if self.broken else self.value

    @property
    def best_at(self) -> float | None:
        """Return the seconds until the best plan was found; None without a plan."""
        if self.cost is None:
            return None
        is_traced = bool(self.trace) and abs(self.trace[-1][1] - self.cost) <= ROUNDED * abs(self.cost)
        return self.trace[-1][0] if is_traced else self.seconds

    @property
    def proved_at(self) -> float | None:
        """Return the seconds until optimality or infeasibility was proved; None without a proof."""
        return self.seconds if self.status in ("optimal", "infeasible") else None

    @property
    def gap(self) -> float | None:
        """Return the relative gap between cost and bound; None if one of them is missing."""
        if self.cost is None or self.bound is None:
            return None
        if self.status == "optimal" or self.cost <= self.bound:
            return 0.0
        return (self.cost - self.bound) / abs(self.cost) if self.cost else None

    def reached(self, cost: float) -> float | None:
        """Return the seconds until a plan cost at most ``cost``; None if none did."""
        most = cost + SAME * abs(cost)
        if self.cost is None or self.cost > most:
            return None
        return next((at for at, found in self.trace if found <= most), self.seconds)


@dataclass(frozen=True)
class Outcome:
    """A row with the runs of its contenders, ours first.

    Attributes:
        key: Key of the row.
        title: Title of the row.
        limit: Time limit of each contender, in seconds.
        runs: Run of each contender, by its name.
    """

    key: str
    title: str
    limit: float
    runs: Mapping[str, Run]


@dataclass(frozen=True)
class Kept:
    """A run of the table.

    Attributes:
        command: Command that ran it.
        machine: Machine that it ran on.
        outcomes: Outcomes of the rows that have ended.
    """

    command: str
    machine: str
    outcomes: Sequence[Outcome]


def read(file: Path) -> Kept:
    """Read a run of the table from a file of ``write``."""
    found = json.loads(file.read_text(encoding="utf-8"))
    return Kept(found["command"], found["machine"], [_outcome(one) for one in found["outcomes"]])


def _outcome(one: Mapping[str, Any]) -> Outcome:
    runs = {
        name: Run(**{**run, "trace": tuple((at, cost) for at, cost in run["trace"])})
        for name, run in one["runs"].items()
    }
    return Outcome(**{**one, "runs": runs})


def write(file: Path, kept: Kept) -> None:
    """Write a run of the table atomically: an interrupted write leaves the file as it was."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(asdict(kept)), encoding="utf-8")
    part.replace(file)
