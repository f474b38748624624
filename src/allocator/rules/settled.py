"""What is past: periods that ended before the day of a replan stay exactly as the baseline has them.

A hard rule that the baseline breaks there cannot be kept any more: such breaches are waived.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import ClassVar, Literal

import numpy as np

from allocator.errors import Fault, InputError, nearest
from allocator.model.layer import BoolArray, Layer
from allocator.model.plan import Assignment, Plan
from allocator.model.spec import Period
from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.day_ranges import first_day
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, Rule, Waiver
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence

SINCE = "--since"
#: The beginning of the ids of these rules.
PREFIX = "settled."
_WHY = Text(zh="已过去的周期，照基准方案不变", en="a period that is past, as in the baseline")


class Settled(Rule):
    """In the periods of the rule exactly the seats of the baseline are taken.

    It is no kind of rule packs: a call with a baseline sets it for the periods that are past.
    """

    name: ClassVar[str] = "settled"
    summary: ClassVar[Text] = Text(zh="已过去的周期不变", en="periods that are past")
    sentence: ClassVar[Sentence] = Sentence(
        zh="已过去的周期照基准方案不变", en="the periods that are past stay as in the baseline"
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "role", "period")
    examples: ClassVar[tuple[Example, ...]] = ()
    can_be_soft: ClassVar[bool] = False

    kind: Literal["settled"]

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Fix every decision of the periods."""
        taken = _taken(scope)
        periods = list(scope.periods)
        grid = writer.grid()
        for i, s, r, t in np.argwhere(taken).tolist():
            writer.at_least(Expr.of(grid[i, s, [r], t]), 1, Subject(item=i, slot=s, role=r, period=t))
        free = np.zeros(grid.shape, dtype=np.bool_)
        free[..., periods] = True
        writer.forbid(np.argwhere(free & ~taken & (grid >= 0)))

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each seat that is taken in the plan or in the baseline alone."""
        before = {tuple(seat) for seat in np.argwhere(_taken(scope)).tolist()}
        after = {seat for seat in roster[self.on].taken if seat[3] in scope.periods}
        for i, s, r, t in sorted(before ^ after):
            yield Breach(Subject(item=i, slot=s, role=r, period=t))


def _taken(scope: Scope) -> BoolArray:
    """Return ``[I, S, R, T]``: the seats of the baseline in the periods that can still be taken."""
    taken = np.zeros(scope.layer.shape, dtype=np.bool_)
    for i, s, r, t in scope.baseline_seats():
        if min(i, s) >= 0 and scope.layer.can_be(i, s, t):
            taken[i, s, r, t] = True
    return taken


def read_since(text: str, periods: Sequence[Period]) -> date:
    """Return the day from which on a replan may change the plan.

    Args:
        text: A day, a month, or the id of a period, which stands for its first day.
        periods: The periods of the scenario.

    Raises:
        InputError: The text names none.
    """
    day = first_day(text.strip(), periods)
    if day is None:
        ids = [one.id for one in periods]
        message = Text(zh="没有此周期或日期", en="there is no such period or day")
        allowed = ", ".join(("YYYY-MM-DD", *ids[:12]))
        raise InputError(
            [Fault(message, column=SINCE, found=text, allowed=allowed, nearest=nearest(text, ids))]
        )
    return day


def settled_rules(context: RuleContext, since: date) -> tuple[Settled, ...]:
    """Return for each layer the rule that keeps its past periods; none for periods that the baseline lacks.

    Args:
        context: The bound scenario, with the baseline.
        since: Periods that ended before this day are past.
    """
    plan = context.baseline
    if plan is None:
        return ()
    decided = {(one.layer, one.period) for one in plan.assignments}
    made = []
    for number, (name, layer) in enumerate(context.layers.items(), start=1):
        past = [one.id for one in past_periods(layer, since) if (name, _key(layer, one)) in decided]
        if past:
            fields = {"id": f"{PREFIX}{number}", "kind": "settled", "on": name, "why": _WHY}
            made.append(Settled.model_validate({**fields, "during": [] if layer.once else past}))
    return tuple(made)


def past_periods(layer: Layer, since: date) -> list[Period]:
    """Return the periods of a layer that ended before a day."""
    return [one for one in layer.periods if one.end < since]


def _key(layer: Layer, period: Period) -> str | None:
    return None if layer.once else period.id


def past_waivers(policy: Policy, plan: Plan, since: date) -> tuple[Waiver, ...]:
    """Return an exception for each breach of a hard rule that lies in past periods of a plan, each once.

    Args:
        policy: The policy.
        plan: The plan that holds the past.
        since: Periods that ended before this day are past.
    """
    layers = policy.context.layers
    roster = Roster(layers, (one for one in plan.assignments if _is_known(layers.get(one.layer), one)))
    found: dict[tuple[str, tuple[str, ...], tuple[str, ...]], date] = {}
    for rule in policy.rules:
        layer = policy.layer_of(rule)
        past = {layer.period_index[_key(layer, one)]: one.end for one in past_periods(layer, since)}
        if not rule.is_hard or not past or isinstance(rule, Settled):
            continue
        for breach in policy.breaches(rule, roster):
            if breach.subject.period in past:
                items = _named(layer.items, breach.subject.item)
                key = (rule.id, items, _named(layer.slots, breach.subject.slot))
                found[key] = max(past[breach.subject.period], found.get(key, date.min))
    return tuple(
        Waiver(rule=rule, items=items, slots=slots, reason=_WHY, until=until)
        for (rule, items, slots), until in found.items()
    )


def _named(names: Sequence[str], index: int) -> tuple[str, ...]:
    return (names[index],) if index >= 0 else ()


def _is_known(layer: Layer | None, one: Assignment) -> bool:
    return (
        layer is not None
        and one.item in layer.item_index
        and one.slot in layer.slot_index
        and one.role in layer.roles
        and one.period in layer.period_index
    )
