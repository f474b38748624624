"""How far a solve has come: a plan that another solve can go on from, offered whenever it is better."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from allocator.model.plan import Assignment, Level
from allocator.optimise.bounds import Bound, KnownBounds, Proof
from allocator.program.evaluate import level_costs
from allocator.program.program import IntArray, Program


@dataclass(frozen=True, eq=False)
class Reached:
    """A plan of some layers or all, and what is proved so far; assignments are made only when asked for.

    Attributes:
        program: The program of these layers.
        values: ``[variables]`` the plan, settled.
        bounds: What levels are proved to cost at least, as far as they have been looked at.
        known: What searches over fewer layers, or earlier solves, have proved.
        seconds: Since the solve began.
    """

    program: Program
    values: IntArray
    bounds: Mapping[Level, Bound]
    known: KnownBounds
    seconds: float

    @property
    def periods(self) -> dict[str, int]:
        """How many periods of each layer are decided."""
        return {name: len(layer.periods) for name, layer in self.program.decisions.layers.items()}

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """The plan."""
        decisions = self.program.decisions
        return decisions.assignments(self.values[: decisions.count])

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """Cost, by the rules' definitions, and bound of each level, looked at yet or not."""
        priced = level_costs(self.program, self.values[None, :])[0].tolist()
        costs: dict[Level, int] = dict(zip(self.program.levels, priced, strict=True))
        return tuple(
            Proof.of(level, cost, self.bounds.get(level, Bound()) | self.known.of(level, costs))
            for level, cost in costs.items()
        )


Offer = Callable[[Reached], None]


def unheeded(reached: Reached) -> None:
    """Keep nothing."""


@dataclass(frozen=True)
class Begun:
    """What earlier searches leave to a later one.

    Attributes:
        assignments: A plan to begin from.
        known: What they proved.
        periods: How many periods it decides of each layer, the first ones; None for all of all.
    """

    assignments: tuple[Assignment, ...] = ()
    known: KnownBounds = field(default_factory=KnownBounds)
    periods: Mapping[str, int] | None = None
