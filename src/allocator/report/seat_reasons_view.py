"""Lays out why an item has a seat: its rules and tenure, the plan without it there, and its other places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.model.plan import Plan
from allocator.model.scenario import NamedEntity
from allocator.model.text import Text
from allocator.report.alternative_view import (
    AlternativeView,
    RuleText,
    alternative_view,
    breach_text,
    served,
)
from allocator.report.desk.desk_input import DeskInput, month_text
from allocator.report.desk.reasons import ReasonFinder
from allocator.rules.policy import Policy

if TYPE_CHECKING:
    from allocator.explain.alternative import SeatReasons

#: Rules that bear on a seat, and other places, that are listed at most.
MOST_RULES, MOST_PLACES = 8, 5


@dataclass(frozen=True)
class BarredGroup:
    """Others who would break the same rules in the seat if one exchange were all.

    Attributes:
        rules: The rules.
        people: Who they are.
        details: What the first of them would break, such as the path of ties.
    """

    rules: tuple[RuleText, ...]
    people: tuple[NamedEntity, ...]
    details: tuple[Text, ...]


@dataclass(frozen=True)
class SeatReasonsView:
    """Why an item has a seat.

    Attributes:
        without: The cheapest plan without the item there.
        runners_up: Who takes the seat then.
        served: Periods on end that the item has been in the slot before this one.
        since: Since when, as far as it is known: ``2024.01``.
        rules: The rules that bear on the seat and hold, those about the item first.
        elsewhere: The cheapest plans found with the item in the same role elsewhere.
        looked_at: Number of other places that were looked at.
        places: Number of other places where the item may be.
        barred: Other candidates, by the rules that an exchange with them alone would break.
        allowed: Number of others who could have the seat by one exchange.
    """

    without: AlternativeView
    runners_up: tuple[NamedEntity, ...]
    served: int
    since: str
    rules: tuple[RuleText, ...]
    elsewhere: tuple[AlternativeView, ...]
    looked_at: int
    places: int
    barred: tuple[BarredGroup, ...]
    allowed: int


def seat_reasons_view(policy: Policy, plan: Plan, found: SeatReasons) -> SeatReasonsView:
    """Lay out why an item has a seat; the policy has the overrides of the plan."""
    source = DeskInput(policy, plan)
    seat, layer = found.seat, policy.context.layers[found.seat.layer]
    named = policy.context.scenario.organisation.named
    reasons = ReasonFinder(source).reasons_at(layer, (found.item, seat.slot, seat.role, seat.period))
    since = source.since(layer, found.item, seat.slot, seat.period) if source.tracks(layer) else None
    return SeatReasonsView(
        without=alternative_view(policy, found.without),
        runners_up=tuple(named(layer.items[one]) for one in found.runners_up),
        served=served(policy, source.roster, seat, found.item),
        since=month_text(since),
        rules=tuple(RuleText(one.rule, one.text) for one in reasons[:MOST_RULES]),
        elsewhere=tuple(alternative_view(policy, one) for one in found.elsewhere[:MOST_PLACES]),
        looked_at=found.looked_at[0],
        places=found.looked_at[1],
        barred=tuple(_barred(policy, found)),
        allowed=sum(one.is_possible and not one.refused for one in found.others),
    )


def _barred(policy: Policy, found: SeatReasons) -> Iterator[BarredGroup]:
    layer = policy.context.layers[found.seat.layer]
    groups: dict[tuple[str, ...], list[int]] = {}
    refused = {one.item: one.refused for one in found.others if one.refused}
    for item, findings in refused.items():
        groups.setdefault(tuple(one.rule.id for one in findings), []).append(item)
    for items in sorted(groups.values(), key=len, reverse=True):
        first = refused[items[0]]
        yield BarredGroup(
            rules=tuple(RuleText(one.rule.id, policy.reason(one.rule)) for one in first),
            people=tuple(policy.context.scenario.organisation.named(layer.items[one]) for one in items),
            details=tuple(breach_text(policy, one.rule, one.breaches[0]) for one in first),
        )
