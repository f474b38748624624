"""A small world for replans, and all of its plans by enumeration from what the documentation says.

Four people are in one of two groups in each of two years; each group has one to three people. What a person
in a group in a year costs is in a table. Nothing here uses the rules or the solver of the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from allocator import api
from allocator.model.plan import Assignment, Plan

PEOPLE = {"A": ("正", "U1"), "B": ("正", "U2"), "C": ("干部", "U1"), "D": ("干部", "U2")}
GROUPS = {"G1": "第一组", "G2": "第二组"}
YEARS = ("2026", "2027")
Seat = tuple[str, str, str]
Costs = Mapping[Seat, int]

SCENARIO = """\
scenario: replan
synthetic: true
{today}periods: [2026, 2027]
layers:
  post: {{title: {{zh: 编组, en: posts}}, items: people, slots: groups}}
rules: [main]
"""
RULES = """\
pack: main
rules:
  - {{id: size, kind: capacity, on: post, atleast: 1, atmost: 3}}
  - id: cost
    kind: prefer
    on: post
    level: 1
    cost: "{costs}[person.id + '/' + group.id + '/' + period.id]"
"""


@dataclass(frozen=True)
class World:
    """What a replan is asked for.

    Attributes:
        costs: What each seat costs.
        absent: Who is away in which year.
        excluded: Who may not be in which group.
        today: The scenario's day; empty for none.
    """

    costs: Costs
    absent: frozenset[tuple[str, str]] = frozenset()
    excluded: frozenset[tuple[str, str]] = frozenset()
    today: str = ""
    more: Sequence[Callable[[frozenset[Seat]], bool]] = field(default=())

    def write(self, folder: Path) -> Path:
        """Write the scenario, without what is excluded."""
        place = folder / "scenarios" / "replan"
        place.mkdir(parents=True, exist_ok=True)
        listed = ", ".join(f"'{'/'.join(seat)}': {cost}" for seat, cost in sorted(self.costs.items()))
        today = f"today: {self.today}\n" if self.today else ""
        people = [f"{one},甲{one},{grade},{unit}" for one, (grade, unit) in PEOPLE.items()]
        away = [f"{one},{year}-01-01,{year}-12-31" for one, year in sorted(self.absent)]
        texts = {
            "scenario.yaml": SCENARIO.format(today=today),
            "main.yaml": RULES.format(costs=f"{{{listed}}}"),
            "people.csv": "\n".join(["id,name,grade,unit", *people]),
            "units.csv": "id,name\nU1,一室\nU2,二室",
            "groups.csv": "\n".join(["id,name", *(f"{one},{name}" for one, name in GROUPS.items())]),
            "absences.csv": "\n".join(["person,from,to", *away]),
        }
        for name, text in texts.items():
            (place / name).write_text(text + "\n", encoding="utf-8")
        return place

    def is_there(self, person: str, year: str) -> bool:
        return (person, year) not in self.absent

    def plans(self) -> Iterator[frozenset[Seat]]:
        """Yield every plan: each person who is there is in one group, and each group has one to three."""
        for choice in product(GROUPS, repeat=len(PEOPLE) * len(YEARS)):
            where = zip(product(PEOPLE, YEARS), choice, strict=True)
            plan = frozenset((one, group, year) for (one, year), group in where if self.is_there(one, year))
            if len(plan) < len(PEOPLE) * len(YEARS) - len(self.absent):
                continue
            if any(choice[k] == "G2" for k in self._unused()):  # a choice for nobody is made once
                continue
            sizes = [sum(s == group and t == year for _, s, t in plan) for group in GROUPS for year in YEARS]
            is_out = any((one, group) in self.excluded for one, group, _ in plan)
            if all(1 <= size <= 3 for size in sizes) and not is_out and all(test(plan) for test in self.more):
                yield plan

    def _unused(self) -> list[int]:
        return [k for k, pair in enumerate(product(PEOPLE, YEARS)) if pair in self.absent]

    def cost(self, plan: frozenset[Seat]) -> int:
        return sum(self.costs[seat] for seat in plan)

    def changes(self, before: frozenset[Seat], plan: frozenset[Seat]) -> int:
        """Count the seats that change hands; the seats of people who are away now are open."""
        total = 0
        for group, year in product(GROUPS, YEARS):
            held = {one for one, s, t in before if (s, t) == (group, year)}
            here = {one for one in held if self.is_there(one, year)}
            now = {one for one, s, t in plan if (s, t) == (group, year)}
            if held:
                total += max(len(here - now), len(now - here) - len(held - here))
        return total


def stays(
    world: World, before: frozenset[Seat], places: Callable[[str, str], bool]
) -> Callable[[frozenset[Seat]], bool]:
    """Return the test that what the baseline decides in some groups and years stays."""

    def test(plan: frozenset[Seat]) -> bool:
        for group, year in product(GROUPS, YEARS):
            held = {one for one, s, t in before if (s, t) == (group, year)}
            here = {one for one in held if world.is_there(one, year)}
            now = {one for one, s, t in plan if (s, t) == (group, year)}
            if held and places(group, year) and (not here <= now or len(now - here) > len(held - here)):
                return False
        return True

    return test


def stay_put(
    world: World, before: frozenset[Seat], who: Callable[[str, str], bool]
) -> Callable[[frozenset[Seat]], bool]:
    """Return the test that some people stay where the baseline has them in some years."""
    kept = {(one, s, t) for one, s, t in before if who(one, t) and world.is_there(one, t)}
    return lambda plan: kept <= plan


def plan_of(policy: api.Policy, seats: frozenset[Seat]) -> Plan:
    """Return a plan without a score."""
    assignments = tuple(
        Assignment(layer="post", item=one, slot=group, period=year) for one, group, year in sorted(seats)
    )
    return Plan(scenario=policy.reference, status="feasible", assignments=assignments)


def seats_of(plan: Plan) -> frozenset[Seat]:
    return frozenset((one.item, one.slot, str(one.period)) for one in plan.assignments)
