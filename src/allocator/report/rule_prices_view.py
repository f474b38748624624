"""Lays out what rules cost in a plan, and what would be gained without each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.model.plan import Level
from allocator.model.text import Text
from allocator.report.seat_words import seat_change_text
from allocator.report.wording import level_text
from allocator.rules.policy import Policy

if TYPE_CHECKING:
    from allocator.explain.rule_price import RulePrice


@dataclass(frozen=True)
class PriceLine:
    """A rule and its price.

    Attributes:
        rule: Id of the rule.
        title: Its reason; without one, its sentence.
        level: Its level.
        level_title: The same in words.
        cost: What its breaches cost in the plan.
        outcome: ``gain``, ``none`` or ``unknown``: whether anything was found to be gained without it.
        answer: The same in words, with what is proved.
        changes: Change in cost of each level that changes without the rule, of all other rules.
        most: The most that could be gained at each level, where more than that which was found.
        is_proved: Whether no more can be gained.
        seats: The seats that change hands without it; empty where nothing is gained.
        breaches: How often the plan without it breaks it.
    """

    rule: str
    title: Text
    level: Level
    level_title: Text
    cost: int
    outcome: str
    answer: Text
    changes: Mapping[Level, int]
    most: Mapping[Level, int]
    is_proved: bool
    seats: tuple[Text, ...]
    breaches: int


@dataclass(frozen=True)
class RulePricesView:
    """The prices of rules, in the order of the levels.

    Attributes:
        title: Title of the scenario.
        seconds: Time limit of each solve.
        lines: The prices.
        missing: Number of rules that were not priced, since the call was stopped.
    """

    title: Text
    seconds: float
    lines: tuple[PriceLine, ...]
    missing: int


def rule_prices_view(
    policy: Policy, prices: Sequence[RulePrice], *, seconds: float, asked: int
) -> RulePricesView:
    """Lay out the prices of rules.

    Args:
        policy: The policy.
        prices: The prices.
        seconds: Time limit of each solve.
        asked: Number of rules that were asked about.
    """
    spec = policy.context.scenario.spec
    return RulePricesView(
        spec.title, seconds, tuple(_line(policy, one) for one in prices), asked - len(prices)
    )


def _line(policy: Policy, price: RulePrice) -> PriceLine:
    [rule] = [one for one in policy.rules if one.id == price.rule]
    titles = policy.context.scenario.spec.levels
    changes = {level: change for level, change in price.changes.items() if change}
    most = {level: -least for level, least in price.least.items() if least < price.changes[level]}
    first = next(iter(changes.values()), 0)
    outcome = "unknown" if price.status == "unknown" else "gain" if first < 0 else "none"
    return PriceLine(
        rule=rule.id,
        title=policy.reason(rule),
        level=rule.plan_level,
        level_title=level_text(rule.plan_level, titles),
        cost=price.cost,
        outcome=outcome,
        answer=_answer(price, outcome),
        changes=changes if outcome == "gain" else {},
        most=most,
        is_proved=price.is_proved,
        seats=tuple(seat_change_text(policy, seat) for seat in price.seats) if outcome == "gain" else (),
        breaches=price.breaches,
    )


def _answer(price: RulePrice, outcome: str) -> Text:
    """Return what is gained without the rule in words."""
    if outcome == "unknown":
        return Text(zh="限时内未求得", en="no plan found in time")
    if outcome == "none":
        if price.is_proved:
            return Text(zh="去掉也省不了（已证明）", en="nothing is gained without it (proved)")
        return Text(zh="限时内没有省下", en="nothing was gained in time")
    if price.is_proved:
        return Text(zh="不能再省（已证明）", en="no more can be gained (proved)")
    return Text(zh="或可再省", en="more may be gained")
