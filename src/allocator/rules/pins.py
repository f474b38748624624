"""Pins given with a call: ``ITEM=SLOT`` or ``ITEM=SLOT@PERIOD``, made into rules."""

from __future__ import annotations

from collections.abc import Iterable

from allocator.errors import Fault
from allocator.model.text import Text
from allocator.rules.called import by_code
from allocator.rules.kinds.pin import Pin
from allocator.rules.places import Place, misplaced, read_place
from allocator.rules.world import World

OPTION = "--pin"


def pin_rules(world: World, pins: Iterable[str], faults: list[Fault]) -> tuple[Pin, ...]:
    """Return the rules of pins; each is about the first layer that knows its item and slot.

    Args:
        world: The world.
        pins: The pins as they are written.
        faults: Gets a fault for each pin that cannot be read or placed.
    """
    rules: list[Pin] = []
    for number, text in enumerate(pins, start=1):
        written = read_place(text)
        if written is None or not written.slot:
            message = Text(zh="指定的写法有误", en="a pin is written wrongly")
            faults.append(Fault(message, column=OPTION, found=text, allowed="ITEM=SLOT, ITEM=SLOT@PERIOD"))
        elif (place := by_code(world, written, OPTION, faults)) is None:
            continue
        elif (on := _layer(world, place)) is None:
            faults.extend(misplaced(world, place, OPTION))
        else:
            fields = {"id": f"pin.{number}", "kind": "pin", "on": on, "item": place.item, "slot": place.slot}
            why = Text(zh=text, en=text)
            rules.append(Pin.model_validate({**fields, "during": place.during, "why": why}))
    return tuple(rules)


def _layer(world: World, place: Place) -> str | None:
    fitting = (
        name
        for name, layer in world.layers.items()
        if place.item in layer.item_index and place.slot in layer.slot_index
    )
    return next(fitting, None)
