"""Lays out another plan against the one at hand: its price by level and rule, who moves, and the proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.model.notation import scenario_roles
from allocator.model.plan import Level
from allocator.model.run import NAMES, NOTHING_IS_LESS, combine_witnesses, in_order, is_confirmed
from allocator.model.scenario import NamedEntity
from allocator.model.text import Text
from allocator.report.score_view import FindingView, finding_view
from allocator.report.seat_words import seat_change_text
from allocator.report.wording import level_text
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Rule

if TYPE_CHECKING:
    from allocator.explain.alternative import Alternative
    from allocator.explain.seats import Seat
    from allocator.solvers.bounds import Bound


@dataclass(frozen=True)
class PricedLevel:
    """The price at one level.

    Attributes:
        level: The level.
        title: The same in words.
        change: The cost less that of the plan at hand.
        least: What it is at least, as far as it is proved.
        by: The back ends of that proof.
        confirmed: The back ends of a second proof.
    """

    level: Level
    title: Text
    change: int
    least: int
    by: tuple[str, ...]
    confirmed: tuple[str, ...]


@dataclass(frozen=True)
class PricedRule:
    """A rule whose cost changes; the changes of a level add up to its price."""

    rule: str
    title: Text
    level: Level
    change: int


@dataclass(frozen=True)
class RuleText:
    """A rule in words."""

    rule: str
    title: Text


@dataclass(frozen=True)
class SeatView:
    """A seat in words; ``text`` is all of it."""

    layer: str
    title: Text
    slot: NamedEntity
    role: Text | None
    period: str | None
    text: Text


@dataclass(frozen=True)
class AlternativeView:
    """Another plan.

    Attributes:
        seat: The seat that it is about.
        item: The item that must have it, or must not.
        held: Whether the item must have it.
        standing: ``proved``, ``bound``, ``impossible`` or ``open``.
        is_tie: Whether it costs the same at every level.
        price: The price by level; empty without a plan.
        rules: The rules whose cost changes.
        moves: The seats that change hands.
        proof: What is proved, and by whom.
        conflict: Rules that cannot hold together with what is asked for.
        exchange: Rules that one exchange would break, where no plan was found.
    """

    seat: SeatView
    item: NamedEntity
    held: bool
    standing: str
    is_tie: bool
    price: tuple[PricedLevel, ...]
    rules: tuple[PricedRule, ...]
    moves: tuple[Text, ...]
    proof: Text
    conflict: tuple[RuleText, ...]
    exchange: tuple[FindingView, ...]


def alternative_view(policy: Policy, found: Alternative) -> AlternativeView:
    """Lay out another plan; the policy has the overrides of the plan at hand."""
    rules = {rule.id: rule for rule in policy.rules}
    titles = policy.context.scenario.spec.levels
    layer = policy.context.layers[found.demand.seat.layer]
    return AlternativeView(
        seat=seat_view(policy, found.demand.seat, any_role=found.demand.any_role),
        item=policy.context.scenario.organisation.named(layer.items[found.demand.item]),
        held=found.demand.held,
        standing=found.standing,
        is_tie=found.is_free,
        price=tuple(
            PricedLevel(
                level=level,
                title=level_text(level, titles),
                change=change,
                least=found.least[level],
                by=in_order(found.bounds[level].by),
                confirmed=in_order(found.bounds[level].second),
            )
            for level, change in found.changes.items()
        ),
        rules=tuple(
            PricedRule(one.rule, policy.reason(rules[one.rule]), one.level, one.change) for one in found.rules
        ),
        moves=tuple(seat_change_text(policy, seat) for seat in found.seats),
        proof=proof_text(found),
        conflict=rule_texts(policy, rules, found.conflict),
        exchange=()
        if found.exchange is None
        else tuple(finding_view(policy, one) for one in found.exchange.refused),
    )


def rule_texts(policy: Policy, rules: Mapping[str, Rule], ids: Iterable[str]) -> tuple[RuleText, ...]:
    """Return some rules in words."""
    return tuple(RuleText(one, policy.reason(rules[one])) for one in ids)


def seat_view(policy: Policy, seat: Seat, *, any_role: bool = False) -> SeatView:
    """Return a seat in words; without its role where any will do."""
    layer = policy.context.layers[seat.layer]
    role = None if any_role else layer.roles[seat.role]
    slot = policy.context.scenario.organisation.named(layer.slots[seat.slot])
    role_text = None if role is None else scenario_roles(policy.context.scenario.spec)[role]
    period = layer.period_id(seat.period)
    title = layer.spec.title or Text(zh=layer.name, en=layer.name)
    when = "" if period is None else f" @{period}"
    zh, en = (f"{title(one)} · {slot.name}" for one in ("zh", "en"))
    if role_text is not None:
        zh, en = f"{zh}{role_text('zh')}", f"{en} {role_text('en')}"
    return SeatView(seat.layer, title, slot, role_text, period, Text(zh=f"{zh}{when}", en=f"{en}{when}"))


def proof_text(found: Alternative) -> Text:
    """Return what is proved of another plan, and by whom."""
    if found.standing == "open":
        return Text(zh="限时内既未找到方案，也未证明没有", en="neither a plan nor a proof was found in time")
    if found.standing == "impossible":
        assert found.refuted is not None
        told = witnesses_text([found.refuted])
        return Text(zh=f"已证明没有这样的方案：{told.zh}", en=f"proved that there is no such plan: {told.en}")
    if found.standing == "proved":
        told = witnesses_text(found.bounds.values())
        return Text(zh=f"已证明最省：{told.zh}", en=f"proved the least: {told.en}")
    return Text(
        zh="是已找到的方案的代价，未证明最省", en="the price of a plan that was found, not proved the least"
    )


def witnesses_text(bounds: Iterable[Bound]) -> Text:
    """Return who proved some bounds: the back ends, and those of a second proof if each bound has one."""
    stated = [one for one in bounds if one.value > 0 or one.by != NOTHING_IS_LESS]
    if not stated:
        return NAMES[next(iter(NOTHING_IS_LESS))]
    by = combine_witnesses(*(one.by for one in stated))
    second = combine_witnesses(*(one.second for one in stated))
    first, again = (_named(in_order(one)) for one in (by, second))
    if not all(is_confirmed(one.by, one.second) for one in stated):
        return first
    return Text(zh=f"{first.zh}，{again.zh} 另证", en=f"{first.en}, confirmed by {again.en}")


def _named(witnesses: Iterable[str]) -> Text:
    texts = [NAMES.get(one, Text(zh=one, en=one)) for one in witnesses]
    return Text(zh="、".join(one.zh for one in texts), en=" and ".join(one.en for one in texts))


def breach_text(policy: Policy, rule: Rule, breach: Breach) -> Text:
    """Return the detail of a breach; the other item where the rule is about two."""
    if breach.detail or breach.subject.other < 0:
        return breach.detail
    layer = policy.layer_of(rule)
    name = policy.context.scenario.organisation.label(layer.items[breach.subject.other])
    return Text(zh=f"与{name}", en=f"with {name}")


def served(policy: Policy, roster: Roster, seat: Seat, item: int) -> int:
    """Return for how many periods on end an item has been in the slot of a seat, up to the one before it."""
    roles = range(len(policy.context.layers[seat.layer].roles))
    return roster[seat.layer].served(item, seat.slot, seat.period - 1, roles)
