"""Makes the tables of the scenarios again, and holds what their makers share.

``python scenarios/making.py`` makes all of them, ``python scenarios/making.py jizhou-terms`` those named.
The maker of a scenario is its ``make.py``: a function ``tables`` that yields every table. A maker draws from
a random generator with a seed of its own, so that the same bytes come out every time.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import math
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

SCENARIOS = Path(__file__).resolve().parent
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰春梅建国志远晓东海燕文博思源雨晴俊峰佳怡子涵天佑"
NUMERALS = "一二三四五六七八九"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """A table of a scenario.

    Attributes:
        name: Name of the file without its suffix.
        columns: Names of the columns, separated by commas.
        rows: The rows; a value that is missing is an empty cell.
    """

    name: str
    columns: str
    rows: Iterable[Row]

    def write(self, folder: Path) -> None:
        """Write the table as a CSV file.

        Raises:
            ValueError: A row has a value for a column that the table does not have.
        """
        with (folder / f"{self.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self.columns.split(","), restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)


def invented_name(random: Random, lengths: Sequence[int] = (1, 2, 2)) -> str:
    """Return an invented name: a surname, then a given name of one of the lengths."""
    return random.choice(SURNAMES) + _given(random, lengths)


def _given(random: Random, lengths: Sequence[int] = (1, 2, 2)) -> str:
    return "".join(random.sample(GIVEN, random.choice(lengths)))


def invented_names(random: Random, count: int, *, given_first: bool = False) -> list[str]:
    """Return different invented names; ``given_first`` draws the given name before the surname."""
    found: dict[str, None] = {}
    while len(found) < count:
        given = _given(random) if given_first else ""
        found.setdefault(random.choice(SURNAMES) + (given or _given(random)))
    return list(found)


def unused_name(random: Random, taken: set[str]) -> str:
    """Return an invented name that nobody has yet, and note it as taken."""
    while (name := invented_name(random)) in taken:
        pass
    taken.add(name)
    return name


def lengthened_name(random: Random, taken: Container[str]) -> str:
    """Return an invented name that nobody has yet: one that is taken gets another character."""
    name = invented_name(random)
    while name in taken:
        name += random.choice(GIVEN)
    return name


def month_and_day(random: Random) -> str:
    """Return a month and a day that every month has: ``03-28``."""
    return f"{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def skills_cell(skills: Mapping[str, int]) -> str:
    """Return skills with their levels as a cell; a level of 0 is left out."""
    return ";".join(f"{skill}:{level}" for skill, level in skills.items() if level)


def first_of_each_pair(pairs: Iterable[tuple[str, str, str]]) -> list[Row]:
    """Return ties as rows: of several kinds of tie between the same two, the first."""
    kinds: dict[tuple[str, str], str] = {}
    for source, target, kind in pairs:
        kinds.setdefault((source, target), kind)
    return [{"source": source, "target": target, "kind": kind} for (source, target), kind in kinds.items()]


def flat_distance(latitude: float) -> Callable[[Sequence[float], Sequence[float]], float]:
    """Return a distance of two points (longitude, latitude) in km, flat enough for one county."""
    shrink = math.cos(math.radians(latitude))

    def kilometres(a: Sequence[float], b: Sequence[float]) -> float:
        return math.hypot((a[0] - b[0]) * shrink * 111.2, (a[1] - b[1]) * 111.2)

    return kilometres


def gabriel_neighbours(
    points: Mapping[str, Sequence[float]], distance: Callable[[Sequence[float], Sequence[float]], float]
) -> list[Row]:
    """Return which places adjoin as rows of links: no third place lies in the circle between the two.

    Args:
        points: Longitude and latitude of each place, by id.
        distance: The distance of two points.
    """

    def squared(a: str, b: str) -> float:
        return distance(points[a], points[b]) ** 2

    def adjoin(a: str, b: str) -> bool:
        others = (c for c in points if c not in (a, b))
        return all(squared(a, c) + squared(b, c) > squared(a, b) for c in others)

    return [
        {"source": a, "target": b, "kind": "adjacent"} for a, b in combinations(points, 2) if adjoin(a, b)
    ]


def made_tables(name: str) -> Iterator[Table]:
    """Yield the tables that the maker of a scenario makes, from the beginning of its random numbers."""
    path = SCENARIOS / name / "make.py"
    spec = importlib.util.spec_from_file_location(f"make_{name.replace('-', '_')}", path)
    assert spec is not None and spec.loader is not None, path
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    yield from maker.tables()


def makers() -> list[str]:
    """Return the names of the scenarios that have a maker."""
    return sorted(path.parent.name for path in SCENARIOS.glob("*/make.py"))


def main() -> None:
    """Write the tables of the scenarios that are named, or of all."""
    parser = argparse.ArgumentParser(description="Make the tables of scenarios again.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a scenario; all if none is named")
    parser.add_argument("--into", type=Path, help="write into this folder instead of the scenario's own")
    given = parser.parse_args()
    for name in given.names or makers():
        for table in made_tables(name):
            table.write(given.into or SCENARIOS / name)


if __name__ == "__main__":
    main()
