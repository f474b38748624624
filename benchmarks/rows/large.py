"""A year's posting of a size that no peer finds a plan of: when there is a first one, and what it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.rows._row import Asked, Contender
from benchmarks.rows.rotation import Rotation

SIZE = (5000, 800)


@dataclass(frozen=True)
class Large(Rotation):
    """The posting of ``rotation`` for so many people, solved by ours alone."""

    name: ClassVar[str] = "large"
    peers: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def asked(cls, asked: Asked) -> Iterator[Large]:
        """Yield the size with every seed."""
        for seed in asked.seeds:
            yield cls(*SIZE, "sq", seed)

    @property
    def is_long(self) -> bool:
        return True

    def contenders(self, folder: Path) -> Iterator[Contender]:
        yield next(super().contenders(folder))

    def note(self, answer: Mapping[str, Any]) -> str:
        """Return when there was a first plan, and the most memory that it took with what runs beside."""
        first = f"first plan at {answer['trace'][0][0]:.1f} s, " if answer["trace"] else ""
        return f"{first}{answer['memory']:.2f} GiB of memory at most"
