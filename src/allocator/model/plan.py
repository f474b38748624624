"""The plan, ``allocator-plan/1``: who goes where, what it costs, and how it was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, FailFast, Field

FORMAT: Literal["allocator-plan/1"] = "allocator-plan/1"
HARD: Literal["hard"] = "hard"
Level = Literal["hard"] | int
Status = Literal["optimal", "feasible", "infeasible", "unknown"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)


class Assignment(_Part):
    """One decision: in ``layer``, ``item`` goes to ``slot`` in ``role`` for ``period``.

    ``role`` is None in a layer without roles, ``period`` None in one decided once for all.
    """

    layer: str
    item: str
    slot: str
    role: str | None = None
    period: str | None = None


class LevelScore(_Part):
    """Cost of one level and its proven lower bound, given the levels above it."""

    level: Level
    cost: int
    bound: int


class RuleScore(_Part):
    """What one rule finds in the plan: how many breaches, and their weighted cost."""

    id: str
    level: Level
    violations: int
    cost: int


class ScenarioRef(_Part):
    """The scenario that the plan was made for."""

    name: str
    sha256: str


class Plan(_Part):
    """A plan as it is written to ``plan.json``; assignments are sorted by layer order and id.

    A list is refused at its first fault: a hostile one would fill the memory with millions of them.
    """

    format: Literal["allocator-plan/1"] = FORMAT
    scenario: ScenarioRef
    status: Status
    assignments: Annotated[tuple[Assignment, ...], FailFast()]
    score: Annotated[tuple[LevelScore, ...], FailFast()] = ()
    rules: Annotated[tuple[RuleScore, ...], FailFast()] = ()
    run: Mapping[str, Any] = Field(default_factory=dict)
