"""Branch and cut on the zones around centres, in a process beside: bounds, and the best plan at the end."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

from allocator.optimise.zones.pmedian.districting import Districting
from allocator.optimise.zones.pmedian.hess import HessModel
from allocator.program.program import IntArray
from allocator.solvers.worker_process import Message, WorkerProcess, values_in

#: How often whoever waits looks around, in seconds.
WATCH = 0.05
#: What a bound that is told may be too much, of what pairs cost beyond their price.
SLACK = 1e-6
#: By how much what is looked for may cost more than the known plan, in units of the model.
ABOVE = 0.01


class BranchAndCut:
    """One search, which hears of nothing but the time.

    Args:
        given: The map.
        model: The model of it.
        seed: Seed of every random choice.

    Attributes:
        bound: What anything costs at least, the constant of the map not counted.
        ended: How the search ended, if it did.
        last: The zones that were found last: the best of all once the search has ended.
    """

    def __init__(self, given: Districting, model: HessModel, seed: int) -> None:
        self.bound = 0
        self.ended: Literal["", "optimal", "infeasible"] = ""
        self._given, self._model, self._seed = given, model, seed
        self.last: IntArray | None = None
        self._slack = 0.0
        self._found: list[IntArray] = []

    def run(
        self,
        zone: IntArray,
        goes_on: Callable[[], bool],
        take: Callable[[IntArray], object],
        heard: Callable[[int], None],
        meanwhile: Callable[[], object],
    ) -> None:
        """Search for what costs less than a plan, or as much, for as long as it may go on.

        Args:
            zone: ``[n]`` the zone of each unit in the plan.
            goes_on: Asked now and then.
            take: Is given zones that are found; they may be in pieces as long as the search goes on.
            heard: Told each better bound.
            meanwhile: Called again and again.
        """
        model, (tails, heads) = self._model, self._given.arcs
        values, count = model.values(self._given, zone), len(model.units)
        worker, told = WorkerProcess("districting", self._receive), 0
        worker.begin(
            seed=self._seed,
            cost=model.cost,
            cutoff=np.inf if values is None else float(model.cost @ values) + ABOVE,
            lower=np.zeros(count),
            upper=np.ones(count),
            row_lower=model.low,
            row_upper=model.high,
            starts=model.matrix.indptr.astype(np.int32),
            cols=model.matrix.indices.astype(np.int32),
            coefs=model.matrix.data,
            units=model.units,
            centres=model.centres,
            tails=tails,
            heads=heads,
        )
        try:
            while worker.is_running and goes_on():
                meanwhile()
                while self._found:
                    take(self._found.pop(0))
                if self.bound > told:
                    told = self.bound
                    heard(told)
        finally:
            worker.close()
        for found in self._found:
            take(found)

    def _receive(self, message: Message) -> None:
        bound = message.get("bound")
        if isinstance(bound, float) and math.isfinite(bound):
            self._slack = SLACK * (1 + abs(bound)) * self._model.unit
            own = self._model.constant + math.floor(bound * self._model.unit - self._slack)
            self.bound = max(self.bound, own)
        if "values" in message:
            self.last = self._model.zone(values_in(message))
            self._found.append(self.last)
        if message.get("ended") == "infeasible" or ("ended" in message and self._is_as_told()):
            self.ended = message["ended"]

    def _is_as_told(self) -> bool:
        """Whether the answer found last costs what the bound says: nothing is proved else."""
        assert self.last is not None, "it is told before the end"
        cost = self._given.cost(self.last) - self._given.constant
        return cost <= self.bound + 1 + 2 * self._slack
