"""Places as a call writes them, ``ITEM=SLOT/ROLE@PERIOD``: read, and looked for in the layers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from allocator.errors import Fault, nearest
from allocator.model.layer import Layer
from allocator.model.text import Text
from allocator.rules.context import RuleContext

#: How the parts of a place are told apart; a Chinese keyboard gives the wide ones.
_WIDE = str.maketrans("＝＠／", "=@/")
#: After so many faults no more places are looked at: for each a near name is looked for.
MAX_FAULTS = 50
_WRITTEN = re.compile(r"(?P<item>[^=@]+)(?:=(?P<slot>[^=@]+))?(?:@(?P<period>[^=@]+))?")


@dataclass(frozen=True)
class SeatSpec:
    """A place as it is written; slot, role and period are empty where they are not given.

    A slot may have a ``/`` in its name: ``resolve_seat`` tells the role from it.
    """

    text: str
    item: str
    slot: str
    period: str
    role: str = ""

    @property
    def during(self) -> list[str]:
        """The period as rules name periods: none for all of them."""
        return [self.period] if self.period else []

    @property
    def roles(self) -> list[str]:
        """The role as rules name roles: none for any of them."""
        return [self.role] if self.role else []

    @property
    def code(self) -> str:
        """The place as it is written with codes."""
        slot = f"={self.slot}" if self.slot else ""
        role = f"/{self.role}" if self.role else ""
        return f"{self.item}{slot}{role}" + (f"@{self.period}" if self.period else "")


def parse_seat_spec(text: str) -> SeatSpec | None:
    """Return what is written, or None if it is written wrongly."""
    found = _WRITTEN.fullmatch(text.strip().translate(_WIDE))
    if found is None:
        return None
    item, slot, period = ((part or "").strip() for part in found.group("item", "slot", "period"))
    written = [part for part in found.groups() if part is not None]
    return SeatSpec(text, item, slot, period) if all(part.strip() for part in written) else None


def unplaced_faults(
    context: RuleContext, place: SeatSpec, option: str, also: tuple[str, ...] = ()
) -> Iterator[Fault]:
    """Yield why no layer has the item and the slot (and the role) of a place.

    Args:
        context: The bound scenario.
        place: The place.
        option: The option that it was given with.
        also: What may stand for a slot, too.
    """
    items = {name for layer in context.layers.values() for name in layer.items}
    slots = {name for layer in context.layers.values() for name in layer.slots} | {*also}
    for found, known in ((place.item, items), (place.slot, slots)):
        if found and found not in known:
            message = Text(zh=f"没有层含有“{found}”", en=f"no layer has '{found}'")
            called = sorted({context.scenario.organisation.label(code) for code in known} | known)
            yield Fault(message, column=option, found=place.text, nearest=nearest(found, called))
    if place.item in items and (not place.slot or place.slot in slots):
        both = [layer for layer in context.layers.values() if place.item in layer.item_index]
        both = [layer for layer in both if place.slot in ("", layer.name) or place.slot in layer.slot_index]
        yield _without_role(both, place, option) if both else _without_both(place, option)


def _without_both(place: SeatSpec, option: str) -> Fault:
    message = Text(zh="没有层同时含有两者", en="no layer has both of these")
    return Fault(message, column=option, found=place.text)


def _without_role(layers: Sequence[Layer], place: SeatSpec, option: str) -> Fault:
    """Return that the layers in which the item may have the slot do not have the role."""
    names = ", ".join(layer.name for layer in layers)
    message = Text(zh=f"{names} 层没有此角色", en=f"the layer {names} has no such role")
    roles = dict.fromkeys(role for layer in layers for role in layer.roles if role is not None)
    return Fault(message, column=option, found=place.text, allowed=", ".join(roles) or "-")
