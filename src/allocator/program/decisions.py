"""The decisions: one 0/1 variable for each (layer, item, slot, role, period) that is possible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from allocator.model.layer import Layer
from allocator.model.plan import Assignment

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Decisions:
    """The number of each decision among the program's variables.

    Attributes:
        layers: The layers, in their order.
        grids: By layer name, ``[I, S, R, T]`` of variable numbers; -1 where there is no decision.
        count: Number of decisions; they are the program's first variables.
    """

    layers: Mapping[str, Layer]
    grids: Mapping[str, IntArray]
    count: int

    @classmethod
    def of(cls, layers: Sequence[Layer]) -> Decisions:
        """Number the decisions of ``layers``: an item in service to a slot that is active and possible."""
        grids: dict[str, IntArray] = {}
        count = 0
        for layer in layers:
            possible = np.broadcast_to(layer.open[:, :, None, :], layer.shape)
            grid = np.full(layer.shape, -1, dtype=np.int64)
            size = int(possible.sum())
            grid[possible] = np.arange(count, count + size)
            grids[layer.name] = grid
            count += size
        return cls({layer.name: layer for layer in layers}, grids, count)

    @cached_property
    def _places(self) -> Mapping[str, IntArray]:
        """``[n, 4]`` item, slot, role and period of the decisions of each layer."""
        return {name: np.argwhere(grid >= 0) for name, grid in self.grids.items()}

    def column(self, assignment: Assignment) -> int:
        """Return the variable of an assignment, or -1 if it is no decision of these layers."""
        layer = self.layers.get(assignment.layer)
        if layer is None or assignment.role not in layer.roles:
            return -1
        i = layer.item_index.get(assignment.item, -1)
        s = layer.slot_index.get(assignment.slot, -1)
        t = layer.period_index.get(assignment.period, -1)
        if min(i, s, t) < 0:
            return -1
        return int(self.grids[layer.name][i, s, layer.roles.index(assignment.role), t])

    def vector(self, assignments: Iterable[Assignment]) -> IntArray:
        """Return the 0/1 values ``[count]`` of the decisions; other assignments are left out."""
        values = np.zeros(self.count, dtype=np.int64)
        columns = [self.column(assignment) for assignment in assignments]
        values[[column for column in columns if column >= 0]] = 1
        return values

    def assignments(self, values: IntArray) -> tuple[Assignment, ...]:
        """Return the assignments chosen by ``values``, in the order layer, period, item, slot, role."""
        chosen: list[Assignment] = []
        for name, layer in self.layers.items():
            places = self._places[name]
            places = places[values[self.grids[name][tuple(places.T)]] > 0]
            for i, s, r, t in places[np.lexsort(places[:, (2, 1, 0, 3)].T)]:
                chosen.append(
                    Assignment(
                        layer=name,
                        item=layer.items[i],
                        slot=layer.slots[s],
                        role=layer.roles[r],
                        period=layer.period_id(int(t)),
                    )
                )
        return tuple(chosen)
