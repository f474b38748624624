"""The plan format ``allocator-plan/1``: assignments, scores with bounds, and data of the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, FailFast, Field
from pydantic_core import PydanticKnownError

FORMAT: Literal["allocator-plan/1"] = "allocator-plan/1"
HARD: Literal["hard"] = "hard"
Level = Literal["hard"] | int
Status = Literal["optimal", "feasible", "infeasible", "unknown"]
#: The keys of ``run`` in a plan; their values are data about the search, never sentences.
RUN_KEYS = (
    "asked",
    "beside",
    "changes",
    "checkpoint",
    "commitment",
    "conflict",
    "partial",
    "progress",
    "proof",
    "proved",
    "reasons",
    "rehearsal",
    "route",
    "seconds",
    "seed",
    "stopped",
    "structure",
    "versions",
    "workers",
)
#: The largest count or cost, that of a signed number of 64 bits.
_MOST = 2**63 - 1


def _no_lookalike(value: Any) -> Any:
    """Refuse values that pydantic would convert to a whole number, such as ``"3"``, ``3.0`` or ``true``."""
    if isinstance(value, bool | float) or (isinstance(value, str) and value != HARD):
        raise PydanticKnownError("int_type")
    return value


Count = Annotated[int, BeforeValidator(_no_lookalike), Field(ge=-_MOST, le=_MOST)]
StatedLevel = Annotated[Level, BeforeValidator(_no_lookalike)]


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


class BoundProof(_Part):
    """Who proved a bound, or that there is no plan; no names where the plan does not say.

    Attributes:
        by: The back ends that the proof stands on, all of them together (``witnesses.NAMES``).
        confirmed: The back ends of a second proof, none of which is among the first; None if there is none.
    """

    by: tuple[str, ...] = ()
    confirmed: tuple[str, ...] | None = None


class LevelScore(_Part):
    """Cost of one level and its proven lower bound, given the levels above it, and who proved that."""

    level: StatedLevel
    cost: Count
    bound: Count
    proof: BoundProof = BoundProof()


class RuleScore(_Part):
    """The score of one rule: its number of breaches, and their weighted cost."""

    id: str
    level: StatedLevel
    violations: Count
    cost: Count


class ScenarioRef(_Part):
    """The scenario that the plan was made for.

    ``files`` has the SHA-256 of each file that was read, so that it can be told which differ.
    """

    name: str
    sha256: str
    files: Mapping[str, str] = Field(default_factory=dict)


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

    @property
    def is_found(self) -> bool:
        """Whether the status says that a plan was found; such a plan may have no assignments."""
        return self.status in ("optimal", "feasible")
