"""The MIP route: the program's relaxation with cuts, in a process beside CP-SAT.

Where a rule is written tightly (spells for terms and moves) the linear relaxation is nearly the answer,
and branch and cut proves what constraint search cannot.
"""

from __future__ import annotations

import base64
import io
import json
import math
import subprocess
import sys
from threading import Thread

import numpy as np

from allocator.program.program import INFINITE, IntArray
from allocator.program.question import Problem

#: Distance from a whole number that still counts as one.
SLACK = 1e-6


class MipRace:
    """One search for the least cost of a problem, running beside another route once it has begun.

    Attributes:
        bound: The best proven lower bound so far.
        cost: Cost of the best plan so far, None before there is one.
        values: Values of all variables in that plan.
    """

    def __init__(self, problem: Problem, hint: IntArray | None, seed: int):
        self.bound = 0
        self.cost: int | None = None
        self.values: IntArray | None = None
        self._problem, self._hint, self._seed = problem, hint, seed
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._follow, daemon=True)

    def begin(self) -> None:
        """Begin the search, if it has not begun."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "allocator.engine.mip_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._thread.start()

    @property
    def plan(self) -> tuple[IntArray | None, int | None]:
        """The best plan so far and its cost."""
        return self.values, self.cost

    def close(self) -> None:
        """End the search; what it has found stays."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._thread.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _follow(self) -> None:
        """Send the problem, then hear what the process tells until it ends."""
        assert self._process is not None
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        try:
            stdin.write(_packed(self._problem, self._hint, self._seed))
            stdin.close()
            for line in stdout:
                self._hear(json.loads(line))
        except (BrokenPipeError, ValueError):
            return

    def _hear(self, message: dict[str, object]) -> None:
        constant = self._problem.constant
        bound = message.get("bound")
        if isinstance(bound, float) and math.isfinite(bound):
            self.bound = max(self.bound, math.ceil(bound - SLACK) + constant)
        if isinstance(cost := message.get("cost"), float):
            found = np.frombuffer(base64.b64decode(str(message["values"])), dtype=np.int64)
            self.cost, self.values = round(cost) + constant, self._problem.whole(found)


def _packed(problem: Problem, hint: IntArray | None, seed: int) -> bytes:
    """Return the problem as the child process reads it."""
    buffer = io.BytesIO()
    np.savez(
        buffer,
        seed=seed,
        cost=problem.price.astype(float),
        lower=problem.bounds[0].astype(float),
        upper=problem.bounds[1].astype(float),
        row_lower=_open(problem.sides[0]),
        row_upper=_open(problem.sides[1]),
        starts=problem.matrix.indptr.astype(np.int32),
        cols=problem.matrix.indices.astype(np.int32),
        coefs=problem.matrix.data.astype(float),
        hint=np.zeros(0) if hint is None else hint[problem.columns],
    )
    return buffer.getvalue()


def _open(sides: IntArray) -> np.ndarray:
    """Return sides as floats, open ones infinite."""
    result = sides.astype(float)
    result[sides >= INFINITE] = np.inf
    result[sides <= -INFINITE] = -np.inf
    return result
