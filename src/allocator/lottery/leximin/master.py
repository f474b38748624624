"""The linear program over the panels known so far: mixed so that the least chance is greatest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from allocator.lottery.leximin.panels import Counts, FloatArray, Panels

#: As exact as the solver can be asked to be.
EXACT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
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
        solved = linprog(
            np.append(np.zeros(chances.shape[1]), -1.0),
            A_ub=np.hstack([-chances, np.where(raised, 1.0, 0.0)[:, None]]),
            b_ub=-floors,
            A_eq=np.append(np.ones(chances.shape[1]), 0.0)[None],
            b_eq=[1.0],
            bounds=[*[(0, None)] * chances.shape[1], (None, None)],
            method="highs-ds",
            options=EXACT,
        )
        if solved.x is None:
            raise ArithmeticError(f"the mixture of panels could not be found: {solved.message}")
        shares = np.maximum(0, -solved.ineqlin.marginals)
        heaviest = float(-solved.eqlin.marginals[0])
        return Mixed(float(-solved.fun), solved.x[:-1], shares / self._people, heaviest)
