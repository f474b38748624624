"""Draws the person to pin and the group to pin to, and judges the new plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from benchmarks.rotation_score import score

Seats = Sequence[int]


def drawn(instance: Mapping[str, Any], seats: Seats) -> tuple[int, int]:
    """Draw a person and another group where that person can be, by the seed of the instance.

    A plan with the pin exists in any case: the person moves there alone, or exchanges places with a member.

    Raises:
        ValueError: No such move or exchange keeps all rules.
    """
    pairs = [(one["id"], group) for one in instance["people"] for group in range(instance["G"])]
    Random(f"pin-{instance['seed']}").shuffle(pairs)
    for person, group in pairs:
        if seats[person] != group and any(_holds(instance, one) for one in _moved(seats, person, group)):
            return person, group
    raise ValueError("nobody can go anywhere alone, or by changing places with one other")


def _moved(seats: Seats, person: int, group: int) -> Iterator[list[int]]:
    alone = [*seats]
    alone[person] = group
    yield alone
    for other, seat in enumerate(seats):
        if seat == group:
            swapped = [*alone]
            swapped[other] = seats[person]
            yield swapped


def _holds(instance: Mapping[str, Any], seats: Seats) -> bool:
    return not score(instance, seats).broken


def judged(
    instance: Mapping[str, Any], old: Seats, new: Sequence[int | None]
) -> tuple[int, dict[str, int], int]:
    """Return the cost of the new plan, its breaches by rule, and the number of people moved."""
    person, group = drawn(instance, old)
    found = score(instance, new)
    broken = {**found.broken, "pin": 1} if new[person] != group else dict(found.broken)
    moved = sum(was != now for was, now in zip(old, new, strict=True))
    return found.cost("sq"), broken, moved
