"""The call chain from ``allocator solve`` to a solver has few frames, so that a reader can follow it."""

from __future__ import annotations

import traceback
from dataclasses import replace
from pathlib import Path

import pytest

import allocator
from allocator.optimise.lns import large_neighbourhood
from allocator.program.subproblem import MilpInstance
from allocator.solvers.adapters.cp_sat import CpSat
from allocator.solvers.deadline import SolveContext
from allocator.solvers.solver import SearchParams, SearchResult
from cli_world import call
from tiny_scenario import write_scenario

SOURCE = str(Path(allocator.__file__).parent)
#: Frames from the function of the command, which is the first, to the solver's own, which is the last.
MOST = 12


@pytest.fixture
def chains(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the calls of each search by CP-SAT, which are filled in as it is asked."""
    found: list[list[str]] = []
    honest = CpSat.minimise

    def minimise(
        self: CpSat, problem: MilpInstance, context: SolveContext, params: SearchParams
    ) -> SearchResult:
        frames = [one for one in traceback.extract_stack()[:-1] if one.filename.startswith(SOURCE)]
        calls = [f"{Path(one.filename).stem}.{one.name}" for one in frames]
        if "solve.command" in calls:  # a search in a thread of its own has another first frame
            found.append([*calls[calls.index("solve.command") :], "cp_sat.minimise"])
        return honest(self, problem, context, params)

    monkeypatch.setattr(CpSat, "minimise", minimise)
    return found


@pytest.mark.parametrize("largest_whole", [0, large_neighbourhood.PARAMS.largest_whole])
def test_a_solver_is_few_frames_from_the_command(
    tmp_path: Path, chains: list[list[str]], monkeypatch: pytest.MonkeyPatch, largest_whole: int
) -> None:
    """So it is whether a level is searched at once or piece by piece."""
    params = replace(large_neighbourhood.PARAMS, largest_whole=largest_whole)
    monkeypatch.setattr(large_neighbourhood, "PARAMS", params)
    scenario = write_scenario(tmp_path / "tiny")
    done = call("solve", scenario, "-o", tmp_path / "plan.json", "--time-limit", "5", "--workers", "1")
    assert done.status == 0 and chains
    longest = max(chains, key=len)
    assert len(longest) <= MOST, "\n".join(longest)
