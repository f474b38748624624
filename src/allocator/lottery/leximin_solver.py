"""Finds the LEXIMIN lottery of a pool: target chances, then a mixture of panels, then whole tickets.

The least chance is maximised first; given that, the next chance; and so on. People who count to the same
quotas form a *type* and have the same chance, so all computations are by type.

Method: Flanigan, Gölz, Gupta, Hennig, Procaccia, *Fair algorithms for selecting citizens' assemblies*,
Nature 596 (2021), by column generation. Unlike the paper, the chances are computed first, by linear programs
with fractional people (``find_targets``); then panels are mixed to these targets (``mix_to_targets``). Only
where no mixture of whole panels attains the targets are the chances computed over whole panels, as in the
paper (``leximin_over_panels``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy import sparse

from allocator.lottery.leximin_columns import (
    PARAMS,
    PanelMaster,
    PanelPricer,
    initial_columns,
    mix_to_targets,
)
from allocator.lottery.leximin_panels import (
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


@dataclass(frozen=True)
class TargetChances:
    """Target chances ``[T]``, and the levels that prove that they are LEXIMIN."""

    chances: FloatArray
    levels: tuple[LeximinLevel, ...]


def find_targets(panels: Panels) -> TargetChances:
    """Return the LEXIMIN chances over mixtures of panels with fractional people; the quotas can be met."""
    chances = np.zeros(len(panels.people))
    settled = np.zeros(len(panels.people), dtype=np.bool_)
    levels: list[LeximinLevel] = []
    program = _LevelProgram(panels)
    while not settled.all():
        least, level = program.maximise_least_chance(chances, settled)
        levels.append(level)
        chances[list(level.settles)] = _rounded_to_fraction(least)
        settled[list(level.settles)] = True
    return TargetChances(chances, tuple(levels))


def _rounded_to_fraction(chance: float) -> float:
    """Return the simple fraction near a chance, so that errors of the solver do not add up."""
    simple = float(Fraction(chance).limit_denominator(PARAMS.max_denominator))
    return simple if abs(simple - chance) < PARAMS.fraction_tolerance else min(1.0, max(0.0, chance))


class _LevelProgram:
    """The linear program of a level: maximises z, where all chances that are not settled are at least z."""

    def __init__(self, panels: Panels) -> None:
        self._panels = panels
        self._people = np.array(panels.people, dtype=np.float64)
        quotas = sparse.csr_matrix(panels.matrix * self._people)
        self._quotas = sparse.hstack([quotas, sparse.csr_matrix((len(panels.least), 1))])
        self._bounds = np.array([*panels.most, *(-least for least in panels.least)], dtype=np.float64)

    def maximise_least_chance(
        self, chances: FloatArray, settled: npt.NDArray[np.bool_]
    ) -> tuple[float, LeximinLevel]:
        """Return the greatest least chance of the types not settled, and the level that proves it.

        Raises:
            ArithmeticError: The solver gives no answer.
        """
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
        """Solve with the settled chances as floors, lowered by the next slack after each failure."""
        failure = UnsolvedError("not tried")
        for slack in PARAMS.floor_slacks:
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
        """Return the level with the duals as whole numbers."""
        whole = shares[free].sum()
        settles = tuple(int(t) for t in free if shares[t] >= PARAMS.settle_share * shares[free].max())
        weights = tuple(max(0, round(PARAMS.target_scale * w)) for w in shares / whole / self._people)
        prices = tuple(round(PARAMS.target_scale * p / whole) for p in (seat, *quotas))
        return LeximinLevel(settles, weights, prices, weight_bound_by_prices(self._panels, weights, prices))


def leximin_over_panels(
    panels: Panels, pricer: PanelPricer, first: Iterable[Counts]
) -> tuple[Mapping[Counts, float], tuple[LeximinLevel, ...]]:
    """Return the shares of the LEXIMIN mixture of whole panels, and the levels that prove it.

    The targets of fractional panels may be out of reach. An example is a ring of three people of whom no two
    may sit
    together: by fractions each could be drawn half of the time, but a panel has only one of them.

    Args:
        panels: The panels.
        pricer: The pricing problem.
        first: Panels to begin with.
    """
    search = _PanelLeximin(panels, pricer, first)
    levels: list[LeximinLevel] = []
    while not search.settled.all():
        levels.append(search.settle())
    return search.shares, tuple(levels)


class _PanelLeximin:
    """Raises the least chance level by level over whole panels."""

    def __init__(self, panels: Panels, pricer: PanelPricer, first: Iterable[Counts]) -> None:
        self._pricer = pricer
        self._people = np.array(panels.people, dtype=np.float64)
        self._master = PanelMaster(panels, first)
        self._floors: FloatArray = np.zeros(len(panels.people))
        self.settled: npt.NDArray[np.bool_] = np.zeros(len(panels.people), dtype=np.bool_)
        self.shares: Mapping[Counts, float] = {}

    def settle(self) -> LeximinLevel:
        """Maximise the least chance of the types not settled; ``shares`` then holds the optimal mixture.

        The duals price new panels. When no panel improves the mixture, they prove the level.
        """
        free = ~self.settled
        while True:
            mixed = self._master.maximise_least_chance(free, self._floors)
            whole = float((mixed.weights * self._people)[free].sum())
            weights = [round(PARAMS.panel_scale * float(w) / whole) for w in mixed.weights]
            panel = self._pricer.heaviest_exactly(weights)
            if not self._master.improves(panel, mixed):
                break
            self._master.add(panel)
        self.shares = self._master.shares(mixed)
        duals = mixed.weights * self._people / whole
        settles = tuple(
            int(t) for t in np.flatnonzero(free & (duals >= PARAMS.settle_share * duals[free].max()))
        )
        self._floors[list(settles)] = max(0.0, mixed.least - PARAMS.panel_slack)
        self.settled[list(settles)] = True
        return LeximinLevel(
            settles, tuple(weights), (), sum(w * c for w, c in zip(weights, panel, strict=True))
        )


def leximin_lottery(panels: Panels) -> PanelLottery:
    """Return the LEXIMIN lottery over panels, of which there must be at least one."""
    targets, pricer = find_targets(panels), PanelPricer(panels)
    known = initial_columns(panels, targets.chances, pricer)
    shares, attained = mix_to_targets(panels, targets.chances, pricer, known)
    levels = targets.levels
    if not attained:
        shares, levels = leximin_over_panels(panels, pricer, shares)
    weights = {panel: weight for panel, weight in _integer_weights(shares).items() if weight}
    drawn = sorted(weights, key=lambda panel: (-weights[panel], panel))
    return PanelLottery(tuple(drawn), tuple(weights[panel] for panel in drawn), levels)


def _integer_weights(shares: Mapping[Counts, float]) -> Mapping[Counts, int]:
    """Return tickets in the proportion of the shares: few if few are exact, else a fixed total.

    Rounding is by largest remainder.
    """
    values, tickets = np.array(list(shares.values())), PARAMS.tickets
    values /= values.sum()
    total = next((few for few in range(1, PARAMS.few_tickets) if _are_whole_multiples(values, few)), tickets)
    floors = np.floor(values * total + 0.5 * (total < tickets)).astype(np.int64)
    order = np.argsort(-(values * total - floors), kind="stable")
    floors[order[: total - int(floors.sum())]] += 1
    return dict(zip(shares, (int(weight) for weight in floors), strict=True))


def _are_whole_multiples(values: np.ndarray[tuple[int], np.dtype[np.float64]], total: int) -> bool:
    """Return whether shares ``[n]`` are whole numbers of tickets in a total."""
    whole = np.round(values * total)
    return bool(np.abs(values * total - whole).max() < PARAMS.ticket_tolerance and whole.sum() == total)
