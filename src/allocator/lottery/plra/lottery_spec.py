"""What a lottery over assignments is asked for, and what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from allocator.optimise.constrained_program import constrain
from allocator.program.program import BoolArray, IntArray, Program
from allocator.program.subproblem import MilpInstance
from allocator.rules.policy import Policy


@dataclass(frozen=True, eq=False)
class Spread:
    """Perturbed maximisation: at chance ``x`` a pair is worth ``worth * (x - strength * x * x)``.

    Source: Xu, Jecmen, Song, Fang, *A one-size-fits-all approach to improving randomness in paper
    assignment* (NeurIPS 2023).

    Attributes:
        worth: ``[decisions]`` what each is worth, at least 0.
        strength: By how much (beta), from 0 to 1.
    """

    worth: IntArray
    strength: Fraction


@dataclass(frozen=True, eq=False)
class LotterySpec:
    """A lottery that is asked for.

    Attributes:
        policy: The rules that every assignment keeps, and what it costs.
        program: The policy compiled.
        pairs: ``[decisions]`` the number of the pair whose chance is bounded; -1 in other layers.
        most: The greatest chance of a pair.
        different: So many different assignments at least, none of them more likely than one of these.
        seconds: Time that a search may take.
        spread: How chances are spread beyond that.
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
        """Return what is asked of a layer of a policy: a pair is an item and a slot in a period."""
        program = policy.compile()
        grid = program.decisions.grids[layer]
        items, slots, _, periods = grid.shape
        number = np.arange(items * slots * periods).reshape(items, slots, 1, periods)
        pairs = np.full(program.decisions.count, -1, dtype=np.int64)
        possible = grid >= 0
        pairs[grid[possible]] = np.broadcast_to(number, grid.shape)[possible]
        return cls(policy, program, pairs, most, different, seconds)

    def with_spread(self, layer: str, worth: IntArray, strength: Fraction) -> LotterySpec:
        """Return the same with chances spread; ``worth`` is ``[I, S]``."""
        grid = self.program.decisions.grids[layer]
        possible = grid >= 0
        found = np.zeros(len(self.pairs), dtype=np.int64)
        found[grid[possible]] = np.broadcast_to(worth[:, :, None, None], grid.shape)[possible]
        return replace(self, spread=Spread(found, strength))

    def problem(self) -> MilpInstance | None:
        """Return what every assignment must keep, or None if none can."""
        return constrain(self.policy, self.program).subproblem(None).full()

    def pairs_of_variables(self, problem: MilpInstance) -> IntArray:
        """Return ``[n]`` the pair of each variable of a problem, -1 for those that are of none."""
        found = np.full(len(problem), -1, dtype=np.int64)
        decisions = problem.columns < len(self.pairs)
        found[decisions] = self.pairs[problem.columns[decisions]]
        return found

    def certain_decisions(self, problem: MilpInstance) -> IntArray:
        """Return the decisions of bounded pairs that are taken in every assignment."""
        decided: BoolArray = np.ones(len(self.pairs), dtype=np.bool_)
        decided[problem.columns[problem.columns < len(self.pairs)]] = False
        return np.flatnonzero(decided & (self.pairs >= 0) & (problem.fixed[: len(self.pairs)] > 0))


@dataclass(frozen=True, eq=False)
class AssignmentLottery:
    """Assignments with tickets.

    Attributes:
        plans: ``[k, variables]`` different assignments, as values of the program.
        tickets: ``[k]`` tickets of each.
        bounds: By level of the program, what no lottery within the bound costs less than in the mean.
        route: How it was found.
    """

    plans: IntArray
    tickets: Sequence[int]
    bounds: Sequence[Fraction]
    route: str


class NoLottery(Exception):  # noqa: N818 - it is an answer
    """No lottery is within the bound.

    Attributes:
        least: The least bound that would do, as far as it is known; None where no bound would.
        found: How many different assignments were found, where that is what was too few.
        proved: Whether that is sure, or only what was found in the time given.
        beyond: Rules that such a lottery cannot do with, where it is these.
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
