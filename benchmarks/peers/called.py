"""The command line of every peer, and the shape of its answer."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

START = time.perf_counter()


@dataclass
class Answer:
    """The answer of a peer.

    Attributes:
        assign: Group of each person, ``[people]`` or ``[years, people]``; None without a plan.
        bound: Lower bound of the cost; None if the peer gives none.
        status: ``optimal`` or ``infeasible`` where that is proved, else the solver's own word.
        trace: Seconds and cost of each better plan that keeps all hard rules.
    """

    assign: Sequence[int] | Sequence[Sequence[int]] | None = None
    bound: float | None = None
    status: str = "unknown"
    trace: list[tuple[float, float]] = field(default_factory=list)

    def found(self, cost: float) -> None:
        """Record that a better plan was found now."""
        self.trace.append((elapsed(), cost))


def elapsed() -> float:
    """Return the seconds since the program began, imports included."""
    return round(time.perf_counter() - START, 2)


def answer_with(
    solve: Callable[[dict[str, Any], str, float], Answer],
    about: str | None,
    objectives: Sequence[str] = ("sq", "mm"),
) -> None:
    """Read the command line, solve by one of the objectives (by default the first), and write the answer."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--instance", type=Path, required=True)
    parser.add_argument("--objective", choices=objectives, default=objectives[0])
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    instance = json.loads(given.instance.read_text(encoding="utf-8"))
    answer = solve(instance, given.objective, given.time_limit)
    given.out.write_text(json.dumps(asdict(answer)), encoding="utf-8")
