"""What the audit file of a pairing holds: rules, units, inspectors, trial draws, result."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from allocator.lottery.draw_kind import Committed, Part, Words
from allocator.rules.rule import FieldError


class Condition(Part):
    """A condition and the reason for it."""

    when: str
    why: Words


class PairingRules(Part):
    """Which units are visited by which inspectors, how many of both, and who may not go."""

    units: str
    inspectors: str
    size: Annotated[int, Field(ge=1)]
    team: Annotated[int, Field(ge=1)]
    load: Annotated[int, Field(ge=1)]
    recusals: tuple[Condition, ...]
    apart: tuple[Condition, ...]


class UnitEntry(Part):
    """A unit: who may not go there, and the chance that it is drawn, a fraction."""

    id: str
    recused: tuple[str, ...]
    chance: tuple[int, Annotated[int, Field(ge=1)]]


class InspectorEntry(Part):
    """An inspector: with whom not to be in one team, and how many seats the trial draws gave."""

    id: str
    apart: tuple[str, ...]
    seats: int


class PairingCommitted(Committed):
    """Rules, units, inspectors, the number of trial draws, and how many units they passed over."""

    rules: PairingRules
    units: Annotated[tuple[UnitEntry, ...], Field(min_length=1)]
    inspectors: Annotated[tuple[InspectorEntry, ...], Field(min_length=1)]
    trials: Annotated[int, Field(ge=1, le=10**4)]
    passed_over: int

    @model_validator(mode="after")
    def _fits(self) -> PairingCommitted:
        for entries in (self.units, self.inspectors):
            if len({entry.id for entry in entries}) < len(entries):
                raise FieldError(zh="编号重复", en="an id is repeated")
        return self


class Team(Part):
    """A unit drawn, and the inspectors drawn for it."""

    unit: str
    inspectors: tuple[str, ...]


class PairingResult(Part):
    """The teams in the order in which their units were drawn; who was passed over because nobody could go."""

    teams: tuple[Team, ...]
    passed_over: tuple[str, ...]
