"""Seat specifications of a call, ``ITEM=SLOT/ROLE@PERIOD``: parsed, resolved to codes, found in layers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from allocator.errors import Fault, nearest, shorten
from allocator.model.layer import Layer
from allocator.model.notation import Vocabulary
from allocator.model.organisation import Organisation
from allocator.model.reading.words import listed
from allocator.model.tables import Person
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


#: How many codes are offered of a name that several bear.
OFFERED = 10


def resolve_seat(context: RuleContext, place: SeatSpec, option: str, faults: list[Fault]) -> SeatSpec | None:
    """Return a place with codes where it was written with names and words.

    None if a name is that of several, or a role is that of no layer.

    Args:
        context: The bound scenario.
        place: The place as it is written.
        option: The option that it was given with.
        faults: Gets a fault for each name that several bear, and for a role that there is not.
    """
    before = len(faults)
    item = resolve_code(context, place.item, context.items, option, faults)
    slot, role = _slot(context, place.slot, option, faults), ""
    if slot not in context.layers and slot not in context.slots and "/" in slot and len(faults) == before:
        slot, _, word = (part.strip() for part in slot.rpartition("/"))
        role = resolve_role(context, word, context.layers.values(), option, faults, found=place.text)
        slot = _slot(context, slot, option, faults)
    return replace(place, item=item, slot=slot, role=role) if len(faults) == before else None


def _slot(context: RuleContext, name: str, option: str, faults: list[Fault]) -> str:
    """Return the code of a slot or, since an exclusion may be from a whole layer, of a layer."""
    if name in context.layers:
        return name
    found = resolve_code(context, name, context.slots, option, faults)
    return found if found in context.slots else resolve_layer(context, found)


def resolve_layer(context: RuleContext, name: str) -> str:
    """Return the layer of a name or a title that it alone has; the name itself if there is none."""
    wanted = _plain(name)
    if not wanted or name in context.layers:
        return name
    titles = {one: layer.spec.title for one, layer in context.layers.items()}
    found = [one for one, title in titles.items() if wanted in (_plain(title.zh), _plain(title.en))]
    return found[0] if len(found) == 1 else name


def describe_seat(context: RuleContext, place: SeatSpec) -> Text:
    """Return a place written with codes in words: ``陈静 → 第一组（组长，2026）``."""
    organisation, roles = context.scenario.organisation, context.words.roles
    slot = context.layers[place.slot].spec.title if place.slot in context.layers else Text()
    here = Text(zh=slot.zh or organisation.label(place.slot), en=slot.en or organisation.label(place.slot))

    def said(to: str, role: str, opening: str, comma: str, closing: str) -> str:
        more = comma.join(filter(None, (role, place.period)))
        whole = " → ".join(filter(None, (organisation.label(place.item), to)))
        return f"{whole}{opening}{more}{closing}" if more else whole

    zh, en = (roles.word(place.role, language) if place.role else "" for language in ("zh", "en"))
    return Text(zh=said(here.zh, zh, "（", "，", "）"), en=said(here.en, en, " (", ", ", ")"))


def resolve_role(
    context: RuleContext,
    word: str,
    layers: Iterable[Layer],
    option: str,
    faults: list[Fault],
    *,
    found: str = "",
) -> str:
    """Return the id of a role that is given by its id or by a word for it, such as ``组长``.

    Args:
        context: The bound scenario.
        word: As it is written.
        layers: The layers one of which must have the role.
        option: The option that it was given with.
        faults: Gets a fault if none has.
        found: What was written in all, if that is more.
    """
    words = context.words.roles
    known = dict.fromkeys(role for layer in layers for role in layer.roles if role is not None)
    role = words.id_of(word) or word
    if role not in known:
        called = dict.fromkeys(name for one in known for name in _words(one, words))
        message = Text(zh=f"没有角色“{shorten(word)}”", en=f"there is no role '{shorten(word)}'")
        allowed = listed(" ".join(_words(one, words)) for one in known)
        faults.append(Fault(message, "", 0, option, shorten(found or word), allowed, nearest(word, called)))
    return role


def _words(role: str, words: Vocabulary) -> Iterable[str]:
    """Return the id of a role and the words for it."""
    return dict.fromkeys((role, words.word(role, "zh"), words.word(role, "en")))


def resolve_code(
    context: RuleContext, name: str, codes: Collection[str], option: str, faults: list[Fault]
) -> str:
    """Return the code of what is called ``name``; the name itself if it is a code, or nobody's name.

    Args:
        context: The bound scenario.
        name: A code, or a name as tables have it; blanks and full-width forms do not matter.
        codes: The codes that would do.
        option: The option that it was given with.
        faults: Gets a fault if several bear the name.
    """
    if not name or name in codes:
        return name
    organisation = context.scenario.organisation
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
