"""Searches by HiGHS in a worker process, beside the search that CP-SAT makes level by level.

Where a rule is written tightly (spells for terms and moves) the linear relaxation is nearly the answer, and
branch and cut proves what constraint search cannot.
"""

from __future__ import annotations

import base64
import math
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from allocator.model.run import HIGHS
from allocator.program.program import INFINITE, IntArray, Program
from allocator.program.structure import branching_variables, variable_slots
from allocator.program.subproblem import MilpInstance, level_objective
from allocator.solvers.bounds import Proof
from allocator.solvers.worker_process import Message, WorkerProcess, problem_arrays, values_in

_BY_HIGHS = frozenset((HIGHS,))
#: Distance from a whole number that still counts as one.
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class BackgroundMipParams:
    """Parameters of branch and cut in the background.

    Attributes:
        relaxation_first_above: Of a problem with more variables the relaxation is solved first.
        slow_relaxation: Seconds; if the relaxation takes more, branch and cut would not end: the slots are
            then bounded one by one instead.
        restart_after: Seconds after which a search without an incumbent of its own may begin again.
        restart_gap: It does if the gap, given a better cutoff, is less than this part of what it was. Plans
            are found near the relaxation of what is below the cutoff: with 2,700 a search found no plan
            within a minute, with 900 it came to 760 in ten seconds.
    """

    relaxation_first_above: int = 20_000
    slow_relaxation: float = 8.0
    restart_after: float = 8.0
    restart_gap: float = 0.5


MIP_PARAMS = BackgroundMipParams()


class BackgroundMip:
    """Branch and cut for the least cost of a problem, running in a worker process once it has begun.

    Attributes:
        bound: The best proven lower bound so far.
        cost: Cost of the best plan so far, None before there is one.
        values: Values of all variables in that plan.
        relaxed: ``[n]`` values of the problem's variables in its relaxation, once they are known.
        is_infeasible: Whether it has proved that there is no plan.
    """

    def __init__(self, problem: MilpInstance, program: Program | None, seed: int) -> None:
        """Make a search that has not begun.

        Args:
            problem: The problem.
            program: The program that it is a part of: its structure says which variables to branch on, and
                which slot each is about. None for a problem without such structure.
            seed: Seed of the search.
        """
        self.bound = 0
        self.cost: int | None = None
        self.values: IntArray | None = None
        self.relaxed: npt.NDArray[np.float32] | None = None
        self.is_infeasible = False
        self._problem, self._program, self._seed = problem, program, seed
        self._worker = WorkerProcess("branch_and_cut", self._receive)
        self._began, self._cutoff = math.inf, INFINITE

    def begin(self, cutoff: int = INFINITE) -> None:
        """Begin the search for a plan that costs less than the cutoff, if it has not begun."""
        if not self._worker.has_begun:
            self._search(cutoff)

    def restart_if_stale(self, cutoff: int) -> None:
        """Begin again if the best plan known has come so far down that the search is hopeless.

        Args:
            cutoff: Cost of the best plan now.
        """
        is_late = time.monotonic() > self._began + MIP_PARAMS.restart_after and self.values is None
        gap, gap_before = cutoff - self.bound, self._cutoff - self.bound
        if self.is_running and is_late and gap < MIP_PARAMS.restart_gap * gap_before:
            self._worker.close()
            self._worker = WorkerProcess("branch_and_cut", self._receive)
            self._search(cutoff)

    def _search(self, cutoff: int) -> None:
        problem = self._problem
        self._worker.begin(
            seed=self._seed,
            cost=problem.objective.astype(float),
            cutoff=np.inf if cutoff == INFINITE else float(cutoff - problem.constant),
            relaxes=self._relaxes_first,
            slow=MIP_PARAMS.slow_relaxation,
            **self._structure(),
            **problem_arrays(problem),
        )
        self._began, self._cutoff = math.inf, cutoff

    @property
    def _relaxes_first(self) -> bool:
        is_large = len(self._problem) > MIP_PARAMS.relaxation_first_above
        return is_large and self._program is not None and self._cutoff == INFINITE

    def _structure(self) -> dict[str, np.ndarray]:
        """Return which variables to branch on, and the slot of each, negative if it is about none."""
        columns, program = self._problem.columns, self._program
        if program is None:
            every = np.ones(len(columns), dtype=np.bool_)
            return {"branched": every, "slots": np.full(len(columns), -1, dtype=np.int64)}
        return {"branched": branching_variables(program)[columns], "slots": variable_slots(program)[columns]}

    @property
    def plan(self) -> tuple[IntArray | None, int | None]:
        """The best plan so far and its cost."""
        return self.values, self.cost

    @property
    def is_running(self) -> bool:
        """Whether the worker process is running."""
        return self._worker.is_running

    def close(self) -> None:
        """End the search; bound and plan stay."""
        self._worker.close()

    def _receive(self, message: Message) -> None:
        constant = self._problem.constant
        if message.get("searches"):
            self._began = time.monotonic()
        bound = message.get("bound")
        if bound == math.inf and self._cutoff == INFINITE:
            self.is_infeasible = True
        elif isinstance(bound, float) and math.isfinite(bound):
            self.bound = max(self.bound, math.ceil(bound - _TOLERANCE) + constant)
        if "relaxed" in message:
            self.relaxed = np.frombuffer(base64.b64decode(str(message["relaxed"])), dtype=np.float32)
        if isinstance(cost := message.get("cost"), float):
            self.cost, self.values = round(cost) + constant, self._problem.full_values(values_in(message))


class LexicographicRelaxation:
    """The relaxation of each level in turn, those before held to their bounds; then whole values.

    Where relaxations are tight, as for a worst-off first and the total of all next, the bound of a level is
    reached by the best plan of the levels below it that keeps to the bound. A search level by level cannot
    know that; one branch and cut at the end of this order proves them all.

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
        self._worker = WorkerProcess("lexicographic", self._receive)
        own = np.array([price[problem.columns] for price in by_level]).astype(float)
        self._worker.begin(seed=seed, prices=own, **problem_arrays(problem))

    @property
    def is_running(self) -> bool:
        """Whether the worker process is running."""
        return self._worker.is_running

    def close(self) -> None:
        """End the search; bounds and plan stay."""
        self._worker.close()

    def _receive(self, message: Message) -> None:
        if "step" in message:
            self._note_bound(int(message["step"]), float(message["bound"]))
        if "last" in message and math.isfinite(message["last"]):
            self._note_bound(len(self._levels) - 1, float(message["last"]))
        if "values" in message:
            self.values = self._problem.full_values(values_in(message))

    def _note_bound(self, step: int, found: float) -> None:
        bound = max(0, math.ceil(found - _TOLERANCE) + self._constants[step])
        self.proofs = (*self.proofs[:step], Proof(self._levels[step], bound, bound, _BY_HIGHS))
