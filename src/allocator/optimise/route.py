"""The route to the least cost of a level: part by part; if that proves nothing, piece by piece."""

from __future__ import annotations

import numpy as np

from allocator.model.witnesses import CP_SAT, NOBODY, joined
from allocator.optimise.by_parts import minimise_parts
from allocator.optimise.lns.large_neighbourhood import LargeNeighbourhoodSearch
from allocator.optimise.standing import Standing
from allocator.program.program import BoolArray
from allocator.solvers.context import SolveContext
from allocator.solvers.deadline import Allotment, Deadline

#: The part of the time that independent parts have together.
PARTS_PART = 0.6


def minimise_level(standing: Standing, part: Allotment, search: SolveContext) -> None:
    """Improve what stands of a level until it is proved or the time is over."""
    deadline = Deadline(search.budget, part)
    parts = standing.task.parts()
    assert parts is not None, "there is a plan"
    unproved = parts
    if len(parts) != 1:
        unproved = minimise_parts(
            standing, parts, Deadline(search.budget, deadline.share(PARTS_PART)), search
        )
    if not (standing.is_good_enough or deadline.is_over or search.is_over):
        given = NOBODY if len(parts) == 1 else joined((CP_SAT,), standing.above)
        LargeNeighbourhoodSearch(standing, _open(parts, unproved, standing), search, given=given).run(
            deadline.left
        )


def _open(parts: list[BoolArray], unproved: list[BoolArray], standing: Standing) -> BoolArray:
    """Return what may still change: a proved part may, too, where it could leave room for another."""
    rest = unproved if standing.task.is_tight else parts
    return np.asarray(np.logical_or.reduce(rest or parts))
