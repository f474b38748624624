"""Whether a policy has a plan, and if not, its disjoint minimal conflicts."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import Literal

import numpy as np

from allocator.explain.conflicts import ConflictSet, Diagnosis
from allocator.explain.disjoint_conflicts import find_disjoint_conflicts
from allocator.explain.linear_core import linear_core
from allocator.explain.map_obstacles import find_map_obstacles
from allocator.explain.tag_table import TagTable
from allocator.optimise.claims import ContradictionError, contradiction_error
from allocator.optimise.dispatcher import solve
from allocator.optimise.results import Options
from allocator.rules.policy import Policy
from allocator.solvers.deadline import Budget, SolveContext
from allocator.solvers.observer import NULL_OBSERVER, Observer

Status = Literal["possible", "impossible", "unknown"]
#: Part of the time that the search for a plan may take, where fractions do not tell that there is none.
PLAN_SHARE = 0.5

_NONE = ConflictSet((), is_complete=False)


def find_diagnosis(
    policy: Policy, seconds: float, observer: Observer = NULL_OBSERVER, *, is_infeasible: bool = False
) -> Diagnosis:
    """Return whether a policy has a plan that keeps its hard rules, and the conflicts if it has none.

    Args:
        policy: The policy.
        seconds: Time limit.
        observer: May stop the search; what was found by then is returned.
        is_infeasible: Whether it is known already that there is no plan.

    Raises:
        InternalError: Two solvers contradict each other.
    """
    began, end = time.monotonic(), time.monotonic() + seconds
    table = TagTable.of(policy)
    if not is_infeasible and not _has_linear_conflict(table, end):
        left = max(0.1, (end - time.monotonic()) * PLAN_SHARE)
        hard = replace(policy, rules=tuple(rule for rule in policy.rules if rule.is_hard))
        solved = solve(hard, Options(seconds=left), observer=observer)
        if solved.proofs:
            return Diagnosis("possible", _NONE, seconds=time.monotonic() - began)
        if observer.stop_reason() is not None:
            stopped = ConflictSet((), is_complete=False, cut_short=True)
            return Diagnosis("unknown", stopped, seconds=time.monotonic() - began)
    context = SolveContext(1, Budget(max(0.1, end - time.monotonic()), os.cpu_count() or 1), observer)
    try:
        found = find_disjoint_conflicts(table, context, end - time.monotonic())
    except ContradictionError as error:
        raise contradiction_error(error, policy.reference, "infeasible", (), ()) from None
    status: Status = "impossible" if is_infeasible or found.conflicts else "unknown"
    by, second = (
        (found.conflicts[0].by, found.conflicts[0].second) if found.conflicts else (frozenset(), frozenset())
    )
    obstacles = () if context.is_stopped else find_map_obstacles(policy)
    return Diagnosis(status, found, by, second, obstacles, time.monotonic() - began)


def _has_linear_conflict(table: TagTable, end: float) -> bool:
    """Return whether even fractions of decisions keep no plan, as far as floating-point numbers tell."""
    everything = np.ones(len(table), dtype=np.bool_)
    return linear_core(table, everything, end - time.monotonic()) is not None
