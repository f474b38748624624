"""Neighbourhoods: which decisions to set free while the rest of a plan stays as it is.

They read the program's layers, not its rules: some items of a layer, some slots over all periods, or
some periods; items and slots by chance, or half of them by what the plan pays for them. A piece across
layers has some items of one, what others decide of the same items, and as much again of layers that decide
of something else. How much of it at once is learnt: more where pieces are solved with ease, less where they
are not.
Method: adaptive large neighbourhood search (Shaw, CP 1998; Ropke and Pisinger, Transportation Science 2006).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from allocator.optimise.outcome import Outcome
from allocator.program.decisions import Decisions
from allocator.program.program import IntArray
from allocator.program.subproblem import BoolArray

#: What the first pieces set free: a part of a layer, but no more decisions than this.
FIRST, MOST = 0.4, 4000
#: More than anything costs.
FAR = 2**62
By = Literal["chance", "paid", "chain", "alike", "back"]
#: How much what an arm gained last counts beside what it gained before.
NEWS = 0.3
#: An arm that gained nothing is tried this often beside the best, and all alike if none gained anything.
LITTLE, TINY = 0.1, 1e-9
#: The part of its time below which a piece counts as that short.
SHORT = 0.02
#: Where there are more places than this, what the plan pays for them says where to look.
FEW = 12
#: By how much later pieces are more or less.
MUCH_MORE, MORE, LESS = 1.6, 1.15, 0.8
#: The parts of its time below which a piece was trivial, and easy.
TRIVIAL, EASY = 0.1, 0.5
#: The dimensions of a layer's grid by which pieces are chosen.
ITEMS, SLOTS, PERIODS = 0, 1, 3


@dataclass
class NeighbourhoodOperator:
    """One way to choose what to set free, and how much of it at a time.

    Attributes:
        layer: The layer.
        axis: By what it chooses there: items, slots or periods.
        across: Whether other layers' decisions are set free too.
        part: The part of the places along the axis that is chosen.
        rests: Whether it has chosen all there is, in vain: it waits for the plan to change.
        by: How it chooses: by chance; half of the places by what the plan pays for them; or slots that the
            plan pays for with those where their items would cost less, and so on along the chain; for
            exchanges, by chance, items that are alike, items that would cost less elsewhere, or items that
            are alike after a few others were sent back to where they cost less.
        exchanges: Whether items are exchanged between slots, one of each: no piece is searched.
        narrow: Whether of what it chooses only what is likely is set free, and what the plan has.
        deep: Whether exchanges bring what is greatest of many down to the middle, not just the next value.
        rate: What its last pieces gained for their time; None before the first.
    """

    layer: str
    axis: int
    across: bool
    part: float
    rests: bool = False
    by: By = "chance"
    exchanges: bool = False
    narrow: bool = False
    deep: bool = False
    rate: float | None = None

    def learn(self, outcome: Outcome, gain: float) -> None:
        """Choose more the next time if the piece was solved with ease, less if it was not solved.

        Args:
            outcome: What came of a piece.
            gain: The part of what was open, between cost and bound, that it closed: the first pieces gain
                more than later ones ever can, whichever they are.
        """
        rate = gain / max(SHORT, outcome.effort)
        self.rate = rate if self.rate is None else (1 - NEWS) * self.rate + NEWS * rate
        if self.exchanges:
            return  # by chance: there is no end to them
        if outcome.found != "optimal":
            self.part *= LESS
            return
        self.rests = self.part >= 1.0 and not gain
        if outcome.effort < EASY:
            self.part = min(1.0, self.part * (MUCH_MORE if outcome.effort < TRIVIAL else MORE))


class NeighbourhoodSelector:
    """Chooses pieces of a plan.

    Args:
        decisions: The decisions.
        open_decisions: ``[decisions]`` which of them are worth setting free.
        seed: Seed of every choice.
    """

    def __init__(self, decisions: Decisions, open_decisions: BoolArray, seed: int) -> None:
        self._decisions, self._open = decisions, open_decisions
        self._random = np.random.default_rng(seed)
        self._live = {name: self._places(grid) for name, grid in decisions.grids.items()}
        self._likely: BoolArray = np.ones(decisions.count, dtype=np.bool_)
        self.arms = list(self._arms())

    def guide(self, likely: BoolArray) -> None:
        """Take over which decisions a relaxation finds likely: pieces of these alone can be larger."""
        self._likely = likely
        for name, live in self._live.items():
            grid = self._decisions.grids[name]
            part = min(FIRST, MOST / max(1, int(likely[grid[grid >= 0]].sum())))
            if len(live[SLOTS]) > FEW:
                self.arms += [
                    NeighbourhoodOperator(name, SLOTS, False, part, by=by, narrow=True)
                    for by in ("chance", "paid", "chain")
                ]

    def free(
        self,
        arm: NeighbourhoodOperator,
        values: IntArray,
        price: IntArray,
        paid: Callable[[str, int], IntArray],
    ) -> IntArray:
        """Return the decisions that ``arm`` sets free.

        Args:
            arm: The way to choose.
            values: ``[variables]`` the plan.
            price: ``[variables]`` what one of each costs.
            paid: Returns what the plan pays for each place of a layer along an axis.
        """
        weights = None if arm.by == "chance" else paid(arm.layer, arm.axis)
        after = self._cheaper(arm.layer, values, price) if arm.by == "chain" else None
        chosen = self._some(arm.layer, arm.axis, arm.part, weights, after)
        if arm.narrow:
            chosen = chosen[self._likely[chosen] | (values[chosen] > 0)]
        if not arm.across:
            return chosen
        others = [
            self._beside(arm.layer, name, chosen) for name in self._decisions.grids if name != arm.layer
        ]
        return np.unique(np.concatenate([chosen, *others]))

    def next(self, *, exchanges: bool | None = None) -> NeighbourhoodOperator:
        """Return an arm that is new; else one by lot, in favour of what gained most for its time of late.

        Args:
            exchanges: Whether it is one that makes exchanges; either if None.
        """
        allowed = [arm for arm in self.arms if exchanges is None or arm.exchanges is exchanges]
        awake = [arm for arm in allowed if not arm.rests]
        new = next((arm for arm in awake if arm.rate is None), None)
        if new is not None:
            return new
        rates = np.array([arm.rate or 0.0 for arm in awake])
        weights = rates + max(LITTLE * rates.max(), TINY)
        return awake[int(self._random.choice(len(awake), p=weights / weights.sum()))]

    @property
    def is_resting(self) -> bool:
        """Whether all arms have chosen all there is, in vain; those that make exchanges never have."""
        return all(arm.rests for arm in self.arms if not arm.exchanges)

    def wake(self) -> None:
        """Let every arm choose again: the plan has changed."""
        for arm in self.arms:
            arm.rests = False

    def _arms(self) -> list[NeighbourhoodOperator]:
        """Return the arms of each layer; across layers only by items, which layers may share."""
        arms: list[NeighbourhoodOperator] = []
        several = sum(len(live[ITEMS]) > 0 for live in self._live.values()) > 1
        for name, live in self._live.items():
            part = min(FIRST, MOST / max(1, self._of(self._decisions.grids[name]).size))
            if len(live[SLOTS]) > FEW:
                ways: tuple[By, ...] = ("alike", "back", "chain", "chance")
                arms += [
                    NeighbourhoodOperator(name, SLOTS, False, part, by=by, exchanges=True, deep=deep)
                    for deep in (False, True)
                    for by in ways
                ]
            arms += [
                NeighbourhoodOperator(name, axis, False, part)
                for axis, places in live.items()
                if len(places) > 1
            ]
            arms += [
                NeighbourhoodOperator(name, axis, False, part, by="paid")
                for axis in (SLOTS, ITEMS)
                if len(live[axis]) > FEW
            ]
            arms += (
                [NeighbourhoodOperator(name, SLOTS, False, part, by="chain")]
                if len(live[SLOTS]) > FEW
                else []
            )
            if several and len(live[ITEMS]) > 1:
                arms.append(NeighbourhoodOperator(name, ITEMS, True, part))
        return arms

    def _some(
        self,
        layer: str,
        axis: int,
        part: float,
        weights: IntArray | None = None,
        after: Mapping[int, list[int]] | None = None,
    ) -> IntArray:
        """Return the decisions of some places along an axis; of slots at least two, to change places.

        Args:
            layer: The layer.
            axis: Along what.
            part: How many of the places.
            weights: ``[places]``: half of the places are chosen in this proportion.
            after: Which places come after one that is chosen so.
        """
        live = self._live[layer][axis]
        least = min(len(live), 2 if axis == SLOTS else 1)
        count = max(least, round(part * len(live)))
        chosen = self._random.permutation(live)
        if weights is not None and (share := weights[live].astype(float)).any():
            dear = self._random.choice(live, np.count_nonzero(share), replace=False, p=share / share.sum())
            first = dear[: -(-count // 2)].tolist() if after is None else _chain(dear.tolist(), after, count)
            chosen = np.array(list(dict.fromkeys([*first, *chosen.tolist()])), dtype=np.int64)
        chosen = chosen[: min(count, len(live))]
        return self._of(self._decisions.grids[layer].take(chosen, axis=axis))

    def _cheaper(self, layer: str, values: IntArray, price: IntArray) -> Mapping[int, list[int]]:
        """Return for each slot those where an item of it would cost less than it does there."""
        grid = self._decisions.grids[layer]
        costs = np.where(grid >= 0, price[grid], FAR).min(axis=(2, 3))
        best = costs.argmin(axis=1)
        found: dict[int, list[int]] = {}
        for i, s, _, _ in np.argwhere((grid >= 0) & (values[grid] > 0)).tolist():
            if costs[i, best[i]] < costs[i, s]:
                found.setdefault(s, []).append(int(best[i]))
        return found

    def _beside(self, layer: str, other: str, chosen: IntArray) -> IntArray:
        """Return what ``other`` decides of the same items; of other things, at most as much as was chosen."""
        mine, theirs = self._decisions.layers[layer], self._decisions.layers[other]
        grid = self._decisions.grids[other]
        if not mine.item_index.keys() & theirs.item_index.keys():
            return self._some(other, ITEMS, min(1.0, chosen.size / max(1, self._of(grid).size)))
        items = np.flatnonzero(np.isin(self._decisions.grids[layer], chosen).any(axis=(1, 2, 3)))
        same = (theirs.item_index.get(mine.items[i], -1) for i in items)
        return self._of(grid[[k for k in same if k >= 0]])

    def _places(self, grid: IntArray) -> dict[int, IntArray]:
        """Return along each axis the places where something is open."""
        is_open = (grid >= 0) & self._open[grid]
        along = {
            axis: tuple(other for other in range(4) if other != axis) for axis in (SLOTS, ITEMS, PERIODS)
        }
        return {axis: np.flatnonzero(is_open.any(axis=rest)) for axis, rest in along.items()}

    def _of(self, columns: IntArray) -> IntArray:
        """Return the open decisions among ``columns``."""
        flat = columns.reshape(-1)
        flat = flat[flat >= 0]
        return np.asarray(flat[self._open[flat]])


def _chain(first: list[int], after: Mapping[int, list[int]], count: int) -> list[int]:
    """Return places: the first, those after it, those after these, and so on; then the next of ``first``."""
    found: dict[int, None] = {}
    for one in first:
        waiting = [one]
        while waiting and len(found) < count:
            place = waiting.pop(0)
            if place not in found:
                found[place] = None
                waiting += after.get(place, [])
    return list(found)
