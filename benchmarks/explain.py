"""Plants three conflicts among the rules of a made county, and measures how they are found.

Run: python -m benchmarks.explain [--people 60] [--groups 8] [--seed 1] [--seconds 60] [--remedies]

The county has people of three grades in groups over two years, with native place, kin and terms. Three
conflicts are planted in the first year: one group more with interpreters than there are interpreters, three
of kin for two groups, and an appointment to a group that another rule keeps the person from. The status is
1 if other conflicts are told than these three.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that the script runs by its path too

from benchmarks.measured import elapsed  # isort: skip  # the clock starts first

import argparse
import csv
import json
import random
import tempfile
import time

from allocator import api

SCENARIO = """
scenario: planted
periods: [2026, 2027]
layers:
  posting: {items: people, slots: groups, take: 1}
rules: [planted]
"""
#: The rules of each planted conflict.
PLANTED = (
    frozenset({"interpreters"}),
    frozenset({"near-kin", "two-groups", "take.posting"}),
    frozenset({"appointed", "barred"}),
)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--groups", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of each answer")
    parser.add_argument("--remedies", action="store_true", help="measure the cheapest ways out, too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_county(Path(folder), given.people, given.groups, given.seed)
        policy = api.bind(api.load(Path(folder)))
    began = time.monotonic()
    diagnosis = api.diagnose(policy, seconds=given.seconds)
    found = {frozenset(one.rules) for one in diagnosis.found.conflicts}
    are_planted = found == {*PLANTED} and len(diagnosis.found.conflicts) == len(PLANTED)
    measured: dict[str, object] = {
        "people": given.people,
        "groups": given.groups,
        "conflicts": [sorted(one.rules) for one in diagnosis.found.conflicts],
        "exactly the planted": are_planted,
        "all minimal": all(one.is_minimal for one in diagnosis.found.conflicts),
        "proved twice": all(one.is_confirmed for one in diagnosis.found.conflicts),
        "complete": diagnosis.found.is_complete,
        "seconds": round(time.monotonic() - began, 2),
    }
    if given.remedies:
        began = time.monotonic()
        ways = api.remedies(policy, diagnosis=diagnosis, seconds=given.seconds)
        measured["costs of ways out"] = [one.cost for one in ways.remedies]
        measured["the first is cheapest"] = bool(ways.remedies) and ways.remedies[0].is_cheapest
        measured["seconds of ways out"] = round(time.monotonic() - began, 2)
    measured["seconds in all"] = round(elapsed(), 2)
    print(json.dumps(measured, ensure_ascii=False, indent=1))
    return 0 if are_planted else 1


def write_county(folder: Path, people: int, groups: int, seed: int, *, planted: bool = True) -> None:
    """Write a county as a scenario folder: three conflicts are planted, or a wish is added."""
    rng = random.Random(seed)
    ids, slots = [f"P{k:03}" for k in range(people)], [f"G{k:02}" for k in range(groups)]
    speakers = {*ids[: groups - 1]}
    ring = ids[groups : groups + 3]
    appointed = ids[groups + 3]
    rows = []
    for k, who in enumerate(ids):
        grade = (
            "head" if k < 2 * groups and k % 2 == 0 else ("deputy" if k < 4 * groups and k % 2 else "cadre")
        )
        place = f"town {rng.randrange(groups)}"
        place = "elsewhere" if who in ring or who == appointed else place
        rows.append([who, grade, place, "interpreting:3" if who in speakers else ""])
    _write(folder / "people.csv", ["id", "grade", "native_place", "skills"], rows)
    _write(folder / "groups.csv", ["id", "place"], [[one, f"town {k}"] for k, one in enumerate(slots)])
    others = [one for one in ids if one not in ring]
    ties = [[*rng.sample(others, 2), "kin"] for _ in range(people // 5)]
    _write(folder / "ties.csv", ["source", "target", "kind"], ties)
    size = people // groups
    rules: list[dict[str, object]] = [
        {"id": "staffing", "kind": "capacity", "atleast": size - 2, "atmost": size + 3},
        {"id": "heads", "kind": "composition", "atleast": "1正"},
        {"id": "native-place", "kind": "avoid", "when": "person.native_place == group.place"},
        {"id": "kin", "kind": "apart", "ties": "kin"},
        {"id": "terms", "kind": "max_term", "items": 'person.grade == "head"', "periods": 1},
        {
            "id": "interpreters",
            "kind": "capacity",
            "items": '"interpreting" in person.skills',
            "atleast": 1,
            "during": ["2026"],
        },
        {
            "id": "near-kin",
            "kind": "apart",
            "pairs": [[ring[0], ring[1]], [ring[1], ring[2]], [ring[2], ring[0]]],
            "during": ["2026"],
        },
        {
            "id": "two-groups",
            "kind": "eligible",
            "items": f"person.id in {json.dumps(ring)}",
            "when": f"group.id in {json.dumps(slots[:2])}",
            "during": ["2026"],
        },
        {"id": "appointed", "kind": "pin", "item": appointed, "slot": slots[0], "during": ["2026"]},
        {
            "id": "barred",
            "kind": "avoid",
            "when": f'person.id == "{appointed}" && group.id == "{slots[0]}"',
            "during": ["2026"],
        },
    ]
    if not planted:
        wish = {"id": "wish", "kind": "prefer", "level": 1, "when": f"group.id in {json.dumps(slots[::2])}"}
        rules = [*rules[:5], {**wish, "items": 'person.grade == "cadre"'}]
    pack = {"pack": "planted", "rules": [{"on": "posting", **rule} for rule in rules]}
    (folder / "planted.yaml").write_text(json.dumps(pack, ensure_ascii=False), "utf-8")
    (folder / "scenario.yaml").write_text(SCENARIO, "utf-8")


def _write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    sys.exit(main())
