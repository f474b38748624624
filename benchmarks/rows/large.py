"""A year's posting too large for any peer to find a plan: time of the first plan, and peak memory."""

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
    """A large posting of ``rotation``, solved by our solver alone."""

    name: ClassVar[str] = "large"
    peers: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def asked(cls, asked: Asked) -> Iterator[Large]:
        """Yield a row for every seed."""
        for seed in asked.seeds:
            yield cls(*SIZE, "sq", seed)

    @property
    def is_long(self) -> bool:
        return True

    def contenders(self, folder: Path) -> Iterator[Contender]:
        yield next(super().contenders(folder))

    def note(self, answer: Mapping[str, Any]) -> str:
        """Return the time of the first plan, and the peak memory of the process and its workers."""
        first = f"first plan at {answer['trace'][0][0]:.1f} s, " if answer["trace"] else ""
        return f"{first}{answer['memory']:.2f} GiB of memory at most"
