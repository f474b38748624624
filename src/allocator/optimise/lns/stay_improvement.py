"""The last tie-break: of plans of equal cost, one in which more items stay where they were.

It is no level, and it asks no solver. Once a plan is found, items exchange seats where the exchange costs
nothing at any level, violates no row, and lets more items keep the seat of the baseline, the slot of the
period before, or their role in it. The rows and costs that an exchange touches tell its effect
(``program/evaluate.py``). The number of exchanges is limited, not the time, so that plans are repeatable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from allocator.model.layer import Layer
from allocator.model.plan import Plan
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.program.evaluate import NeighbourEvaluator, evaluate_auxiliaries, level_costs
from allocator.program.program import BoolArray, IntArray
from allocator.rules.expressions.fields import layers_read
from allocator.rules.policy import Policy

#: The (slot, role) pairs that an item has in a period.
Seats = frozenset[tuple[int, int]]
#: An item in a period.
ItemPeriod = tuple[int, int]
#: The numbers of seats kept from the baseline, of slots kept from the period before, and of roles kept there.
StayCounts = tuple[int, int, int]
NO_SEATS: Seats = frozenset()


@dataclass(frozen=True)
class StayParams:
    """How many exchanges of seats are evaluated.

    Attributes:
        most_exchanges: The most exchanges of one plan.
        most_values: The most values of variables evaluated: of long plans fewer exchanges are tried.
        batch: The number of exchanges evaluated together.
        batch_values: The most values of variables evaluated together.
        rounds: How often all layers are gone over.
    """

    most_exchanges: int = 2_000
    most_values: int = 50_000_000
    batch: int = 50
    batch_values: int = 4_000_000
    rounds: int = 4


#: The parameters of every tie-break.
PARAMS = StayParams()


def improve_stays(policy: Policy, constrained: ConstrainedProgram, values: IntArray) -> IntArray:
    """Return a plan of the same cost in which at least as many items stay.

    Layers that rules with cuts are about stay as they are: there, rows alone do not tell what is violated.

    Args:
        policy: The rules and the baseline.
        constrained: The constrained program.
        values: ``[variables]`` the plan.
    """
    baseline = policy.context.baseline
    cut = {name for rule in policy.rules if rule.has_cuts for name in layers_read(rule)}
    decisions = values[: constrained.program.decisions.count]
    layers = [
        HeldSeats(layer, constrained.program.decisions.grids[name], decisions, baseline)
        for name, layer in policy.context.layers.items()
        if name not in cut and (layer.past or len(layer.periods) > 1 or baseline is not None)
    ]
    found = _StayImprovement(policy, constrained, values).improved_decisions(layers)
    if found is None:
        return values
    improved = evaluate_auxiliaries(constrained.program, found[None, :])[0]
    costs = level_costs(constrained.program, np.stack([values, improved]))
    return improved if (costs[0] == costs[1]).all() and constrained.is_feasible(improved) else values


@dataclass(frozen=True)
class SeatExchange:
    """The seats of some items in some periods, before and after; mostly two items that change places."""

    before: Mapping[ItemPeriod, Seats]
    after: Mapping[ItemPeriod, Seats]


class HeldSeats:
    """The seats that items of a layer hold in a plan, which exchanges change.

    Args:
        layer: The layer.
        grid: ``[items, slots, roles, periods]`` its decisions, -1 where there is none.
        decisions: ``[decisions]`` the plan.
        baseline: The plan whose seats are to be kept, if there is one.
    """

    def __init__(self, layer: Layer, grid: IntArray, decisions: IntArray, baseline: Plan | None) -> None:
        self._layer, self._grid = layer, grid
        self._held = _held_seats(grid, decisions)
        self._baseline = _baseline_seats(layer, baseline)
        self._periods = len(layer.periods)

    def exchanges(self) -> Iterator[SeatExchange]:
        """Yield the exchanges, period by period, that may let an item keep a seat."""
        for t in range(self._periods):
            members: dict[int, set[int]] = {}
            for i in range(len(self._layer.items)):
                for slot, _ in self._at(i, t):
                    members.setdefault(slot, set()).add(i)
            for i in range(len(self._layer.items)):
                lost = (self._before(i, t) | self._baseline.get((i, t), NO_SEATS)) - self._at(i, t)
                partners = sorted({other for slot, _ in lost for other in members.get(slot, ())} - {i})
                yield from self._exchanges_of(i, t, lost, partners)

    def _exchanges_of(self, item: int, t: int, lost: Seats, partners: list[int]) -> Iterator[SeatExchange]:
        """Yield the exchanges that may give an item back a seat that it lost."""
        if self._layer.spec.take.most == 1:
            for other in partners:
                yield from self._swaps(item, other, t)
        for seat in sorted(lost):
            for own in sorted(self._at(item, t) - self._before(item, t)):
                yield from self._moves(item, own, seat, t)
                if self._layer.spec.take.most != 1:
                    yield from self._seat_swaps(item, partners, own, seat, t)

    def _swaps(self, one: int, other: int, t: int) -> Iterator[SeatExchange]:
        """Yield swaps of all seats of two items: while both can, while neither moves, and for one period."""
        mine, theirs = self._at(one, t), self._at(other, t)
        able, still = t, t
        while able < self._periods and self._can_have(one, self._at(other, able), able):
            if not self._can_have(other, self._at(one, able), able):
                break
            if still == able and self._at(one, able) == mine and self._at(other, able) == theirs:
                still += 1
            able += 1
        for end in sorted({able, still, t + 1} if able > t else (), reverse=True):
            after = {(one, p): self._at(other, p) for p in range(t, end)}
            yield self._exchange({**after, **{(other, p): self._at(one, p) for p in range(t, end)}})

    def _can_have(self, item: int, seats: Seats, period: int) -> bool:
        """Whether there are decisions that give an item some seats in a period."""
        return all(self._grid[item, slot, role, period] >= 0 for slot, role in seats)

    def _moves(
        self, item: int, own: tuple[int, int], seat: tuple[int, int], t: int
    ) -> Iterator[SeatExchange]:
        """Yield the move of an item from its own seat to another, whichever item holds that, too."""
        after: dict[ItemPeriod, Seats] = {}
        for p in range(t, self._periods):
            if own not in self._at(item, p) or seat in self._at(item, p):
                break
            after[item, p] = self._at(item, p) - {own} | {seat}
        yield self._exchange(after)

    def _seat_swaps(
        self, item: int, partners: list[int], own: tuple[int, int], seat: tuple[int, int], t: int
    ) -> Iterator[SeatExchange]:
        """Yield swaps of one seat each of an item and the holder of a seat, while both hold these."""
        for other in partners:
            after: dict[ItemPeriod, Seats] = {}
            for p in range(t, self._periods):
                mine, theirs = self._at(item, p), self._at(other, p)
                if own not in mine or seat in mine or seat not in theirs or own in theirs:
                    break
                after[item, p] = mine - {own} | {seat}
                after[other, p] = theirs - {seat} | {own}
            if after:
                yield self._exchange(after)

    def _exchange(self, after: Mapping[ItemPeriod, Seats]) -> SeatExchange:
        return SeatExchange({key: self._at(*key) for key in after}, after)

    def gains(self, exchange: SeatExchange) -> bool:
        """Whether more is kept after an exchange that still applies; the baseline counts before all else."""
        if any(self._at(*key) != seats for key, seats in exchange.before.items()):
            return False
        touched = {(i, p) for i, t in exchange.after for p in (t, t + 1) if p < self._periods}
        less, more = ([self._stay_counts(key, after) for key in touched] for after in ({}, exchange.after))
        return tuple(map(sum, zip(*more, strict=True))) > tuple(map(sum, zip(*less, strict=True)))

    def _stay_counts(self, key: ItemPeriod, after: Mapping[ItemPeriod, Seats]) -> StayCounts:
        item, t = key
        now = after.get(key, self._at(item, t))
        was = after.get((item, t - 1), self._before(item, t))
        slots = {slot for slot, _ in now} & {slot for slot, _ in was}
        return len(now & self._baseline.get(key, NO_SEATS)), len(slots), len(now & was)

    def flips(self, exchange: SeatExchange) -> IntArray | None:
        """Return the decisions that an exchange changes; None if it needs a decision that does not exist."""
        columns = [
            int(self._grid[i, slot, role, t])
            for (i, t), seats in exchange.after.items()
            for slot, role in sorted(seats ^ exchange.before[i, t])
        ]
        return None if min(columns, default=0) < 0 else np.array(columns, dtype=np.int64)

    def apply(self, exchange: SeatExchange) -> None:
        """Apply an exchange."""
        self._held.update(exchange.after)

    def _at(self, item: int, period: int) -> Seats:
        return self._held.get((item, period), NO_SEATS)

    def _before(self, item: int, period: int) -> Seats:
        return self._at(item, period - 1) if period > 0 else frozenset(self._layer.past.held(item, -1))


def _held_seats(grid: IntArray, decisions: IntArray) -> dict[ItemPeriod, Seats]:
    """Return the seats of each item and period in a plan."""
    held: dict[ItemPeriod, set[tuple[int, int]]] = {}
    taken = (grid >= 0) & (decisions[np.maximum(grid, 0)] > 0)
    for i, s, r, t in np.argwhere(taken).tolist():
        held.setdefault((i, t), set()).add((s, r))
    return {key: frozenset(seats) for key, seats in held.items()}


def _baseline_seats(layer: Layer, plan: Plan | None) -> dict[ItemPeriod, Seats]:
    """Return the seats of the baseline that the layer still has."""
    held: dict[ItemPeriod, set[tuple[int, int]]] = {}
    for one in plan.assignments if plan is not None else ():
        i, s = layer.item_index.get(one.item, -1), layer.slot_index.get(one.slot, -1)
        t = layer.period_index.get(one.period, -1)
        if one.layer == layer.name and one.role in layer.roles and min(i, s, t) >= 0:
            held.setdefault((i, t), set()).add((s, layer.roles.index(one.role)))
    return {key: frozenset(seats) for key, seats in held.items()}


@dataclass
class _StayImprovement:
    """Tries exchanges one after another.

    Attributes:
        policy: The rules.
        constrained: The constrained program.
        values: ``[variables]`` the plan.
        left: The number of exchanges that may still be tried.
    """

    policy: Policy
    constrained: ConstrainedProgram
    values: IntArray
    left: int = field(init=False)

    def __post_init__(self) -> None:
        width = max(1, len(self.values))
        self.left = min(PARAMS.most_exchanges, PARAMS.most_values // width)
        self._batch = max(1, min(PARAMS.batch, PARAMS.batch_values // width))
        self._evaluator: NeighbourEvaluator | None = None
        levels = [rule.level for rule in self.policy.rules]
        soft = sorted({level for level in levels if level != "hard"})
        self._of_level = np.array([[own == level for own in levels] for level in soft]).reshape(
            -1, len(levels)
        )
        self._flipped = np.zeros(self.constrained.program.decisions.count, dtype=np.bool_)

    def improved_decisions(self, layers: Sequence[HeldSeats]) -> IntArray | None:
        """Return the decisions after all exchanges that could be made; None if none could."""
        for _ in range(PARAMS.rounds):
            changed = [self._improve_layer(layer) for layer in layers]
            if not any(changed):
                break
        if not self._flipped.any():
            return None
        decisions = self.values[: len(self._flipped)]
        return np.where(self._flipped, 1 - decisions, decisions)

    def _improve_layer(self, layer: HeldSeats) -> bool:
        """Try the exchanges of a layer, and return whether one was made."""
        changed, candidates = False, self._candidates(layer)
        while self.left > 0 and (tried := list(islice(candidates, min(self.left, self._batch)))):
            self.left -= len(tried)
            for exchange, is_free in zip(tried, self._are_free(layer, tried), strict=True):
                if is_free and self._is_still_free(layer, exchange):
                    layer.apply(exchange)
                    self._flipped = self._flipped_with(layer, exchange)
                    changed = True
        return changed

    def _candidates(self, layer: HeldSeats) -> Iterator[SeatExchange]:
        for exchange in layer.exchanges():
            if layer.gains(exchange) and layer.flips(exchange) is not None:
                yield exchange

    def _is_still_free(self, layer: HeldSeats, exchange: SeatExchange) -> bool:
        """Evaluate an exchange again, since others of its batch may have been made."""
        return layer.gains(exchange) and self._are_free(layer, [exchange])[0]

    def _are_free(self, layer: HeldSeats, tried: Sequence[SeatExchange]) -> list[bool]:
        """Return whether each exchange violates no row and changes the cost of no level."""
        self._evaluator = self._evaluator or NeighbourEvaluator(self.constrained.program, self.values)
        flips = [np.flatnonzero(self._flipped_with(layer, exchange)) for exchange in tried]
        found = self._evaluator.evaluate(flips)
        same = (found.costs @ self._of_level.T == 0).all(axis=1)
        return [bool(free) for free in same & ~found.violated.any(axis=1)]

    def _flipped_with(self, layer: HeldSeats, exchange: SeatExchange) -> BoolArray:
        flips, flipped = layer.flips(exchange), self._flipped.copy()
        assert flips is not None, "only exchanges with decisions are tried"
        flipped[flips] ^= True
        return flipped
