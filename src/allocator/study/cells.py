"""Cells of a study: one solve each, named by the hash of what goes in, and counted before anything runs."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import version
from typing import Any

from allocator.study.figure_levels import FigureLevel, figure_levels
from allocator.study.study_file import Study
from allocator.study.study_spec import StudySpec

#: A solve may take this many seconds beside twice its limit: to read, to bind, to judge.
SPARE_SECONDS = 60.0
#: Digits of a key in the names of files.
SHORT = 32


@dataclass(frozen=True)
class CellLimits:
    """What a cell may take; None for no limit.

    Attributes:
        wall: Seconds in all.
        cpu: Seconds of processor time.
        memory: GiB.
    """

    wall: float
    cpu: int | None = None
    memory: float | None = None


@dataclass(frozen=True)
class StudyCell:
    """One solve.

    Attributes:
        scenario: Name of the scenario in the study.
        option: Name of the option.
        seed: Seed of random choices.
        seconds: Time limit of the solve.
        workers: Threads.
        variant: Digest of the files that are solved.
        yardstick: Digest of the files whose rules count the criteria; that of the variant where it has them.
        limits: What the process may take.
        criteria: Codes of the criteria; none for all levels.
        figures: The study's figures as levels of the option.
    """

    scenario: str
    option: str
    seed: int
    seconds: float
    workers: int
    variant: str
    yardstick: str
    limits: CellLimits
    criteria: tuple[str, ...] = ()
    figures: tuple[FigureLevel, ...] = field(default=(), hash=False, repr=False)

    @cached_property
    def key(self) -> str:
        """The hash of what goes in; neither the names of scenario and option nor their order count."""
        parts: dict[str, Any] = {
            "files": self.variant,
            "yardstick": self.yardstick,
            "seed": self.seed,
            "seconds": self.seconds,
            "workers": self.workers,
            "limits": [self.limits.wall, self.limits.cpu, self.limits.memory],
            "criteria": list(self.criteria),
            "versions": dict(versions()),
        }
        if self.figures:
            parts["figures"] = _plain(self.figures)
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    @property
    def short_key(self) -> str:
        """The part of the key that names files."""
        return self.key[:SHORT]

    @property
    def trial(self) -> tuple[str, int, float]:
        """What the cells of a pair share: scenario, seed and limit."""
        return (self.scenario, self.seed, self.seconds)


def _plain(figures: Iterable[FigureLevel]) -> list[Any]:
    return [one.model_dump(mode="json") for one in figures]


@cache
def versions() -> Mapping[str, str]:
    """Return the versions of what decides a plan."""
    names = ("allocator", "highspy", "ortools")
    return {**{name: version(name) for name in names}, "python": platform.python_version()}


@dataclass(frozen=True)
class Digests:
    """The digests of one scenario with one option: of its files, and of those that count the criteria.

    Attributes:
        variant: Digest of the files that are solved.
        yardstick: Digest of those whose rules count the criteria.
        entry: The workbook to load; empty for a folder.
    """

    variant: str
    yardstick: str
    entry: str = ""


Solved = tuple[str, str, int]


def make_cells(study: Study, digests: Mapping[Solved, Digests]) -> tuple[StudyCell, ...]:
    """Return all cells in the order in which they run: all options of a scenario and seed one after another.

    Args:
        study: The study.
        digests: The digests by scenario, option and seed.
    """
    return tuple(_cells(study, digests))


def _cells(study: Study, digests: Mapping[Solved, Digests]) -> Iterator[StudyCell]:
    spec = study.spec
    options = spec.all_options
    every_seed = dict.fromkeys(seed for one in options.values() for seed in one.seeds or spec.seeds)
    every_limit = dict.fromkeys(limit for one in options.values() for limit in one.limits or spec.limits)
    criteria = tuple(one.code for one in spec.criteria)
    figures = {name: figure_levels(spec, name).levels for name in options}
    for seed in every_seed:
        for scenario in study.scenarios:
            for seconds in every_limit:
                for name, option in options.items():
                    if seed not in (option.seeds or spec.seeds):
                        continue
                    if seconds not in (option.limits or spec.limits):
                        continue
                    made = digests[scenario, name, seed]
                    limits = CellLimits(_wall(spec, seconds), spec.cpu, spec.memory)
                    yield StudyCell(
                        scenario, name, seed, seconds, spec.workers,
                        made.variant, made.yardstick, limits, criteria, figures[name],
                    )  # fmt: skip


def _wall(spec: StudySpec, seconds: float) -> float:
    return spec.wall if spec.wall is not None else 2 * seconds + SPARE_SECONDS


@dataclass(frozen=True)
class CellCount:
    """How many cells there are and how long they take at most.

    Attributes:
        cells: All cells.
        open: Those without a result.
        side_by_side: How many run at once.
        solving: Seconds of solving at most, side by side.
        ending: Seconds after which even cells that hang have been ended.
    """

    cells: int
    open: int
    side_by_side: int
    solving: float
    ending: float


def count_cells(
    cells: tuple[StudyCell, ...], open_cells: tuple[StudyCell, ...], side_by_side: int
) -> CellCount:
    """Count cells, and bound the time that the open ones take."""
    solving = [cell.seconds for cell in open_cells]
    ending = [cell.limits.wall for cell in open_cells]
    return CellCount(
        len(cells), len(open_cells), side_by_side, _span(solving, side_by_side), _span(ending, side_by_side)
    )


def _span(durations: list[float], side_by_side: int) -> float:
    """Return the time of a list of durations, each begun as soon as a place is free."""
    free = [0.0] * max(1, min(side_by_side, len(durations)))
    for seconds in durations:
        first = min(range(len(free)), key=free.__getitem__)
        free[first] += seconds
    return max(free)


def as_request(cell: StudyCell, folder: str, yardstick: str) -> dict[str, Any]:
    """Return what the process of a cell is told, as JSON: what to load, how to solve, what to count."""
    return {
        "scenario": folder,
        "yardstick": yardstick,
        "seed": cell.seed,
        "seconds": cell.seconds,
        "workers": cell.workers,
        "criteria": list(cell.criteria),
        "cpu": cell.limits.cpu,
        "memory": cell.limits.memory,
        "figures": _plain(cell.figures),
    }
