"""A layer bound to a scenario: which items may go to which slots, in which roles and periods.

Arrays are indexed by item ``i``, slot ``s``, role ``r`` and period ``t``. Periods before the horizon have
negative indices: ``-1`` is the last of them, ``-2`` the period before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from allocator.model.past import Past
from allocator.model.spec import LayerSpec, Period

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of decisions.

    Attributes:
        name: Name of the layer in ``scenario.yaml``.
        spec: The layer's declaration in ``scenario.yaml``.
        items: Ids of the ``I`` items, the entities that are assigned.
        slots: Ids of the ``S`` slots, the entities that items are assigned to.
        roles: Names of the ``R`` roles; ``(None,)`` if the slots have no roles.
        periods: The ``T`` decided periods; a single period for the whole horizon if ``once``.
        present: ``[I, T]``, whether the item can be assigned in the period (in service, not away).
        active: ``[S, T]``, whether the slot exists in the period.
        possible: ``[I, S]``, whether the item can go to the slot at all.
        past: ``(item, period) -> ((slot, role), ...)`` for periods before the horizon (negative).
    """

    name: str
    spec: LayerSpec
    items: tuple[str, ...]
    slots: tuple[str, ...]
    roles: tuple[str | None, ...]
    periods: tuple[Period, ...]
    present: BoolArray
    active: BoolArray
    possible: BoolArray
    past: Past = field(default_factory=Past)

    @property
    def once(self) -> bool:
        """Whether the layer is decided once for the whole horizon."""
        return self.spec.periods == "once"

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Numbers of items, slots, roles and periods."""
        return len(self.items), len(self.slots), len(self.roles), len(self.periods)

    @cached_property
    def item_index(self) -> Mapping[str, int]:
        """Position of each item by id."""
        return {item: i for i, item in enumerate(self.items)}

    @cached_property
    def slot_index(self) -> Mapping[str, int]:
        """Position of each slot by id."""
        return {slot: s for s, slot in enumerate(self.slots)}

    @cached_property
    def period_index(self) -> Mapping[str | None, int]:
        """Position of each period by its id in plans (None if the layer is decided once)."""
        return {self.period_id(t): t for t in range(len(self.periods))}

    def period_id(self, t: int) -> str | None:
        """Return the id of period ``t`` in plans; None if the layer is decided once."""
        return None if self.once else self.periods[t].id

    @cached_property
    def open(self) -> BoolArray:
        """``[I, S, T]``: whether the item can be in the slot in the period."""
        return self.present[:, None, :] & self.active[None, :, :] & self.possible[:, :, None]

    def can_be(self, item: int, slot: int, period: int) -> bool:
        """Return whether the item can be in the slot in the period."""
        return bool(self.present[item, period] and self.active[slot, period] and self.possible[item, slot])

    def period_at(self, t: int) -> int:
        """Return the index of this layer's period that covers period ``t`` of the horizon."""
        return 0 if self.once else t

    def truncate(self, periods: int) -> Layer:
        """Return the layer with its first ``periods`` periods; a layer decided once stays whole."""
        if self.once or periods >= len(self.periods):
            return self
        return replace(
            self,
            periods=self.periods[:periods],
            present=self.present[:, :periods],
            active=self.active[:, :periods],
        )
