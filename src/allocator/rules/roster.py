"""The roster: the assignments of a plan by layer, indexed by item and by slot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from allocator.model.layer import Layer
from allocator.model.plan import Assignment

#: Slot and role that an item holds, or item and role in a slot, by index.
Held = tuple[int, int]


class LayerRoster:
    """The assignments of one layer, by index; periods below 0 are the history."""

    def __init__(self, layer: Layer, taken: Iterable[tuple[int, int, int, int]]) -> None:
        self.layer = layer
        self.taken = tuple(sorted(set(taken)))

    @cached_property
    def _by_item(self) -> Mapping[tuple[int, int], tuple[Held, ...]]:
        held: dict[tuple[int, int], list[Held]] = {}
        for item, slot, role, period in self.taken:
            held.setdefault((item, period), []).append((slot, role))
        return {where: tuple(seats) for where, seats in held.items()}

    @cached_property
    def _by_slot(self) -> Mapping[tuple[int, int], tuple[Held, ...]]:
        members: dict[tuple[int, int], list[Held]] = {}
        for (item, period), seats in self._by_item.items():
            for slot, role in seats:
                members.setdefault((slot, period), []).append((item, role))
        return {where: tuple(sorted(held)) for where, held in members.items()}

    def seats(self, item: int, period: int) -> tuple[Held, ...]:
        """Return the (slot, role) pairs that an item holds in a period."""
        return self._by_item.get((item, period), ()) if period >= 0 else self.layer.past.held(item, period)

    def slots_of(self, item: int, period: int, roles: Collection[int]) -> tuple[int, ...]:
        """Return the slots that an item holds in a period in any of ``roles``, in order."""
        return tuple(sorted({slot for slot, role in self.seats(item, period) if role in roles}))

    def members(self, slot: int, period: int) -> tuple[Held, ...]:
        """Return the (item, role) pairs in a slot in a period."""
        return self._by_slot.get((slot, period), ()) if period >= 0 else self.layer.past.members(slot, period)

    def items_in(self, slot: int, period: int, roles: Collection[int]) -> tuple[int, ...]:
        """Return the items in a slot in a period in any of ``roles``, in order."""
        return tuple(sorted({item for item, role in self.members(slot, period) if role in roles}))

    def holds(self, item: int, slot: int, period: int, roles: Collection[int]) -> bool:
        """Return whether an item is in a slot in a period in any of ``roles``."""
        return any(at == slot and role in roles for at, role in self.seats(item, period))

    def spells(self, roles: Collection[int]) -> Iterator[tuple[int, int, int, int]]:
        """Yield ``(item, slot, first, last)`` of every unbroken stay that reaches into the horizon.

        ``first`` is negative where the stay began before the horizon.
        """
        stays = sorted({(i, s, t) for i, s, r, t in self.taken if r in roles})
        present = set(stays)
        for item, slot, period in stays:
            if (item, slot, period - 1) in present:
                continue
            first, last = period, period
            if period == 0:
                first = self.layer.past.began(item, slot, roles)
            while (item, slot, last + 1) in present:
                last += 1
            yield item, slot, first, last


class Roster(Mapping[str, LayerRoster]):
    """The rosters of all layers by name, read from a plan's assignments."""

    def __init__(self, layers: Mapping[str, Layer], assignments: Iterable[Assignment]) -> None:
        taken: dict[str, list[tuple[int, int, int, int]]] = {name: [] for name in layers}
        for assignment in assignments:
            if (layer := layers.get(assignment.layer)) is not None:
                taken[layer.name].append(_indices(layer, assignment))
        self._layers = {name: LayerRoster(layer, taken[name]) for name, layer in layers.items()}

    def with_layer(self, name: str, taken: Iterable[tuple[int, int, int, int]]) -> Roster:
        """Return the rosters with the assignments of one layer replaced by ``taken``."""
        other = Roster({}, ())
        other._layers = {**self._layers, name: LayerRoster(self._layers[name].layer, taken)}
        return other

    def __getitem__(self, name: str) -> LayerRoster:
        return self._layers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)


def _indices(layer: Layer, assignment: Assignment) -> tuple[int, int, int, int]:
    """Return item, slot, role and period of an assignment by index.

    Raises:
        KeyError: The layer does not have the item, slot or period.
        ValueError: The layer does not have the role.
    """
    return (
        layer.item_index[assignment.item],
        layer.slot_index[assignment.slot],
        layer.roles.index(assignment.role),
        layer.period_index[assignment.period],
    )
