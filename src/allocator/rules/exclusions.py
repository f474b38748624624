"""Exclusions given with a call, as rules: ``ITEM``, ``ITEM=SLOT``, ``ITEM=LAYER``, ``/ROLE``, ``@PERIOD``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from allocator.errors import Fault
from allocator.model.layer import Layer
from allocator.model.text import Text
from allocator.rules.called import describe_seat, resolve_seat
from allocator.rules.context import RuleContext
from allocator.rules.kinds.exclude import Exclude
from allocator.rules.places import MAX_FAULTS, SeatSpec, parse_seat_spec, unplaced_faults

OPTION = "--exclude"
_ALLOWED = "ITEM, ITEM=SLOT, ITEM=LAYER, ITEM@PERIOD, ITEM=SLOT@PERIOD, ITEM=SLOT/ROLE, ITEM=SLOT/ROLE@PERIOD"


def exclusion_rules(
    context: RuleContext, exclusions: Iterable[str], faults: list[Fault]
) -> dict[str, tuple[Exclude, ...]]:
    """Return the rules of exclusions by who is kept out of where, in codes; one given twice is one.

    Each is about every layer that knows its item (and its slot and role).

    Args:
        context: The bound scenario.
        exclusions: The exclusions as they are written.
        faults: Gets a fault for each one that cannot be read or placed, or that no plan can keep.
    """
    rules: dict[str, tuple[Exclude, ...]] = {}
    for text in exclusions:
        if len(faults) >= MAX_FAULTS:
            break
        written = parse_seat_spec(text)
        if written is None:
            message = Text(zh="排除的写法有误", en="an exclusion is written wrongly")
            faults.append(Fault(message, column=OPTION, found=text, allowed=_ALLOWED))
            continue
        place = resolve_seat(context, written, OPTION, faults)
        if place is None or place.code in rules:
            continue
        layers = _layers(context, place)
        if not layers:
            faults.extend(unplaced_faults(context, place, OPTION, tuple(context.layers)))
        faults.extend(fault for layer in layers for fault in _impossible(layer, place))
        first = sum(map(len, rules.values())) + 1
        rules[place.code] = tuple(
            _rule(context, layer, place, number) for number, layer in enumerate(layers, start=first)
        )
    return rules


def _layers(context: RuleContext, place: SeatSpec) -> list[Layer]:
    """Return the layers that an exclusion is about: of a period, those decided in each, if there are any."""
    with_role = [layer for layer in context.layers.values() if {*place.roles} <= {*layer.roles}]
    knowing = [layer for layer in with_role if place.item in layer.item_index]
    if place.slot:
        with_slot = [layer for layer in knowing if place.slot in layer.slot_index]
        knowing = with_slot or [layer for layer in knowing if layer.name == place.slot]
    yearly = [layer for layer in knowing if not layer.once]
    return yearly if place.period and yearly else knowing


def _rule(context: RuleContext, layer: Layer, place: SeatSpec, number: int) -> Exclude:
    slot = place.slot if place.slot in layer.slot_index else ""
    fields = {
        "id": f"exclude.{number}",
        "kind": "exclude",
        "on": layer.name,
        "item": place.item,
        "slot": slot,
    }
    where = describe_seat(context, place)
    why = Text(zh=f"排除 {where.zh}", en=f"kept out: {where.en}")
    return Exclude.model_validate({**fields, "role": place.roles, "during": place.during, "why": why})


def _impossible(layer: Layer, place: SeatSpec) -> Iterator[Fault]:
    """Yield what is wrong with keeping somebody out of a layer in which everybody must have a place."""
    if layer.spec.take.least == 0 or place.slot in layer.slot_index:
        return
    if place.role and len(layer.roles) > 1:  # another role is left
        return
    i = layer.item_index[place.item]
    if any(layer.present[i, t] for t, period in enumerate(layer.periods) if place.period in ("", period.id)):
        message = Text(
            zh=f"{layer.name} 层在任的每个对象都须有位置（take: {layer.spec.take}），不能整层排除；"
            "请写明去处或另一层，或在表中记为离任",
            en=f"everybody in service must have a place in the layer {layer.name} (take: {layer.spec.take});"
            " name a slot or another layer, or take them off the table",
        )
        yield Fault(message, column=OPTION, found=place.text, allowed="ITEM=SLOT, ITEM=LAYER")
