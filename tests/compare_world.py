"""Small scenarios for comparisons of options, and their figures counted once more by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import tiny_scenario
from allocator import api
from allocator.model.plan import Assignment, Plan
from cli_world import good_plan
from tiny_scenario import write_scenario

#: Soft rules whose costs can be counted by hand; ``{away}`` and ``{kept}`` are weights.
RULES = """
    pack: tiny-rules
    rules:
      - id: away
        kind: avoid
        on: posting
        when: person.native_place == group.place
        level: 1
        weight: {away}
      - id: heads
        kind: prefer
        on: posting
        role: lead
        when: person.grade == "head"
        level: 1
        weight: 3
      - {{id: kept, kind: stability, on: posting, level: 2, weight: {kept}}}
      - {{id: one-lead, kind: composition, on: posting, exactly: {{lead: 1}}}}
    {more}
"""
NATIVE = {
    "P1": "城东",
    "P2": "河口",
    "P3": "城西",
    "P4": "城东",
    "P5": "河口",
    "P6": "河口",
    "P7": "城西",
    "P8": "河口",
}
PLACE, HEADS = {"G1": "城东", "G2": "城西"}, {"P1", "P2", "P3", "P4"}
PAST, PEOPLE = {"P5": "G1", "P7": "G2"}, tuple(NATIVE)
SEATS = tuple((slot, role) for slot in PLACE for role in ("lead", "member"))
YEARS = ("2026", "2027")
#: The plan of the tiny scenario with two people of different groups changed round, and what that costs.
SWAPPED = tiny_scenario.PLAN.replace("P5=G1/member@2026", "P5=G2/member@2026").replace(
    "P7=G2/member@2026", "P7=G1/member@2026"
)
BOTH_WAYS = 8
#: The same change, which lasts: nobody moves back.
SETTLED = SWAPPED.replace("P5=G1/member@2027", "P5=G2/member@2027").replace(
    "P7=G2/member@2027", "P7=G1/member@2027"
)
ONE_WAY = 4


def options_folder(folder: Path, *, away: int = 2, kept: int = 1, more: str = "", **changes: str) -> Path:
    """Write the tiny scenario with rules that are counted by hand."""
    rules = RULES.format(away=away, kept=kept, more=more)
    named = {f"{name}.csv": text for name, text in changes.items()}
    return write_scenario(folder, {"tiny-rules.yaml": rules, **named})


def plan_of(policy: api.Policy, seats: Mapping[tuple[str, str], tuple[str, str] | None]) -> Plan:
    """Return a plan in which people sit somewhere each year; it claims nothing."""
    assignments = [
        Assignment(layer="posting", item=person, slot=seat[0], role=seat[1], period=year)
        for (person, year), seat in seats.items()
        if seat is not None
    ]
    return Plan(scenario=policy.reference, status="feasible", assignments=tuple(assignments))


def costs_by_hand(
    seats: Mapping[tuple[str, str], tuple[str, str] | None], *, away: int, kept: int
) -> dict[str, int]:
    """Return the cost of each soft rule, counted from the seats alone."""
    found: Counter[str] = Counter(away=0, heads=0, kept=0)
    for (person, year), seat in seats.items():
        before = PAST.get(person) if year == "2026" else (seats[person, "2026"] or (None,))[0]
        if before is not None and (seat is None or seat[0] != before):
            found["kept"] += kept
        if seat is None:
            continue
        found["away"] += away * (NATIVE[person] == PLACE[seat[0]])
        found["heads"] += 3 * (seat[1] == "lead" and person not in HEADS)
    return dict(found)


def hard_by_hand(seats: Mapping[tuple[str, str], tuple[str, str] | None]) -> int:
    """Return the number of groups and years without exactly one lead, each by how many it is off."""
    leads = Counter((seat[0], year) for (_, year), seat in seats.items() if seat and seat[1] == "lead")
    return sum(abs(leads[slot, year] - 1) for slot in PLACE for year in YEARS)


def tiny_option(
    folder: Path, label: str = "A", text: str = tiny_scenario.PLAN, **changes: str
) -> api.PlanOption:
    """Return the tiny scenario, with other tables, and a plan for it as an option."""
    named = {
        name.replace("_", "-") + (".yaml" if name == "tiny_rules" else ".csv"): one
        for name, one in changes.items()
    }
    place = write_scenario(folder, named)
    return api.plan_option(api.bind(api.load(place)), good_plan(place, text), label=label, name=folder.name)


def with_bounds(option: api.PlanOption, bounds: Sequence[int], label: str = "") -> api.PlanOption:
    """Return an option whose plan claims other lower bounds, level by level."""
    score = tuple(
        one.model_copy(update={"bound": bound}) for one, bound in zip(option.plan.score, bounds, strict=True)
    )
    plan = option.plan.model_copy(update={"score": score})
    return api.plan_option(option.policy, plan, label=label or option.label, name=option.name)
