"""Exclusions given with a call, ``ITEM``, ``ITEM=SLOT`` or ``ITEM=LAYER``, perhaps ``@PERIOD``, as rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from allocator.errors import Fault
from allocator.model.layer import Layer
from allocator.model.text import Text
from allocator.rules.called import by_code
from allocator.rules.kinds.exclude import Exclude
from allocator.rules.places import Place, misplaced, read_place
from allocator.rules.world import World

OPTION = "--exclude"
_ALLOWED = "ITEM, ITEM=SLOT, ITEM=LAYER, ITEM@PERIOD, ITEM=SLOT@PERIOD"


def exclusion_rules(world: World, exclusions: Iterable[str], faults: list[Fault]) -> tuple[Exclude, ...]:
    """Return the rules of exclusions; each is about every layer that knows its item (and its slot).

    Args:
        world: The world.
        exclusions: The exclusions as they are written.
        faults: Gets a fault for each one that cannot be read or placed, or that no plan can keep.
    """
    rules: list[Exclude] = []
    for text in exclusions:
        written = read_place(text)
        if written is None:
            message = Text(zh="排除的写法有误", en="an exclusion is written wrongly")
            faults.append(Fault(message, column=OPTION, found=text, allowed=_ALLOWED))
            continue
        place = by_code(world, written, OPTION, faults)
        if place is None:
            continue
        layers = _layers(world, place)
        if not layers:
            faults.extend(misplaced(world, place, OPTION, tuple(world.layers)))
        for layer in layers:
            faults.extend(_impossible(layer, place))
            rules.append(_rule(layer, place, len(rules) + 1))
    return tuple(rules)


def _layers(world: World, place: Place) -> list[Layer]:
    """Return the layers that an exclusion is about: of a period, those decided in each, if there are any."""
    knowing = [layer for layer in world.layers.values() if place.item in layer.item_index]
    if place.slot:
        with_slot = [layer for layer in knowing if place.slot in layer.slot_index]
        knowing = with_slot or [layer for layer in knowing if layer.name == place.slot]
    yearly = [layer for layer in knowing if not layer.once]
    return yearly if place.period and yearly else knowing


def _rule(layer: Layer, place: Place, number: int) -> Exclude:
    slot = place.slot if place.slot in layer.slot_index else ""
    fields = {
        "id": f"exclude.{number}",
        "kind": "exclude",
        "on": layer.name,
        "item": place.item,
        "slot": slot,
    }
    why = Text(zh=f"排除 {place.text}", en=f"kept out: {place.text}")
    return Exclude.model_validate({**fields, "during": place.during, "why": why})


def _impossible(layer: Layer, place: Place) -> Iterator[Fault]:
    """Yield what is wrong with keeping somebody out of a layer in which everybody must have a place."""
    if layer.spec.take.least == 0 or place.slot in layer.slot_index:
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
