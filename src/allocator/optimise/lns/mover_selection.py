"""Movers of an assignment neighbourhood: the items that are taken out and assigned anew, and their selection.

Each place of a layer gives at most one mover. A selection reads the program, not its rules: items at random;
similar items, which can take each other's place; items that cost less elsewhere, while their target gives one
mover or none; or a few such items are moved there, and similar movers make up for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from allocator.optimise.lns.operators import PROHIBITIVE, Selection
from allocator.program.program import BoolArray, IntArray, Program
from allocator.program.structure import item_features, similarity


@dataclass(frozen=True)
class MoverParams:
    """How movers are selected.

    Attributes:
        most_movers: The most places of one assignment.
        vacancy: The chance that a place gives no mover.
        target_vacancy: The chance that the target of an item that costs less there gives no mover.
        free_seed: The chance that similar items are similar to one that can leave at no cost. Otherwise they
            are similar to the best of ``seeds_tried`` items.
        seeds_tried: The number of random items of which the one with most similar items is taken: to even
            out the same loads, more of few deputies have to move than of many cadres.
        most_returned: The most items that one move sends back to where they cost less.
        compensating: The numbers of places that may make up for items sent back.
    """

    most_movers: int = 256
    vacancy: float = 0.25
    target_vacancy: float = 0.5
    free_seed: float = 0.7
    seeds_tried: int = 4
    most_returned: int = 3
    compensating: tuple[int, ...] = (64, 256)


#: The parameters of every selection.
PARAMS = MoverParams()


def no_decisions() -> IntArray:
    """Return an empty array of decisions."""
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Movers:
    """The items that are taken out; mover ``k`` has place ``k`` before.

    Attributes:
        columns: ``[periods, movers, places]`` the decision that puts a mover at a place in a period; -1 where
            there is none. A mover without decisions stands for a vacancy.
        left: The decisions of items that are moved first, whatever the movers do.
        sent: The decisions that these items have instead.
    """

    columns: IntArray
    left: IntArray = field(default_factory=no_decisions)
    sent: IntArray = field(default_factory=no_decisions)

    @property
    def own(self) -> IntArray:
        """The decisions that put the movers at their present places."""
        size = np.arange(self.columns.shape[1])
        own = self.columns[:, size, size]
        return np.asarray(own[own >= 0])

    @property
    def removal(self) -> tuple[IntArray, IntArray]:
        """The decisions that change when the movers are taken out, and the change of each, 1 or -1."""
        gone = np.concatenate([self.own, self.left])
        return np.concatenate([gone, self.sent]), np.repeat([-1, 1], [len(gone), len(self.sent)])

    def within(self, open_decisions: BoolArray, values: IntArray) -> Movers:
        """Return the same movers with open decisions only, and no item sent where it is already.

        Args:
            open_decisions: ``[decisions]`` whether each may change now.
            values: ``[variables]`` the plan.
        """
        is_open = (self.columns >= 0) & open_decisions[self.columns]
        columns = np.where(is_open, self.columns, -1)
        may_go = open_decisions[np.concatenate([self.left, self.sent])].all()
        is_free = not values[self.sent].any() and len(np.unique(self.sent)) == len(self.sent)
        return replace(self, columns=columns) if may_go and is_free else Movers(columns)

    def at(self, places: IntArray) -> IntArray:
        """Return the decisions that put mover ``k`` at ``places[k]``."""
        columns = self.columns[:, np.arange(len(places)), places]
        return np.asarray(columns[columns >= 0])


@dataclass(frozen=True, eq=False)
class StayTable:
    """The decisions of a layer in some consecutive periods, whatever the plan.

    Attributes:
        grid: ``[items, slots, roles, periods]`` the decisions.
        costs: ``[items, slots * roles]`` the cost of an item at a place; prohibitive where it cannot be.
        best: ``[items]`` the place where each item costs least.
    """

    grid: IntArray
    costs: IntArray
    best: IntArray

    def stays(self, values: IntArray, open_decisions: BoolArray) -> IntArray:
        """Return ``[n, 3]`` item, slot and role of items that keep one place in all periods and may go."""
        found = np.argwhere(values[self.grid[..., 0]] > 0)
        columns = self.grid[tuple(found.T)]
        may_go = (columns >= 0) & open_decisions[columns] & (values[columns] > 0)
        return found[may_go.all(axis=1)]


@dataclass(frozen=True, eq=False)
class StayWindow:
    """The stays of a plan in some consecutive periods.

    Attributes:
        grid: ``[items, slots, roles, periods]`` the decisions.
        stays: ``[n, 3]`` item, slot and role of the items that keep one place, in random order.
        cheaper: ``[n, 3]`` the same with the place where each item costs least, if that is less.
        free: ``[n]`` the number of places where the item would cost no more, its own among them.
    """

    grid: IntArray
    stays: IntArray
    cheaper: IntArray
    free: IntArray

    @cached_property
    def gains(self) -> IntArray:
        """The stays whose items would cost less elsewhere, by number."""
        return np.flatnonzero((self.stays != self.cheaper).any(axis=1))

    def columns(self, stays: IntArray) -> IntArray:
        """Return the decisions of some stays."""
        return np.asarray(self.grid[tuple(stays.T)].reshape(-1))

    def movers(self, chosen: IntArray, vacant: BoolArray | None = None) -> Movers:
        """Return the movers of chosen stays; where ``vacant``, the item stays and a vacancy moves."""
        columns = self.grid[chosen[:, None, 0], chosen[None, :, 1], chosen[None, :, 2]].transpose(2, 0, 1)
        return Movers(columns if vacant is None else np.where(vacant[None, :, None], -1, columns))


class MoverSelector:
    """Selects movers.

    Args:
        program: The program.
        price: ``[variables]`` the cost of one of each.
        open_decisions: ``[decisions]`` whether each may change at all.
        random: The source of random numbers.
    """

    def __init__(
        self,
        program: Program,
        price: IntArray,
        open_decisions: BoolArray,
        random: np.random.Generator,
    ) -> None:
        self._program, self._price, self._open, self._random = program, price, open_decisions, random
        self._tables: dict[tuple[str, int, int], StayTable] = {}
        self._features = {name: item_features(program, name) for name in program.decisions.grids}

    def movers(
        self, layer: str, selection: Selection, values: IntArray, open_decisions: BoolArray
    ) -> Movers | None:
        """Select movers of a layer in random consecutive periods; None if no item keeps a place that long.

        Args:
            layer: The layer.
            selection: How the movers are selected.
            values: ``[variables]`` the plan.
            open_decisions: ``[decisions]`` whether each may change now.
        """
        count = self._program.decisions.grids[layer].shape[3]
        first, last = np.sort(self._random.integers(0, count, 2)).tolist()
        key = layer, first, last
        if key not in self._tables:
            self._tables[key] = self._table(*key)
        table = self._tables[key]
        stays = self._random.permutation(table.stays(values, open_decisions))
        if not len(stays):
            return None
        window = self._window(table, stays, self._adjacent_places(layer, first, last, values))
        return self._select(selection, window, layer).within(open_decisions, values)

    def _select(self, selection: Selection, window: StayWindow, layer: str) -> Movers:
        if selection == "similar":
            return window.movers(self._similar(window, layer))
        if selection == "return":
            return self._returned(window, layer)
        if selection == "chain":
            return self._chain(window)
        chosen = one_per_slot(window.stays)
        return window.movers(chosen, self._random.random(len(chosen)) < PARAMS.vacancy)

    def _table(self, layer: str, first: int, last: int) -> StayTable:
        grid = self._program.decisions.grids[layer][:, :, :, first : last + 1]
        is_open = ((grid >= 0) & self._open[grid]).all(axis=3)
        costs = np.where(is_open, self._price[grid].sum(axis=3), PROHIBITIVE).reshape(len(grid), -1)
        return StayTable(grid, costs, costs.argmin(axis=1))

    def _adjacent_places(self, layer: str, first: int, last: int, values: IntArray) -> IntArray:
        """Return ``[items]`` the place of each just before some periods, or just after; -1 for none."""
        grid = self._program.decisions.grids[layer]
        near = [period for period in (first - 1, last + 1) if 0 <= period < grid.shape[3]]
        if not near:
            return np.full(len(grid), -1, dtype=np.int64)
        columns = grid[..., self._random.choice(near)].reshape(len(grid), -1)
        there = (columns >= 0) & (values[columns] > 0)
        return np.where(there.any(axis=1), there.argmax(axis=1), -1)

    def _window(self, table: StayTable, stays: IntArray, adjacent: IntArray) -> StayWindow:
        items, roles = stays[:, 0], table.grid.shape[2]
        own = table.costs[items, stays[:, 1] * roles + stays[:, 2]]
        best, near = table.best[items], adjacent[items]
        # The place of the period before or after is seldom dearer, though no single decision says so.
        best = np.where((near >= 0) & (table.costs[items, near] <= own), near, best)
        cheaper = np.stack([items, *np.divmod(best, roles)], axis=1)
        gains = (table.costs[items, best] < own) | (best == near)
        free = (table.costs[items] <= own[:, None]).sum(axis=1)
        return StayWindow(table.grid, stays, np.where(gains[:, None], cheaper, stays), free)

    def _similar(self, window: StayWindow, layer: str) -> IntArray:
        """Return for each slot the stay most similar to a seed: an item free to go, or one like many."""
        items, is_free = window.stays[:, 0], self._random.random() < PARAMS.free_seed
        weights = window.free / window.free.sum() if is_free else None
        seeds = self._random.choice(items, 1 if is_free else PARAMS.seeds_tried, p=weights)
        alike = [similarity(self._features[layer], int(one))[items] for one in seeds]
        return one_per_slot(window.stays[np.argsort(-max(alike, key=np.sum), kind="stable")])

    def _chain(self, window: StayWindow) -> Movers:
        """Select items that cost less elsewhere; their target slots give a mover, or a vacancy."""
        taken: set[int] = set()
        first, vacated = [], set()
        for k in window.gains.tolist():
            slots = {int(window.stays[k, 1]), int(window.cheaper[k, 1])}
            if not taken & slots:
                taken |= slots
                first.append(k)
                if self._random.random() < PARAMS.target_vacancy:
                    vacated.add(int(window.cheaper[k, 1]))
        chosen = one_per_slot(np.concatenate([window.stays[first], window.stays]))
        vacant = self._random.random(len(chosen)) < PARAMS.vacancy
        leaving = set(window.stays[first, 1].tolist())
        for k, slot in enumerate(chosen[:, 1].tolist()):
            vacant[k] = slot in vacated or (slot not in leaving and bool(vacant[k]))
        return window.movers(chosen, vacant)

    def _returned(self, window: StayWindow, layer: str) -> Movers:
        """Send a few items to where they cost less, and select similar movers to make up for it."""
        few = window.gains[: int(self._random.integers(1, PARAMS.most_returned + 1))]
        chosen = self._similar(window, layer)
        touched = np.isin(chosen[:, 1], [window.stays[few, 1], window.cheaper[few, 1]])
        chosen = chosen[np.argsort(~touched, kind="stable")][: self._random.choice(PARAMS.compensating)]
        few = few[~np.isin(window.stays[few, 0], chosen[:, 0])]
        left, sent = window.columns(window.stays[few]), window.columns(window.cheaper[few])
        return replace(window.movers(chosen), left=left, sent=sent)


def one_per_slot(stays: IntArray) -> IntArray:
    """Return of stays ``[n, 3]`` (item, slot, role) the first of each slot, and of these of each item."""
    stays = stays[np.sort(np.unique(stays[:, 1], return_index=True)[1])]
    return stays[np.sort(np.unique(stays[:, 0], return_index=True)[1])][: PARAMS.most_movers]
