"""Reasons why there is no plan, as reports show them. Loads no solver."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.explain.conflicts import Diagnosis, MapObstacle
from allocator.model.text import Text

__all__ = ["MapObstacle", "Reasons", "Repair"]


@dataclass(frozen=True)
class Repair:
    """A breach to accept: the rule that is broken, and where and by how much."""

    rule: str
    text: Text


@dataclass(frozen=True)
class Reasons:
    """Why there is no plan.

    Attributes:
        rules: Ids of the rules of all conflicts that were found.
        repairs: The cheapest relaxation of the conflict: the fewest breaches that allow a plan.
        waivers: The fewest recusals to waive with all other rules kept; empty where waivers do not help.
        fewest: Whether fewer waivers are proved impossible.
        blocked: Obstacles on the map that alone make zones impossible.
        cut_short: Whether the search was stopped: the conflict may then be larger than needed, and ways out
            may be missing.
        diagnosis: The conflicts.
    """

    rules: tuple[str, ...]
    repairs: tuple[Repair, ...]
    waivers: tuple[Repair, ...] = ()
    fewest: bool = False
    blocked: tuple[MapObstacle, ...] = ()
    cut_short: bool = False
    diagnosis: Diagnosis | None = None
