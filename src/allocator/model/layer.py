"""A layer bound to a scenario: which items may go to which slots, in which roles and periods.

Everything is counted by index: item ``i``, slot ``s``, role ``r``, period ``t``. Periods before the
horizon are counted backwards: ``-1`` is the last one, ``-2`` the one before.
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
        name: Its name in ``scenario.yaml``.
        spec: What the scenario says of it.
        items: Ids of what is assigned, ``I`` of them.
        slots: Ids of what it is assigned to, ``S`` of them.
        roles: Role names, ``R`` of them; ``(None,)`` where a slot knows no roles.
        periods: The periods decided on, ``T`` of them; one that spans the horizon if ``once``.
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
        """Position of each period by the id that a plan gives it (None if decided once)."""
        return {self.period_id(t): t for t in range(len(self.periods))}

    def period_id(self, t: int) -> str | None:
        """Return the id of period ``t`` as a plan writes it."""
        return None if self.once else self.periods[t].id

    @cached_property
    def open(self) -> BoolArray:
        """``[I, S, T]``: whether the item can be in the slot in the period."""
        return self.present[:, None, :] & self.active[None, :, :] & self.possible[:, :, None]

    def can_be(self, item: int, slot: int, period: int) -> bool:
        """Return whether the item can be in the slot in the period."""
        return bool(self.present[item, period] and self.active[slot, period] and self.possible[item, slot])

    def period_at(self, t: int) -> int:
        """Return this layer's period that holds in period ``t`` of the calendar."""
        return 0 if self.once else t

    def truncate(self, periods: int) -> Layer:
        """Return the layer with only its first ``periods`` periods (one decided once stays whole)."""
        if self.once or periods >= len(self.periods):
            return self
        return replace(
            self,
            periods=self.periods[:periods],
            present=self.present[:, :periods],
            active=self.active[:, :periods],
        )
