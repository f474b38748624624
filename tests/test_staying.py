"""What the judge finds if somebody stays, asked in groups, against a judgement of each plan on its own."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from allocator.model.plan import Assignment, Plan
from allocator.rules.kinds import all_kinds
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.verify import Finding, judge, staying
from allocator.verify.staying import SupposedStay, judge_stays
from desk_oracle import any_plan, load_plan_policy
from scenario_tools import folder
from test_desk_views import QUICK, SLOW
from tiny_scenario import RULES, write_scenario

Counts = dict[str, tuple[Counter[tuple[object, int]], int]]


def found_alone(
    policy: Policy, plan: Plan, was: tuple[Finding, ...], layer: str, stay: SupposedStay
) -> Counts:
    """Return the new breaches and the cost of each rule, by judging the two plans as wholes.

    ``was`` is what is found in the plan itself.
    """
    there = policy.context.layers[layer]

    def named(taken: tuple[int, int, int, int]) -> Assignment:
        item, slot, role, period = taken
        return Assignment(
            layer=layer, item=there.items[item], slot=there.slots[slot], role=there.roles[role],
            period=there.period_id(period),
        )  # fmt: skip

    dropped = {named(one) for one in stay.planned}
    others = [one for one in plan.assignments if one not in dropped]
    now = judge(policy, [*others, *(named(one) for one in stay.kept)]).findings
    counts: Counts = {}
    for old, new in zip(was, now, strict=True):
        sums: Counter[object] = Counter()
        for one in old.breaches:
            sums[one.subject] += one.amount
        added = Counter((one.subject, one.amount) for one in new.breaches if one.amount > sums[one.subject])
        if added or new.cost != old.cost:
            counts[old.rule.id] = added, new.cost - old.cost
    return counts


def some_stays(policy: Policy, plan: Plan, layer: str, most: int) -> list[SupposedStay]:
    """Return people at random who stay for the rest of the horizon, or for one period."""
    there, draw = policy.context.layers[layer], random.Random(3)
    roster = Roster(policy.context.layers, plan.assignments)[layer]
    found = []
    for item in range(len(there.items)):
        for now in range(len(there.periods)):
            held, holds = roster.seats(item, now - 1), roster.seats(item, now)
            if set(held) == set(holds):
                continue
            last = draw.choice((now + 1, len(there.periods)))
            planned = {(item, *seat, t) for t in range(now, last) for seat in roster.seats(item, t)}
            kept = {(item, *s, t) for t in range(now, last) for s in held if there.can_be(item, s[0], t)}
            found.append(SupposedStay(item, now, frozenset(planned), frozenset(kept)))
    return draw.sample(found, min(most, len(found)))


def compare(policy: Policy, plan: Plan, most: int) -> int:
    """Compare both for every layer of people; return how many findings there were."""
    total, was = 0, judge(policy, plan.assignments).findings
    for name, layer in policy.context.layers.items():
        if layer.spec.items.table != "people" or layer.spec.slots.table == "cases":
            continue
        stays = some_stays(policy, plan, name, most)
        together = judge_stays(policy, Roster(policy.context.layers, plan.assignments), name, stays)
        assert list(together) == stays
        for stay in stays:
            told = {
                one.rule.id: (Counter((b.subject, b.amount) for b in one.added), one.cost)
                for one in together[stay]
            }
            assert told == found_alone(policy, plan, was, name, stay)
            total += len(told)
    return total


@pytest.mark.parametrize(
    "name",
    ["jizhou-terms", *(pytest.param(one, marks=pytest.mark.slow) for one in (*QUICK[1:], *SLOW))],
)
def test_asked_together_as_asked_alone(name: str) -> None:
    policy = load_plan_policy(folder(name))
    found = compare(policy, any_plan(policy), 25)
    assert found or all(
        layer.spec.items.table != "people" or layer.spec.slots.table == "cases"
        for layer in policy.context.layers.values()
    )


#: Rules of kinds that look at several people at once, beside those of the tiny scenario.
MORE = """
  - {id: pairs, kind: together, on: posting, pairs: [[P1, P2], [P5, P6]], level: 1}
  - {id: even, kind: balance, on: posting, load: "size(person.name)", measure: range, level: 1}
  - {id: most, kind: capacity, on: posting, atmost: 4}
  - {id: all, kind: capacity, on: posting, each: layer, atmost: 7}
  - {id: each, kind: capacity, on: posting, each: item, atleast: 1, over: horizon, role: lead, level: 1}
  - {id: change, kind: turnover, on: posting, atleast: 30, atmost: 60}
  - {id: back, kind: cooldown, on: posting, periods: 2}
  - {id: least, kind: min_term, on: posting, periods: 2}
  - {id: fair, kind: fairness, on: posting, each: slot, target: 9, level: 1}
"""


@pytest.mark.parametrize("seed", range(4))
def test_kinds_that_look_at_several_people(tmp_path: Path, seed: int) -> None:
    rules = RULES.replace("    waive:", "".join(f"    {line}\n" for line in MORE.splitlines()) + "    waive:")
    policy = load_plan_policy(write_scenario(tmp_path, {"tiny-rules.yaml": rules}))
    assert compare(policy, any_plan(policy, seed, 0.8), 20)


def test_kinds_asked_in_groups_are_known() -> None:
    """Kinds asked in groups are kinds that there are; a new kind is asked alone until it is named."""
    named = staying._OF_ITEM | staying._OF_SLOT | staying._LOADS
    assert named <= all_kinds().keys()
