"""No plan of any route assigns a case to a person in conflict with it."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator import api
from allocator.lottery import CannotDraw
from allocator.model.plan import Assignment

SCENARIO = """
scenario: conflicts
today: 2026-01-01
periods: [2026]
layers:
  casework: {items: people, slots: cases, take: 0-3}
rules: [pack]
draws:
  teams: {kind: assignment, on: casework, seed: 2099-01-15 3D, probability: 1, different: 1, seconds: 10}
"""
PACK = """
pack: pack
rules:
  - {id: team, kind: capacity, on: casework, atleast: 2, atmost: 2}
  - {id: native, kind: avoid, on: casework, when: person.native_place == unit.place}
  - {id: served, kind: avoid, on: casework, when: "person.former.exists(u, u == case.unit)"}
  - {id: known, kind: avoid, on: casework, acquaintance: {of: case.parties, above: 0.5, hops: 1}}
  - {id: kin, kind: apart, on: casework, ties: kin}
  - {id: cost, kind: prefer, on: casework, cost: score.fit, level: 1}
"""
#: Makes the program no network, so that a search finds the plan.
EVEN = "  - {id: even, kind: balance, on: casework, each: item, measure: range, level: 2}\n"
PEOPLE, UNITS, CASES = 7, 3, 3
PLACES = ("East", "West", "North")


class RuleContext:
    """Tables by chance, and who is in conflict with what, read off them."""

    def __init__(self, number: int) -> None:
        random = Random(number)
        self.native = [random.choice((*PLACES, "", "")) for _ in range(PEOPLE)]
        self.served = [(i, random.randrange(UNITS)) for i in range(PEOPLE) if random.random() < 0.4]
        self.of_unit = [random.randrange(UNITS) for _ in range(CASES)]
        self.party = [random.randrange(PEOPLE) if random.random() < 0.7 else None for _ in range(CASES)]
        pairs = list(combinations(range(PEOPLE), 2))
        self.kin = random.sample(pairs, 3)
        self.fit = [[random.randint(0, 9) for _ in range(CASES)] for _ in range(PEOPLE)]

    def write(self, folder: Path, *, even: bool) -> Path:
        tables = {
            "units.csv": ["id,place", *(f"U{k},{PLACES[k]}" for k in range(UNITS))],
            "people.csv": ["id,native_place", *(f"P{i},{place}" for i, place in enumerate(self.native))],
            "postings.csv": [
                "person,group,from,to",
                *(f"P{i},U{unit},2020-01-01,2024-12-31" for i, unit in self.served),
            ],
            "ties.csv": ["source,target,kind", *(f"P{a},P{b},kin" for a, b in self.kin)],
            "cases.csv": [
                "id,unit,parties",
                *(
                    f"C{k},U{unit},{'' if self.party[k] is None else f'P{self.party[k]}'}"
                    for k, unit in enumerate(self.of_unit)
                ),
            ],
            "scores-fit.csv": [
                ",".join(["person", *(f"C{k}" for k in range(CASES))]),
                *(",".join([f"P{i}", *map(str, row)]) for i, row in enumerate(self.fit)),
            ],
            "scenario.yaml": [SCENARIO.lstrip()],
            "pack.yaml": [PACK.lstrip() + (EVEN if even else "")],
        }
        for name, lines in tables.items():
            (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return folder

    def conflicts(self, assignments: tuple[Assignment, ...]) -> list[str]:
        """Return every conflict of a plan, by the tables alone."""
        found = []
        teams: dict[int, list[int]] = {}
        for one in assignments:
            person, case = int(one.item[1:]), int(one.slot[1:])
            teams.setdefault(case, []).append(person)
            unit, party = self.of_unit[case], self.party[case]
            if self.native[person] == PLACES[unit]:
                found.append(f"{person} comes from where {case} is")
            if (person, unit) in self.served:
                found.append(f"{person} served where {case} is")
            if person == party or any({person, party} == set(pair) for pair in self.kin):
                found.append(f"{person} is, or is kin to, the party of {case}")
        for case, team in teams.items():
            if any({a, b} <= set(team) for a, b in self.kin):
                found.append(f"kin in the team of {case}")
        return found


@pytest.mark.slow
@settings(max_examples=30)
@given(st.integers(0, 10**6), st.booleans())
def test_no_plan_has_a_conflicted_pair(number: int, even: bool) -> None:
    context = RuleContext(number)
    with TemporaryDirectory() as name:
        scenario = api.load(context.write(Path(name), even=even))
        plan = api.solve(api.bind(scenario), seconds=10, workers=1)
        assert plan.status in ("optimal", "infeasible"), plan.run
        assert context.conflicts(plan.assignments) == []
        try:
            committed = api.commit(api.draws(scenario)["teams"])
        except CannotDraw:
            assert plan.status == "infeasible"
            return
        drawn = api.reveal(committed, f"{number % 1000:03}")
        assert plan.status == "optimal" and drawn.result is not None
        assert context.conflicts(drawn.kind.assignments(drawn.committed, drawn.result) or ()) == []
