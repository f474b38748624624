"""What the baseline plan has in a layer, by index: what it names and the scenario no longer has is gone."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.rules.scope import Scope

#: Item, slot, role and period; item or slot is -1 where the scenario no longer has it.
Seat = tuple[int, int, int, int]


def seats_in_baseline(scope: Scope) -> Iterator[Seat]:
    """Yield the seats of the baseline in the layer, roles and periods of a rule, each once, in order."""
    layer, plan = scope.layer, scope.context.baseline
    found: set[Seat] = set()
    for one in plan.assignments if plan is not None else ():
        t = layer.period_index.get(one.period, -1)
        if one.layer != layer.name or one.role not in layer.roles or t not in scope.periods:
            continue
        r = layer.roles.index(one.role)
        if r in scope.roles:
            found.add((layer.item_index.get(one.item, -1), layer.slot_index.get(one.slot, -1), r, t))
    yield from sorted(found)
