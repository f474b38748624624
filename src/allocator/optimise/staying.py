"""The last tie-break: of plans that cost the same, one in which whoever was there before stays.

It is no level and no solver is asked: once a plan is found, people change places where that costs nothing at
any level, breaks nothing, and lets more of them keep the seat of the baseline, the slot of the period before,
or their role in it. The rows and costs that an exchange touches say what it does (``program/nearby.py``).
What is looked at is limited by number, not by time, so that plans stay repeatable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from allocator.optimise.stays import Exchange, Stays
from allocator.optimise.task import Task
from allocator.program.evaluate import evaluate_auxiliaries, level_costs
from allocator.program.nearby import NeighbourEvaluator
from allocator.program.program import IntArray
from allocator.program.states import BoolArray
from allocator.rules.fields import layers_read
from allocator.rules.policy import Policy

#: So many exchanges are looked at at most, fewer where plans are long: so many values in all.
MOST, VALUES = 2_000, 50_000_000
#: So many are looked at together, in no more than so many values; and all are gone over so many times.
TOGETHER, ROOM, ROUNDS = 50, 4_000_000, 4


def with_stays(policy: Policy, task: Task, values: IntArray) -> IntArray:
    """Return a plan, given as values of all variables, that costs the same and in which no fewer stay.

    Layers that rules with cuts are about are left as they are: rows alone do not say what breaks there.
    """
    baseline = policy.context.baseline
    cut = {name for rule in policy.rules if rule.cuts for name in layers_read(rule)}
    decisions = values[: task.program.decisions.count]
    stays = [
        Stays(layer, task.program.decisions.grids[name], decisions, baseline)
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

    def changed(self, layers: Sequence[Stays]) -> IntArray | None:
        """Return the decisions after all exchanges that can be made; None if none can."""
        for _ in range(ROUNDS):
            made = [self._gone_over(stays) for stays in layers]
            if not any(made):
                break
        if not self._flipped.any():
            return None
        decisions = self.values[: len(self._flipped)]
        return np.where(self._flipped, 1 - decisions, decisions)

    def _gone_over(self, stays: Stays) -> bool:
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

    def _hopeful(self, stays: Stays) -> Iterator[Exchange]:
        for exchange in stays.exchanges():
            if stays.gains(exchange) and stays.flips(exchange) is not None:
                yield exchange

    def _is_still_free(self, stays: Stays, exchange: Exchange) -> bool:
        """Look again at an exchange, now that those tried with it may have been made."""
        return stays.gains(exchange) and self._are_free(stays, [exchange])[0]

    def _are_free(self, stays: Stays, tried: Sequence[Exchange]) -> list[bool]:
        """Return of exchanges whether they break nothing and change the cost of no level."""
        self._near = self._near or NeighbourEvaluator(self.task.program, self.values)
        near = self._near.look([np.flatnonzero(self._with(stays, exchange)) for exchange in tried])
        same = (near.costs @ self._of_level.T == 0).all(axis=1)
        return [bool(free) for free in same & ~near.broken.any(axis=1)]

    def _with(self, stays: Stays, exchange: Exchange) -> BoolArray:
        flips, flipped = stays.flips(exchange), self._flipped.copy()
        assert flips is not None, "it is looked at since it can be"
        flipped[flips] ^= True
        return flipped
