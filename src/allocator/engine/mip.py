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

from allocator.program.program import INFINITE, IntArray, Program

#: Distance from a whole number that still counts as one.
SLACK = 1e-6


class MipRace:
    """One search for the least cost of a level, running beside another route.

    Attributes:
        bound: The best proven lower bound so far.
        cost: Cost of the best plan so far, None before there is one.
        values: Values of all variables in that plan.
        finished: Whether the search has ended by proof.
    """

    def __init__(self, program: Program, level: int, caps: dict[int, int], hint: IntArray | None, seed: int):
        self.bound = 0
        self.cost: int | None = None
        self.values: IntArray | None = None
        self.finished = False
        self._constant = program.constant(level)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "allocator.engine.mip_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._problem = _packed(program, level, caps, hint, seed)
        self._thread = Thread(target=self._follow, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the search; what it has found stays."""
        self._process.kill()
        self._process.wait()
        self._thread.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _follow(self) -> None:
        """Send the problem, then hear what the process tells until it ends."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        try:
            stdin.write(self._problem)
            stdin.close()
            for line in stdout:
                self._hear(json.loads(line))
        except (BrokenPipeError, ValueError):
            return

    def _hear(self, message: dict[str, object]) -> None:
        bound = message.get("bound")
        if isinstance(bound, float) and math.isfinite(bound):
            self.bound = max(self.bound, math.ceil(bound - SLACK) + self._constant)
        if isinstance(cost := message.get("cost"), float):
            values = np.frombuffer(base64.b64decode(str(message["values"])), dtype=np.int64)
            self.cost, self.values = round(cost) + self._constant, values
        if message.get("done") == "Optimal":
            self.finished = True


def _packed(program: Program, level: int, caps: dict[int, int], hint: IntArray | None, seed: int) -> bytes:
    """Return the problem as the child process reads it; caps on other levels are rows."""
    rows = program.rows
    lengths, cols, coefs = [np.diff(rows.starts)], [rows.cols], [rows.coefs]
    highs = [rows.hi]
    for capped, cost in caps.items():
        at = program.costs.levels == capped
        lengths.append(np.array([int(at.sum())], dtype=np.int64))
        cols.append(program.costs.cols[at])
        coefs.append(program.costs.coefs[at])
        highs.append(np.array([cost - program.constant(capped)], dtype=np.int64))
    row_lower = np.concatenate([rows.lo, np.full(len(caps), -INFINITE, dtype=np.int64)])
    starts, merged_cols, merged_coefs = _merged(np.concatenate(lengths), *map(np.concatenate, (cols, coefs)))
    price = np.zeros(len(program))
    at = program.costs.levels == level
    np.add.at(price, program.costs.cols[at], program.costs.coefs[at])
    buffer = io.BytesIO()
    np.savez(
        buffer,
        seed=seed,
        cost=price,
        lower=program.lower.astype(float),
        upper=program.upper.astype(float),
        row_lower=_open(row_lower),
        row_upper=_open(np.concatenate(highs)),
        starts=starts,
        cols=merged_cols,
        coefs=merged_coefs,
        hint=np.zeros(0) if hint is None else hint,
    )
    return buffer.getvalue()


def _merged(lengths: IntArray, cols: IntArray, coefs: IntArray) -> tuple[IntArray, IntArray, np.ndarray]:
    """Return the rows with each column once: HiGHS refuses a column that stands twice in a row."""
    rows = np.repeat(np.arange(len(lengths)), lengths)
    order = np.lexsort((cols, rows))
    rows, cols, coefs = rows[order], cols[order], coefs[order]
    first = np.ones(len(rows), dtype=np.bool_)
    first[1:] = (rows[1:] != rows[:-1]) | (cols[1:] != cols[:-1])
    sums = np.add.reduceat(coefs, np.flatnonzero(first)) if len(coefs) else coefs
    starts = np.searchsorted(rows[first], np.arange(len(lengths) + 1))
    return starts.astype(np.int32), cols[first].astype(np.int32), sums.astype(float)


def _open(sides: IntArray) -> np.ndarray:
    """Return sides as floats, open ones infinite."""
    result = sides.astype(float)
    result[sides >= INFINITE] = np.inf
    result[sides <= -INFINITE] = -np.inf
    return result
