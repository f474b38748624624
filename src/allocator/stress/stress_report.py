"""What became of a plan under each shock, and what follows: who is irreplaceable, and the worst case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from allocator.model.plan import BoundProof, Level
from allocator.stress.shocks import Shock
from allocator.verify.diff import SeatChange

#: ``holds``: the plan needs no change. ``mended``: some changes mend it. ``impossible``: it is proved that
#: there is no plan. ``unknown``: neither a plan nor a proof was found in time. ``not_tried``: the call was
#: stopped before.
Outcome = Literal["holds", "mended", "impossible", "unknown", "not_tried"]


@dataclass(frozen=True)
class ShockResult:
    """What became of the plan under a shock.

    Attributes:
        shock: The shock.
        outcome: What became of the plan.
        broken: The hard rules, by id, that the unchanged plan would break.
        changes: The least number of seats that change hands in the plans that were found, without the seats
            of those who leave: these are open.
        bound: The proved lower bound of that number.
        proof: Who proved the bound, or that nothing mends the plan; None without a search.
        seats: The seats that change hands.
        costs: Change in cost of each soft level against the plan before the shock.
    """

    shock: Shock
    outcome: Outcome
    broken: tuple[str, ...] = ()
    changes: int = 0
    bound: int = 0
    proof: BoundProof | None = None
    seats: tuple[SeatChange, ...] = ()
    costs: Mapping[Level, int] | None = None

    @property
    def is_proved(self) -> bool:
        """Whether the outcome is proved: no fewer changes mend the plan, or none do."""
        if self.outcome == "mended":
            return self.changes == self.bound
        return self.outcome in ("holds", "impossible")


@dataclass(frozen=True)
class StressReport:
    """The results of all shocks, in the order in which they were tried."""

    results: tuple[ShockResult, ...]

    def of(self, *outcomes: Outcome) -> tuple[ShockResult, ...]:
        """Return the results with some outcomes."""
        return tuple(one for one in self.results if one.outcome in outcomes)

    @property
    def irreplaceable(self) -> tuple[str, ...]:
        """The ids of people without whom there is no plan."""
        return tuple(one.shock.entities[0] for one in self.of("impossible") if one.shock.kind == "leaves")

    @property
    def worst(self) -> tuple[ShockResult, ...]:
        """The mended shocks that need the most changes."""
        mended = self.of("mended")
        most = max((one.changes for one in mended), default=0)
        return tuple(one for one in mended if one.changes == most)
