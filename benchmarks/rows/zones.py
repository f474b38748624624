"""Maps divided into zones (``zoning.py``), from instances in the folder of ``--data``; no peer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.rows._row import Asked, Contender, Judged, Row, ours
from benchmarks.zones_score import score


@dataclass(frozen=True)
class Zones(Row):
    """A map to divide into zones."""

    name: ClassVar[str] = "zones"
    file: Path

    @classmethod
    def asked(cls, asked: Asked) -> Iterator[Zones]:
        """Yield the maps in the folder of ``--data`` or in its folder ``zones``, by size."""
        if asked.data is None:
            return
        files = [*asked.data.glob("*.json"), *asked.data.glob("zones/*.json")]
        maps = [cls(file) for file in files if {"nodes", "edges", "k", "L", "U"} <= cls(file).instance.keys()]
        yield from sorted(maps, key=lambda one: (len(one.instance["nodes"]), one.key))

    @property
    def key(self) -> str:
        return f"{self.name}-{self.file.stem}"

    @property
    def title(self) -> str:
        units, zones = len(self.instance["nodes"]), self.instance["k"]
        return f"zones {self.file.stem}, {units} units in {zones}"

    @cached_property
    def instance(self) -> Mapping[str, Any]:
        found = json.loads(self.file.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}

    def contenders(self, folder: Path) -> Iterator[Contender]:
        yield ours("zoning", "--instance", self.file.resolve())

    def judge(self, answer: Mapping[str, Any]) -> Judged:
        zone = answer["zone"]
        if all(one is None for one in zone):
            return Judged()
        return Judged(*score(self.instance, zone))
