"""The figures of the desk's tables once more, in plain Python from the assignments of a plan alone."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from allocator import api
from allocator.model.layer import Layer
from allocator.model.plan import Assignment, Plan
from allocator.model.text import Text
from allocator.report.desk.desk_tables import Cell, DeskTable, DeskView
from allocator.report.desk.desk_view import desk_view
from allocator.rules.policy import Policy
from allocator.verify import judge

#: Slots and roles by item, for each period of a layer; the first entry is the period before the horizon.
Held = list[dict[str, set[tuple[str, str | None]]]]


def laid_out(policy: Policy, plan: Plan) -> DeskView:
    """Return the desk view of a plan."""
    policy = api.with_plan_overrides(policy, plan, "plan")
    return desk_view(policy, plan, api.plan_view(plan, policy))


def any_plan(policy: Policy, seed: int = 1, share: float = 0.6) -> Plan:
    """Return a plan at random that knows the ids of a scenario and minds none of its rules."""
    draw = random.Random(seed)
    assignments = [
        Assignment(layer=name, item=item, slot=draw.choice(slots), role=role, period=layer.period_id(t))
        for name, layer in policy.context.layers.items()
        for t in range(len(layer.periods))
        for i, item in enumerate(layer.items)
        if (slots := [slot for s, slot in enumerate(layer.slots) if layer.active[s, t]])
        and layer.present[i, t]
        and draw.random() < share
        for role in [draw.choice(layer.roles)]
    ]
    judgement = judge(policy, assignments)
    return Plan(
        scenario=policy.reference,
        status="feasible",
        assignments=tuple(assignments),
        score=tuple({"level": level, "cost": cost, "bound": 0} for level, cost in judgement.costs.items()),
        rules=tuple(finding.score for finding in judgement.findings),
    )


def held_by_period(layer: Layer, plan: Plan) -> Held:
    """Return who holds what in the period before the horizon and in each period of it."""
    found: Held = [{} for _ in range(len(layer.periods) + 1)]
    for stay in layer.past.stays:
        if stay.first <= -1 <= stay.last:
            found[0].setdefault(layer.items[stay.item], set()).add(
                (layer.slots[stay.slot], layer.roles[stay.role])
            )
    for one in plan.assignments:
        if one.layer == layer.name:
            t = 0 if one.period is None else [period.id for period in layer.periods].index(one.period)
            found[t + 1].setdefault(one.item, set()).add((one.slot, one.role))
    return found


def in_both(table: DeskTable) -> list[dict[str, Cell]]:
    """Return the rows of a table by the Chinese titles of its columns; both languages are filled in."""
    for one in (table.title, *(column.title for column in table.columns), *table.notes):
        assert one.zh and one.en, one
    for row in table.rows:
        assert len(row) == len(table.columns)
        assert all(bool(cell.text.zh) == bool(cell.text.en) for cell in row), row
    titles = [column.title.zh for column in table.columns]
    return [dict(zip(titles, row, strict=True)) for row in table.rows]


def moves(held: Held) -> Iterator[tuple[int, str, set[tuple[str, str | None]], set[tuple[str, str | None]]]]:
    """Yield period, item, seats taken and seats given up of every change."""
    for t, (was, will) in enumerate(pairwise(held)):
        for item in {*was, *will}:
            old, new = was.get(item, set()), will.get(item, set())
            if old != new:
                yield t, item, new - old, old - new


def flows(held: Held, t: int, slot: str | None) -> Counter[str]:
    """Count who was and is in a slot (in any, for None), who stays, changes, comes and goes."""

    def within(seats: dict[str, set[tuple[str, str | None]]]) -> dict[str, set[tuple[str, str | None]]]:
        parts = {i: {one for one in held if slot in (None, one[0])} for i, held in seats.items()}
        return {i: part for i, part in parts.items() if part}

    was, will = within(held[t]), within(held[t + 1])
    both = was.keys() & will.keys()
    return Counter(
        上期=len(was),
        本期=len(will),
        留任=len(both),
        其中岗位变动=sum(was[i] != will[i] for i in both),
        进=len(will.keys() - was.keys()),
        出=len(was.keys() - will.keys()),
    )


def load_plan_policy(folder: Path) -> Policy:
    """Return the bound policy of a scenario folder."""
    return api.bind(api.load(folder))


def text(zh: str) -> Text:
    """Return a text for both languages."""
    return Text(zh=zh, en=zh)
