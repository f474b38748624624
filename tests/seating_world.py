"""Five people, two groups, one year: every plan can be looked at, counted as the documentation says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from allocator.model.plan import Plan

PEOPLE = ("P1", "P2", "P3", "P4", "P5")
PLACE = {"G1": "城东", "G2": "城西"}
SEATS = tuple((group, role) for group in PLACE for role in ("lead", "member"))
Seat = tuple[str, str] | None
#: The seat of each person, in the order of ``PEOPLE``.
Seating = tuple[Seat, ...]

SCENARIO = """scenario: seating
title: {zh: 编组, en: Seating}
synthetic: true
periods: [2026]
roles: {lead: {zh: 组长, en: lead}, member: {zh: 组员, en: member}}
layers:
  posting: {title: {zh: 编组, en: Seats}, items: people, slots: groups, roles: [lead, member], take: 0-1}
rules: [seating-rules]
"""


@dataclass(frozen=True)
class Rules:
    """The rules of a scenario, or of an option of it.

    Attributes:
        keep: Weight of staying in the group of the year before; 0 for no such rule.
        away: Level and weight of not serving at home; level 0 is hard, weight 0 is no such rule.
        heads: Weight of heads as leads; 0 for no such rule.
        kin: Whether relatives serve apart.
        members: How many members each group has at least.
    """

    keep: int = 1
    away: tuple[int, int] = (2, 1)
    heads: int = 3
    kin: bool = False
    members: int = 1

    def text(self) -> str:
        """Return the rules as a pack."""
        level, weight = self.away
        said = [
            f"{{id: staffing, kind: composition, on: posting, exactly: {{lead: 1}}, "
            f"atleast: {{member: {self.members}}}}}"
        ]
        if self.keep:
            said.append(f"{{id: keep, kind: stability, on: posting, level: 1, weight: {self.keep}}}")
        if weight:
            hard = "level: hard" if level == 0 else f"level: {level}, weight: {weight}"
            said.append(
                f"{{id: away, kind: avoid, on: posting, when: person.native_place == group.place, {hard}}}"
            )
        if self.heads:
            said.append(
                "{id: heads, kind: prefer, on: posting, role: lead, when: person.grade == 'head', "
                f"level: 2, weight: {self.heads}}}"
            )
        if self.kin:
            said.append("{id: kin, kind: apart, on: posting, ties: kin}")
        return "pack: seating-rules\nrules:\n" + "".join(f"  - {one}\n" for one in said)


@dataclass(frozen=True)
class Facts:
    """Who the people are.

    Attributes:
        heads: Whether each is a head.
        native: The native place of each.
        past: The group of each in the year before; empty for none.
        kin: Pairs of relatives, by number.
    """

    heads: tuple[bool, ...]
    native: tuple[str, ...]
    past: tuple[str, ...]
    kin: Sequence[tuple[int, int]] = field(default=())

    def write(self, folder: Path, rules: Rules) -> Path:
        """Write the scenario."""
        folder.mkdir(parents=True)
        people = [
            f"{one},{one}君,{'head' if head else 'cadre'},{native}"
            for one, head, native in zip(PEOPLE, self.heads, self.native, strict=True)
        ]
        past = [
            f"{one},{group},member,2025-01-01," for one, group in zip(PEOPLE, self.past, strict=True) if group
        ]
        kin = [f"{PEOPLE[a]},{PEOPLE[b]},kin" for a, b in self.kin]
        files = {
            "scenario.yaml": [SCENARIO],
            "seating-rules.yaml": [rules.text()],
            "people.csv": ["id,name,grade,native_place", *people],
            "groups.csv": [
                "id,name,kind,place",
                *(f"{one},{one}组,team,{place}" for one, place in PLACE.items()),
            ],
            "postings.csv": ["person,group,role,from,to", *past],
            "ties.csv": ["source,target,kind", *kin],
        }
        for name, lines in files.items():
            (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return folder

    def costs(self, seats: Seating, rules: Rules) -> dict[str, int] | None:
        """Return the cost of each soft rule; None if a hard rule is broken."""
        if any(not _is_staffed(seats, group, rules.members) for group in PLACE):
            return None
        if rules.away[1] and rules.away[0] == 0 and any(self._at_home(seats)):
            return None
        if rules.kin and any(_together(seats[a], seats[b]) for a, b in self.kin):
            return None
        return self.soft_costs(seats, rules)

    def soft_costs(self, seats: Seating, rules: Rules) -> dict[str, int]:
        """Return the cost of each soft rule, whatever becomes of the hard ones."""
        left = [
            bool(before) and (seat is None or seat[0] != before)
            for seat, before in zip(seats, self.past, strict=True)
        ]
        odd = [
            seat is not None and seat[1] == "lead" and not head
            for seat, head in zip(seats, self.heads, strict=True)
        ]
        found = {"keep": rules.keep * sum(left), "heads": rules.heads * sum(odd)}
        if rules.away[0]:
            found["away"] = rules.away[1] * sum(self._at_home(seats))
        return found

    def _at_home(self, seats: Seating) -> list[bool]:
        return [
            seat is not None and PLACE[seat[0]] == native
            for seat, native in zip(seats, self.native, strict=True)
        ]

    def plans(self, rules: Rules) -> Iterator[tuple[Seating, dict[str, int]]]:
        """Yield every plan that breaks no hard rule, with its costs."""
        for seats in product((None, *SEATS), repeat=len(PEOPLE)):
            if (costs := self.costs(seats, rules)) is not None:
                yield seats, costs


def _is_staffed(seats: Seating, group: str, members: int) -> bool:
    return seats.count((group, "lead")) == 1 and seats.count((group, "member")) >= members


def _together(one: Seat, other: Seat) -> bool:
    return one is not None and other is not None and one[0] == other[0]


def by_level(costs: Mapping[str, int], rules: Rules) -> tuple[int, int]:
    """Return the costs of level 1 and of level 2."""
    away = costs.get("away", 0)
    first = costs["keep"] + (away if rules.away[0] == 1 else 0)
    return first, costs["heads"] + (away if rules.away[0] == 2 else 0)


def seats_of(plan: Plan) -> Seating:
    """Return the seats of a plan."""
    held = {one.item: (one.slot, one.role) for one in plan.assignments}
    return tuple(held.get(one) for one in PEOPLE)
