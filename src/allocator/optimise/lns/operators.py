"""Neighbourhood operators: which decisions a piece of large neighbourhood search sets free.

An operator reads the layers of the program, not its rules. It frees some items of a layer, some slots over
all periods, or some periods. Items and slots are drawn at random, or half of them in proportion to the
penalty that the plan pays there. An operator across layers frees some items of one layer, the decisions of
other layers about the same items, and as large a share of layers that decide about something else. Each
operator adapts its share: it grows after pieces that were easy to solve, and shrinks after pieces that were
not solved.

Method: adaptive large neighbourhood search (Shaw, CP 1998; Ropke and Pisinger, Transportation Science 2006).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from allocator.program.decisions import Decisions
from allocator.program.program import BoolArray, IntArray
from allocator.solvers.solver import SearchResult

#: Stands for the cost of a place that an item cannot have: more than anything costs.
PROHIBITIVE = 2**62
#: How an operator selects places, or the movers of an assignment.
Selection = Literal["random", "penalised", "chain", "similar", "return"]
#: The dimensions of a layer's grid along which places are selected.
ITEMS, SLOTS, PERIODS = 0, 1, 3


@dataclass(frozen=True)
class OperatorParams:
    """How operators are chosen, and how much they free.

    Attributes:
        first_share: The share of a layer's places that the first pieces free.
        first_decisions: The most decisions that the first pieces free.
        many_places: A layer with more slots than this also has operators that follow the penalties.
        smoothing: The weight of the last reward against those before it.
        exploration: The weight of an operator without a reward, as a share of the best operator's weight.
        minimum_weight: The weight of every operator while none has a reward.
        minimum_effort: Pieces that took a smaller share of their time count as if they took this share.
        trivial_effort: A piece that took less than this share of its time was trivial.
        easy_effort: A piece that took less than this share of its time was easy.
        trivial_growth: The factor of the share freed after a trivial piece.
        easy_growth: The factor after an easy piece.
        unsolved_shrinkage: The factor after a piece that was not solved to its end.
    """

    first_share: float = 0.4
    first_decisions: int = 4000
    many_places: int = 12
    smoothing: float = 0.3
    exploration: float = 0.1
    minimum_weight: float = 1e-9
    minimum_effort: float = 0.02
    trivial_effort: float = 0.1
    easy_effort: float = 0.5
    trivial_growth: float = 1.6
    easy_growth: float = 1.15
    unsolved_shrinkage: float = 0.8


#: The parameters of every search.
PARAMS = OperatorParams()


@dataclass
class NeighbourhoodOperator:
    """One way to select what to free, and how much of it at a time.

    Attributes:
        layer: The layer.
        axis: The dimension along which places are selected: items, slots or periods.
        across_layers: Whether decisions of other layers are freed too.
        share: The share of the places along the axis that is selected.
        exhausted: Whether all places were selected without a gain. The operator then waits for a new plan.
        selection: How places are selected. ``random``: uniformly. ``penalised``: half of them in proportion
            to the penalty that the plan pays there. ``chain``: slots with a penalty, the slots where their
            items would cost less, and so on. An operator by assignment selects its movers instead:
            ``random``; ``similar``, items that are alike; ``chain``, items that cost less elsewhere;
            ``return``, similar items after a few others were sent back to where they cost less.
        by_assignment: Whether the operator solves an assignment of one item per slot, not a piece.
        promising_only: Whether only promising decisions are freed, and those of the plan.
        deep_targets: Whether an assignment aims to lower maxima to the median, not just to the next value.
        reward: The smoothed gain of its pieces per share of their time; None before the first piece.
    """

    layer: str
    axis: int
    across_layers: bool
    share: float
    exhausted: bool = False
    selection: Selection = "random"
    by_assignment: bool = False
    promising_only: bool = False
    deep_targets: bool = False
    reward: float | None = None

    def update(self, outcome: SearchResult, gain: float) -> None:
        """Update the reward, and adapt the share to how hard the last piece was.

        Args:
            outcome: The result of a piece.
            gain: The share of the gap between cost and bound that the piece closed. A share, since the first
                pieces of a search gain more than later ones ever can, whichever operator they have.
        """
        reward = gain / max(PARAMS.minimum_effort, outcome.effort)
        if self.reward is not None:
            reward = (1 - PARAMS.smoothing) * self.reward + PARAMS.smoothing * reward
        self.reward = reward
        if self.by_assignment:
            return  # its movers are drawn at random, so that it is never exhausted
        if outcome.found != "optimal":
            self.share *= PARAMS.unsolved_shrinkage
            return
        self.exhausted = self.share >= 1.0 and not gain
        if outcome.effort < PARAMS.easy_effort:
            trivial = outcome.effort < PARAMS.trivial_effort
            self.share = min(1.0, self.share * (PARAMS.trivial_growth if trivial else PARAMS.easy_growth))


class NeighbourhoodSelector:
    """Chooses the operator of the next piece, and the decisions that it frees.

    Args:
        decisions: The decisions.
        open_decisions: ``[decisions]`` whether each is worth freeing.
        seed: The seed of every random choice.

    Attributes:
        operators: The operators.
    """

    def __init__(self, decisions: Decisions, open_decisions: BoolArray, seed: int) -> None:
        self._decisions, self._open = decisions, open_decisions
        self._random = np.random.default_rng(seed)
        self._live = {name: self._open_places(grid) for name, grid in decisions.grids.items()}
        self._promising: BoolArray = np.ones(decisions.count, dtype=np.bool_)
        self.operators = [one for name in self._live for one in self._operators_of(name)]

    def set_promising(self, promising: BoolArray) -> None:
        """Add operators that free only the decisions which a relaxation finds promising.

        Args:
            promising: ``[decisions]`` whether each is promising. Pieces of these alone can be larger.
        """
        self._promising = promising
        ways: tuple[Selection, ...] = ("random", "penalised", "chain")
        for name, live in self._live.items():
            grid = self._decisions.grids[name]
            if len(live[SLOTS]) > PARAMS.many_places:
                share = _first_share(int(promising[grid[grid >= 0]].sum()))
                self.operators += [
                    NeighbourhoodOperator(name, SLOTS, False, share, selection=way, promising_only=True)
                    for way in ways
                ]

    def free_decisions(
        self,
        operator: NeighbourhoodOperator,
        values: IntArray,
        price: IntArray,
        penalties: Callable[[str, int], IntArray],
    ) -> IntArray:
        """Return the decisions that an operator frees.

        Args:
            operator: The operator.
            values: ``[variables]`` the plan.
            price: ``[variables]`` the cost of one of each.
            penalties: Returns the penalty that the plan pays at each place of a layer along an axis.
        """
        is_random = operator.selection == "random"
        weights = None if is_random else penalties(operator.layer, operator.axis)
        after = self._cheaper_slots(operator.layer, values, price) if operator.selection == "chain" else None
        chosen = self._select(operator.layer, operator.axis, operator.share, weights, after)
        if operator.promising_only:
            chosen = chosen[self._promising[chosen] | (values[chosen] > 0)]
        if not operator.across_layers:
            return chosen
        others = [
            self._linked_decisions(operator.layer, name, chosen)
            for name in self._decisions.grids
            if name != operator.layer
        ]
        return np.unique(np.concatenate([chosen, *others]))

    def select(self, *, by_assignment: bool | None = None) -> NeighbourhoodOperator:
        """Return an operator without a reward yet; else one at random, weighted by reward.

        Args:
            by_assignment: Whether the operator solves assignments; None for either kind.
        """
        allowed = [
            one for one in self.operators if by_assignment is None or one.by_assignment is by_assignment
        ]
        ready = [one for one in allowed if not one.exhausted]
        new = next((one for one in ready if one.reward is None), None)
        if new is not None:
            return new
        rewards = np.array([one.reward or 0.0 for one in ready])
        weights = rewards + max(PARAMS.exploration * rewards.max(), PARAMS.minimum_weight)
        return ready[int(self._random.choice(len(ready), p=weights / weights.sum()))]

    @property
    def all_exhausted(self) -> bool:
        """Whether all operators that solve pieces are exhausted."""
        return all(one.exhausted for one in self.operators if not one.by_assignment)

    def reset(self) -> None:
        """Let exhausted operators be selected again, since the plan has changed."""
        for one in self.operators:
            one.exhausted = False

    def _operators_of(self, name: str) -> list[NeighbourhoodOperator]:
        """Return the operators of a layer; only those by items go across layers, which may share items."""
        live = self._live[name]
        share = _first_share(self._open_among(self._decisions.grids[name]).size)
        many = {axis: len(places) > PARAMS.many_places for axis, places in live.items()}
        found: list[NeighbourhoodOperator] = []
        if many[SLOTS]:
            ways: tuple[Selection, ...] = ("similar", "return", "chain", "random")
            found += [
                NeighbourhoodOperator(
                    name, SLOTS, False, share, selection=way, by_assignment=True, deep_targets=deep
                )
                for deep in (False, True)
                for way in ways
            ]
        found += [
            NeighbourhoodOperator(name, axis, False, share)
            for axis, places in live.items()
            if len(places) > 1
        ]
        found += [
            NeighbourhoodOperator(name, axis, False, share, selection="penalised")
            for axis in (SLOTS, ITEMS)
            if many[axis]
        ]
        if many[SLOTS]:
            found.append(NeighbourhoodOperator(name, SLOTS, False, share, selection="chain"))
        if sum(len(own[ITEMS]) > 0 for own in self._live.values()) > 1 and len(live[ITEMS]) > 1:
            found.append(NeighbourhoodOperator(name, ITEMS, True, share))
        return found

    def _select(
        self,
        layer: str,
        axis: int,
        share: float,
        weights: IntArray | None = None,
        after: Mapping[int, list[int]] | None = None,
    ) -> IntArray:
        """Return the decisions of some places along an axis; of slots at least two, to change places.

        Args:
            layer: The layer.
            axis: The dimension.
            share: The share of the places.
            weights: ``[places]`` weights by which half of the places are drawn.
            after: For each place drawn by weight, the places that follow it in a chain.
        """
        live = self._live[layer][axis]
        least = min(len(live), 2 if axis == SLOTS else 1)
        count = max(least, round(share * len(live)))
        chosen = self._random.permutation(live)
        if weights is not None and (own := weights[live].astype(float)).any():
            dear = self._random.choice(live, np.count_nonzero(own), replace=False, p=own / own.sum()).tolist()
            first = dear[: -(-count // 2)] if after is None else follow_chains(dear, after, count)
            chosen = np.array(list(dict.fromkeys([*first, *chosen.tolist()])), dtype=np.int64)
        chosen = chosen[: min(count, len(live))]
        return self._open_among(self._decisions.grids[layer].take(chosen, axis=axis))

    def _cheaper_slots(self, layer: str, values: IntArray, price: IntArray) -> Mapping[int, list[int]]:
        """Return for each slot the slots where one of its items would cost less than it does there."""
        grid = self._decisions.grids[layer]
        costs = np.where(grid >= 0, price[grid], PROHIBITIVE).min(axis=(2, 3))
        best = costs.argmin(axis=1)
        found: dict[int, list[int]] = {}
        for i, s, _, _ in np.argwhere((grid >= 0) & (values[grid] > 0)).tolist():
            if costs[i, best[i]] < costs[i, s]:
                found.setdefault(s, []).append(int(best[i]))
        return found

    def _linked_decisions(self, layer: str, other: str, chosen: IntArray) -> IntArray:
        """Return the decisions of ``other`` about the chosen items; a share of them if none are shared."""
        mine, theirs = self._decisions.layers[layer], self._decisions.layers[other]
        grid = self._decisions.grids[other]
        if not mine.item_index.keys() & theirs.item_index.keys():
            return self._select(other, ITEMS, min(1.0, chosen.size / max(1, self._open_among(grid).size)))
        items = np.flatnonzero(np.isin(self._decisions.grids[layer], chosen).any(axis=(1, 2, 3)))
        same = (theirs.item_index.get(mine.items[i], -1) for i in items)
        return self._open_among(grid[[k for k in same if k >= 0]])

    def _open_places(self, grid: IntArray) -> dict[int, IntArray]:
        """Return along each axis the places where some decision is open."""
        is_open = (grid >= 0) & self._open[grid]
        along = {
            axis: tuple(other for other in range(4) if other != axis) for axis in (SLOTS, ITEMS, PERIODS)
        }
        return {axis: np.flatnonzero(is_open.any(axis=rest)) for axis, rest in along.items()}

    def _open_among(self, columns: IntArray) -> IntArray:
        """Return the open decisions among ``columns``, in which -1 stands for none."""
        flat = columns.reshape(-1)
        flat = flat[flat >= 0]
        return np.asarray(flat[self._open[flat]])


def _first_share(decisions: int) -> float:
    """Return the share of a layer that its first pieces free, by the number of its decisions."""
    return min(PARAMS.first_share, PARAMS.first_decisions / max(1, decisions))


def follow_chains(first: list[int], after: Mapping[int, list[int]], count: int) -> list[int]:
    """Return at most ``count`` places: the first of ``first``, its chain breadth first, then the next."""
    found: dict[int, None] = {}
    for one in first:
        waiting = [one]
        while waiting and len(found) < count:
            place = waiting.pop(0)
            if place not in found:
                found[place] = None
                waiting += after.get(place, [])
    return list(found)
