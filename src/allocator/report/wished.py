"""The table of wishes beside a plan: what each asks for, and whether the plan has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from allocator.model.notation import scenario_roles
from allocator.model.organisation import NamedEntity
from allocator.model.plan import Assignment, Plan
from allocator.model.tables import Wish
from allocator.model.text import Text
from allocator.rules.policy import Policy


@dataclass(frozen=True)
class WishLine:
    """A wish that a rule reads.

    Attributes:
        layer: The layer that the rule is about.
        item: Whose wish it is.
        slot: The slot wished for; None for any.
        role: The role, in words; empty for any.
        period: The period; empty for any.
        weight: How much it is wanted; below 0 it is not wanted.
        met: Whether the plan has it so.
    """

    layer: str
    item: NamedEntity
    slot: NamedEntity | None
    role: Text
    period: str
    weight: int
    met: bool


def wish_lines(policy: Policy, plan: Plan) -> tuple[WishLine, ...]:
    """Return the wishes for each layer that a rule of the kind ``wishes`` is about."""
    layers = dict.fromkeys(rule.on for rule in policy.rules if rule.name == "wishes")
    return tuple(line for layer in layers for line in _of_layer(policy, plan, layer))


def _of_layer(policy: Policy, plan: Plan, name: str) -> Iterator[WishLine]:
    layer, scenario = policy.context.layers[name], policy.context.scenario
    words, label = scenario_roles(scenario.spec), scenario.organisation.label
    taken: dict[str, list[Assignment]] = {}
    for one in plan.assignments:
        if one.layer == name:
            taken.setdefault(one.item, []).append(one)
    for wish in scenario.organisation.wishes:
        known = wish.item in layer.item_index and (not wish.slot or wish.slot in layer.slot_index)
        if known and (not wish.period or wish.period in layer.period_index):
            yield WishLine(
                layer=name,
                item=NamedEntity(wish.item, label(wish.item)),
                slot=NamedEntity(wish.slot, label(wish.slot)) if wish.slot else None,
                role=words.get(wish.role, Text()),
                period=wish.period,
                weight=wish.weight,
                met=_is_there(wish, taken.get(wish.item, ())) == (wish.weight > 0),
            )


def _is_there(wish: Wish, taken: Sequence[Assignment]) -> bool:
    """Return whether any assignment is at a place that a wish names."""
    return any(
        wish.slot in ("", one.slot) and wish.role in ("", one.role) and wish.period in ("", one.period)
        for one in taken
    )
