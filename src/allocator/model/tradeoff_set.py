"""The format ``allocator-tradeoff/1``: plans of which none is better than another at every criterion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, FailFast, Field

from allocator.model.plan import Count, LevelScore, Plan, ScenarioRef, Status
from allocator.model.text import Text

TRADEOFF_FORMAT: Literal["allocator-tradeoff/1"] = "allocator-tradeoff/1"


class _SetPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)


class SetCriterion(_SetPart):
    """One of the costs that are traded off.

    Attributes:
        id: How a call names it: the number of a level, ids of rules joined by ``+``, or ``moves``.
        title: Its name.
        rules: Ids of its rules; none for ``moves``, the number of changes from the baseline.
        level: Its level, where it is a whole level.
    """

    id: str
    title: Text = Text()
    rules: Annotated[tuple[str, ...], FailFast()] = ()
    level: int | None = None


class SetPoint(_SetPart):
    """A plan of the set.

    Attributes:
        costs: The cost of each criterion.
        bounds: A proven lower bound of each, for plans whose other criteria cost no more than here.
        below: Whether the levels below the criteria are minimised: ``none`` there are none, ``proved``,
            ``open`` searched without a proof, ``left`` not searched.
        plan: The plan.
    """

    costs: Annotated[tuple[Count, ...], FailFast()]
    bounds: Annotated[tuple[Count, ...], FailFast()]
    below: Literal["none", "proved", "open", "left"] = "none"
    plan: Plan

    @property
    def is_proved(self) -> bool:
        """Whether no plan is better at one criterion and as good at the others."""
        return self.bounds == self.costs


class SetGap(_SetPart):
    """Costs between which a better plan may lie.

    Attributes:
        low: The lower end of each criterion.
        high: Its upper end; None where there is none.
    """

    low: Annotated[tuple[Count, ...], FailFast()]
    high: Annotated[tuple[Count | None, ...], FailFast()]


class TradeoffSet(_SetPart):
    """A set of plans as it is written to a file.

    Attributes:
        scenario: The scenario.
        status: ``optimal`` if the set is complete, which is proved; ``feasible`` if gaps are left;
            ``infeasible`` if no plan keeps to hard rules and limits; ``unknown``.
        criteria: The criteria.
        limits: The most that a criterion may cost, where the call said so, by its id.
        above: The levels above all criteria; every plan costs this there.
        points: The plans, by their costs.
        gaps: The gaps; none if the set is complete.
        run: How the set was found.
    """

    format: Literal["allocator-tradeoff/1"] = TRADEOFF_FORMAT
    scenario: ScenarioRef
    status: Status
    criteria: Annotated[tuple[SetCriterion, ...], FailFast(), Field(min_length=2, max_length=3)]
    limits: Mapping[str, Count] = Field(default_factory=dict)
    above: Annotated[tuple[LevelScore, ...], FailFast()] = ()
    points: Annotated[tuple[SetPoint, ...], FailFast()] = ()
    gaps: Annotated[tuple[SetGap, ...], FailFast()] = ()
    run: Mapping[str, Any] = Field(default_factory=dict)
