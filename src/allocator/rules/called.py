"""Names that a call gives in place of codes: who or what bears them, if only one does."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from allocator.errors import Fault, shorten
from allocator.model.organisation import Organisation
from allocator.model.tables import Person
from allocator.model.text import Text
from allocator.rules.places import Place
from allocator.rules.world import World

#: How many codes are offered of a name that several bear.
OFFERED = 10


def by_code(world: World, place: Place, option: str, faults: list[Fault]) -> Place | None:
    """Return a place with codes where it was written with names; None if a name is that of several.

    Args:
        world: The world.
        place: The place as it is written.
        option: The option that it was given with.
        faults: Gets a fault for each name that several bear.
    """
    before = len(faults)
    items = dict.fromkeys(name for layer in world.layers.values() for name in layer.items)
    slots = dict.fromkeys(name for layer in world.layers.values() for name in layer.slots)
    item = code_of(world, place.item, items, option, faults)
    slot = place.slot
    if slot not in world.layers:  # an exclusion may be from a whole layer
        slot = code_of(world, slot, slots, option, faults)
    return replace(place, item=item, slot=slot) if len(faults) == before else None


def code_of(world: World, name: str, codes: Collection[str], option: str, faults: list[Fault]) -> str:
    """Return the code of what is called ``name``; the name itself if it is a code, or nobody's name.

    Args:
        world: The world.
        name: A code, or a name as tables have it; blanks and full-width forms do not matter.
        codes: The codes that would do.
        option: The option that it was given with.
        faults: Gets a fault if several bear the name.
    """
    if not name or name in codes:
        return name
    organisation = world.scenario.organisation
    found = [code for code in codes if _plain(organisation.label(code)) == _plain(name)]
    if len(found) > 1:
        message = Text(zh="不止一个叫此名，请写编号", en="is the name of several: give the code")
        faults.append(Fault(message, "", 0, option, shorten(name), ", ".join(_told(organisation, found))))
    return found[0] if len(found) == 1 else name


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def _told(organisation: Organisation, codes: Iterable[str]) -> Iterator[str]:
    """Yield codes to choose from, people with their units."""
    for number, code in enumerate(codes):
        if number == OFFERED:
            yield "…"
            return
        entity = organisation.entities[code]
        unit = organisation.label(entity.unit) if isinstance(entity, Person) and entity.unit else ""
        yield f"{code} ({unit})" if unit else code
