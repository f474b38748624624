"""The specification of a lottery over assignments, its result, and the parameters of the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from allocator.optimise.constrained_program import constrain
from allocator.program.program import BoolArray, IntArray, Program
from allocator.program.subproblem import MilpInstance
from allocator.rules.policy import Policy


@dataclass(frozen=True)
class PlraParams:
    """Parameters of the search for a lottery. The values decide the tickets of a lottery.

    Attributes:
        grid: Spread chances are multiples of a part of the bound; a whole has at least this many parts.
        max_rounds: Decompositions of a flow at most, until there are enough different assignments.
        pricing_scale: Prices are rounded to whole numbers, of which the greatest is this.
        gap: Relative gap to its bound at which a mixture counts as optimal.
        loss: Relative loss that a settled level may take at later levels, since solvers use floats.
        least_share: Shares up to this are dropped, since solvers use floats.
        tickets: Tickets of a mixture.
    """

    grid: int = 40
    max_rounds: int = 100
    pricing_scale: int = 10**9
    gap: float = 1e-6
    loss: float = 1e-9
    least_share: float = 1e-7
    tickets: int = 10**9


PARAMS = PlraParams()


@dataclass(frozen=True, eq=False)
class Spread:
    """Perturbed maximisation: at chance ``x`` a pair is worth ``worth * (x - strength * x * x)``.

    Source: Xu, Jecmen, Song, Fang, *A one-size-fits-all approach to improving randomness in paper
    assignment* (NeurIPS 2023).

    Attributes:
        worth: ``[decisions]`` worth of each, at least 0.
        strength: Strength of the perturbation (beta), from 0 to 1.
    """

    worth: IntArray
    strength: Fraction


@dataclass(frozen=True, eq=False)
class LotterySpec:
    """The specification of a lottery.

    Attributes:
        policy: The policy: hard rules that every assignment keeps, and costs.
        program: The compiled policy.
        pairs: ``[decisions]`` index of the pair whose chance is bounded; -1 in other layers.
        most: Upper bound on the chance of a pair.
        different: Least number of different assignments; the share of none is above one of this many.
        seconds: Time limit of a search.
        spread: Spread of the chances beyond the bound; None for none.
    """

    policy: Policy
    program: Program
    pairs: IntArray
    most: Fraction
    different: int
    seconds: float
    spread: Spread | None = None

    @classmethod
    def of(cls, policy: Policy, layer: str, most: Fraction, different: int, seconds: float) -> LotterySpec:
        """Return the specification for a layer; its pairs are an item and a slot in a period."""
        program = policy.compile()
        grid = program.decisions.grids[layer]
        items, slots, _, periods = grid.shape
        number = np.arange(items * slots * periods).reshape(items, slots, 1, periods)
        pairs = np.full(program.decisions.count, -1, dtype=np.int64)
        possible = grid >= 0
        pairs[grid[possible]] = np.broadcast_to(number, grid.shape)[possible]
        return cls(policy, program, pairs, most, different, seconds)

    def with_spread(self, layer: str, worth: IntArray, strength: Fraction) -> LotterySpec:
        """Return the specification with spread chances; ``worth`` is ``[I, S]``."""
        grid = self.program.decisions.grids[layer]
        possible = grid >= 0
        found = np.zeros(len(self.pairs), dtype=np.int64)
        found[grid[possible]] = np.broadcast_to(worth[:, :, None, None], grid.shape)[possible]
        return replace(self, spread=Spread(found, strength))

    def problem(self) -> MilpInstance | None:
        """Return the instance whose solutions are the assignments; None if there are none."""
        return constrain(self.policy, self.program).subproblem(None).full()

    def pairs_of_variables(self, problem: MilpInstance) -> IntArray:
        """Return ``[n]`` the pair of each variable of a problem; -1 for variables without a pair."""
        found = np.full(len(problem), -1, dtype=np.int64)
        decisions = problem.columns < len(self.pairs)
        found[decisions] = self.pairs[problem.columns[decisions]]
        return found

    def certain_decisions(self, problem: MilpInstance) -> IntArray:
        """Return the decisions of bounded pairs that every assignment takes."""
        decided: BoolArray = np.ones(len(self.pairs), dtype=np.bool_)
        decided[problem.columns[problem.columns < len(self.pairs)]] = False
        return np.flatnonzero(decided & (self.pairs >= 0) & (problem.fixed[: len(self.pairs)] > 0))


@dataclass(frozen=True, eq=False)
class AssignmentLottery:
    """A lottery over assignments.

    Attributes:
        plans: ``[k, variables]`` different assignments, as values of the program.
        tickets: ``[k]`` tickets of each assignment.
        bounds: ``[levels]`` lower bound on the expected cost of every lottery within the bound.
        route: ``flow`` or ``mixture``.
    """

    plans: IntArray
    tickets: Sequence[int]
    bounds: Sequence[Fraction]
    route: str


class NoLottery(Exception):  # noqa: N818 - it is an answer
    """No lottery is within the bound.

    Attributes:
        least: The least feasible bound, as far as it is known; None where none is.
        found: Number of different assignments found, if these are too few.
        proved: Whether the answer is proved, or only found within the time limit.
        beyond: Ids of the rules that the lottery does not support, if these are the cause.
    """

    def __init__(
        self,
        least: Fraction | None = None,
        found: int | None = None,
        proved: bool = True,
        beyond: Sequence[str] = (),
    ) -> None:
        super().__init__("no lottery is within the bound")
        self.least, self.found, self.proved, self.beyond = least, found, proved, tuple(beyond)
