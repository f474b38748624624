"""Column generation over panels: a master problem mixes the known panels, CP-SAT prices new ones.

Two masters solve the same linear program. The incremental one (GLOP) takes a panel in and goes on from its
last basis, but is now and then inexact; it finds the first panels. The exact one (HiGHS) starts anew and
decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from allocator.lottery.leximin_panels import Counts, FloatArray, Panels
from allocator.solvers.linear import EXACT_VERTEX, LinearProgram, UnsolvedError, solve_linear
from allocator.solvers.small_programs import IncrementalLinearProgram, IntegerProgram


@dataclass(frozen=True)
class LeximinParams:
    """Parameters of the search for a LEXIMIN lottery. The values decide the tickets of a lottery.

    Attributes:
        pricing_scale: Weights in pricing are rounded to whole numbers, of which the largest is this.
        exact_gain: Relative gain in weight by which a panel improves the exact master.
        rough_gain: The same for the incremental master, which is less exact.
        rough_shortfall: Shortfall of a chance at which the incremental master stops.
        rough_gap: Relative gap of a priced panel while columns are gathered; at the end the gap is 0.
        target_tolerance: Shortfall of a chance that still counts as its target.
        settle_share: A level settles the types whose dual is at least this part of the largest dual.
        target_scale: Duals of the target programs are rounded to multiples of one over this.
        panel_scale: The same for duals of programs over whole panels.
        floor_slacks: Slacks by which settled chances are lowered, in turn, until a target program is
            feasible.
        panel_slack: Slack by which chances that are settled over whole panels are lowered.
        max_denominator: Greatest denominator of a fraction that a target is rounded to.
        fraction_tolerance: Distance to such a fraction within which a target is rounded.
        tickets: Tickets of a lottery, unless fewer represent it exactly.
        few_tickets: Numbers of tickets below this are tried for an exact representation.
        ticket_tolerance: Distance to whole tickets that counts as exact.
    """

    pricing_scale: int = 10**6
    exact_gain: float = 1e-9
    rough_gain: float = 1e-6
    rough_shortfall: float = 1e-7
    rough_gap: float = 0.02
    target_tolerance: float = 2e-9
    settle_share: float = 1e-2
    target_scale: int = 10**12
    panel_scale: int = 10**9
    floor_slacks: tuple[float, ...] = (0.0, 1e-10, 1e-9, 1e-8, 1e-7)
    panel_slack: float = 1e-9
    max_denominator: int = 300
    fraction_tolerance: float = 3e-9
    tickets: int = 10**12
    few_tickets: int = 5_000
    ticket_tolerance: float = 1e-7


PARAMS = LeximinParams()


class PanelPricer:
    """The pricing problem: finds panels of great weight by CP-SAT, on one thread so that runs repeat."""

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
        """Return a panel of greatest weight, to within a relative gap; weights ``[T]`` are rounded."""
        largest = float(np.abs(weights).max()) or 1.0
        return self.heaviest_exactly([round(PARAMS.pricing_scale * float(w) / largest) for w in weights], gap)

    def heaviest_exactly(self, weights: list[int], gap: float = 0.0) -> Counts:
        """Return a panel of greatest weight for whole weights ``[T]``, to within a relative gap."""
        self._program.maximise(dict(enumerate(weights)))
        solved = self._program.solve(gap)
        if solved is None:
            raise ValueError("the panels were feasible before")
        return solved.values


@dataclass(frozen=True, eq=False)
class PanelMixture:
    """An optimal mixture of the known panels.

    Attributes:
        least: Least distance of a raised chance above its floor.
        mixture: ``[known]`` share of each known panel.
        weights: ``[T]`` duals: value of one more person of each type in a panel.
        heaviest: Weight of the panels of the mixture, by ``weights``.
    """

    least: float
    mixture: FloatArray
    weights: FloatArray
    heaviest: float


class PanelMaster:
    """The exact master problem over the known panels."""

    def __init__(self, panels: Panels, known: Iterable[Counts]) -> None:
        self._people = np.array(panels.people, dtype=np.float64)
        self._known = dict.fromkeys(known)

    def add(self, panel: Counts) -> None:
        """Add a panel to the known ones."""
        self._known[panel] = None

    def improves(self, panel: Counts, mixed: PanelMixture) -> bool:
        """Return whether a panel has positive reduced cost, so that it improves a mixture."""
        return float(mixed.weights @ panel) > mixed.heaviest * (1 + PARAMS.exact_gain)

    def shares(self, mixed: PanelMixture) -> Mapping[Counts, float]:
        """Return the panels of a mixture with their shares."""
        return {
            panel: float(share) for panel, share in zip(self._known, mixed.mixture, strict=True) if share > 0
        }

    def maximise_least_chance(self, raised: npt.NDArray[np.bool_], floors: FloatArray) -> PanelMixture:
        """Return the mixture that maximises the least distance of a raised chance above its floor.

        Args:
            raised: ``[T]`` the types whose chances are raised.
            floors: ``[T]`` lower bounds of the chances; a raised chance is counted from its floor.

        Raises:
            ArithmeticError: The solver gives no answer.
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


