"""The ladder: the relaxation of each level in turn, those before held to their bounds; then whole values.

Where relaxations are tight, what is worst-off say and then the total of all, the bound of a level is
reached by the best plan of the levels below it that keeps to it. Looked for in that order, which no
search level by level could know, one branch and cut at the end proves them all.
"""

from __future__ import annotations

import math

import numpy as np

from allocator.model.witnesses import HIGHS
from allocator.optimise.child import Child, Message, arrays_of, values_in
from allocator.program.program import IntArray, Program
from allocator.program.subproblem import MilpInstance, level_objective
from allocator.solvers.bounds import Proof

SLACK = 1e-6
_BY = frozenset((HIGHS,))


class Ladder:
    """The relaxations of a program, climbed in a process beside the search level by level.

    Attributes:
        proofs: The bound of each level that is proved, given that those before cost no more than theirs.
        values: Values of all variables in a plan that keeps to all bounds but the last, if one was found.
    """

    def __init__(self, program: Program, problem: MilpInstance, seed: int) -> None:
        self.proofs: tuple[Proof, ...] = ()
        self.values: IntArray | None = None
        self._levels, self._problem = program.levels, problem
        by_level = [level_objective(program, level) for level in program.levels]
        outside = problem.fixed.copy()
        outside[problem.columns] = 0
        self._constants = [
            program.constant(level) + int(price @ outside)
            for level, price in zip(program.levels, by_level, strict=True)
        ]
        self._child = Child("ladder_child", self._hear)
        own = np.array([price[problem.columns] for price in by_level]).astype(float)
        self._child.begin(seed=seed, prices=own, **arrays_of(problem))

    def close(self) -> None:
        """End it; what it has found stays."""
        self._child.close()

    def _hear(self, message: Message) -> None:
        if "step" in message:
            self._prove(int(message["step"]), float(message["bound"]))
        if "last" in message and math.isfinite(message["last"]):
            *before, _ = self.proofs
            self.proofs = tuple(before)
            self._prove(len(self._levels) - 1, float(message["last"]))
        if "values" in message:
            self.values = self._problem.full_values(values_in(message))

    def _prove(self, step: int, found: float) -> None:
        bound = max(0, math.ceil(found - SLACK) + self._constants[step])
        self.proofs = (*self.proofs, Proof(self._levels[step], bound, bound, _BY))
