"""The solvers that take any problem, one file each, found by their presence and loaded when first asked.

A file has the name that its solver has in plans, with ``_`` for ``-``: names are known without an import,
since to load OR-Tools takes half a second, which a check or a flow does without.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from allocator.model.run import CP_SAT
from allocator.program.subproblem import MilpInstance
from allocator.solvers.deadline import SolveContext
from allocator.solvers.solver import SearchParams, SearchResult, Solver


def solver_names() -> tuple[str, ...]:
    """Return the names of all solvers, in order; none of them is loaded."""
    modules = (one.name for one in pkgutil.iter_modules(__path__))
    return tuple(sorted(name.replace("_", "-") for name in modules if not name.startswith("_")))


@cache
def load_solver(name: str) -> Solver:
    """Return a solver by its name.

    Raises:
        ModuleNotFoundError: No file has that name.
    """
    module = import_module(f"{__name__}.{name.replace('-', '_')}")
    [solver] = (
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Solver) and "name" in vars(one)
    )
    made: Solver = solver()
    return made


def minimise(
    problem: MilpInstance, context: SolveContext, params: SearchParams, solver: str = CP_SAT
) -> SearchResult:
    """Search a problem for the values of least cost with one solver."""
    return load_solver(solver).minimise(problem, context, params)
