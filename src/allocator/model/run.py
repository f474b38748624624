"""How a plan was found, as data: ``run.route`` and ``run.structure`` of a plan."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError

#: What the program is: a network, a network but for its costs, a map of zones, none of these, or not known.
StructureKind = Literal["network", "network_constraints", "zones", "none", "rolling", "unknown"]


class _RunPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_json(self) -> dict[str, Any]:
        """Return the fields that differ from their defaults as JSON."""
        return self.model_dump(mode="json", exclude_defaults=True)


class RunLevel(_RunPart):
    """One level of the solve.

    Attributes:
        level: The level.
        solver: The solver that found the plan: ``flow``, ``zones``, ``cp-sat``, ``mip``, ``relaxation`` ...
        proof: The back ends that proved the cost to be the least, as in ``score``; empty if it is not proved.
    """

    level: int
    solver: str
    proof: Annotated[tuple[str, ...], FailFast()] = ()


class RunRoute(_RunPart):
    """The route to the plan.

    Attributes:
        kind: The name of the route, such as ``network_flow``, ``zones``, ``lexicographic`` (level by level),
            ``rolling``, ``minimum_changes`` or ``draw``.
        levels: The levels that were searched, most important first.
        window: Periods of a window that were searched jointly, in a rolling solve.
        failed_window: The window for which no plan was found, such as ``posting 2026 - 2027``.
        draw: The draw that the plan comes from.
    """

    kind: str
    levels: Annotated[tuple[RunLevel, ...], FailFast()] = ()
    window: int | None = None
    failed_window: str | None = None
    draw: str | None = None


class RunStructure(_RunPart):
    """The structure of the program, on which the route depends.

    Attributes:
        kind: The structure; ``rolling`` where only windows of the program were looked at.
        rules: Ids of the rules that keep it from being a network; none are named where it is one.
    """

    kind: StructureKind
    rules: Annotated[tuple[str, ...], FailFast()] = Field(default=())


_Part = TypeVar("_Part", RunRoute, RunStructure)


def read_run_part(part: type[_Part], value: Any) -> _Part | None:
    """Return a part of ``run`` of a plan; None if it is something else, such as the text of older plans."""
    try:
        return part.model_validate(value)
    except ValidationError:
        return None
