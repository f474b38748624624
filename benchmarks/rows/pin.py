"""A person of a settled posting is pinned to another group, with fewest changes (``pinned.py``); no peer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.pinned_case import drawn, judged
from benchmarks.rotation_instance import Instance, make
from benchmarks.rotation_score import score
from benchmarks.rows._row import Asked, Contender, Judged, Row, ours

SIZE = (250, 40)
#: Time limit of the settled plan, in seconds.
SETTLING = 20


@dataclass(frozen=True)
class Pin(Row):
    """A posting of which one person is pinned."""

    name: ClassVar[str] = "pin"
    people: int
    groups: int
    seed: int

    @classmethod
    def asked(cls, asked: Asked) -> Iterator[Pin]:
        """Yield a row for every seed."""
        for seed in asked.seeds:
            yield cls(*SIZE, seed)

    @property
    def key(self) -> str:
        return f"{self.name}-{self.people}x{self.groups}-s{self.seed}"

    @property
    def title(self) -> str:
        return f"one pin {self.people} x {self.groups}, seed {self.seed}"

    @cached_property
    def instance(self) -> Instance:
        return make(self.people, self.groups, self.seed)

    def contenders(self, folder: Path) -> Iterator[Contender]:
        file = self.written(folder, self.instance)
        words = ("pinned", "--instance", file, "--folder", folder / "settled")
        yield ours(*words, before=(*words, "--settle", "--time-limit", SETTLING))

    def judge(self, answer: Mapping[str, Any]) -> Judged:
        if answer["assign"] is None:
            return Judged()
        cost, broken, _ = judged(self.instance, answer["old"], answer["assign"])
        return Judged(cost, broken)

    def note(self, answer: Mapping[str, Any]) -> str:
        """Return the cost of the settled plan, the number of people moved, and the seconds of each step."""
        person, group = drawn(self.instance, answer["old"])
        said = f"{self.instance['people'][person]['grade']} P{person} to G{group}, cost before "
        said += f"{score(self.instance, answer['old']).cost('sq'):,}"
        if answer["assign"] is not None:
            moved = judged(self.instance, answer["old"], answer["assign"])[2]
            least = answer["changes"]["bound"]
            said += f", {moved} people moved" + ("" if least is None else f" ({least} seats must change)")
        steps = ", ".join(f"{name} {at:.1f}" for name, at in answer["at"].items())
        return f"{said}; done by second: {steps}"
