"""What came of a row: a run of each contender, kept as JSON so that tables can be drawn again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

OURS = "ours"
#: Costs closer than this part are the same.
SAME = 1e-9
#: A trace may be off by this part: kilometres are rounded before they are solved for.
ROUNDED = 1e-4

Trace = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Run:
    """What one contender made of one problem.

    Attributes:
        value: What its plan costs, by the judge of the row; None without a plan.
        broken: How often its plan breaks each hard rule.
        bound: What it says that no plan can cost less than; None if it says nothing.
        status: ``optimal`` or ``infeasible`` where it proved that, else what it says.
        seconds: How long the whole command took.
        trace: When it found better plans that keep all hard rules, and what they cost.
        lacking: Why it was not run.
        failed: Why it has no answer.
        note: What there is to say of it beside the table.
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
        """Return what the plan costs if it keeps all hard rules."""
        return None if self.broken else self.value

    @property
    def best_at(self) -> float | None:
        """Return the seconds to the best plan."""
        if self.cost is None:
            return None
        is_traced = bool(self.trace) and abs(self.trace[-1][1] - self.cost) <= ROUNDED * abs(self.cost)
        return self.trace[-1][0] if is_traced else self.seconds

    @property
    def proved_at(self) -> float | None:
        """Return the seconds to the proof that no plan is better, or that there is none."""
        return self.seconds if self.status in ("optimal", "infeasible") else None

    @property
    def gap(self) -> float | None:
        """Return how much of the cost the bound leaves open, as a part of it."""
        if self.cost is None or self.bound is None:
            return None
        if self.status == "optimal" or self.cost <= self.bound:
            return 0.0
        return (self.cost - self.bound) / abs(self.cost) if self.cost else None

    def reached(self, cost: float) -> float | None:
        """Return the seconds until there was a plan that costs no more; None if there never was."""
        most = cost + SAME * abs(cost)
        if self.cost is None or self.cost > most:
            return None
        return next((at for at, found in self.trace if found <= most), self.seconds)


@dataclass(frozen=True)
class Outcome:
    """A row with the runs of its contenders, by name, ours first.

    Attributes:
        key: Of the row.
        title: Of the row.
        limit: Seconds that each contender had.
        runs: What each made of it.
    """

    key: str
    title: str
    limit: float
    runs: Mapping[str, Run]


@dataclass(frozen=True)
class Kept:
    """All that is known of a run of the table.

    Attributes:
        command: What made it.
        machine: What it ran on.
        outcomes: Its rows, as far as they have ended.
    """

    command: str
    machine: str
    outcomes: Sequence[Outcome]


def read(file: Path) -> Kept:
    """Return what ``write`` wrote."""
    found = json.loads(file.read_text(encoding="utf-8"))
    return Kept(found["command"], found["machine"], [_outcome(one) for one in found["outcomes"]])


def _outcome(one: Mapping[str, Any]) -> Outcome:
    runs = {
        name: Run(**{**run, "trace": tuple((at, cost) for at, cost in run["trace"])})
        for name, run in one["runs"].items()
    }
    return Outcome(**{**one, "runs": runs})


def write(file: Path, kept: Kept) -> None:
    """Write a run of the table, whole or not at all: it may be ended while it writes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(asdict(kept)), encoding="utf-8")
    part.replace(file)
