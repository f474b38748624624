"""Who stays: the seats of a layer, how many of them are kept, and the exchanges by which more could be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from allocator.model.layer import Layer
from allocator.model.plan import Plan
from allocator.optimise.task import Task
from allocator.program.evaluate import evaluate_auxiliaries, level_costs
from allocator.program.nearby import NeighbourEvaluator
from allocator.program.program import IntArray
from allocator.program.states import BoolArray
from allocator.rules.fields import layers_read
from allocator.rules.policy import Policy

#: The (slot, role) pairs that an item has in a period.
Seats = frozenset[tuple[int, int]]
#: An item in a period.
When = tuple[int, int]
#: How many seats are as in the baseline, are in the slot of the period before, and in its role too.
Kept = tuple[int, int, int]
NONE: Seats = frozenset()


@dataclass(frozen=True)
class SeatExchange:
    """What some items have in some periods instead of what they had: mostly two that change places."""

    before: Mapping[When, Seats]
    after: Mapping[When, Seats]


class HeldSeats:
    """The seats of a layer of a plan, which exchanges change."""

    def __init__(self, layer: Layer, grid: IntArray, decisions: IntArray, baseline: Plan | None) -> None:
        self._layer, self._grid = layer, grid
        self._held = _seats(layer, grid, decisions)
        self._baseline = _baseline(layer, baseline)
        self._periods = len(layer.periods)

    def exchanges(self) -> Iterator[SeatExchange]:
        """Yield the exchanges, period by period, that could let somebody keep what they had."""
        for t in range(self._periods):
            members: dict[int, set[int]] = {}
            for i in range(len(self._layer.items)):
                for slot, _ in self._at(i, t):
                    members.setdefault(slot, set()).add(i)
            for i in range(len(self._layer.items)):
                lost = (self._before(i, t) | self._baseline.get((i, t), NONE)) - self._at(i, t)
                partners = sorted({other for slot, _ in lost for other in members.get(slot, ())} - {i})
                yield from self._of(i, t, lost, partners)

    def _of(self, item: int, t: int, lost: Seats, partners: list[int]) -> Iterator[SeatExchange]:
        if self._layer.spec.take.most == 1:
            for other in partners:
                yield from self._whole(item, other, t)
        for seat in sorted(lost):
            for own in sorted(self._at(item, t) - self._before(item, t)):
                yield from self._moved(item, own, seat, t)
                if self._layer.spec.take.most != 1:
                    yield from self._single(item, partners, own, seat, t)

    def _whole(self, one: int, other: int, t: int) -> Iterator[SeatExchange]:
        """Yield how two change places: as long as both can, as long as both stay where they are, and once."""
        mine, theirs = self._at(one, t), self._at(other, t)
        able, still = t, t
        while able < self._periods and self._can(one, self._at(other, able), able):
            if not self._can(other, self._at(one, able), able):
                break
            if still == able and self._at(one, able) == mine and self._at(other, able) == theirs:
                still += 1
            able += 1
        for end in sorted({able, still, t + 1} if able > t else (), reverse=True):
            after = {(one, p): self._at(other, p) for p in range(t, end)}
            yield self._exchange({**after, **{(other, p): self._at(one, p) for p in range(t, end)}})

    def _can(self, item: int, seats: Seats, period: int) -> bool:
        """Whether an item can have seats in a period."""
        return all(self._grid[item, slot, role, period] >= 0 for slot, role in seats)

    def _moved(
        self, item: int, own: tuple[int, int], seat: tuple[int, int], t: int
    ) -> Iterator[SeatExchange]:
        """Yield how an item takes a seat instead of its own, whoever else has it."""
        after: dict[When, Seats] = {}
        for p in range(t, self._periods):
            if own not in self._at(item, p) or seat in self._at(item, p):
                break
            after[item, p] = self._at(item, p) - {own} | {seat}
        yield self._exchange(after)

    def _single(
        self, item: int, partners: list[int], own: tuple[int, int], seat: tuple[int, int], t: int
    ) -> Iterator[SeatExchange]:
        """Yield how an item and the holder of a seat exchange one seat each, as long as both have these."""
        for other in partners:
            after: dict[When, Seats] = {}
            for p in range(t, self._periods):
                mine, theirs = self._at(item, p), self._at(other, p)
                if own not in mine or seat in mine or seat not in theirs or own in theirs:
                    break
                after[item, p] = mine - {own} | {seat}
                after[other, p] = theirs - {seat} | {own}
            if after:
                yield self._exchange(after)

    def _exchange(self, after: Mapping[When, Seats]) -> SeatExchange:
        return SeatExchange({when: self._at(*when) for when in after}, after)

    def gains(self, exchange: SeatExchange) -> bool:
        """Whether more is kept after an exchange of what is still so; the baseline counts before all else."""
        if any(self._at(*when) != seats for when, seats in exchange.before.items()):
            return False
        touched = {(i, p) for i, t in exchange.after for p in (t, t + 1) if p < self._periods}
        less, more = ([self._kept(when, after) for when in touched] for after in ({}, exchange.after))
        return tuple(map(sum, zip(*more, strict=True))) > tuple(map(sum, zip(*less, strict=True)))

    def _kept(self, when: When, after: Mapping[When, Seats]) -> Kept:
        item, t = when
        now = after.get(when, self._at(item, t))
        was = after.get((item, t - 1), self._before(item, t))
        slots = {slot for slot, _ in now} & {slot for slot, _ in was}
        return len(now & self._baseline.get(when, NONE)), len(slots), len(now & was)

    def flips(self, exchange: SeatExchange) -> IntArray | None:
        """Return the decisions that an exchange changes, None if something would be that cannot be."""
        columns = [
            int(self._grid[i, slot, role, t])
            for (i, t), seats in exchange.after.items()
            for slot, role in sorted(seats ^ exchange.before[i, t])
        ]
        return None if min(columns, default=0) < 0 else np.array(columns, dtype=np.int64)

    def make(self, exchange: SeatExchange) -> None:
        """Make an exchange."""
        self._held.update(exchange.after)

    def _at(self, item: int, period: int) -> Seats:
        return self._held.get((item, period), NONE)

    def _before(self, item: int, period: int) -> Seats:
        return self._at(item, period - 1) if period > 0 else frozenset(self._layer.past.held(item, -1))


def _seats(layer: Layer, grid: IntArray, decisions: IntArray) -> dict[When, Seats]:
    held: dict[When, set[tuple[int, int]]] = {}
    taken = (grid >= 0) & (decisions[np.maximum(grid, 0)] > 0)
    for i, s, r, t in np.argwhere(taken).tolist():
        held.setdefault((i, t), set()).add((s, r))
    return {when: frozenset(seats) for when, seats in held.items()}


def _baseline(layer: Layer, plan: Plan | None) -> dict[When, Seats]:
    """Return what of the baseline the layer still has."""
    held: dict[When, set[tuple[int, int]]] = {}
    for one in plan.assignments if plan is not None else ():
        i, s = layer.item_index.get(one.item, -1), layer.slot_index.get(one.slot, -1)
        t = layer.period_index.get(one.period, -1)
        if one.layer == layer.name and one.role in layer.roles and min(i, s, t) >= 0:
            held.setdefault((i, t), set()).add((s, layer.roles.index(one.role)))
    return {when: frozenset(seats) for when, seats in held.items()}


#: So many exchanges are looked at at most, fewer where plans are long: so many values in all.
MOST, VALUES = 2_000, 50_000_000
#: So many are looked at together, in no more than so many values; and all are gone over so many times.
TOGETHER, ROOM, ROUNDS = 50, 4_000_000, 4


def improve_stays(policy: Policy, task: Task, values: IntArray) -> IntArray:
    """Return a plan, given as values of all variables, that costs the same and in which no fewer stay.

    Layers that rules with cuts are about are left as they are: rows alone do not say what breaks there.
    """
    baseline = policy.context.baseline
    cut = {name for rule in policy.rules if rule.has_cuts for name in layers_read(rule)}
    decisions = values[: task.program.decisions.count]
    stays = [
        HeldSeats(layer, task.program.decisions.grids[name], decisions, baseline)
        for name, layer in policy.context.layers.items()
        if name not in cut and (layer.past or len(layer.periods) > 1 or baseline is not None)
    ]
    found = _Tries(policy, task, values).changed(stays)
    if found is None:
        return values
    settled = evaluate_auxiliaries(task.program, found[None, :])[0]
    costs = level_costs(task.program, np.stack([values, settled]))
    return settled if (costs[0] == costs[1]).all() and task.is_sound(settled) else values


@dataclass
class _Tries:
    """Exchanges that are tried one after another."""

    policy: Policy
    task: Task
    values: IntArray
    left: int = field(init=False)

    def __post_init__(self) -> None:
        width = max(1, len(self.values))
        self.left = min(MOST, VALUES // width)
        self._together = max(1, min(TOGETHER, ROOM // width))
        self._near: NeighbourEvaluator | None = None
        levels = [rule.level for rule in self.policy.rules]
        soft = sorted({level for level in levels if level != "hard"})
        self._of_level = np.array([[own == level for own in levels] for level in soft]).reshape(
            -1, len(levels)
        )
        self._flipped = np.zeros(self.task.program.decisions.count, dtype=np.bool_)

    def changed(self, layers: Sequence[HeldSeats]) -> IntArray | None:
        """Return the decisions after all exchanges that can be made; None if none can."""
        for _ in range(ROUNDS):
            made = [self._gone_over(stays) for stays in layers]
            if not any(made):
                break
        if not self._flipped.any():
            return None
        decisions = self.values[: len(self._flipped)]
        return np.where(self._flipped, 1 - decisions, decisions)

    def _gone_over(self, stays: HeldSeats) -> bool:
        """Go over the exchanges of a layer, and return whether one was made."""
        made, hopeful = False, self._hopeful(stays)
        while self.left > 0 and (tried := list(islice(hopeful, min(self.left, self._together)))):
            self.left -= len(tried)
            for exchange, is_free in zip(tried, self._are_free(stays, tried), strict=True):
                if is_free and self._is_still_free(stays, exchange):
                    stays.make(exchange)
                    self._flipped = self._with(stays, exchange)
                    made = True
        return made

    def _hopeful(self, stays: HeldSeats) -> Iterator[SeatExchange]:
        for exchange in stays.exchanges():
            if stays.gains(exchange) and stays.flips(exchange) is not None:
                yield exchange

    def _is_still_free(self, stays: HeldSeats, exchange: SeatExchange) -> bool:
        """Look again at an exchange, now that those tried with it may have been made."""
        return stays.gains(exchange) and self._are_free(stays, [exchange])[0]

    def _are_free(self, stays: HeldSeats, tried: Sequence[SeatExchange]) -> list[bool]:
        """Return of exchanges whether they break nothing and change the cost of no level."""
        self._near = self._near or NeighbourEvaluator(self.task.program, self.values)
        near = self._near.evaluate([np.flatnonzero(self._with(stays, exchange)) for exchange in tried])
        same = (near.costs @ self._of_level.T == 0).all(axis=1)
        return [bool(free) for free in same & ~near.violated.any(axis=1)]

    def _with(self, stays: HeldSeats, exchange: SeatExchange) -> BoolArray:
        flips, flipped = stays.flips(exchange), self._flipped.copy()
        assert flips is not None, "it is looked at since it can be"
        flipped[flips] ^= True
        return flipped
