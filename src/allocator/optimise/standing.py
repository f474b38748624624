"""Where a level stands while it is searched: the best plan, the bound, and who found it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from allocator.model.plan import Level
from allocator.model.witnesses import CP_SAT, NOBODY, NOTHING_IS_LESS, Witnesses, joined
from allocator.optimise.task import Task
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.program import IntArray
from allocator.solvers.background import LexicographicRelaxation
from allocator.solvers.bounds import Bound, KnownBounds
from allocator.solvers.observer import BoundCallback

#: Is given a plan within all caps, as values of all variables, and the proven bound.
Keep = Callable[[IntArray, Bound], None]


def kept_nowhere(values: IntArray, bound: Bound) -> None:
    """Keep nothing."""


@dataclass(eq=False)
class Standing:
    """The best plan of a level so far and its proven bound; every gain is told.

    Attributes:
        task: What is being solved.
        level: The level.
        values: The best plan, as values of all variables.
        bound: A proven lower bound of what it costs.
        gap: Relative gap at which the plan is good enough.
        tell: Whom to tell.
        relaxation: Relaxations of all levels, climbed beside.
        keep: Who keeps the plan that is best at all levels; of two that cost the same here it is either.
        won: Which solver found the plan.
        by: The back ends that the proof of the bound stands on.
        second: Those of a second proof of it.
        above: Those that the proofs of the levels above stand on.
    """

    task: Task
    level: int
    values: IntArray
    bound: int
    gap: float
    tell: BoundCallback
    relaxation: LexicographicRelaxation | None = None
    keep: Keep = kept_nowhere
    won: str = CP_SAT
    by: Witnesses = NOTHING_IS_LESS
    second: Witnesses = NOBODY
    above: Witnesses = NOBODY

    def __post_init__(self) -> None:
        self.cost = self._told = self.task.cost(self.values, self.level)

    @property
    def is_good_enough(self) -> bool:
        """Whether nothing better needs to be looked for."""
        return self.cost - self.bound <= self.gap * abs(self.cost)

    @property
    def proved(self) -> Bound:
        """The bound, and who proved it."""
        return Bound(self.bound, self.by, self.second)

    def further(self, *by: str) -> Witnesses:
        """Return whom the proof of a search stands on that is told the bound so far."""
        return joined(by, self.by)

    def hear(self, cost: int | None, bound: int, by: Witnesses = NOBODY) -> None:
        """Hear of a better bound, or of a better cost whose plan is not yet in hand.

        Args:
            cost: The better cost.
            bound: A proven lower bound.
            by: The back ends that its proof stands on.
        """
        self.hear_proof(cost, Bound(bound, by))

    def hear_proof(self, cost: int | None, proved: Bound) -> None:
        """Hear of a bound that may have been proved twice; see ``hear``."""
        shown = self._told if cost is None else min(cost, self._told)
        is_proof = proved.value > self.bound
        if is_proof:
            self.bound, self.by, self.second = proved.value, proved.by, proved.second
        if shown < self._told or is_proof:
            self._told = shown
            self.tell(shown, min(self.bound, shown))
            if is_proof:
                self.keep(self.values, self.proved)

    def take_relaxation(self) -> None:
        """Hear what the relaxations of all levels prove of this one, and take a better plan from them."""
        if self.relaxation is None:
            return
        caps: dict[Level, int] = dict(self.task.caps.items())
        self.hear_proof(None, KnownBounds((self.relaxation.proofs,)).of(self.level, caps))
        values = self.relaxation.values
        if values is None or self.task.cost(values, self.level) >= self.cost:
            return
        if self._is_within_caps(values):
            self.take(values, "relaxation")

    def show(self, values: IntArray) -> None:
        """Show a plan of a search that goes on: it is kept, but not taken over yet.

        It may come from another thread; nothing that a search reads is changed.
        """
        decisions = values[: self.task.program.decisions.count]
        if not self.task.cuts(decisions):
            settled = evaluate_auxiliaries(self.task.program, decisions[None, :])[0]
            if self._is_within_caps(settled):
                self.keep(settled, self.proved)

    def _is_within_caps(self, values: IntArray) -> bool:
        return all(self.task.cost(values, level) <= most for level, most in self.task.caps.items())

    def take(self, values: IntArray, solver: str = "cp-sat", *, follows: bool = False) -> bool:
        """Take a plan over if it is no worse: one that is as good leads to other pieces.

        Args:
            values: ``[variables]`` the plan.
            solver: Who found it.
            follows: Whether its auxiliaries are known to be what their definitions say.

        Returns:
            Whether the plan is sound and costs what it was found for; if not, the task has grown by what
            was missing.
        """
        settled = self.task.settled(values, follows=follows)
        if settled is None:
            return False
        is_priced = self.task.prices(values, settled)
        if not self._is_within_caps(settled):
            return is_priced
        cost = self.task.cost(settled, self.level)
        if cost < self.cost:
            self.won = solver
            self.hear(cost, self.bound)
        if cost <= self.cost:
            self.values, self.cost = settled, cost
            self.keep(settled, self.proved)
        return is_priced
