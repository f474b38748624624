"""Solvers that lie: each replaces an honest solver, and at once claims a result without proof."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.optimise import second_proofs
from allocator.optimise.lns import large_neighbourhood
from allocator.program.program import INFINITE
from allocator.program.subproblem import MilpInstance
from allocator.solvers.adapters.cp_sat import CpSat
from allocator.solvers.deadline import SolveContext
from allocator.solvers.solver import SearchParams, SearchResult

HONEST = CpSat.minimise


def too_early(
    solver: CpSat, problem: MilpInstance, search: SolveContext, search_params: SearchParams
) -> SearchResult:
    """Call the plan to begin from the best there is."""
    if search_params.hint is None or not problem.objective.any():
        return HONEST(solver, problem, search, search_params)
    cost = int(problem.objective @ search_params.hint[problem.columns]) + problem.constant
    return SearchResult("optimal", search_params.hint, cost, cost)


def none_at_all(
    solver: CpSat, problem: MilpInstance, search: SolveContext, search_params: SearchParams
) -> SearchResult:
    """Say of anything that there is no plan."""
    return SearchResult("infeasible")


def never_ends(
    solver: CpSat, problem: MilpInstance, search: SolveContext, search_params: SearchParams
) -> SearchResult:
    """Find nothing where there is anything to minimise."""
    return (
        SearchResult("unknown") if problem.objective.any() else HONEST(solver, problem, search, search_params)
    )


class EarlyRace(large_neighbourhood.BackgroundMip):
    """Branch and cut that calls the first plan that it hears of the best there is."""

    def begin(self, known: int = INFINITE) -> None:
        """Begin, and end at once."""
        self.bound = max(self.bound, known)

    def restart_if_stale(self, known: int) -> None:
        """Stay with that."""


class Stuck:
    """A process beside that never ends and tells nothing."""

    begun = 0

    def __init__(self, _module: str, _hear: object) -> None:
        self.is_running = True

    def begin(self, **_arrays: object) -> None:
        """Begin."""
        Stuck.begun += 1

    def close(self) -> None:
        """End."""
        self.is_running = False


def lying_cp_sat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have CP-SAT say too early that nothing is better."""
    monkeypatch.setattr(CpSat, "minimise", too_early)


def lying_highs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have HiGHS say too early that nothing is better, while CP-SAT comes to no end."""
    monkeypatch.setattr(CpSat, "minimise", never_ends)
    monkeypatch.setattr(large_neighbourhood, "BackgroundMip", EarlyRace)
    monkeypatch.setattr(large_neighbourhood, "PARAMS", large_neighbourhood.LnsParams(race_after=0.0))


def stuck_witnesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have neither witness ever come to an end."""
    monkeypatch.setattr(second_proofs, "WorkerProcess", Stuck)
    monkeypatch.setattr(second_proofs, "minimise", lambda *_: SearchResult("unknown"))


def keep_reports_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the models of contradictions kept in a folder."""
    folder.mkdir(exist_ok=True)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
