"""Places as a call writes them, ``ITEM=SLOT@PERIOD``: read, and looked for in the layers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from allocator.errors import Fault, nearest
from allocator.model.text import Text
from allocator.rules.world import World

_WRITTEN = re.compile(r"(?P<item>[^=@]+)(?:=(?P<slot>[^=@]+))?(?:@(?P<period>[^=@]+))?")


@dataclass(frozen=True)
class Place:
    """A place as it is written; slot and period are empty where they are not given."""

    text: str
    item: str
    slot: str
    period: str

    @property
    def during(self) -> list[str]:
        """The period as rules name periods: none for all of them."""
        return [self.period] if self.period else []


def read_place(text: str) -> Place | None:
    """Return what is written, or None if it is written wrongly."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    item, slot, period = ((part or "").strip() for part in found.group("item", "slot", "period"))
    written = [part for part in found.groups() if part is not None]
    return Place(text, item, slot, period) if all(part.strip() for part in written) else None


def misplaced(world: World, place: Place, option: str, also: tuple[str, ...] = ()) -> Iterator[Fault]:
    """Yield why no layer has the item and the slot of a place.

    Args:
        world: The world.
        place: The place.
        option: The option that it was given with.
        also: What may stand for a slot, too.
    """
    items = {name for layer in world.layers.values() for name in layer.items}
    slots = {name for layer in world.layers.values() for name in layer.slots} | {*also}
    for found, known in ((place.item, items), (place.slot, slots)):
        if found and found not in known:
            message = Text(zh=f"没有层含有“{found}”", en=f"no layer has '{found}'")
            called = sorted({world.scenario.organisation.label(code) for code in known} | known)
            yield Fault(message, column=option, found=place.text, nearest=nearest(found, called))
    if place.item in items and (not place.slot or place.slot in slots):
        message = Text(zh="没有层同时含有两者", en="no layer has both of these")
        yield Fault(message, column=option, found=place.text)
