"""The best mix of the assignments found so far: a linear program, and what its rows are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import coo_array, hstack, vstack

from allocator.solvers.linear import LinearProgram, solve_linear

#: What was reached before may be lost by so much, relative to its size: solvers reckon in floats.
LOOSE = 1e-9


@dataclass(frozen=True, eq=False)
class Mixed:
    """A mix of assignments.

    Attributes:
        value: What was minimised.
        shares: ``[k]`` share of each assignment.
        share: What the shares' adding up to 1 is worth.
        pairs: By pair, what a unit of its chance costs.
        levels: By level, what a unit of its cost costs beyond itself.
        full: Assignments that have the greatest share allowed.
    """

    value: float
    shares: np.ndarray
    share: float
    pairs: Mapping[int, float]
    levels: Sequence[float]
    full: Sequence[int]


@dataclass(eq=False)
class Master:
    """The assignments found so far.

    Attributes:
        most: The greatest chance of a pair.
        different: One of so many is the greatest share of an assignment.
        levels: How many levels there are.
    """

    most: float
    different: int
    levels: int
    _costs: list[list[int]] = field(default_factory=list)
    _held: dict[int, float] = field(default_factory=dict)
    _row: dict[int, int] = field(default_factory=dict)
    _rows: list[int] = field(default_factory=list)
    _columns: list[int] = field(default_factory=list)

    def add(self, pairs: list[int], costs: list[int]) -> None:
        """Add an assignment with the pairs that it takes and what it costs by level."""
        for pair in pairs:
            self._rows.append(self._row.setdefault(pair, len(self._row)))
        self._columns += [len(self._costs)] * len(pairs)
        self._costs.append(costs)

    def hold(self, level: int, cost: float) -> None:
        """Let a level cost no more from now on."""
        self._held[level] = cost + LOOSE * max(1.0, abs(cost))

    def mix(self, level: int | None) -> Mixed:
        """Return the mix that costs least at a level; if None, whose likeliest pair is least likely."""
        many, count = len(self._costs), len(self._row)
        narrow = level is None
        held = [] if narrow else list(self._held)
        costs = np.array(self._costs, dtype=float).reshape(many, self.levels)
        objective = np.append(np.zeros(many) if narrow else costs[:, level], 1.0 if narrow else 0.0)
        taken = coo_array((np.ones(len(self._columns)), (self._rows, self._columns)), shape=(count, many))
        chances = hstack([taken, np.full((count, 1), -1.0 if narrow else 0.0)])
        matrix = vstack([chances, np.hstack([costs[:, held].T, np.zeros((len(held), 1))])], format="csr")
        sides = [0.0 if narrow else self.most] * count + [self._held[one] for one in held]
        share = 1.0 / self.different
        whole = np.append(np.ones(many), 0.0)[None, :]
        bounds = [(0.0, share)] * many + [(0.0, 1.0)]
        solved = solve_linear(
            LinearProgram(objective, matrix, np.array(sides), whole, np.ones(1), np.array(bounds))
        )
        worth = -solved.duals
        levels = [0.0] * self.levels
        for one, rate in zip(held, worth[count:].tolist(), strict=True):
            levels[one] = rate
        shares = solved.values[:many]
        return Mixed(
            value=solved.cost,
            shares=shares,
            share=float(solved.equal_duals[0]),
            pairs={pair: float(worth[row]) for pair, row in self._row.items() if worth[row] > 0},
            levels=levels,
            full=np.flatnonzero(shares >= share - LOOSE).tolist(),
        )
