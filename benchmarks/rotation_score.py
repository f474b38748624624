"""The judge of every solver's posting: breaches of each hard rule, and the cost of the plan.

It counts by the definitions and shares no code with any solver's model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Weights of an objective for each person moved, and for each unit of unevenness.
WEIGHTS = {"sq": (50, 1), "mm": (10, 100)}


@dataclass(frozen=True)
class Score:
    """Breaches and cost of a posting.

    Attributes:
        broken: Number of breaches by hard rule; rules that hold are left out.
        moved: Number of people who are not in last year's group.
        squares: Sum of the squared distances of the groups' experience from the target.
        spread: The greatest experience of a group less the least.
    """

    broken: Mapping[str, int]
    moved: int
    squares: int
    spread: int

    def cost(self, objective: str) -> int:
        """Return the cost by ``sq`` or ``mm``, without any penalty for breaches."""
        move, unevenness = WEIGHTS[objective]
        return move * self.moved + unevenness * (self.squares if objective == "sq" else self.spread)


def score(instance: Mapping[str, Any], seats: Sequence[int | None]) -> Score:
    """Judge a posting by counting.

    Args:
        instance: An instance of ``rotation_instance``.
        seats: The group of each person, in their order.

    Returns:
        The score; a person without a group, or in a group that does not exist, breaks the rule ``seat``.
    """
    people, groups = instance["people"], range(instance["G"])
    members: list[list[dict[str, Any]]] = [[] for _ in groups]
    seated = [(one, seat) for one, seat in zip(people, seats, strict=False) if seat in groups]
    for one, seat in seated:
        members[seat].append(one)
    broken = Counter(seat=len(people) - len(seated) + max(0, len(seats) - len(people)))
    for group in groups:
        broken.update(broken_in_group(members[group], instance["zone"][group], instance["req"][group]))
    seat_of = {one["id"]: seat for one, seat in seated}
    broken["kin"] = sum(a in seat_of and seat_of[a] == seat_of.get(b) for a, b in instance["kin"])
    broken["head of last year"] = sum(one["grade"] == "head" and one["prev"] == seat for one, seat in seated)
    experience = [sum(one["exp"] for one in group) for group in members]
    return Score(
        broken={rule: times for rule, times in broken.items() if times},
        moved=sum(one["prev"] != seat for one, seat in seated),
        squares=sum((years - instance["target"]) ** 2 for years in experience),
        spread=max(experience) - min(experience),
    )


def broken_in_group(members: list[dict[str, Any]], zone: int, needs: Sequence[int]) -> Counter[str]:
    """Return the number of breaches in a group, by rule."""
    grades = Counter(one["grade"] for one in members)
    skills = {skill for one in members for skill in one["skills"]}
    return Counter(
        {
            "one head": abs(grades["head"] - 1),
            "one deputy": abs(grades["deputy"] - 1),
            "two cadres": max(0, 2 - grades["cadre"]),
            "native zone": sum(one["native"] == zone for one in members),
            "skill": sum(need not in skills for need in needs),
        }
    )
