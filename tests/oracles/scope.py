"""The scope of a rule: its items, slots, roles and periods, and the seats within all of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from oracles.world import Layer, Seat, World, several, value


@dataclass(frozen=True)
class Scope:
    """A rule (plain data), its world and a plan."""

    rule: Mapping[str, Any]
    world: World
    plan: frozenset[Seat]

    @property
    def layer(self) -> Layer:
        return self.world.layers[self.rule["on"]]

    @cached_property
    def items(self) -> tuple[str, ...]:
        chosen = self.rule.get("items")
        see = self.world.see
        return tuple(i for i in self.layer.items if chosen is None or value(chosen, see(self.layer, item=i)))

    @cached_property
    def slots(self) -> tuple[str, ...]:
        chosen = self.rule.get("slots")
        see = self.world.see
        return tuple(s for s in self.layer.slots if chosen is None or value(chosen, see(self.layer, slot=s)))

    @cached_property
    def roles(self) -> tuple[str | None, ...]:
        named = several(self.rule.get("role"))
        return tuple(role for role in self.layer.roles if not named or role in named)

    @cached_property
    def periods(self) -> tuple[int, ...]:
        named = several(self.rule.get("during"))
        return tuple(t for t in self.layer.times if not named or self.layer.periods[t] in named)

    @cached_property
    def everywhere(self) -> frozenset[Seat]:
        """The seats of the items, slots and roles of the rule, in all periods of the horizon."""
        return frozenset(
            seat
            for seat in self.plan
            if seat.layer == self.layer.name
            and seat.item in self.items
            and seat.slot in self.slots
            and seat.role in self.roles
        )

    @cached_property
    def past(self) -> frozenset[Seat]:
        """The seats of the items, slots and roles of the rule before the horizon."""
        return frozenset(
            seat
            for seat in self.layer.past
            if seat.item in self.items and seat.slot in self.slots and seat.role in self.roles
        )

    @cached_property
    def seats(self) -> frozenset[Seat]:
        """The seats of the items, slots, roles and periods of the rule."""
        return frozenset(seat for seat in self.everywhere if seat.period in self.periods)

    def of(self, expression: Any, seat: Seat, item: str | None = None) -> Any:
        """Return the value of an expression at a seat, of its item or of another ``item`` there."""
        return value(
            expression,
            self.world.see(self.layer, item=item or seat.item, slot=seat.slot, period=seat.period),
        )
