"""A province's counties (``counties.py``): many small postings, one after another in one process; no peer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.rotation_instance import make
from benchmarks.rotation_score import score
from benchmarks.rows._row import Asked, Contender, Judged, Row, ours


@dataclass(frozen=True)
class Counties(Row):
    """A number of counties, all with the same numbers of people and groups."""

    name: ClassVar[str] = "counties"
    count: int = 183
    people: int = 120
    groups: int = 20
    objective: str = "sq"

    @classmethod
    def asked(cls, asked: Asked) -> Iterator[Counties]:
        """Yield one province; its counties have the seeds 1 to ``count``."""
        yield cls()

    @property
    def key(self) -> str:
        return f"{self.name}-{self.count}x{self.people}x{self.groups}-{self.objective}"

    @property
    def title(self) -> str:
        return f"{self.count} counties {self.people} x {self.groups}, {self.objective}"

    @property
    def is_long(self) -> bool:
        return True

    @property
    def problems(self) -> int:
        return self.count

    def contenders(self, folder: Path) -> Iterator[Contender]:
        size = ("--count", self.count, "--people", self.people, "--groups", self.groups)
        yield ours("counties", *size, "--objective", self.objective)

    def judge(self, answer: Mapping[str, Any]) -> Judged:
        """Add up costs and breaches of the counties; a county without a plan is a breach."""
        plans = [one["assign"] for one in answer["counties"]]
        lacking = plans.count(None) + self.count - len(plans)
        cost, broken = 0, Counter({"county without a plan": lacking} if lacking else {})
        for seed, plan in enumerate(plans, start=1):
            if plan is not None:
                found = score(make(self.people, self.groups, seed), plan)
                cost += found.cost(self.objective)
                broken.update(found.broken)
        return Judged() if lacking >= self.count else Judged(cost, dict(broken))

    def note(self, answer: Mapping[str, Any]) -> str:
        """Return the number of counties with a plan, the median gap, seconds, and the growth of memory."""
        first, last = answer["memory"]
        gap = "" if answer["gap"] is None else f"median gap {100 * answer['gap']:.1f}%, "
        return (
            f"{answer['planned']} of {self.count} with a plan, {gap}{answer['seconds']:.0f} s in all, "
            f"{first:.2f} GiB held after the first and {last:.2f} after the last"
        )
