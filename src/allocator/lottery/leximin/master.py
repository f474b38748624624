"""The linear program over the panels known so far: mixed so that the least chance is greatest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from allocator.lottery.leximin.panels import Counts, FloatArray, Panels
from allocator.solvers.linear import EXACT_VERTEX, LinearProgram, UnsolvedError, solve_linear

#: By what part of the weight of a panel another must be heavier to help.
_BETTER = 1e-9


@dataclass(frozen=True, eq=False)
class Mixed:
    """A best mixture.

    Attributes:
        least: By how much every chance asked about is above its floor at least.
        mixture: The part of each panel known.
        weights: What another person of a type in a panel would be worth; the panels mixed weigh ``heaviest``.
    """

    least: float
    mixture: FloatArray
    weights: FloatArray
    heaviest: float


class Master:
    """The panels known so far."""

    def __init__(self, panels: Panels, known: Iterable[Counts]) -> None:
        self._people = np.array(panels.people, dtype=np.float64)
        self._known = dict.fromkeys(known)

    def add(self, panel: Counts) -> None:
        """Take another panel in."""
        self._known[panel] = None

    def betters(self, panel: Counts, mixed: Mixed) -> bool:
        """Return whether a panel would better a mixture."""
        return float(mixed.weights @ panel) > mixed.heaviest * (1 + _BETTER)

    def parts(self, mixed: Mixed) -> Mapping[Counts, float]:
        """Return the panels that a mixture has, each with its part."""
        return {
            panel: float(part) for panel, part in zip(self._known, mixed.mixture, strict=True) if part > 0
        }

    def raise_the_least(self, raised: npt.NDArray[np.bool_], floors: FloatArray) -> Mixed:
        """Return the mixture in which the least of the chances ``raised`` is highest above its floor.

        Args:
            raised: ``[T]``: the types whose chances are to be above their floors.
            floors: ``[T]``: what the chances of the other types may not fall below.
        """
        chances = (np.array(list(self._known), dtype=np.float64) / self._people).T
        count = chances.shape[1]
        program = LinearProgram(
            cost=np.append(np.zeros(count), -1.0),
            rows=np.hstack([-chances, np.where(raised, 1.0, 0.0)[:, None]]),
            upper=-floors,
            equal_rows=np.append(np.ones(count), 0.0)[None],
            equal=np.ones(1),
            bounds=np.array([*[(0.0, np.inf)] * count, (-np.inf, np.inf)]),
        )
        try:
            solved = solve_linear(program, EXACT_VERTEX)
        except UnsolvedError as error:
            raise ArithmeticError(f"the mixture of panels could not be found: {error}") from error
        shares = np.maximum(0, -solved.duals)
        heaviest = float(-solved.equal_duals[0])
        return Mixed(-solved.cost, solved.values[:-1], shares / self._people, heaviest)
