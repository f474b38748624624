"""Override rules: the pins, exclusions and kept layers of a call, as hard rules."""

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

PIN, EXCLUDE, KEEP = "--pin", "--exclude", "--keep"
_PIN_FORMS = "ITEM=SLOT, ITEM=SLOT@PERIOD, ITEM=SLOT/ROLE, ITEM=SLOT/ROLE@PERIOD"
_EXCLUDE_FORMS = (
    "ITEM, ITEM=SLOT, ITEM=LAYER, ITEM@PERIOD, ITEM=SLOT@PERIOD, ITEM=SLOT/ROLE, ITEM=SLOT/ROLE@PERIOD"
)


def pin_rules(context: RuleContext, pins: Iterable[str], faults: list[Fault]) -> dict[str, tuple[Pin, ...]]:
    """Return the rule of each pin, by the code of the pinned seat; a repeated pin counts once.

    A pin applies to the first layer that has its item and its slot (and its role).

    Args:
        context: The bound scenario.
        pins: The pins as the call gives them.
        faults: Receives a fault for each pin that cannot be parsed or that fits no layer.
    """
    rules: dict[str, tuple[Pin, ...]] = {}
    for text in pins:
        if len(faults) >= MAX_FAULTS:
            break
        written = parse_seat_spec(text)
        if written is None or not written.slot:
            message = Text(zh="指定的写法有误", en="a pin is written wrongly")
            faults.append(Fault(message, column=PIN, found=text, allowed=_PIN_FORMS))
        elif (spec := resolve_seat(context, written, PIN, faults)) is None or spec.code in rules:
            continue
        elif (on := _pin_layer(context, spec)) is None:
            faults.extend(unplaced_faults(context, spec, PIN))
        else:
            rules[spec.code] = (_pin_rule(context, on, spec, len(rules) + 1),)
    return rules


def _pin_rule(context: RuleContext, on: str, spec: SeatSpec, number: int) -> Pin:
    where = describe_seat(context, spec)
    fields = {"id": f"pin.{number}", "kind": "pin", "on": on, "item": spec.item, "slot": spec.slot}
    why = Text(zh=f"指定 {where.zh}", en=f"pinned: {where.en}")
    return Pin.model_validate({**fields, "role": spec.roles, "during": spec.during, "why": why})


def _pin_layer(context: RuleContext, spec: SeatSpec) -> str | None:
    fitting = (
        name
        for name, layer in context.layers.items()
        if spec.item in layer.item_index and spec.slot in layer.slot_index and {*spec.roles} <= {*layer.roles}
    )
    return next(fitting, None)


def exclusion_rules(
    context: RuleContext, exclusions: Iterable[str], faults: list[Fault]
) -> dict[str, tuple[Exclude, ...]]:
    """Return the rules of each exclusion, by the code of the excluded seat; a repeated exclusion counts once.

    An exclusion applies to every layer that has its item (and its slot and role): one rule for each layer.

    Args:
        context: The bound scenario.
        exclusions: The exclusions as the call gives them.
        faults: Receives a fault for each exclusion that cannot be parsed, fits no layer or allows no plan.
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
        spec = resolve_seat(context, written, EXCLUDE, faults)
        if spec is None or spec.code in rules:
            continue
        layers = _excluded_layers(context, spec)
        if not layers:
            faults.extend(unplaced_faults(context, spec, EXCLUDE, tuple(context.layers)))
        faults.extend(fault for layer in layers for fault in _impossible_exclusion(layer, spec))
        first = sum(map(len, rules.values())) + 1
        rules[spec.code] = tuple(
            _exclude_rule(context, layer, spec, number) for number, layer in enumerate(layers, start=first)
        )
    return rules


def _excluded_layers(context: RuleContext, spec: SeatSpec) -> list[Layer]:
    """Return the layers of an exclusion; if it names a period, preferably those decided in each period."""
    with_role = [layer for layer in context.layers.values() if {*spec.roles} <= {*layer.roles}]
    knowing = [layer for layer in with_role if spec.item in layer.item_index]
    if spec.slot:
        with_slot = [layer for layer in knowing if spec.slot in layer.slot_index]
        knowing = with_slot or [layer for layer in knowing if layer.name == spec.slot]
    yearly = [layer for layer in knowing if not layer.once]
    return yearly if spec.period and yearly else knowing


def _exclude_rule(context: RuleContext, layer: Layer, spec: SeatSpec, number: int) -> Exclude:
    slot = spec.slot if spec.slot in layer.slot_index else ""
    fields = {
        "id": f"exclude.{number}",
        "kind": "exclude",
        "on": layer.name,
        "item": spec.item,
        "slot": slot,
    }
    where = describe_seat(context, spec)
    why = Text(zh=f"排除 {where.zh}", en=f"kept out: {where.en}")
    return Exclude.model_validate({**fields, "role": spec.roles, "during": spec.during, "why": why})


def _impossible_exclusion(layer: Layer, spec: SeatSpec) -> Iterator[Fault]:
    """Yield a fault if an exclusion empties a layer in which every item must have a place."""
    if layer.spec.take.least == 0 or spec.slot in layer.slot_index:
        return
    if spec.role and len(layer.roles) > 1:  # another role is left
        return
    i = layer.item_index[spec.item]
    if any(layer.present[i, t] for t, period in enumerate(layer.periods) if spec.period in ("", period.id)):
        message = Text(
            zh=f"{layer.name} 层在任的每个对象都须有位置（take: {layer.spec.take}），不能整层排除；"
            "请写明去处或另一层，或在表中记为离任",
            en=f"everybody in service must have a place in the layer {layer.name} (take: {layer.spec.take});"
            " name a slot or another layer, or take them off the table",
        )
        yield Fault(message, column=EXCLUDE, found=spec.text, allowed="ITEM=SLOT, ITEM=LAYER")


def keep_rules(
    context: RuleContext, layers: Iterable[str], exclusions: Sequence[Exclude], faults: list[Fault]
) -> tuple[Keep, ...]:
    """Return the rules that keep layers as in the baseline; only the seats of excluded items are open.

    Args:
        context: The bound scenario.
        layers: The names (or titles) of the layers.
        exclusions: The rules of the call's exclusions.
        faults: Receives a fault for each unknown layer, and one if there is no baseline.
    """
    named = list(dict.fromkeys(resolve_layer(context, name) for name in layers))
    for name in (name for name in named if name not in context.layers):
        message = Text(zh="没有此层", en="there is no such layer")
        near = nearest(name, context.layers)
        faults.append(Fault(message, "", 0, KEEP, name, ", ".join(context.layers), near))
    if named and context.baseline is None:
        faults.append(missing_baseline(KEEP))
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
    """Whether the items of a layer are cases, so that the layer is kept item by item, not slot by slot."""
    return layer.spec.items.table == "cases"


def any_penalises_changes(rules: Iterable[Rule]) -> bool:
    """Whether any soft rule penalises changes from the baseline, with its own weight and level."""
    return any(rule.penalises_changes for rule in rules)


def missing_baseline(option: str) -> Fault:
    """Return the fault of an option that needs a baseline."""
    return Fault(Text(zh="需要基准方案（--baseline）", en="needs a baseline (--baseline)"), column=option)


def open_seats(layer: str, exclusions: Iterable[Exclude]) -> list[dict[str, object]]:
    """Return the seats of a layer that exclusions leave open."""
    return [
        {"item": one.item, "slot": one.slot, "role": one.role, "during": one.during}
        for one in exclusions
        if one.on == layer
    ]