def near_columns(
    panels: Panels, chances: FloatArray, pricer: PanelPricer, known: Iterable[Counts]
) -> Iterator[Counts]:
    """Yield panels that bring a mixture nearer to the target chances, by the incremental master.

    Args:
        panels: The panels.
        chances: ``[T]`` the targets.
        pricer: The pricing problem.
        known: Panels to begin with.
    """
    program = _IncrementalMaster(panels, chances)
    for panel in known:
        program.add(panel)
    while program.solve() and program.least < -PARAMS.rough_shortfall:
        weights, heaviest = program.prices()
        panel = pricer.heaviest(weights, PARAMS.rough_gap)
        if float(weights @ panel) <= heaviest * (1 + PARAMS.rough_gain):
            return
        program.add(panel)
        yield panel


class _IncrementalMaster:
    """The incremental master problem: shares of panels that maximise the least chance less its target."""

    def __init__(self, panels: Panels, chances: FloatArray) -> None:
        self._people = np.array(panels.people, dtype=np.float64)
        self._program = IncrementalLinearProgram()
        self._least = self._program.add_column(-np.inf, np.inf)
        self._program.maximise(self._least)
        self._whole = self._program.add_row(1, 1)
        self._rows = [self._program.add_row(float(chance), np.inf, {self._least: -1}) for chance in chances]

    def add(self, panel: Counts) -> None:
        """Add a column for a panel."""
        shares = {self._rows[t]: count / float(self._people[t]) for t, count in enumerate(panel) if count}
        self._program.add_column(0, np.inf, {self._whole: 1, **shares})

    def solve(self) -> bool:
        """Solve from the last basis; return whether the optimum was found."""
        return self._program.solve()

    @property
    def least(self) -> float:
        """The least chance less its target."""
        return self._program.value(self._least)

    def prices(self) -> tuple[FloatArray, float]:
        """Return ``[T]`` the value of one more person in a panel by type, and the weight of the mixture."""
        duals = self._program.duals
        return np.maximum(0, -duals[self._rows]) / self._people, float(duals[self._whole])


def initial_columns(panels: Panels, chances: FloatArray, pricer: PanelPricer) -> list[Counts]:
    """Return panels around the targets ``[T]``: each is the one that the mean so far lacks most."""
    people = np.array(panels.people, dtype=np.float64)
    target, drawn = chances * people, np.zeros(len(people))
    found: dict[Counts, None] = {}
    for number in range(1, len(people) + 1):
        panel = pricer.heaviest((target * number - drawn) / people, PARAMS.rough_gap)
        drawn += panel
        found[panel] = None
        if float(np.abs(drawn / number - target).max()) < PARAMS.target_tolerance:
            break
    return list(found)


def mix_to_targets(
    panels: Panels, chances: FloatArray, pricer: PanelPricer, first: Iterable[Counts]
) -> tuple[Mapping[Counts, float], bool]:
    """Return the shares of a mixture as near to the target chances as possible, and whether it attains them.

    All panels have the same size. So if no chance is below its target, all chances equal their targets.

    Args:
        panels: The panels.
        chances: ``[T]`` the targets.
        pricer: The pricing problem.
        first: Panels to begin with.
    """
    everybody = np.ones(len(panels.people), dtype=np.bool_)
    known = list(first)
    master = PanelMaster(panels, [*known, *near_columns(panels, chances, pricer, known)])
    gap = PARAMS.rough_gap
    while True:
        mixed = master.maximise_least_chance(everybody, chances)
        if mixed.least >= -PARAMS.target_tolerance:
            return master.shares(mixed), True
        panel = pricer.heaviest(mixed.weights, gap)
        if master.improves(panel, mixed):
            master.add(panel)
            gap = PARAMS.rough_gap
        elif gap:
            gap = 0.0
        else:
            return master.shares(mixed), False
