"""Pins given with a call: ``ITEM=SLOT`` or ``ITEM=SLOT@PERIOD``, made into rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from allocator.errors import Fault, InputError, nearest
from allocator.model.scenario import Scenario
from allocator.model.text import Text
from allocator.rules.binding import bind_world
from allocator.rules.kind import Rule
from allocator.rules.kinds.pin import Pin
from allocator.rules.world import World

_WRITTEN = re.compile(r"(?P<item>[^=@]+)=(?P<slot>[^=@]+)(?:@(?P<period>[^=@]+))?")


def pin_rules(scenario: Scenario, pins: Iterable[str]) -> tuple[Rule, ...]:
    """Return the rules of pins; each is about the first layer that knows its item and slot.

    Raises:
        InputError: With a fault for each pin that cannot be read or placed.
    """
    written = list(pins)
    if not written:
        return ()
    world = bind_world(scenario)
    rules: list[Rule] = []
    faults: list[Fault] = []
    for number, text in enumerate(written, start=1):
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            faults.append(_fault(text, Text(zh="指定的写法有误", en="a pin is written wrongly"), _ALLOWED))
            continue
        item, slot, period = (part and part.strip() for part in found.group("item", "slot", "period"))
        on = _layer(world, item, slot)
        if on is None:
            faults.extend(_misplaced(world, text, item, slot))
            continue
        fields = {"id": f"pin.{number}", "kind": "pin", "on": on, "item": item, "slot": slot}
        during = [period] if period else []
        rules.append(Pin.model_validate({**fields, "during": during, "why": Text(zh=text, en=text)}))
    if faults:
        raise InputError(faults)
    return tuple(rules)


_ALLOWED = "ITEM=SLOT, ITEM=SLOT@PERIOD"


def _layer(world: World, item: str, slot: str) -> str | None:
    fitting = (
        n for n, layer in world.layers.items() if item in layer.item_index and slot in layer.slot_index
    )
    return next(fitting, None)


def _misplaced(world: World, text: str, item: str, slot: str) -> Iterator[Fault]:
    items = {name for layer in world.layers.values() for name in layer.items}
    slots = {name for layer in world.layers.values() for name in layer.slots}
    for found, known in ((item, items), (slot, slots)):
        if found not in known:
            message = Text(zh=f"没有层含有“{found}”", en=f"no layer has '{found}'")
            yield _fault(text, message, "", nearest(found, sorted(known)))
    if item in items and slot in slots:
        yield _fault(text, Text(zh="没有层同时含有两者", en="no layer has both of these"), "")


def _fault(text: str, message: Text, allowed: str, near: str = "") -> Fault:
    return Fault(message, column="--pin", found=text, allowed=allowed, nearest=near)
