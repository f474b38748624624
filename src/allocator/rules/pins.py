"""Pins given with a call: ``ITEM=SLOT``, perhaps ``/ROLE``, perhaps ``@PERIOD``, made into rules."""

from __future__ import annotations

from collections.abc import Iterable

from allocator.errors import Fault
from allocator.model.text import Text
from allocator.rules.called import describe_seat, resolve_seat
from allocator.rules.context import RuleContext
from allocator.rules.kinds.pin import Pin
from allocator.rules.places import MAX_FAULTS, SeatSpec, parse_seat_spec, unplaced_faults

OPTION = "--pin"
_ALLOWED = "ITEM=SLOT, ITEM=SLOT@PERIOD, ITEM=SLOT/ROLE, ITEM=SLOT/ROLE@PERIOD"


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
            faults.append(Fault(message, column=OPTION, found=text, allowed=_ALLOWED))
        elif (place := resolve_seat(context, written, OPTION, faults)) is None or place.code in rules:
            continue
        elif (on := _layer(context, place)) is None:
            faults.extend(unplaced_faults(context, place, OPTION))
        else:
            rules[place.code] = (_rule(context, on, place, len(rules) + 1),)
    return rules


def _rule(context: RuleContext, on: str, place: SeatSpec, number: int) -> Pin:
    where = describe_seat(context, place)
    fields = {"id": f"pin.{number}", "kind": "pin", "on": on, "item": place.item, "slot": place.slot}
    why = Text(zh=f"指定 {where.zh}", en=f"pinned: {where.en}")
    return Pin.model_validate({**fields, "role": place.roles, "during": place.during, "why": why})


def _layer(context: RuleContext, place: SeatSpec) -> str | None:
    fitting = (
        name
        for name, layer in context.layers.items()
        if place.item in layer.item_index
        and place.slot in layer.slot_index
        and {*place.roles} <= {*layer.roles}
    )
    return next(fitting, None)
