"""The exact cover of a map as a problem: a column for each candidate zone, and the rows that link slots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array, csr_array

from allocator.optimise.zones.candidates import CandidateZones
from allocator.program.bound_tightening import Bounds
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.program import IntArray, Program
from allocator.program.slot_decomposition import SlotDecomposition
from allocator.program.subproblem import MilpInstance


class CooBuilder:
    """Builds the rows of a problem block by block, as coordinates."""

    def __init__(self) -> None:
        self._count = 0
        self._sides: list[Bounds] = []
        self._terms: list[tuple[IntArray, IntArray, IntArray]] = []

    def add_rows(self, low: IntArray, high: IntArray) -> int:
        """Add rows with lower and upper sides, and return the number of the first."""
        first = self._count
        self._sides.append((low, high))
        self._count += len(low)
        return first

    def add_terms(self, rows: IntArray, cols: IntArray, coefs: IntArray) -> None:
        """Add terms ``[n]`` to rows."""
        self._terms.append((rows, cols, coefs))

    def sides(self) -> Bounds:
        """Return the sides of all rows."""
        low, high = (np.concatenate([side[k] for side in self._sides]) for k in range(2))
        return low, high

    def matrix(self, width: int) -> csr_array:
        """Return ``[rows, width]`` the coefficients."""
        rows, cols, coefs = (np.concatenate([block[k] for block in self._terms]) for k in range(3))
        return csr_array(coo_array((coefs, (rows, cols)), shape=(self._count, width)))


class CoverModel:
    """The exact cover of a map by zones.

    Args:
        program: The program.
        whole: Its decomposition by slot.
        groups: The candidate zones of each group of interchangeable slots.
        linked: ``[n]`` the variables of the program in rows that link slots, in order.

    Attributes:
        problem: The cover, without an objective: columns of zones first, then the linked variables.
        choice: ``[columns]`` whether each is a zone.
        prices: By level, ``[columns]`` the cost of each.
    """

    def __init__(
        self,
        program: Program,
        whole: SlotDecomposition,
        groups: Sequence[CandidateZones],
        linked: IntArray,
    ) -> None:
        self._program, self._whole, self._groups, self._linked = program, whole, groups, linked
        self._starts = np.cumsum([0, *(len(group.held) for group in groups)])
        self._zones = int(self._starts[-1])
        count = self._zones + len(linked)
        rows = CooBuilder()
        self._add_item_rows(rows)
        self._add_slot_rows(rows)
        self._add_value_rows(rows)
        self._add_linking_rows(rows)
        nothing = np.zeros(count, dtype=np.int64)
        self.problem = MilpInstance(
            np.arange(count), self._bounds(), rows.matrix(count), rows.sides(), nothing, 0, nothing
        )
        self.choice = np.arange(count) < self._zones
        self.prices = [self._price(k, level) for k, level in enumerate(program.levels)]

    def decisions(self, values: IntArray) -> IntArray:
        """Return the decisions of a cover; of interchangeable slots the first has the first item."""
        found = np.zeros(self._program.decisions.count, dtype=np.int64)
        [grid] = self._program.decisions.grids.values()
        for group, start in zip(self._groups, self._starts.tolist(), strict=False):
            chosen = np.flatnonzero(values[start : start + len(group.held)])
            zones = [np.flatnonzero(own) for own in group.held[chosen] if own.any()]
            for slot, items in zip(group.slots, sorted(zones, key=lambda own: int(own[0])), strict=False):
                found[grid[group.block.items[items], slot, 0, 0]] = 1
        return found

    def cost(self, k: int, values: IntArray) -> int:
        """Return the cost of a cover at the ``k``-th level."""
        return int(self.prices[k] @ values) + self._program.constant(self._program.levels[k])

    def allows(self, values: IntArray) -> bool:
        """Whether a cover keeps all rows."""
        (low, high), sums = self.problem.sides, self.problem.matrix @ values
        return bool(((low <= sums) & (sums <= high)).all())

    def values(self, decisions: IntArray) -> IntArray | None:
        """Return ``[columns]`` the cover of a plan; None if one of its zones is no candidate."""
        found = np.zeros(len(self.problem), dtype=np.int64)
        [grid] = self._program.decisions.grids.values()
        for group, start in zip(self._groups, self._starts.tolist(), strict=False):
            for slot in group.slots:
                held = decisions[grid[group.block.items, slot, 0, 0]] > 0
                [same] = np.nonzero((group.held == held).all(axis=1))
                if not len(same):
                    return None
                found[start + same[0]] += 1
        found[self._zones :] = evaluate_auxiliaries(self._program, decisions[None, :])[0, self._linked]
        return found

    def _add_item_rows(self, rows: CooBuilder) -> None:
        """Every item is in one zone."""
        items = self._whole.items
        first = rows.add_rows(np.ones_like(items), np.ones_like(items))
        for group, start in zip(self._groups, self._starts.tolist(), strict=False):
            zone, item = np.nonzero(group.held)
            at = np.searchsorted(items, group.block.items[item])
            rows.add_terms(first + at, start + zone, np.ones_like(at))

    def _add_slot_rows(self, rows: CooBuilder) -> None:
        """Each group of slots has one zone per slot, empty ones counted."""
        sizes = np.array([len(group.slots) for group in self._groups], dtype=np.int64)
        first = rows.add_rows(sizes, sizes)
        for g, (group, start) in enumerate(zip(self._groups, self._starts.tolist(), strict=False)):
            own = start + np.arange(len(group.held))
            rows.add_terms(np.full_like(own, first + g), own, np.ones_like(own))

    def _add_value_rows(self, rows: CooBuilder) -> None:
        """A linked variable of one slot has its value in the zone that is chosen there."""
        nothing = np.zeros_like(self._linked)
        first = rows.add_rows(nothing, nothing)
        known = np.flatnonzero(~np.isin(self._linked, self._whole.linking_variables))
        rows.add_terms(first + known, self._zones + known, np.full_like(known, -1))
        for group, start in zip(self._groups, self._starts.tolist(), strict=False):
            variables = group.block.columns[np.isin(group.block.columns, self._linked)]
            zone, which = np.nonzero(group.values)
            at = np.searchsorted(self._linked, variables[which])
            rows.add_terms(first + at, start + zone, group.values[zone, which])

    def _add_linking_rows(self, rows: CooBuilder) -> None:
        """The linking rows of the program hold."""
        linking = self._whole.linking_rows
        row = np.repeat(np.arange(len(linking)), np.diff(linking.starts))
        first = rows.add_rows(linking.lo, linking.hi)
        columns = self._zones + np.searchsorted(self._linked, linking.cols)
        rows.add_terms(first + row, columns, linking.coefs)

    def _bounds(self) -> Bounds:
        """A zone is chosen once at most, but for the empty one of interchangeable slots."""
        nothing = np.zeros(self._zones, dtype=np.int64)
        most = [np.where(group.held.any(axis=1), 1, len(group.slots)) for group in self._groups]
        lower, upper = self._program.lower[self._linked], self._program.upper[self._linked]
        return np.concatenate([nothing, lower]), np.concatenate([*most, upper])

    def _price(self, k: int, level: int) -> IntArray:
        costs, linked = self._whole.linking_costs, np.zeros_like(self._linked)
        at = costs.levels == level
        np.add.at(linked, np.searchsorted(self._linked, costs.cols[at]), costs.coefs[at])
        return np.concatenate([*(group.costs[:, k] for group in self._groups), linked])
