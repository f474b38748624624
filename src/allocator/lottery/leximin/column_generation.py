"""Column generation over panels: mixes the known panels by linear programs, prices new ones by CP-SAT."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from allocator.lottery.leximin.panels import Counts, FloatArray, Panels
from allocator.solvers.incremental_lp import IncrementalLinearProgram
from allocator.solvers.integer_program import IntegerProgram
from allocator.solvers.linear import EXACT_VERTEX, LinearProgram, UnsolvedError, solve_linear

#: Weights are rounded to so many parts of the largest.
PARTS = 10**6


class PanelPricer:
    """Finds heavy panels; its program is built once, and one thread makes it repeatable."""

    def __init__(self, panels: Panels) -> None:
        self._program = IntegerProgram()
        counts = [self._program.add_variable(0, people) for people in panels.people]
        self._program.add_row(dict.fromkeys(counts, 1), panels.size, panels.size)
        quotas: list[list[int]] = [[] for _ in panels.least]
        for count, member in zip(counts, panels.member, strict=True):
            for q in member:
                quotas[q].append(count)
        for members, least, most in zip(quotas, panels.least, panels.most, strict=True):
            self._program.add_row(dict.fromkeys(members, 1), least, most)

    def heaviest(self, weights: FloatArray, gap: float = 0.0) -> Counts:
        """Return a panel of greatest weight, or one whose weight is short of it by a part ``gap`` at most."""
        largest = float(np.abs(weights).max()) or 1.0
        return self.best([round(PARTS * float(w) / largest) for w in weights], gap)

    def best(self, weights: list[int], gap: float = 0.0) -> Counts:
        """Return a panel of greatest weight, by whole numbers."""
        self._program.maximise(dict(enumerate(weights)))
        solved = self._program.solve(gap)
        if solved is None:
            raise ValueError("the panels were feasible before")
        return solved.values


#: By what part of the weight of a panel another must be heavier to help.
_EXACT_GAIN = 1e-9


@dataclass(frozen=True, eq=False)
class PanelMixture:
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


class PanelMaster:
    """The panels known so far."""

    def __init__(self, panels: Panels, known: Iterable[Counts]) -> None:
        self._people = np.array(panels.people, dtype=np.float64)
        self._known = dict.fromkeys(known)

    def add(self, panel: Counts) -> None:
        """Take another panel in."""
        self._known[panel] = None

    def improves(self, panel: Counts, mixed: PanelMixture) -> bool:
        """Return whether a panel would better a mixture."""
        return float(mixed.weights @ panel) > mixed.heaviest * (1 + _EXACT_GAIN)

    def parts(self, mixed: PanelMixture) -> Mapping[Counts, float]:
        """Return the panels that a mixture has, each with its part."""
        return {
            panel: float(part) for panel, part in zip(self._known, mixed.mixture, strict=True) if part > 0
        }

    def maximise_least_chance(self, raised: npt.NDArray[np.bool_], floors: FloatArray) -> PanelMixture:
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
        return PanelMixture(-solved.cost, solved.values[:-1], shares / self._people, heaviest)


#: Near enough to go on exactly.
_ROUGH_SHORTFALL = 1e-7


#: By what part of the weight of a panel another must be heavier to help.
_ROUGH_GAIN = 1e-6


def near_columns(
    panels: Panels, chances: FloatArray, pricer: PanelPricer, known: Iterable[Counts], gap: float
) -> Iterator[Counts]:
    """Yield panels that bring a mixture of the known ones nearer to the target chances.

    Args:
        panels: The panels.
        chances: ``[T]``: the targets.
        pricer: Finds heavy panels.
        known: Panels to begin with.
        gap: How far from the heaviest a panel may be.
    """
    program = _IncrementalMaster(panels, chances)
    for panel in known:
        program.add(panel)
    while program.solve() and program.least < -_ROUGH_SHORTFALL:
        weights, heaviest = program.prices()
        panel = pricer.heaviest(weights, gap)
        if float(weights @ panel) <= heaviest * (1 + _ROUGH_GAIN):
            return
        program.add(panel)
        yield panel


class _IncrementalMaster:
    """Parts of panels, so that the chance that falls shortest of its target is greatest."""

    def __init__(self, panels: Panels, chances: FloatArray) -> None:
        self._people = np.array(panels.people, dtype=np.float64)
        self._program = IncrementalLinearProgram()
        self._least = self._program.add_column(-np.inf, np.inf)
        self._program.maximise(self._least)
        self._whole = self._program.add_row(1, 1)
        self._rows = [self._program.add_row(float(chance), np.inf, {self._least: -1}) for chance in chances]

    def add(self, panel: Counts) -> None:
        shares = {self._rows[t]: count / float(self._people[t]) for t, count in enumerate(panel) if count}
        self._program.add_column(0, np.inf, {self._whole: 1, **shares})

    def solve(self) -> bool:
        return self._program.solve()

    @property
    def least(self) -> float:
        return self._program.value(self._least)

    def prices(self) -> tuple[FloatArray, float]:
        """Return what a person of each type is worth in a panel, and what the panels mixed weigh."""
        duals = self._program.duals
        return np.maximum(0, -duals[self._rows]) / self._people, float(duals[self._whole])


#: A mixture has its targets when no chance falls further short than this.
CLOSE = 2e-9


#: How far from the heaviest a panel may be while many are gathered.
_ROUGH = 0.02


def initial_columns(panels: Panels, chances: FloatArray, pricer: PanelPricer) -> list[Counts]:
    """Return panels around the target: each is the one that its forerunners' mean most lacks."""
    people = np.array(panels.people, dtype=np.float64)
    target, drawn = chances * people, np.zeros(len(people))
    found: dict[Counts, None] = {}
    for number in range(1, len(people) + 1):
        panel = pricer.heaviest((target * number - drawn) / people, _ROUGH)
        drawn += panel
        found[panel] = None
        if float(np.abs(drawn / number - target).max()) < CLOSE:
            break
    return list(found)


def mix_to_targets(
    panels: Panels, chances: FloatArray, pricer: PanelPricer, first: Iterable[Counts]
) -> tuple[Mapping[Counts, float], bool]:
    """Return the parts of a mixture as near to the target chances as can be, and whether it has them.

    Since every panel has as many people, chances of which none falls short of its target are the targets.
    """
    everybody = np.ones(len(panels.people), dtype=np.bool_)
    known = list(first)
    master = PanelMaster(panels, [*known, *near_columns(panels, chances, pricer, known, _ROUGH)])
    gap = _ROUGH
    while True:
        solved = master.maximise_least_chance(everybody, chances)
        if solved.least >= -CLOSE:
            return master.parts(solved), True
        panel = pricer.heaviest(solved.weights, gap)
        if master.improves(panel, solved):
            master.add(panel)
            gap = _ROUGH
        elif gap:
            gap = 0.0
        else:
            return master.parts(solved), False
