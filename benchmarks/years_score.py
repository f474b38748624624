"""The judge of postings of several years: breaches of each hard rule, and the cost of the plan.

It counts by the definitions and shares no code with any solver's model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.rotation_score import broken_in_group

#: Weights in each year for each cadre moved, and for each unit of the range of experience.
MOVE, SPREAD = 10, 1

Seats = Sequence[int | None]


def score(instance: Mapping[str, Any], plan: Sequence[Seats]) -> tuple[int, dict[str, int]]:
    """Return the cost of a plan, and its breaches by hard rule; rules that hold are left out.

    Args:
        instance: An instance of ``years_instance``.
        plan: Group of each person, ``[years, people]``.
    """
    people = instance["people"]
    before = [one["prev"] for one in people]
    stayed = [one["served"] for one in people]
    cost, broken = 0, Counter(year=abs(instance["years"] - len(plan)))
    for given in plan:
        seats = _within(instance, given)
        broken["seat"] += seats.count(None) + max(0, len(given) - len(people))
        broken.update(_in_year(instance, seats))
        stayed = [
            years + 1 if seat is not None and seat == old else 1
            for seat, old, years in zip(seats, before, stayed, strict=True)
        ]
        broken["term"] += sum(
            years > instance["terms"][one["grade"]] for one, years in zip(people, stayed, strict=True)
        )
        cost += _cost(instance, before, seats)
        before = seats
    return cost, {rule: times for rule, times in broken.items() if times}


def _within(instance: Mapping[str, Any], given: Seats) -> list[int | None]:
    """Return the group of each person; None without a group, or for a group that does not exist."""
    seats = [seat if seat in range(instance["G"]) else None for seat in given][: instance["P"]]
    return seats + [None] * (instance["P"] - len(seats))


def _in_year(instance: Mapping[str, Any], seats: Seats) -> Counter[str]:
    broken: Counter[str] = Counter()
    for group in range(instance["G"]):
        members = _members(instance, seats, group)
        broken.update(broken_in_group(members, instance["zone"][group], instance["req"][group]))
        cadres = sum(one["grade"] == "cadre" for one in members)
        broken["most cadres"] += max(0, cadres - instance["most_cadres"])
    broken["kin"] = sum(seats[a] is not None and seats[a] == seats[b] for a, b in instance["kin"])
    return broken


def _cost(instance: Mapping[str, Any], before: Seats, seats: Seats) -> int:
    groups = range(instance["G"])
    moved = sum(
        one["grade"] == "cadre" and old != seat
        for one, old, seat in zip(instance["people"], before, seats, strict=True)
    )
    experience = [sum(one["exp"] for one in _members(instance, seats, group)) for group in groups]
    return MOVE * moved + SPREAD * (max(experience) - min(experience))


def _members(instance: Mapping[str, Any], seats: Seats, group: int) -> list[dict[str, Any]]:
    return [one for one, seat in zip(instance["people"], seats, strict=True) if seat == group]
