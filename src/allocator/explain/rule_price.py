"""The price of a rule, as reports show it. Loads no solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from allocator.model.plan import Level
from allocator.verify.diff import SeatChange


@dataclass(frozen=True)
class RulePrice:
    """What a rule costs in a plan, and what would be gained without it.

    Attributes:
        rule: Id of the rule.
        cost: Cost of its own breaches in the plan; 0 for a hard rule.
        status: Status of the solve without the rule; ``unknown`` if it found no plan.
        changes: Change in cost of each level, of all other rules together: negative is a gain.
        least: Proved lower bound of each change, given the changes of the levels above it.
        seats: The seats that change hands in the plan that was found without the rule.
        breaches: How often that plan breaks the rule.
    """

    rule: str
    cost: int
    status: str
    changes: Mapping[Level, int]
    least: Mapping[Level, int]
    seats: tuple[SeatChange, ...]
    breaches: int

    @property
    def is_proved(self) -> bool:
        """Whether nothing more can be gained without the rule."""
        return self.status == "optimal"
