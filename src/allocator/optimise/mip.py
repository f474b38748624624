"""The MIP route: the program's relaxation with cuts, in a process beside CP-SAT.

Where a rule is written tightly (spells for terms and moves) the linear relaxation is nearly the answer,
and branch and cut proves what constraint search cannot.
"""

from __future__ import annotations

import base64
import math
import time

import numpy as np
import numpy.typing as npt

from allocator.optimise.child import Child, Message, arrays_of, values_in
from allocator.program.about import variable_slots
from allocator.program.branching import branching_variables
from allocator.program.program import INFINITE, IntArray, Program
from allocator.program.subproblem import MilpInstance

#: Distance from a whole number that still counts as one.
SLACK = 1e-6
#: Of a problem with more variables than this the relaxation is looked at first; if that takes more seconds
#: than this, branch and cut would not see the end: slots are then looked at one by one.
LARGE, SLOW = 20_000, 8.0
#: After so many seconds a search without a plan of its own begins again, if less than this part is open.
SETTLED, LESS = 8.0, 0.5


class MipRace:
    """One search for the least cost of a problem, running beside another route once it has begun.

    Attributes:
        bound: The best proven lower bound so far.
        cost: Cost of the best plan so far, None before there is one.
        values: Values of all variables in that plan.
        relaxed: ``[n]`` the problem's variables in its relaxation, None where that is not told.
    """

    def __init__(self, problem: MilpInstance, program: Program, seed: int):
        """Make a search that has not begun.

        Args:
            problem: The problem.
            program: What it is asked of.
            seed: Seed of the search.
        """
        self.bound = 0
        self.cost: int | None = None
        self.values: IntArray | None = None
        self.relaxed: npt.NDArray[np.float32] | None = None
        self._problem, self._program, self._seed = problem, program, seed
        self._child = Child("mip_child", self._hear)
        self._began, self._cutoff = math.inf, INFINITE

    def begin(self, known: int = INFINITE) -> None:
        """Begin the search for a plan of less than a known cost, if it has not begun."""
        if not self._child.has_begun:
            self._search(known)

    def renew(self, known: int) -> None:
        """Begin again if another plan has made the search hopeless as it is.

        Plans are found near the relaxation of what is below the cutoff, so one that is far too high leads
        nowhere: with 2,700 a search found no plan within a minute, with 900 it came to 760 in ten seconds.

        Args:
            known: What the best plan costs now.
        """
        is_hopeless = time.monotonic() > self._began + SETTLED and self.values is None
        if self.is_running and is_hopeless and known - self.bound < LESS * (self._cutoff - self.bound):
            self._child.close()
            self._child = Child("mip_child", self._hear)
            self._search(known)

    def _search(self, known: int) -> None:
        problem = self._problem
        self._child.begin(
            seed=self._seed,
            cost=problem.objective.astype(float),
            cutoff=np.inf if known == INFINITE else float(known - problem.constant),
            branched=branching_variables(self._program)[problem.columns],
            slots=variable_slots(self._program)[problem.columns],
            relaxes=len(problem) > LARGE and self._cutoff == INFINITE,
            slow=SLOW,
            **arrays_of(problem),
        )
        self._began, self._cutoff = math.inf, known

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
        if message.get("searches"):
            self._began = time.monotonic()
        bound = message.get("bound")
        if isinstance(bound, float) and math.isfinite(bound):
            self.bound = max(self.bound, math.ceil(bound - SLACK) + constant)
        if "relaxed" in message:
            self.relaxed = np.frombuffer(base64.b64decode(str(message["relaxed"])), dtype=np.float32)
        if isinstance(cost := message.get("cost"), float):
            self.cost, self.values = round(cost) + constant, self._problem.full_values(values_in(message))
