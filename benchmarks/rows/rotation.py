"""One year's posting (``rotation.py``) beside the textbook model in CP-SAT, Timefold and a MIP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.peers import java_home
from benchmarks.rotation_instance import Instance, make
from benchmarks.rotation_score import score
from benchmarks.rows._row import Asked, Contender, Judged, Row, ours, peer

SIZES = ((60, 8), (250, 40), (1000, 160))
OBJECTIVES = ("sq", "mm")


@dataclass(frozen=True)
class Rotation(Row):
    """A posting of people to groups by one objective."""

    name: ClassVar[str] = "rotation"
    peers: ClassVar[tuple[str, ...]] = ("CP-SAT", "Timefold", "MIP")
    people: int
    groups: int
    objective: str
    seed: int

    @classmethod
    def asked(cls, asked: Asked) -> Iterator[Rotation]:
        """Yield a row for every size, objective and seed."""
        for people, groups in SIZES:
            for objective in OBJECTIVES:
                for seed in asked.seeds:
                    yield cls(people, groups, objective, seed)

    @property
    def key(self) -> str:
        return f"{self.name}-{self.people}x{self.groups}-{self.objective}-s{self.seed}"

    @property
    def title(self) -> str:
        return f"posting {self.people} x {self.groups}, {self.objective}, seed {self.seed}"

    @cached_property
    def instance(self) -> Instance:
        return make(self.people, self.groups, self.seed)

    def contenders(self, folder: Path) -> Iterator[Contender]:
        file = self.written(folder, self.instance)
        problem = ("--instance", file, "--objective", self.objective)
        yield ours("rotation", *problem)
        yield peer("CP-SAT", "cpsat", *problem)
        yield peer("Timefold", "timefold", *problem, lacking=java_home.prepared())
        yield peer("MIP", "mip", *problem)

    def judge(self, answer: Mapping[str, Any]) -> Judged:
        seats = answer.get("assign")
        if seats is None or all(seat is None for seat in seats):
            return Judged()
        found = score(self.instance, seats)
        return Judged(found.cost(self.objective), found.broken)
