"""The MIP route: the program's relaxation with cuts, in a process beside CP-SAT.

Where a rule is written tightly (spells for terms and moves) the linear relaxation is nearly the answer,
and branch and cut proves what constraint search cannot.
"""

from __future__ import annotations

import base64
import math

import numpy as np
import numpy.typing as npt

from allocator.engine.child import Child, Message, arrays_of, values_in
from allocator.program.program import IntArray
from allocator.program.question import Problem

#: Distance from a whole number that still counts as one.
SLACK = 1e-6


class MipRace:
    """One search for the least cost of a problem, running beside another route once it has begun.

    Attributes:
        bound: The best proven lower bound so far.
        cost: Cost of the best plan so far, None before there is one.
        values: Values of all variables in that plan.
        relaxed: ``[n]`` the problem's variables in its relaxation, None where that is not told.
    """

    def __init__(self, problem: Problem, known: IntArray | None, seed: int):
        self.bound = 0
        self.cost: int | None = None
        self.values: IntArray | None = None
        self.relaxed: npt.NDArray[np.float32] | None = None
        self._problem, self._known, self._seed = problem, known, seed
        self._child = Child("mip_child", self._hear)

    def begin(self) -> None:
        """Begin the search, if it has not begun."""
        if not self._child.has_begun:
            cost = self._problem.price.astype(float)
            cutoff = np.inf if self._known is None else cost @ self._known[self._problem.columns]
            self._child.begin(seed=self._seed, cost=cost, cutoff=cutoff, **arrays_of(self._problem))

    @property
    def plan(self) -> tuple[IntArray | None, int | None]:
        """The best plan so far and its cost."""
        return self.values, self.cost

    @property
    def is_running(self) -> bool:
        """Whether it takes a processor."""
        return self._child.is_running

    def close(self) -> None:
        """End the search; what it has found stays."""
        self._child.close()

    def _hear(self, message: Message) -> None:
        constant = self._problem.constant
        bound = message.get("bound")
        if isinstance(bound, float) and math.isfinite(bound):
            self.bound = max(self.bound, math.ceil(bound - SLACK) + constant)
        if "relaxed" in message:
            self.relaxed = np.frombuffer(base64.b64decode(str(message["relaxed"])), dtype=np.float32)
        if isinstance(cost := message.get("cost"), float):
            self.cost, self.values = round(cost) + constant, self._problem.whole(values_in(message))
