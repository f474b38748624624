"""What the audit file of an assignment by lot holds: rules, pool, pairs with chances, lottery, result."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from allocator.lottery.draw_kind import Committed, Part
from allocator.rules.rule import FieldError

Count = Annotated[int, Field(ge=0)]
Fraction = tuple[int, Annotated[int, Field(ge=1)]]


class AssignmentRules(Part):
    """What was asked of the lottery, and the rules that every assignment keeps.

    Attributes:
        on: The layer whose pairs are bounded.
        probability: Their greatest chance.
        different: So many different assignments at least.
        perturb: By how much likely pairs are worth less.
        worth: What a pair is worth, for that.
        scenario: The SHA-256 of the scenario and its rule packs.
        rules: Each rule as canonical JSON.
    """

    on: str
    probability: Fraction
    different: Annotated[int, Field(ge=1)]
    perturb: Fraction
    worth: str
    scenario: str
    rules: tuple[str, ...]


class Slot(Part):
    """Something that is assigned to, and who may not be."""

    id: str
    recused: tuple[str, ...]


class Pair(Part):
    """One possible assignment, and how many tickets choose it."""

    layer: str
    item: str
    slot: str
    role: str | None
    period: str | None
    tickets: Annotated[int, Field(ge=1)]


class Tickets(Part):
    """How many tickets draw an assignment, and which pairs it is made of, by number."""

    tickets: Annotated[int, Field(ge=1)]
    pairs: tuple[Count, ...]


class ExpectedCost(Part):
    """What a level costs in the mean, and what no lottery within the bound costs less than."""

    level: int
    cost: tuple[int, Annotated[int, Field(ge=1)]]
    bound: tuple[int, Annotated[int, Field(ge=1)]]


class AssignmentCommitted(Committed):
    """Rules, pool, pairs, the lottery over whole assignments, and what it costs in the mean."""

    rules: AssignmentRules
    items: tuple[str, ...]
    slots: tuple[Slot, ...]
    pairs: Annotated[tuple[Pair, ...], Field(min_length=1)]
    lottery: Annotated[tuple[Tickets, ...], Field(min_length=1)]
    expected: tuple[ExpectedCost, ...]
    route: str

    @model_validator(mode="after")
    def _fits(self) -> AssignmentCommitted:
        many = len(self.pairs)
        if any(pair >= many for one in self.lottery for pair in one.pairs):
            raise FieldError(zh="签与人案对不上", en="pairs and lottery do not fit together")
        return self


class AssignmentResult(Part):
    """The ticket drawn, and the assignment of the lottery that it draws."""

    ticket: Count
    assignment: Count
