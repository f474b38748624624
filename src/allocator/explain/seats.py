"""A seat of a plan, as it is asked about: found by names, the layer and what is not said filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from allocator.errors import Fault, InputError, nearest
from allocator.model.layer import Layer
from allocator.model.text import Text
from allocator.rules.context import RuleContext
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.seat_specs import resolve_role


@dataclass(frozen=True)
class Seat:
    """A role of a slot in a period, by index into its layer."""

    layer: str
    slot: int
    role: int
    period: int


@dataclass(frozen=True)
class Asked:
    """A seat as it is asked about; what is empty is for the program to choose."""

    slot: str
    role: str = ""
    period: str = ""
    layer: str = ""
    item: str = ""


def find_seat(policy: Policy, roster: Roster, asked: Asked) -> Seat:
    """Return the seat that is asked about.

    The layer is the first that has the slot, the item and the role; the period the first in which the slot
    exists; the role the first that somebody holds there, or the first of all.

    Raises:
        InputError: With a fault for each name that does not fit.
    """
    layers = policy.context.layers
    if asked.layer and asked.layer not in layers:
        raise InputError([_unknown("--layer", asked.layer, layers, "没有此层", "there is no such layer")])
    named = [layers[asked.layer]] if asked.layer else list(layers.values())
    with_slot = [layer for layer in named if asked.slot in layer.slot_index]
    if not with_slot:
        slots = [slot for layer in named for slot in layer.slots]
        raise InputError(
            [_unknown("--slot", asked.slot, slots, "没有层含有此去处", "no layer has this slot")]
        )
    layer = min(with_slot, key=lambda layer: len(list(_unfit(policy.context, layer, asked))))
    if faults := list(_unfit(policy.context, layer, asked)):
        raise InputError(faults)
    slot = layer.slot_index[asked.slot]
    period = _period(layer, slot, asked.period)
    return Seat(layer.name, slot, _role(layer, roster, slot, period, asked.role), period)


def _unfit(context: RuleContext, layer: Layer, asked: Asked) -> Iterator[Fault]:
    """Yield what is asked about and a layer does not have."""
    if asked.item and asked.item not in layer.item_index:
        zh, en = f"{layer.name} 层中没有此对象", f"the layer {layer.name} has no such item"
        yield _unknown("--item", asked.item, layer.items, zh, en)
    if asked.role and asked.role not in layer.roles:
        faults: list[Fault] = []
        resolve_role(context, asked.role, [layer], "--role", faults)
        yield from faults
    active = [layer.periods[t].id for t in _periods(layer, layer.slot_index[asked.slot])]
    if (asked.period and asked.period not in active) or not active:
        zh, en = "该去处在此周期不存在", "the slot does not exist in that period"
        yield _unknown("--period", asked.period, active, zh, en)


def _periods(layer: Layer, slot: int) -> Sequence[int]:
    """Return the periods in which a slot exists."""
    return [t for t in range(len(layer.periods)) if layer.active[slot, t]]


def _period(layer: Layer, slot: int, period: str) -> int:
    return next(t for t in _periods(layer, slot) if period in ("", layer.periods[t].id))


def _role(layer: Layer, roster: Roster, slot: int, period: int, role: str) -> int:
    if role:
        return layer.roles.index(role)
    return min((held for _, held in roster[layer.name].members(slot, period)), default=0)


def _unknown(option: str, found: str, known: Iterable[str], zh: str, en: str) -> Fault:
    names = list(dict.fromkeys(known))
    allowed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    return Fault(Text(zh=zh, en=en), "", 0, option, found, allowed, nearest(found, names))
