"""Puts zones into slots: into any where these are alike, else into those where they cost least."""

from __future__ import annotations

import numpy as np

from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.program import IntArray, Program
from allocator.program.slot_decomposition import SlotBlock, SlotDecomposition
from allocator.solvers.linear import assign

#: Stands for what a zone costs in a slot that cannot have it.
NEVER = 1e30


class SlotPlacement:
    """Puts zones into the slots of a program.

    Args:
        program: The program.
        whole: The same, slot by slot, every slot for the same items.
        level: The level that counts where a zone does not cost the same in all slots.
    """

    def __init__(self, program: Program, whole: SlotDecomposition, level: int) -> None:
        self._program, self._whole, self._level = program, whole, program.levels.index(level)
        self._alike = len({part.key for part in whole.blocks}) == 1

    def decisions(self, zone: IntArray) -> IntArray | None:
        """Return the decisions of zones, ``[n]`` the zone of each item; None if slots cannot have them."""
        names, first = np.unique(zone, return_index=True)
        names = names[np.argsort(first)]
        slots = np.arange(len(names)) if self._alike else self._dealt(zone, names)
        if slots is None:
            return None
        decisions = np.zeros(self._program.decisions.count, dtype=np.int64)
        [grid] = self._program.decisions.grids.values()
        for name, slot in zip(names.tolist(), slots.tolist(), strict=True):
            columns = grid[self._whole.items[zone == name], self._whole.blocks[slot].slot, 0, 0]
            if (columns < 0).any():
                return None
            decisions[columns] = 1
        return decisions

    def zone(self, decisions: IntArray) -> IntArray:
        """Return ``[n]`` the zone of each item in a plan: the number of its slot."""
        [grid] = self._program.decisions.grids.values()
        own = grid[self._whole.items, :, 0, 0]
        return np.asarray(np.where(own >= 0, decisions[own], 0).argmax(axis=1))

    def _dealt(self, zone: IntArray, names: IntArray) -> IntArray | None:
        """Return the slot of each zone, as cheap as can be; None if some zone has none."""
        held = (zone == names[:, None]).astype(np.int64)
        costs = np.stack([self._costs(part, held) for part in self._whole.blocks], axis=1)
        found = assign(costs)
        return None if found is None or (costs[found] >= NEVER).any() else found[1]

    def _costs(self, part: SlotBlock, held: IntArray) -> np.ndarray:
        values = evaluate_auxiliaries(part.program, held)
        kept = (held >= part.program.lower[: held.shape[1]]) & (held <= part.program.upper[: held.shape[1]])
        able = kept.all(axis=1) & ~violated_rows(part.program, values).any(axis=1)
        return np.where(able, level_costs(part.program, values)[:, self._level], NEVER)
