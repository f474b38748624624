"""Makes the reference posting problem from a seed, the same on every machine.

Run: python -m benchmarks.rotation_instance PEOPLE GROUPS SEED FILE.json

All draws come from one random stream: a change of their order makes other instances, which cannot be compared
with published figures.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from random import Random
from typing import Any

Instance = dict[str, Any]

SKILLS = range(6)
SKILLS_OF_A_GROUP = 4
CADRES_OF_A_GROUP = 2
#: The least years of experience by grade.
EXPERIENCE = {"head": 14, "deputy": 8, "cadre": 1}
#: Probability that a person whose native zone is that of last year's group is given another native zone.
MOVED_FROM_HOME = 0.9


def make(people: int, groups: int, seed: int) -> Instance:
    """Return an instance: people with last year's groups, groups with their skills, and pairs of kin.

    Raises:
        ValueError: There are too few people for a head, a deputy and two cadres in each group.
    """
    least = groups * (2 + CADRES_OF_A_GROUP)
    if groups < 1 or people < least:
        raise ValueError(f"{groups} groups need {least} people at least, not {people}")
    chance = Random(f"{people}-{groups}-{seed}")
    zones = max(4, groups // 4)
    zone = [group % zones for group in range(groups)]
    chance.shuffle(zone)
    needs = [sorted(chance.sample(SKILLS, SKILLS_OF_A_GROUP)) for _ in range(groups)]
    last_year, year_before = (_posting(people, groups, chance) for _ in range(2))
    grades = ["head"] * groups + ["deputy"] * groups + ["cadre"] * (people - 2 * groups)
    staff = []
    for number, grade in enumerate(grades):
        native = _native_zone(zone[last_year[number]], zones, chance)
        staff.append(
            {
                "id": number,
                "grade": grade,
                "skills": sorted(chance.sample(SKILLS, chance.randint(1, 3))),
                "native": native,
                "prev": last_year[number],
                "prev2": year_before[number],
                "exp": EXPERIENCE[grade] + chance.randint(0, 16),
                "capacity": chance.randint(3, 8),
            }
        )
    experience = sum(one["exp"] for one in staff)
    return {
        "P": people,
        "G": groups,
        "seed": seed,
        "zone": zone,
        "req": needs,
        "people": staff,
        "kin": _kin(people, chance),
        "target": round(experience / groups),
        "total_exp": experience,
    }


def _posting(people: int, groups: int, chance: Random) -> list[int]:
    """Return the group of each person: a head, a deputy and two cadres each, the other cadres at random."""
    heads, deputies = list(range(groups)), list(range(groups))
    chance.shuffle(heads)
    chance.shuffle(deputies)
    cadres = [group for group in range(groups) for _ in range(CADRES_OF_A_GROUP)]
    cadres += [chance.randrange(groups) for _ in range(people - 2 * groups - len(cadres))]
    chance.shuffle(cadres)
    return heads + deputies + cadres


def _native_zone(zone_now: int, zones: int, chance: Random) -> int:
    """Return a native zone, seldom that of the person's group: most postings of last year kept the rule."""
    native = chance.randrange(zones)
    while native == zone_now and chance.random() < MOVED_FROM_HOME:
        native = chance.randrange(zones)
    return native


def _kin(people: int, chance: Random) -> list[list[int]]:
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < people // 6:
        first, second = sorted(chance.sample(range(people), 2))
        pairs.add((first, second))
    return [list(pair) for pair in sorted(pairs)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("people", type=int)
    parser.add_argument("groups", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    try:
        instance = make(given.people, given.groups, given.seed)
    except ValueError as fault:
        parser.error(str(fault))
    given.file.write_text(json.dumps(instance), encoding="utf-8")


if __name__ == "__main__":
    main()
