"""Rules that a call asks for: pins, exclusions, and layers to keep as in the baseline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from allocator.errors import Fault, nearest
from allocator.model.layer import Layer
from allocator.model.text import Text
from allocator.rules.context import RuleContext
from allocator.rules.kinds.exclude import Exclude
from allocator.rules.kinds.keep import Keep
from allocator.rules.kinds.pin import Pin
from allocator.rules.rule import Rule
from allocator.rules.seat_specs import (
    MAX_FAULTS,
    SeatSpec,
    describe_seat,
    parse_seat_spec,
    resolve_layer,
    resolve_seat,
    unplaced_faults,
)

PIN = "--pin"
_PIN_FORMS = "ITEM=SLOT, ITEM=SLOT@PERIOD, ITEM=SLOT/ROLE, ITEM=SLOT/ROLE@PERIOD"


def pin_rules(context: RuleContext, pins: Iterable[str], faults: list[Fault]) -> dict[str, tuple[Pin, ...]]:
    """Return the rules of pins by what is pinned, in codes; a pin given twice is one.

    Each is about the first layer that knows its item and slot (and role).

    Args:
        context: The bound scenario.
        pins: The pins as they are written.
        faults: Gets a fault for each pin that cannot be read or placed.
    """
    rules: dict[str, tuple[Pin, ...]] = {}
    for text in pins:
        if len(faults) >= MAX_FAULTS:
            break
        written = parse_seat_spec(text)
        if written is None or not written.slot:
            message = Text(zh="指定的写法有误", en="a pin is written wrongly")
            faults.append(Fault(message, column=PIN, found=text, allowed=_PIN_FORMS))
        elif (place := resolve_seat(context, written, PIN, faults)) is None or place.code in rules:
            continue
        elif (on := _pin_layer(context, place)) is None:
            faults.extend(unplaced_faults(context, place, PIN))
        else:
            rules[place.code] = (_pin_rule(context, on, place, len(rules) + 1),)
    return rules


def _pin_rule(context: RuleContext, on: str, place: SeatSpec, number: int) -> Pin:
    where = describe_seat(context, place)
    fields = {"id": f"pin.{number}", "kind": "pin", "on": on, "item": place.item, "slot": place.slot}
    why = Text(zh=f"指定 {where.zh}", en=f"pinned: {where.en}")
    return Pin.model_validate({**fields, "role": place.roles, "during": place.during, "why": why})


def _pin_layer(context: RuleContext, place: SeatSpec) -> str | None:
    fitting = (
        name
        for name, layer in context.layers.items()
        if place.item in layer.item_index
        and place.slot in layer.slot_index
        and {*place.roles} <= {*layer.roles}
    )
    return next(fitting, None)


EXCLUDE = "--exclude"
_EXCLUDE_FORMS = (
    "ITEM, ITEM=SLOT, ITEM=LAYER, ITEM@PERIOD, ITEM=SLOT@PERIOD, ITEM=SLOT/ROLE, ITEM=SLOT/ROLE@PERIOD"
)


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
            faults.append(Fault(message, column=EXCLUDE, found=text, allowed=_EXCLUDE_FORMS))
            continue
        place = resolve_seat(context, written, EXCLUDE, faults)
        if place is None or place.code in rules:
            continue
        layers = _excluded_layers(context, place)
        if not layers:
            faults.extend(unplaced_faults(context, place, EXCLUDE, tuple(context.layers)))
        faults.extend(fault for layer in layers for fault in _impossible_exclusion(layer, place))
        first = sum(map(len, rules.values())) + 1
        rules[place.code] = tuple(
            _exclude_rule(context, layer, place, number) for number, layer in enumerate(layers, start=first)
        )
    return rules


def _excluded_layers(context: RuleContext, place: SeatSpec) -> list[Layer]:
    """Return the layers that an exclusion is about: of a period, those decided in each, if there are any."""
    with_role = [layer for layer in context.layers.values() if {*place.roles} <= {*layer.roles}]
    knowing = [layer for layer in with_role if place.item in layer.item_index]
    if place.slot:
        with_slot = [layer for layer in knowing if place.slot in layer.slot_index]
        knowing = with_slot or [layer for layer in knowing if layer.name == place.slot]
    yearly = [layer for layer in knowing if not layer.once]
    return yearly if place.period and yearly else knowing


def _exclude_rule(context: RuleContext, layer: Layer, place: SeatSpec, number: int) -> Exclude:
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


def _impossible_exclusion(layer: Layer, place: SeatSpec) -> Iterator[Fault]:
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
        yield Fault(message, column=EXCLUDE, found=place.text, allowed="ITEM=SLOT, ITEM=LAYER")


KEEP = "--keep"


def keep_rules(
    context: RuleContext, layers: Iterable[str], exclusions: Sequence[Exclude], faults: list[Fault]
) -> tuple[Keep, ...]:
    """Return the rules of layers to keep; the seat of whoever is excluded from it is open, and only that.

    Args:
        context: The bound scenario.
        layers: The names (or titles) of the layers.
        exclusions: Who is kept out of where.
        faults: Gets a fault for each layer that there is not, and if there is no baseline.
    """
    named = list(dict.fromkeys(resolve_layer(context, name) for name in layers))
    for name in (name for name in named if name not in context.layers):
        message = Text(zh="没有此层", en="there is no such layer")
        near = nearest(name, context.layers)
        faults.append(Fault(message, "", 0, KEEP, name, ", ".join(context.layers), near))
    if named and context.baseline is None:
        faults.append(without_baseline(KEEP))
    why = Text(zh="照基准方案不变", en="as in the baseline")
    return tuple(
        keep_rule(context, name, id=f"keep.{name}", why=why, vacated=open_seats(name, exclusions))
        for name in named
        if name in context.layers
    )


def keep_rule(context: RuleContext, layer: str, **fields: Any) -> Keep:
    """Return a rule that keeps a layer: slot by slot, or case by case where the cases are its items."""
    each = "item" if is_by_item(context.layers[layer]) else "slot"
    return Keep.model_validate({"kind": "keep", "on": layer, "each": each, **fields})


def is_by_item(layer: Layer) -> bool:
    """Whether what runs in a layer are its items, not its slots: where cases are given to groups."""
    return layer.spec.items.table == "cases"


def ranks_changes(rules: Iterable[Rule]) -> bool:
    """Whether some soft rule says by itself what a change from the baseline costs, and at which level."""
    return any(rule.penalises_changes for rule in rules)


def without_baseline(option: str) -> Fault:
    """Return the fault of an option that needs a baseline."""
    return Fault(Text(zh="需要基准方案（--baseline）", en="needs a baseline (--baseline)"), column=option)


def open_seats(layer: str, exclusions: Iterable[Exclude]) -> list[dict[str, object]]:
    """Return the seats of a layer that are open since somebody is excluded from them."""
    return [
        {"item": one.item, "slot": one.slot, "role": one.role, "during": one.during}
        for one in exclusions
        if one.on == layer
    ]
