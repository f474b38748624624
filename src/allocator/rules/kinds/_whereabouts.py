"""Where something is, as seen from a place in a layer: a text, or the slot of an item of another layer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

import numpy as np

from allocator.model.layer import IntArray, Layer
from allocator.model.spec import Strict
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.expressions import PairText, ThereItemText, ThereSlotText
from allocator.rules.means import Doc
from allocator.rules.roster import Roster
from allocator.rules.scope import Scope

#: The one mover of a side whose place is known beforehand.
NOBODY = -1


class Side(Strict):
    """Where an item of another layer is."""

    layer: Annotated[
        str,
        Doc(zh="那一层；其中每个对象至多占一个去处", en="That layer; an item takes at most one slot there."),
    ]
    item: Annotated[
        PairText, Doc(zh="那一层中对象的编号（或 `key`）", en="The id (or the `key`) of the item there.")
    ]
    key: Annotated[
        ThereItemText,
        Doc(
            zh="与 `item` 相比的文字；不填为对象编号",
            en="What `item` is compared with, the id of that layer's item if empty.",
        ),
    ] = ""
    at: Annotated[
        ThereSlotText,
        Doc(
            zh="所在之处的称呼；不填为去处编号", en="What the whereabouts are called, the slot's id if empty."
        ),
    ] = ""


class Known:
    """Whereabouts known beforehand: a text for each item, slot and period."""

    def __init__(self, expression: str, scope: Scope) -> None:
        self._texts = scope.texts(expression)

    def movers(self, item: int, slot: int, period: int) -> list[int]:
        """Return one mover that never moves, or none where the text is empty."""
        return [NOBODY] if self._texts[item, slot, period] else []

    def text(self, item: int, slot: int, period: int) -> str:
        """Return the place."""
        return str(self._texts[item, slot, period])


class Decided:
    """Whereabouts that another layer decides: the movers are that layer's items."""

    def __init__(self, side: Side, scope: Scope) -> None:
        self._side = side
        self._scope = scope
        self._texts = scope.texts(side.item)

    @cached_property
    def layer(self) -> Layer:
        """The layer that decides."""
        return self._scope.context.layers[self._side.layer]

    def movers(self, item: int, slot: int, period: int) -> list[int]:
        """Return the items of that layer whose place counts; none where it has no such item.

        While a first plan is made period by period, that layer may not be decided yet as far as this one.
        """
        if not self.layer.once and period >= len(self.layer.periods):
            return []
        return self._keyed.get(self._texts[item, slot, period], [])

    def columns(
        self, writer: ConstraintWriter, movers: IntArray, periods: IntArray
    ) -> Mapping[str, IntArray]:
        """Return for each place one variable ``[n, 1]``, 1 if the mover is there; -1 if it never is."""
        seen = np.zeros_like(periods) if self.layer.once else periods
        slots_of = self._slots_of.items()
        return {place: writer.presence(self.layer, slots)[movers, seen][:, None] for place, slots in slots_of}

    def place(self, roster: Roster, mover: int, period: int) -> str:
        """Return where a plan has the mover, or an empty text if nowhere."""
        seats = roster[self.layer.name].seats(mover, self.layer.seen_from(period))
        return self._names[seats[0][0]] if seats else ""

    @cached_property
    def _names(self) -> list[str]:
        """What each slot of that layer is called."""
        return self._evaluated(self._side.at, "slot") if self._side.at else list(self.layer.slots)

    @cached_property
    def _slots_of(self) -> dict[str, IntArray]:
        names = np.array(self._names, dtype=object)
        return {place: np.flatnonzero(names == place) for place in dict.fromkeys(self._names) if place}

    @cached_property
    def _keyed(self) -> dict[str, list[int]]:
        """The items of that layer by id or key."""
        keys = self._evaluated(self._side.key, "item") if self._side.key else self.layer.items
        items: dict[str, list[int]] = {}
        for k, key in enumerate(keys):
            if key:
                items.setdefault(key, []).append(k)
        return items

    def _evaluated(self, expression: str, over: str) -> list[str]:
        context = self._scope.context
        [axis] = context.item_axes(self.layer) if over == "item" else context.slot_axes(self.layer)
        return [str(name) for name in context.compiler.compile(expression, axis.types, "STRING").over(axis)]


def whereabouts(side: Side | str, scope: Scope) -> Known | Decided:
    """Return one side of a comparison of places, resolved for a scope."""
    return Decided(side, scope) if isinstance(side, Side) else Known(side, scope)
