"""Seat specifications of a call, ``ITEM=SLOT/ROLE@PERIOD``: parsed, resolved to codes, found in layers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from allocator.errors import Fault, nearest, shorten
from allocator.model.layer import Layer
from allocator.model.notation import Vocabulary, listed
from allocator.model.scenario import Organisation
from allocator.model.tables import Person
from allocator.model.text import Text
from allocator.rules.context import RuleContext

#: The separators of a Chinese keyboard, and their plain forms.
_WIDE = str.maketrans("＝＠／", "=@/")
#: The number of faults after which parsing stops: the search for the nearest name is slow.
MAX_FAULTS = 50
#: The number of codes that a fault lists for an ambiguous name.
OFFERED = 10
_PATTERN = re.compile(r"(?P<item>[^=@]+)(?:=(?P<slot>[^=@]+))?(?:@(?P<period>[^=@]+))?")


@dataclass(frozen=True)
class SeatSpec:
    """A seat as the call gives it; slot, role and period are empty where they are not given.

    The name of a slot may contain a ``/``: ``resolve_seat`` separates the role from the slot.
    """

    text: str
    item: str
    slot: str
    period: str
    role: str = ""

    @property
    def during(self) -> list[str]:
        """The period as a list, as rules name periods; an empty list means all periods."""
        return [self.period] if self.period else []

    @property
    def roles(self) -> list[str]:
        """The role as a list, as rules name roles; an empty list means all roles."""
        return [self.role] if self.role else []

    @property
    def code(self) -> str:
        """The seat specification, ``ITEM=SLOT/ROLE@PERIOD``."""
        slot = f"={self.slot}" if self.slot else ""
        role = f"/{self.role}" if self.role else ""
        return f"{self.item}{slot}{role}" + (f"@{self.period}" if self.period else "")


def parse_seat_spec(text: str) -> SeatSpec | None:
    """Return the parts of a seat specification, or None if it is malformed."""
    found = _PATTERN.fullmatch(text.strip().translate(_WIDE))
    if found is None:
        return None
    item, slot, period = ((part or "").strip() for part in found.group("item", "slot", "period"))
    written = [part for part in found.groups() if part is not None]
    return SeatSpec(text, item, slot, period) if all(part.strip() for part in written) else None


def unplaced_faults(
    context: RuleContext, spec: SeatSpec, option: str, also: tuple[str, ...] = ()
) -> Iterator[Fault]:
    """Yield the reasons why no layer has the item and the slot (and the role) of a seat.

    Args:
        context: The bound scenario.
        spec: The seat, in codes.
        option: The option that gave the seat.
        also: Names that are allowed in place of a slot.
    """
    items = {name for layer in context.layers.values() for name in layer.items}
    slots = {name for layer in context.layers.values() for name in layer.slots} | {*also}
    for found, known in ((spec.item, items), (spec.slot, slots)):
        if found and found not in known:
            message = Text(zh=f"没有层含有“{found}”", en=f"no layer has '{found}'")
            called = sorted({context.scenario.organisation.label(code) for code in known} | known)
            yield Fault(message, column=option, found=spec.text, nearest=nearest(found, called))
    if spec.item in items and (not spec.slot or spec.slot in slots):
        both = [layer for layer in context.layers.values() if spec.item in layer.item_index]
        both = [layer for layer in both if spec.slot in ("", layer.name) or spec.slot in layer.slot_index]
        yield _without_role(both, spec, option) if both else _without_both(spec, option)


def _without_both(spec: SeatSpec, option: str) -> Fault:
    message = Text(zh="没有层同时含有两者", en="no layer has both of these")
    return Fault(message, column=option, found=spec.text)


def _without_role(layers: Sequence[Layer], spec: SeatSpec, option: str) -> Fault:
    """Return the fault of an unknown role, with the roles of the layers that have the item and the slot."""
    names = ", ".join(layer.name for layer in layers)
    message = Text(zh=f"{names} 层没有此角色", en=f"the layer {names} has no such role")
    roles = dict.fromkeys(role for layer in layers for role in layer.roles if role is not None)
    return Fault(message, column=option, found=spec.text, allowed=", ".join(roles) or "-")


def resolve_seat(context: RuleContext, spec: SeatSpec, option: str, faults: list[Fault]) -> SeatSpec | None:
    """Return a seat with codes in place of names; None if a name is ambiguous or no layer has the role.

    Args:
        context: The bound scenario.
        spec: The seat as the call gives it.
        option: The option that gave the seat.
        faults: Receives a fault for each ambiguous name, and for an unknown role.
    """
    before = len(faults)
    item = resolve_code(context, spec.item, context.items, option, faults)
    slot, role = _resolve_slot(context, spec.slot, option, faults), ""
    if slot not in context.layers and slot not in context.slots and "/" in slot and len(faults) == before:
        slot, _, word = (part.strip() for part in slot.rpartition("/"))
        role = resolve_role(context, word, context.layers.values(), option, faults, found=spec.text)
        slot = _resolve_slot(context, slot, option, faults)
    return replace(spec, item=item, slot=slot, role=role) if len(faults) == before else None


def _resolve_slot(context: RuleContext, name: str, option: str, faults: list[Fault]) -> str:
    """Return the code of a slot or, since an exclusion may name a whole layer, the name of a layer."""
    if name in context.layers:
        return name
    found = resolve_code(context, name, context.slots, option, faults)
    return found if found in context.slots else resolve_layer(context, found)


def resolve_layer(context: RuleContext, name: str) -> str:
    """Return the layer of a name or of a unique title; the name itself if there is no such layer."""
    wanted = _normalised(name)
    if not wanted or name in context.layers:
        return name
    titles = {one: layer.spec.title for one, layer in context.layers.items()}
    found = [one for one, title in titles.items() if wanted in (_normalised(title.zh), _normalised(title.en))]
    return found[0] if len(found) == 1 else name


def describe_seat(context: RuleContext, spec: SeatSpec) -> Text:
    """Return a seat in words, its codes as labels: ``陈静 → 第一组（组长，2026）``."""
    organisation, roles = context.scenario.organisation, context.words.roles
    slot = context.layers[spec.slot].spec.title if spec.slot in context.layers else Text()
    here = Text(zh=slot.zh or organisation.label(spec.slot), en=slot.en or organisation.label(spec.slot))

    def said(to: str, role: str, opening: str, comma: str, closing: str) -> str:
        more = comma.join(filter(None, (role, spec.period)))
        whole = " → ".join(filter(None, (organisation.label(spec.item), to)))
        return f"{whole}{opening}{more}{closing}" if more else whole

    zh, en = (roles.word(spec.role, language) if spec.role else "" for language in ("zh", "en"))
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
        word: The id, or the word.
        layers: The layers; at least one of them must have the role.
        option: The option that gave the role.
        faults: Receives a fault if no layer has the role.
        found: The whole text of the option, where the role is a part of it.
    """
    words = context.words.roles
    known = dict.fromkeys(role for layer in layers for role in layer.roles if role is not None)
    role = words.id_of(word) or word
    if role not in known:
        called = dict.fromkeys(name for one in known for name in _role_names(one, words))
        message = Text(zh=f"没有角色“{shorten(word)}”", en=f"there is no role '{shorten(word)}'")
        allowed = listed(" ".join(_role_names(one, words)) for one in known)
        faults.append(Fault(message, "", 0, option, shorten(found or word), allowed, nearest(word, called)))
    return role


