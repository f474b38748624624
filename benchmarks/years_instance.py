"""Makes the reference problem of several years from a seed, the same on every machine.

Run: python -m benchmarks.years_instance PEOPLE GROUPS YEARS SEED FILE.json

People and groups have the shape of ``rotation_instance``, but each group is a zone of its own, and each
person has served some years in last year's group. All draws come from one random stream: a change of their
order makes other instances, which cannot be compared with published figures.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that the script runs by its path too

import argparse
import json
from random import Random

from benchmarks.rotation_instance import CADRES_OF_A_GROUP, SKILLS, SKILLS_OF_A_GROUP, Instance

#: The most consecutive years in a group, by grade.
TERMS = {"head": 1, "deputy": 3, "cadre": 5}
#: Cadres that a group may have beyond the mean number per group.
ROOM = 2
YEARS_BEFORE = 3


def make(people: int, groups: int, years: int, seed: int) -> Instance:
    """Return an instance: people with last year's groups and years served, groups with their skills, and kin.

    Raises:
        ValueError: There are too few people for a head, a deputy and two cadres in each group, or no year.
    """
    least = groups * (2 + CADRES_OF_A_GROUP)
    if groups < 1 or people < least:
        raise ValueError(f"{groups} groups need {least} people at least, not {people}")
    if years < 1:
        raise ValueError(f"there must be a year at least, not {years}")
    chance = Random(seed)
    grades = ["head"] * groups + ["deputy"] * groups + ["cadre"] * (people - 2 * groups)
    staff = [_person(number, grade, groups, chance) for number, grade in enumerate(grades)]
    kin = [sorted(chance.sample(range(people), 2)) for _ in range(people // 10)]
    needs = [sorted(chance.sample(SKILLS, SKILLS_OF_A_GROUP)) for _ in range(groups)]
    for one, seat in zip(staff, _posting(people, groups, chance), strict=True):
        one["prev"] = seat
    for one in staff:
        one["served"] = chance.randint(1, max(TERMS.values()))
    return {
        "P": people,
        "G": groups,
        "years": years,
        "seed": seed,
        "zone": list(range(groups)),
        "req": needs,
        "people": staff,
        "kin": [list(pair) for pair in sorted(set(map(tuple, kin)))],
        "most_cadres": (people - 2 * groups) // groups + ROOM,
        "terms": dict(TERMS),
    }


def _person(number: int, grade: str, groups: int, chance: Random) -> Instance:
    one = {
        "id": number,
        "grade": grade,
        "skills": sorted(chance.sample(SKILLS, chance.randint(1, 3))),
        "native": chance.randrange(groups),
        "exp": chance.randint(1, 30),
    }
    for _ in range(YEARS_BEFORE):  # earlier groups, which are not used: their draws are part of the stream
        chance.randrange(groups)
    return one


def _posting(people: int, groups: int, chance: Random) -> list[int]:
    """Return last year's group of each person: a head and a deputy each, cadres spread evenly."""
    cadres = list(range(2 * groups, people))
    chance.shuffle(cadres)
    seats = {one: place % groups for place, one in enumerate(cadres)}
    return [*range(groups), *range(groups), *(seats[one] for one in sorted(seats))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("people", "groups", "years", "seed"):
        parser.add_argument(name, type=int)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    try:
        instance = make(given.people, given.groups, given.years, given.seed)
    except ValueError as fault:
        parser.error(str(fault))
    given.file.write_text(json.dumps(instance), encoding="utf-8")


if __name__ == "__main__":
    main()
