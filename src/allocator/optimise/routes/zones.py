"""The route of zones: a map is divided into connected zones, chosen from all zones or made around centres."""

from __future__ import annotations

from typing import ClassVar

from allocator.model.run import StructureKind, Witnesses
from allocator.optimise.routes.route import (
    APPLIES,
    Applicability,
    ProgramRequest,
    ProgramRoute,
    RouteResult,
    rejected,
)
from allocator.optimise.zones.lexicographic_cover import BY_COVER
from allocator.optimise.zones.map_search import solve_zones


class ZonesRoute(ProgramRoute):
    """Finds the best zones of a map; where there are too many zones, good ones."""

    name: ClassVar[str] = "zones"
    order: ClassVar[int] = 20
    solver: ClassVar[str] = "zones"
    structure: ClassVar[StructureKind] = "zones"
    proves: ClassVar[Witnesses] = BY_COVER

    def applies(self, request: ProgramRequest) -> Applicability:
        """Return whether a map is to be divided, nothing of it being fixed, and as well as can be."""
        if request.gap > 0.0:
            return rejected("within_gap")
        if request.constrained.map is None:
            return rejected("no_map")
        return rejected("fixed_variables") if request.constrained.is_fixed else APPLIES

    def solve(self, request: ProgramRequest) -> RouteResult:
        """Return the best zones that were found; nothing if rules tie slots together too closely."""
        return solve_zones(request)
