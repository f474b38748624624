"""Several years' postings (``years.py``) beside the textbook model in CP-SAT."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.rotation_instance import Instance
from benchmarks.rows._row import Asked, Contender, Judged, Row, ours, peer
from benchmarks.years_instance import make
from benchmarks.years_score import score

SIZES = ((250, 40, 3),)


@dataclass(frozen=True)
class Years(Row):
    """A posting of people to groups for several years."""

    name: ClassVar[str] = "years"
    peers: ClassVar[tuple[str, ...]] = ("CP-SAT",)
    people: int
    groups: int
    years: int
    seed: int

    @classmethod
    def asked(cls, asked: Asked) -> Iterator[Years]:
        """Yield a row for every size and seed."""
        for size in SIZES:
            for seed in asked.seeds:
                yield cls(*size, seed)

    @property
    def key(self) -> str:
        return f"{self.name}-{self.people}x{self.groups}x{self.years}-s{self.seed}"

    @property
    def title(self) -> str:
        return f"{self.years} years {self.people} x {self.groups}, seed {self.seed}"

    @cached_property
    def instance(self) -> Instance:
        return make(self.people, self.groups, self.years, self.seed)

    def contenders(self, folder: Path) -> Iterator[Contender]:
        file = self.written(folder, self.instance)
        yield ours("years", "--instance", file)
        yield peer("CP-SAT", "cpsat_years", "--instance", file)

    def judge(self, answer: Mapping[str, Any]) -> Judged:
        plan = answer.get("assign")
        return Judged() if plan is None else Judged(*score(self.instance, plan))
