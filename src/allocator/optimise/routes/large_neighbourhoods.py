"""The route of large neighbourhoods: a plan is improved piece by piece, beside branch and cut of all."""

from __future__ import annotations

from typing import ClassVar

from allocator.model.run import CP_SAT, HIGHS, Witnesses
from allocator.optimise.lns.large_neighbourhood import LargeNeighbourhoodSearch
from allocator.optimise.routes.route import APPLIES, Applicability, LevelRequest, LevelRoute, rejected


class LargeNeighbourhoodsRoute(LevelRoute):
    """Improves the components that are not proved, for all the time that is left to the level."""

    name: ClassVar[str] = "large_neighbourhoods"
    order: ClassVar[int] = 20
    proves: ClassVar[Witnesses] = frozenset((CP_SAT, HIGHS))

    def applies(self, request: LevelRequest) -> Applicability:
        """Return whether the incumbent is to be improved and there is time."""
        return rejected("good_enough_or_over") if request.is_over else APPLIES

    def solve(self, request: LevelRequest) -> None:
        """Improve the incumbent until it is proved or the time is over."""
        search = LargeNeighbourhoodSearch(
            request.incumbent, request.open_variables, request.context, given=request.given
        )
        search.run(request.deadline.left)
