"""Finds the LEXIMIN lottery of a pool: chances, then panels whose mixture has them, then whole tickets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy import sparse

from allocator.lottery.leximin.column_generation import (
    PanelMaster,
    PanelPricer,
    initial_columns,
    mix_to_targets,
)
from allocator.lottery.leximin.panels import (
    Counts,
    FloatArray,
    LeximinLevel,
    PanelLottery,
    Panels,
    weight_bound_by_prices,
)
from allocator.solvers.linear import (
    EXACT_VERTEX,
    LinearProgram,
    LinearSolution,
    UnsolvedError,
    solve_linear,
)

#: What the dual values are multiplied by before they are rounded to whole numbers.
_TARGET_SCALE = 10**12


#: A level settles types that carry at least this part of what the heaviest of them does; others have another
#: turn.
SHARE = 1e-2


#: How much less than settled a chance may be, so that the next program has a solution; more if it has none.
_SLACKS = (0.0, 1e-10, 1e-9, 1e-8, 1e-7)


#: A chance is taken for a fraction with a denominator up to this if it is as near as that.
_SIMPLE, _ERROR = 300, 3e-9


@dataclass(frozen=True)
class TargetChances:
    """Chances by type, and the levels that prove that they are LEXIMIN."""

    chances: FloatArray
    levels: tuple[LeximinLevel, ...]


def find_targets(panels: Panels) -> TargetChances:
    """Return the LEXIMIN chances over mixtures of panels with parts of people; the quotas can be met."""
    chances = np.zeros(len(panels.people))
    settled = np.zeros(len(panels.people), dtype=np.bool_)
    levels: list[LeximinLevel] = []
    program = _LevelProgram(panels)
    while not settled.all():
        least, level = program.maximise_least_chance(chances, settled)
        levels.append(level)
        chances[list(level.settles)] = _simplest(least)
        settled[list(level.settles)] = True
    return TargetChances(chances, tuple(levels))


def _simplest(chance: float) -> float:
    """Return the fraction that a chance is within the error of the program, so that errors do not add up."""
    simple = float(Fraction(chance).limit_denominator(_SIMPLE))
    return simple if abs(simple - chance) < _ERROR else min(1.0, max(0.0, chance))


class _LevelProgram:
    """The linear program of one level: the chances of those not settled are at least z; z is maximised."""

    def __init__(self, panels: Panels) -> None:
        self._panels = panels
        self._people = np.array(panels.people, dtype=np.float64)
        quotas = sparse.csr_matrix(panels.matrix * self._people)
        self._quotas = sparse.hstack([quotas, sparse.csr_matrix((len(panels.least), 1))])
        self._bounds = np.array([*panels.most, *(-least for least in panels.least)], dtype=np.float64)

    def maximise_least_chance(
        self, chances: FloatArray, settled: npt.NDArray[np.bool_]
    ) -> tuple[float, LeximinLevel]:
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
    ) -> LeximinLevel:
        whole = shares[free].sum()
        settles = tuple(int(t) for t in free if shares[t] >= SHARE * shares[free].max())
        weights = tuple(max(0, round(_TARGET_SCALE * w)) for w in shares / whole / self._people)
        prices = tuple(round(_TARGET_SCALE * p / whole) for p in (seat, *quotas))
        return LeximinLevel(settles, weights, prices, weight_bound_by_prices(self._panels, weights, prices))


#: What dual values are multiplied by before they are rounded to whole numbers.
_PANEL_SCALE = 10**9


#: How much less than settled a chance may be, so that the next program has a solution.
_PANEL_SLACK = 1e-9


def leximin_over_panels(
    panels: Panels, pricer: PanelPricer, first: Iterable[Counts]
) -> tuple[Mapping[Counts, float], tuple[LeximinLevel, ...]]:
    """Return the parts of the LEXIMIN mixture of whole panels, and the levels that prove it."""
    search = _PanelLeximin(panels, pricer, first)
    levels: list[LeximinLevel] = []
    while not search.settled.all():
        levels.append(search.settle())
    return search.parts, tuple(levels)


class _PanelLeximin:
    def __init__(self, panels: Panels, pricer: PanelPricer, first: Iterable[Counts]) -> None:
        self._pricer = pricer
        self._people = np.array(panels.people, dtype=np.float64)
        self._master = PanelMaster(panels, first)
        self._floors: FloatArray = np.zeros(len(panels.people))
        self.settled: npt.NDArray[np.bool_] = np.zeros(len(panels.people), dtype=np.bool_)
        self.parts: Mapping[Counts, float] = {}

    def settle(self) -> LeximinLevel:
        """Raise the least chance of those not settled as far as it goes; ``parts`` has the best mixture."""
        free = ~self.settled
        while True:
            mixed = self._master.maximise_least_chance(free, self._floors)
            whole = float((mixed.weights * self._people)[free].sum())
            weights = [round(_PANEL_SCALE * float(w) / whole) for w in mixed.weights]
            panel = self._pricer.best(weights)
            if not self._master.improves(panel, mixed):
                break
            self._master.add(panel)
        self.parts = self._master.parts(mixed)
        shares = mixed.weights * self._people / whole
        settles = tuple(int(t) for t in np.flatnonzero(free & (shares >= SHARE * shares[free].max())))
        self._floors[list(settles)] = max(0.0, mixed.least - _PANEL_SLACK)
        self.settled[list(settles)] = True
        return LeximinLevel(
            settles, tuple(weights), (), sum(w * c for w, c in zip(weights, panel, strict=True))
        )


#: What the weights of a lottery add up to, unless a small number does exactly.
TICKETS = 10**12


_FEW_TICKETS = 5_000


_EXACTLY = 1e-7


def leximin_lottery(panels: Panels) -> PanelLottery:
    """Return the LEXIMIN lottery.

    Args:
        panels: The panels; there is at least one.
    """
    targets, pricer = find_targets(panels), PanelPricer(panels)
    known = initial_columns(panels, targets.chances, pricer)
    parts, attained = mix_to_targets(panels, targets.chances, pricer, known)
    levels = targets.levels
    if not attained:
        parts, levels = leximin_over_panels(panels, pricer, parts)
    weights = {panel: weight for panel, weight in _integer_weights(parts).items() if weight}
    drawn = sorted(weights, key=lambda panel: (-weights[panel], panel))
    return PanelLottery(tuple(drawn), tuple(weights[panel] for panel in drawn), levels)


def _integer_weights(parts: Mapping[Counts, float]) -> Mapping[Counts, int]:
    """Return whole numbers in the proportion of the parts: few if few do exactly, else a fixed total."""
    values = np.array(list(parts.values()))
    values /= values.sum()
    total = next((few for few in range(1, _FEW_TICKETS) if _are_whole_multiples(values, few)), TICKETS)
    floors = np.floor(values * total + 0.5 * (total < TICKETS)).astype(np.int64)
    order = np.argsort(-(values * total - floors), kind="stable")
    floors[order[: total - int(floors.sum())]] += 1
    return dict(zip(parts, (int(weight) for weight in floors), strict=True))


def _are_whole_multiples(values: np.ndarray[tuple[int], np.dtype[np.float64]], total: int) -> bool:
    whole = np.round(values * total)
    return bool(np.abs(values * total - whole).max() < _EXACTLY and whole.sum() == total)