def _role_names(role: str, words: Vocabulary) -> Iterable[str]:
    """Return the id of a role and the words for it."""
    return dict.fromkeys((role, words.word(role, "zh"), words.word(role, "en")))


def resolve_code(
    context: RuleContext, name: str, codes: Collection[str], option: str, faults: list[Fault]
) -> str:
    """Return the code of an entity; the name itself if it is a code, or if no entity has the name.

    Args:
        context: The bound scenario.
        name: A code, or a name as tables have it; blanks and full-width forms do not matter.
        codes: The allowed codes.
        option: The option that gave the name.
        faults: Receives a fault if several entities have the name.
    """
    if not name or name in codes:
        return name
    organisation = context.scenario.organisation
    found = [code for code in codes if _normalised(organisation.label(code)) == _normalised(name)]
    if len(found) > 1:
        message = Text(zh="不止一个叫此名，请写编号", en="is the name of several: give the code")
        faults.append(Fault(message, "", 0, option, shorten(name), ", ".join(_choices(organisation, found))))
    return found[0] if len(found) == 1 else name


def _normalised(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def _choices(organisation: Organisation, codes: Iterable[str]) -> Iterator[str]:
    """Yield the codes that a fault lists, at most ``OFFERED``; people with their units."""
    for number, code in enumerate(codes):
        if number == OFFERED:
            yield "…"
            return
        entity = organisation.entities[code]
        unit = organisation.label(entity.unit) if isinstance(entity, Person) and entity.unit else ""
        yield f"{code} ({unit})" if unit else code
