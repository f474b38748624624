"""Reads instances of the public shift scheduling benchmark from its text files.

Source: Curtois and Qu, "Computational results on new staff scheduling benchmark instances" (2014),
http://www.schedulingbenchmarks.org/nrp/. ``instances/roster-1.txt`` is the smallest: 8 people, 14 days, one
shift, known optimum 607.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SMALLEST = Path(__file__).parent / "instances" / "roster-1.txt"
#: The known optimum of ``SMALLEST``.
KNOWN = 607


@dataclass(frozen=True)
class Staff:
    """One employee: limits of shifts, minutes, runs of work and of days off, and weekends."""

    id: str
    most_shifts: int
    most_minutes: int
    least_minutes: int
    longest_run: int
    shortest_run: int
    shortest_break: int
    most_weekends: int


@dataclass(frozen=True)
class Instance:
    """An instance with one kind of shift.

    Attributes:
        days: Number of days; the first is a Monday.
        shift: Id of the shift.
        minutes: Minutes of the shift.
        staff: The employees.
        off: Days on which an employee cannot work, by id.
        wishes: ``(id, day, weight)``: a weight above 0 to work, below 0 not to work.
        cover: Number of employees wanted on each day.
        prices: Costs of one employee too few and of one too many.
    """

    days: int
    shift: str
    minutes: int
    staff: Sequence[Staff]
    off: Mapping[str, Sequence[int]]
    wishes: Sequence[tuple[str, int, int]]
    cover: Sequence[int]
    prices: tuple[int, int]

    @property
    def weekends(self) -> Sequence[tuple[int, int]]:
        """Saturday and Sunday of each week."""
        return [(day, day + 1) for day in range(5, self.days - 1, 7)]


def read(path: Path) -> Instance:
    """Read the instance in a file.

    Raises:
        ValueError: The rules of ``roster.py`` cannot state the instance exactly: it has several kinds of
            shifts, runs of at least three, or prices that differ by day.
    """
    parts = _sections(path.read_text(encoding="utf-8"))
    [[days]], shifts, covers = parts["HORIZON"], parts["SHIFTS"], parts["COVER"]
    if len(shifts) != 1:
        raise ValueError(f"{path.name} has {len(shifts)} kinds of shifts, not one")
    staff = [Staff(row[0], int(row[1].split("=")[1]), *map(int, row[2:])) for row in parts["STAFF"]]
    prices = {(int(under), int(over)) for *_, under, over in covers}
    if len(prices) != 1 or any(one.shortest_run > 2 for one in staff):
        raise ValueError(f"{path.name}: prices of cover differ, or a run is of three days at least")
    wanted = [(who, int(day), int(weight)) for who, day, _, weight in parts["SHIFT_ON_REQUESTS"]]
    unwanted = [(who, int(day), -int(weight)) for who, day, _, weight in parts["SHIFT_OFF_REQUESTS"]]
    return Instance(
        days=int(days),
        shift=shifts[0][0],
        minutes=int(shifts[0][1]),
        staff=staff,
        off={who: [int(day) for day in off] for who, *off in parts["DAYS_OFF"]},
        wishes=[*wanted, *unwanted],
        cover=[int(number) for _, _, number, *_ in covers],
        prices=prices.pop(),
    )


def _sections(text: str) -> Mapping[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("SECTION_"):
            rows = found.setdefault(line.removeprefix("SECTION_"), [])
        elif not line.startswith("#"):
            rows.append(line.split(","))
    return found
