"""The most equal chances that linear programs without integers allow, level by level, each with its proof."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy import sparse

from allocator.lottery.leximin.panels import FloatArray, Panels
from allocator.lottery.leximin.proof import Level, priced_most
from allocator.solvers.linear import (
    EXACT_VERTEX,
    LinearProgram,
    LinearSolution,
    UnsolvedError,
    solve_linear,
)

#: What the dual values are multiplied by before they are rounded to whole numbers.
SCALE = 10**12
#: A level settles types that carry at least this part of what the heaviest of them does; others have another
#: turn.
SHARE = 1e-2
#: How much less than settled a chance may be, so that the next program has a solution; more if it has none.
_SLACKS = (0.0, 1e-10, 1e-9, 1e-8, 1e-7)
#: A chance is taken for a fraction with a denominator up to this if it is as near as that.
_SIMPLE, _ERROR = 300, 3e-9


@dataclass(frozen=True)
class Targets:
    """Chances by type, and the levels that prove that they are LEXIMIN."""

    chances: FloatArray
    levels: tuple[Level, ...]


def find_targets(panels: Panels) -> Targets:
    """Return the LEXIMIN chances over mixtures of panels with parts of people; the quotas can be met."""
    chances = np.zeros(len(panels.people))
    settled = np.zeros(len(panels.people), dtype=np.bool_)
    levels: list[Level] = []
    program = _Program(panels)
    while not settled.all():
        least, level = program.raise_the_least(chances, settled)
        levels.append(level)
        chances[list(level.settles)] = _simplest(least)
        settled[list(level.settles)] = True
    return Targets(chances, tuple(levels))


def _simplest(chance: float) -> float:
    """Return the fraction that a chance is within the error of the program, so that errors do not add up."""
    simple = float(Fraction(chance).limit_denominator(_SIMPLE))
    return simple if abs(simple - chance) < _ERROR else min(1.0, max(0.0, chance))


class _Program:
    """The linear program of one level: the chances of those not settled are at least z; z is maximised."""

    def __init__(self, panels: Panels) -> None:
        self._panels = panels
        self._people = np.array(panels.people, dtype=np.float64)
        quotas = sparse.csr_matrix(panels.matrix * self._people)
        self._quotas = sparse.hstack([quotas, sparse.csr_matrix((len(panels.least), 1))])
        self._bounds = np.array([*panels.most, *(-least for least in panels.least)], dtype=np.float64)

    def raise_the_least(self, chances: FloatArray, settled: npt.NDArray[np.bool_]) -> tuple[float, Level]:
        free = np.flatnonzero(~settled).astype(np.int64)
        n, types = len(free), len(chances)
        at_least = sparse.csr_matrix((np.full(n, -1.0), (range(n), free)), shape=(n, types))
        rows = sparse.vstack(
            [sparse.hstack([at_least, np.ones((n, 1))]), self._quotas, -self._quotas], format="csr"
        )
        solved = self._solve(rows, chances, settled)
        shares = np.where(settled, solved.lower_duals[:types], 0)
        shares[free] = -solved.duals[:n]
        quotas = solved.duals[n:].reshape(2, -1)
        return -solved.cost, self._level(free, shares, -solved.equal_duals[0], quotas[1] - quotas[0])

    def _solve(
        self, rows: sparse.csr_matrix, chances: FloatArray, settled: npt.NDArray[np.bool_]
    ) -> LinearSolution:
        """Solve with the settled chances as floors, lowered a little more each time that fails."""
        failure = UnsolvedError("not tried")
        for slack in _SLACKS:
            floors = np.where(settled, np.maximum(0, chances - slack), 0)
            try:
                return solve_linear(self._linear_program(rows, floors), EXACT_VERTEX)
            except UnsolvedError as error:
                failure = error
        raise ArithmeticError(f"the chances could not be found: {failure}") from failure

    def _linear_program(self, rows: sparse.csr_matrix, floors: FloatArray) -> LinearProgram:
        types = len(floors)
        free = rows.shape[0] - len(self._bounds)
        return LinearProgram(
            cost=np.append(np.zeros(types), -1.0),
            rows=rows,
            upper=np.concatenate([np.zeros(free), self._bounds]),
            equal_rows=np.append(self._people, 0.0)[None],
            equal=np.array([float(self._panels.size)]),
            bounds=np.array([*((low, 1.0) for low in floors), (-np.inf, np.inf)]),
        )

    def _level(
        self, free: npt.NDArray[np.int64], shares: FloatArray, seat: float, quotas: FloatArray
    ) -> Level:
        whole = shares[free].sum()
        settles = tuple(int(t) for t in free if shares[t] >= SHARE * shares[free].max())
        weights = tuple(max(0, round(SCALE * w)) for w in shares / whole / self._people)
        prices = tuple(round(SCALE * p / whole) for p in (seat, *quotas))
        return Level(settles, weights, prices, priced_most(self._panels, weights, prices))
