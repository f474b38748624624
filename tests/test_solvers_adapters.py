"""Solvers behind one protocol: each is found by its file, and answers as a search of all values does."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

import allocator
from allocator.model.run import CP_SAT, FLOW, HIGHS, NAMES
from allocator.program.network import as_network
from allocator.program.subproblem import MilpInstance
from allocator.solvers import adapters
from allocator.solvers.adapters import load_solver, minimise, solver_names
from allocator.solvers.deadline import Allotment, Budget, SolveContext
from allocator.solvers.observer import CallbackObserver
from allocator.solvers.solver import SearchParams
from new_module import new_module

SOURCE = '''"""Enumeration: looks at all values, one after the other."""

from __future__ import annotations

from itertools import product
from typing import ClassVar

import numpy as np

from allocator.program.subproblem import MilpInstance
from allocator.solvers.deadline import SolveContext
from allocator.solvers.solver import SearchParams, SearchResult, Solver


class Enumeration(Solver):
    """Looks at all values: for small problems only."""

    name: ClassVar[str] = "by-hand"

    def minimise(self, problem: MilpInstance, context: SolveContext, params: SearchParams) -> SearchResult:
        """Return the least of all."""
        best, least = None, 0
        for values in product(*(range(a, b + 1) for a, b in zip(*problem.bounds))):
            sums = problem.matrix @ np.array(values, dtype=np.int64)
            cost = int(problem.objective @ np.array(values, dtype=np.int64)) + problem.constant
            if (problem.sides[0] <= sums).all() and (sums <= problem.sides[1]).all():
                if best is None or cost < least:
                    best, least = np.array(values, dtype=np.int64), cost
                    params.observer.on_bound(least, 0)
        if best is None:
            return SearchResult("infeasible")
        return SearchResult("optimal", problem.full_values(best), least, least)
'''


def problem_of(matrix: list[list[int]], low: list[int], high: list[int], cost: list[int]) -> MilpInstance:
    """Return a problem over three of four variables, the second held to 7 and dear."""
    columns = np.array([0, 2, 3])
    return MilpInstance(
        columns=columns,
        bounds=(np.zeros(3, dtype=np.int64), np.array([2, 2, 3])),
        matrix=csr_array(np.array(matrix, dtype=np.int64).reshape(-1, 3)),
        sides=(np.array(low, dtype=np.int64), np.array(high, dtype=np.int64)),
        objective=np.array(cost),
        constant=70,
        fixed=np.array([0, 7, 0, 0]),
    )


PROBLEMS = {
    "network": problem_of([[1, 1, 0], [0, 0, 1]], [2, 1], [3, 3], [5, 3, 1]),
    "no network": problem_of([[1, 1, 0], [0, 1, 1], [1, 0, 1]], [3, 3, 3], [9, 9, 9], [2, 2, 3]),
    "sizes": problem_of([[2, 3, 5]], [11], [12], [4, 1, 7]),
    "impossible": problem_of([[1, 1, 0], [1, 1, 0]], [0, 3], [2, 9], [1, 1, 1]),
    "impossible by halves": problem_of([[2, 2, 2]], [5], [5], [1, 1, 1]),
    "free of charge": problem_of([[1, 1, 1]], [4], [4], [0, 0, 0]),
}


def least(problem: MilpInstance) -> int | None:
    costs = []
    for values in product(*(range(low, high + 1) for low, high in zip(*problem.bounds, strict=True))):
        sums = problem.matrix @ np.array(values)
        if ((problem.sides[0] <= sums) & (sums <= problem.sides[1])).all():
            costs.append(int(problem.objective @ np.array(values)) + problem.constant)
    return min(costs, default=None)


def params(**options: object) -> SearchParams:
    return SearchParams(Allotment(30.0, None), **options)


def context() -> SolveContext:
    return SolveContext(1, Budget(30.0, 2))


def assert_right(name: str, problem: MilpInstance) -> None:
    """Hold one answer of one solver to a search of all values."""
    told: list[tuple[int | None, int]] = []
    observer = CallbackObserver(bound=lambda cost, bound: told.append((cost, bound)))
    found, best = minimise(problem, context(), params(observer=observer), name), least(problem)
    if name == FLOW and as_network(problem) is None:
        assert found.found == "unknown"
        return
    assert found.found == ("infeasible" if best is None else "optimal")
    assert all(best is not None and bound <= best for cost, bound in told if cost is not None)
    if best is None:
        assert found.values is None
        return
    assert found.values is not None and found.cost == found.bound == best
    own = found.values[problem.columns]
    sums = problem.matrix @ own
    assert ((problem.sides[0] <= sums) & (sums <= problem.sides[1])).all()
    assert ((problem.bounds[0] <= own) & (own <= problem.bounds[1])).all()
    assert int(problem.objective @ own) + problem.constant == best and found.values[1] == 7


@pytest.mark.parametrize("name", solver_names())
@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_a_solver_finds_the_least_of_all(name: str, problem: MilpInstance) -> None:
    assert_right(name, problem)


@pytest.mark.parametrize("name", solver_names())
@pytest.mark.parametrize(("low", "found"), [(0, "optimal"), (1, "infeasible")])
def test_without_variables_rows_come_to_nothing(name: str, low: int, found: str) -> None:
    nothing = MilpInstance(
        columns=np.zeros(0, dtype=np.int64),
        bounds=(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)),
        matrix=csr_array((1, 0), dtype=np.int64),
        sides=(np.array([low]), np.array([3])),
        objective=np.zeros(0, dtype=np.int64),
        constant=4,
        fixed=np.array([5]),
    )
    result = minimise(nothing, context(), params(), name)
    assert result.found == found and result.cost == (4 if found == "optimal" else None)


@pytest.mark.parametrize("name", [CP_SAT, HIGHS])
def test_a_search_whose_time_is_over_says_nothing(name: str) -> None:
    over = SearchParams(Allotment(0.0, None))
    assert minimise(PROBLEMS["sizes"], context(), over, name).found == "unknown"


@pytest.mark.parametrize("name", [CP_SAT, HIGHS])
def test_an_observer_ends_a_search(name: str) -> None:
    stopping = params(observer=CallbackObserver(stop=lambda: "done"))
    result = minimise(PROBLEMS["sizes"], context(), stopping, name)
    assert result.found in ("optimal", "feasible", "unknown") and result.effort < 1.0


def test_solvers_have_the_names_that_plans_give_them() -> None:
    assert {CP_SAT, FLOW, HIGHS} <= set(solver_names()) <= NAMES.keys()
    assert all(load_solver(name).name == name for name in solver_names())


def test_to_know_the_solvers_loads_none() -> None:
    code = (
        "import sys; from allocator.solvers.adapters import solver_names; assert solver_names()\n"
        "assert not [name for name in sys.modules if name.partition('.')[0] in ('ortools', 'highspy')]\n"
        "assert 'scipy.optimize' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.fixture
def by_hand(tmp_path: Path) -> Iterator[str]:
    """Yield the name of a solver whose file lies in a further folder, for as long as a test runs."""
    with new_module(adapters, "by_hand", SOURCE, tmp_path, load_solver):
        yield "by-hand"


def test_a_new_solver_is_one_new_file(by_hand: str) -> None:
    assert by_hand in solver_names() and load_solver(by_hand).name == by_hand
    for problem in PROBLEMS.values():
        assert_right(by_hand, problem)


def test_a_new_solver_that_is_wrong_is_found_out(by_hand: str, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = type(load_solver(by_hand)).minimise

    def half_blind(
        solver: object, problem: MilpInstance, context: SolveContext, params: SearchParams
    ) -> object:
        first = problem.sides[0][:1], problem.sides[1][:1]
        return honest(solver, replace(problem, matrix=problem.matrix[:1], sides=first), context, params)

    monkeypatch.setattr(type(load_solver(by_hand)), "minimise", half_blind)
    with pytest.raises(AssertionError):
        for problem in PROBLEMS.values():
            assert_right(by_hand, problem)


def test_nobody_else_imports_a_solver() -> None:
    """Not by an import, at the top or later, and not by the name of a module."""
    source = Path(allocator.__file__).parent
    name = re.compile(r"\b(import|from|import_module\(.)\s*['\"]?(ortools|highspy|scipy\.optimize)\b")
    lazy = re.compile(r"\bfrom scipy import [^\n]*\boptimize\b")
    files = [path for path in source.rglob("*.py") if "solvers" not in path.relative_to(source).parts]
    assert len(files) > 200
    found = [str(path) for path in files for rx in (name, lazy) if rx.search(path.read_text("utf-8"))]
    assert not found
    own = [path for path in source.rglob("*.py") if name.search(path.read_text("utf-8"))]
    assert {path.relative_to(source).parts[0] for path in own} == {"solvers"}
