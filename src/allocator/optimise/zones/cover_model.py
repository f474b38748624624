"""The exact cover as a problem: a column for each zone of each group of slots, then what ties slots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array, csr_array

from allocator.optimise.zones.candidates import Candidates
from allocator.program.bounds import Bounds
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.program import IntArray, Program
from allocator.program.slot_decomposition import SlotDecomposition
from allocator.program.subproblem import MilpInstance


class CooBuilder:
    """Rows of a problem, put together block by block."""

    def __init__(self) -> None:
        self._count = 0
        self._sides: list[Bounds] = []
        self._terms: list[tuple[IntArray, IntArray, IntArray]] = []

    def add(self, low: IntArray, high: IntArray) -> int:
        """Add rows and return the number of the first."""
        first = self._count
        self._sides.append((low, high))
        self._count += len(low)
        return first

    def terms(self, rows: IntArray, cols: IntArray, coefs: IntArray) -> None:
        """Add terms to rows."""
        self._terms.append((rows, cols, coefs))

    def sides(self) -> Bounds:
        """Return the sides of all rows."""
        low, high = (np.concatenate([side[k] for side in self._sides]) for k in range(2))
        return low, high

    def matrix(self, width: int) -> csr_array:
        """Return the coefficients of all rows."""
        rows, cols, coefs = (np.concatenate([block[k] for block in self._terms]) for k in range(3))
        return csr_array(coo_array((coefs, (rows, cols)), shape=(self._count, width)))


class CoverModel:
    """The exact cover of a map by zones.

    Args:
        program: The program.
        whole: The same, slot by slot.
        groups: The zones of each group of slots that are alike.
        tied: ``[n]`` variables of the program that stand in rows that tie slots together, in order.

    Attributes:
        problem: The cover, without a price.
        choice: ``[columns]`` which columns are zones.
        prices: By level, ``[columns]`` what each costs.
    """

    def __init__(
        self, program: Program, whole: SlotDecomposition, groups: Sequence[Candidates], tied: IntArray
    ) -> None:
        self._program, self._whole, self._groups, self._tied = program, whole, groups, tied
        self._starts = np.cumsum([0, *(len(group.held) for group in groups)])
        self._zones = int(self._starts[-1])
        count = self._zones + len(tied)
        rows = CooBuilder()
        self._cover_items(rows)
        self._fill_slots(rows)
        self._know_values(rows)
        self._keep_ties(rows)
        nothing = np.zeros(count, dtype=np.int64)
        self.problem = MilpInstance(
            np.arange(count), self._bounds(), rows.matrix(count), rows.sides(), nothing, 0, nothing
        )
        self.choice = np.arange(count) < self._zones
        self.prices = [self._price(k, level) for k, level in enumerate(program.levels)]

    def decisions(self, values: IntArray) -> IntArray:
        """Return the decisions of a cover: of slots that are alike, the first has the first item's zone."""
        found = np.zeros(self._program.decisions.count, dtype=np.int64)
        [grid] = self._program.decisions.grids.values()
        for group, start in zip(self._groups, self._starts.tolist(), strict=False):
            chosen = np.flatnonzero(values[start : start + len(group.held)])
            zones = [np.flatnonzero(own) for own in group.held[chosen] if own.any()]
            for slot, items in zip(group.slots, sorted(zones, key=lambda own: int(own[0])), strict=False):
                found[grid[group.part.items[items], slot, 0, 0]] = 1
        return found

    def cost(self, k: int, values: IntArray) -> int:
        """Return what a cover costs at a level, by its place among the levels."""
        return int(self.prices[k] @ values) + self._program.constant(self._program.levels[k])

    def allows(self, values: IntArray) -> bool:
        """Whether a cover keeps all rows."""
        (low, high), sums = self.problem.sides, self.problem.matrix @ values
        return bool(((low <= sums) & (sums <= high)).all())

    def values(self, decisions: IntArray) -> IntArray | None:
        """Return the cover that decisions are; None if a zone of theirs is not among those to choose from."""
        found = np.zeros(len(self.problem), dtype=np.int64)
        [grid] = self._program.decisions.grids.values()
        for group, start in zip(self._groups, self._starts.tolist(), strict=False):
            for slot in group.slots:
                held = decisions[grid[group.part.items, slot, 0, 0]] > 0
                [same] = np.nonzero((group.held == held).all(axis=1))
                if not len(same):
                    return None
                found[start + same[0]] += 1
        found[self._zones :] = evaluate_auxiliaries(self._program, decisions[None, :])[0, self._tied]
        return found

    def _cover_items(self, rows: CooBuilder) -> None:
        """Every item is in one zone."""
        items = self._whole.items
        first = rows.add(np.ones_like(items), np.ones_like(items))
        for group, start in zip(self._groups, self._starts.tolist(), strict=False):
            zone, item = np.nonzero(group.held)
            at = np.searchsorted(items, group.part.items[item])
            rows.terms(first + at, start + zone, np.ones_like(at))

    def _fill_slots(self, rows: CooBuilder) -> None:
        """There are as many zones as slots, empty ones counted."""
        sizes = np.array([len(group.slots) for group in self._groups], dtype=np.int64)
        first = rows.add(sizes, sizes)
        for g, (group, start) in enumerate(zip(self._groups, self._starts.tolist(), strict=False)):
            own = start + np.arange(len(group.held))
            rows.terms(np.full_like(own, first + g), own, np.ones_like(own))

    def _know_values(self, rows: CooBuilder) -> None:
        """A variable of one slot has its value in the zone that is chosen there."""
        nothing = np.zeros_like(self._tied)
        first = rows.add(nothing, nothing)
        known = np.flatnonzero(~np.isin(self._tied, self._whole.linking_variables))
        rows.terms(first + known, self._zones + known, np.full_like(known, -1))
        for group, start in zip(self._groups, self._starts.tolist(), strict=False):
            variables = group.part.columns[np.isin(group.part.columns, self._tied)]
            zone, which = np.nonzero(group.values)
            at = np.searchsorted(self._tied, variables[which])
            rows.terms(first + at, start + zone, group.values[zone, which])

    def _keep_ties(self, rows: CooBuilder) -> None:
        """What ties slots together is asked as the program asks it."""
        ties = self._whole.linking_rows
        row = np.repeat(np.arange(len(ties)), np.diff(ties.starts))
        first = rows.add(ties.lo, ties.hi)
        rows.terms(first + row, self._zones + np.searchsorted(self._tied, ties.cols), ties.coefs)

    def _bounds(self) -> Bounds:
        """A zone is chosen once at most, but for empty ones of slots that are alike."""
        nothing = np.zeros(self._zones, dtype=np.int64)
        most = [np.where(group.held.any(axis=1), 1, len(group.slots)) for group in self._groups]
        lower, upper = self._program.lower[self._tied], self._program.upper[self._tied]
        return np.concatenate([nothing, lower]), np.concatenate([*most, upper])

    def _price(self, k: int, level: int) -> IntArray:
        costs, tied = self._whole.linking_costs, np.zeros_like(self._tied)
        at = costs.levels == level
        np.add.at(tied, np.searchsorted(self._tied, costs.cols[at]), costs.coefs[at])
        return np.concatenate([*(group.costs[:, k] for group in self._groups), tied])
