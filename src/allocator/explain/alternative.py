"""Another plan than the one at hand: an item brought to a seat, or kept from it. Loads no solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from allocator.explain.seat_ranking import Candidate
from allocator.explain.seats import Seat
from allocator.model.plan import Assignment, Level
from allocator.solvers.bounds import Bound
from allocator.verify.diff import SeatChange

#: What is known of the price: ``proved``; ``bound`` for a plan that may not be the cheapest one;
#: ``impossible`` if it is proved that there is no such plan; ``open`` if neither was found in time.
Standing = Literal["proved", "bound", "impossible", "open"]


@dataclass(frozen=True)
class SeatDemand:
    """What the other plan must have.

    Attributes:
        seat: The seat.
        item: The item, by index into the layer of the seat.
        held: Whether the item must have the seat; else it must not.
        any_role: Whether any role of the slot will do.
    """

    seat: Seat
    item: int
    held: bool = True
    any_role: bool = False


@dataclass(frozen=True)
class RuleChange:
    """The cost of a rule in another plan less that in this one; those of a level add up to its price."""

    rule: str
    level: Level
    change: int


@dataclass(frozen=True)
class Alternative:
    """The cheapest plan that was found with a demand, against the plan at hand.

    Attributes:
        demand: The demand.
        standing: What is known of the price.
        assignments: The plan; empty without one.
        changes: Cost of each level less that of the plan at hand; empty without a plan.
        bounds: What is proved of each level: its least cost, and by whom; a level not looked at is left out.
        least: The least that each change can be, as far as it is proved.
        rules: The rules whose cost changes.
        seats: The seats that change hands.
        refuted: The proof that there is no such plan, where that is so.
        conflict: Ids of rules that cannot hold together with the demand, where there is no such plan.
        exchange: What one exchange would break, where no plan was found with the item at the seat.
    """

    demand: SeatDemand
    standing: Standing
    assignments: tuple[Assignment, ...] = ()
    changes: Mapping[Level, int] = field(default_factory=dict)
    bounds: Mapping[Level, Bound] = field(default_factory=dict)
    least: Mapping[Level, int] = field(default_factory=dict)
    rules: tuple[RuleChange, ...] = ()
    seats: tuple[SeatChange, ...] = ()
    refuted: Bound | None = None
    conflict: tuple[str, ...] = ()
    exchange: Candidate | None = None

    @property
    def has_plan(self) -> bool:
        """Whether a plan was found."""
        return self.standing in ("proved", "bound")

    @property
    def is_free(self) -> bool:
        """Whether the plan costs the same at every level: a tie."""
        return self.has_plan and not any(self.changes.values())

    @property
    def change_by_level(self) -> tuple[int, ...]:
        """The changes, most important level first."""
        return tuple(self.changes.values())


@dataclass(frozen=True)
class SeatReasons:
    """Why an item has a seat.

    Attributes:
        seat: The seat.
        item: The item.
        without: The cheapest plan without the item at the seat: what forces or favours it there.
        runners_up: Items that take the seat in that plan.
        others: All other candidates for the seat, ranked by one exchange each.
        elsewhere: The cheapest plans found with the item in the same role of other slots, best first.
        looked_at: Number of these slots that were looked at, and of all of them.
    """

    seat: Seat
    item: int
    without: Alternative
    runners_up: tuple[int, ...]
    others: tuple[Candidate, ...]
    elsewhere: tuple[Alternative, ...]
    looked_at: tuple[int, int]
