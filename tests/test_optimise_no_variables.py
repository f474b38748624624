"""Programs without decisions: all rows hold at 0, or there is no plan."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from allocator import api
from allocator.program.program import INFINITE
from allocator.program.subproblem import MilpInstance
from allocator.solvers.adapters import minimise
from allocator.solvers.deadline import Budget, SolveContext
from allocator.solvers.solver import SearchParams
from small_folder import SCENARIO, folder

NOBODY = """\
layers:
  posting: {items: people where person.id == "X", slots: groups where group.kind == "team", take: 0-1}
"""


@pytest.mark.parametrize(
    ("low", "high", "holds"),
    [
        ([], [], True),
        ([0, -INFINITE], [0, INFINITE], True),
        ([-1, 1], [1, INFINITE], False),
        ([-INFINITE], [-1], False),
    ],
)
def test_rows_without_variables_hold_of_zero_or_not_at_all(
    low: list[int], high: list[int], holds: bool
) -> None:
    empty = np.zeros(0, dtype=np.int64)
    sides = np.array(low, dtype=np.int64), np.array(high, dtype=np.int64)
    matrix = csr_array((len(low), 0), dtype=np.int64)
    problem = MilpInstance(empty, (empty, empty), matrix, sides, empty, 7, np.array([1, 0]))
    search = SolveContext(1, Budget(5.0, 1))
    found = minimise(problem, search, SearchParams(search.budget.share(1.0)))
    if holds:
        assert (found.found, found.cost, found.bound) == ("optimal", 7, 7)
        assert found.values is not None and found.values.tolist() == [1, 0]
    else:
        assert (found.found, found.values, found.cost) == ("infeasible", None, None)


@pytest.mark.parametrize(("atleast", "status"), [(0, "optimal"), (1, "infeasible")])
def test_groups_that_ask_for_people_of_whom_there_are_none(tmp_path: Path, atleast: int, status: str) -> None:
    """What has no plan is asked a second time as it is written, and the answer is the same."""
    rule = f"{{id: some, kind: capacity, on: posting, atleast: {atleast}}}"
    scenario = SCENARIO.split("layers:")[0] + NOBODY
    base = folder(tmp_path, {"main": f"pack: main\nrules:\n  - {rule}\n"}, scenario)
    assert api.solve(api.bind(api.load(base)), seconds=5, workers=1).status == status
