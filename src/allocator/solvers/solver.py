"""The protocol of a solver: a problem and search parameters in, a result out; and a problem as files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, Literal

import numpy as np
from scipy.sparse import csr_matrix

from allocator.program.program import INFINITE, IntArray
from allocator.program.subproblem import MilpInstance
from allocator.solvers.deadline import Allotment, SolveContext
from allocator.solvers.observer import NULL_OBSERVER, Observer

Found = Literal["optimal", "feasible", "infeasible", "unknown"]


@dataclass(frozen=True, eq=False)
class SearchParams:
    """Parameters of one search for the least cost of a problem.

    Attributes:
        allotment: Seconds, and deterministic work, that the search may take.
        hint: ``[variables]`` values of all variables of the program to start from.
        gap: Relative gap at which the incumbent is good enough; 0 asks for a proof.
        known_bound: A lower bound of the cost that is proved already.
        threads: Threads of the search; 0 for those of the budget.
        observer: Sees better costs, bounds and plans (values of all variables) while the search goes on, and
            may stop it.
        without_presolve: Search the problem as it is written, with another seed: for a second opinion.
    """

    allotment: Allotment
    hint: IntArray | None = None
    gap: float = 0.0
    known_bound: int = 0
    threads: int = 0
    observer: Observer = NULL_OBSERVER
    without_presolve: bool = False


@dataclass(frozen=True, eq=False)
class SearchResult:
    """The result of one search.

    Attributes:
        found: ``optimal`` and ``infeasible`` are proved; ``unknown`` means neither a plan nor a proof.
        values: ``[variables]`` values of all variables of the program; None without a plan.
        bound: A proven lower bound of the cost.
        cost: Cost of the plan at the level that was searched.
        effort: Part of the allotted time (or work) that was used.
    """

    found: Found
    values: IntArray | None = None
    bound: int = 0
    cost: int | None = None
    effort: float = 0.0

    @property
    def ended(self) -> bool:
        """Whether the search ended with a proof."""
        return self.found in ("optimal", "infeasible")


class Solver(ABC):
    """Searches a problem for the values of least cost.

    Attributes:
        name: The name that plans write for the solver's proofs (see ``allocator.model.run``); the
            module has the same name, with ``_`` in place of ``-``.
    """

    name: ClassVar[str]

    @abstractmethod
    def minimise(self, problem: MilpInstance, context: SolveContext, params: SearchParams) -> SearchResult:
        """Return the best values found within the allotment, and what is proved of the cost.

        A solver that cannot take the problem returns ``unknown``.
        """


def result_without_variables(problem: MilpInstance) -> SearchResult:
    """Return the result of a problem that has no variables: each of its rows comes to 0."""
    low, high = problem.sides
    if (low > 0).any() or (high < 0).any():
        return SearchResult("infeasible")
    cost = problem.constant
    return SearchResult("optimal", problem.full_values(problem.columns), max(0, cost), cost)


def model_files(problem: MilpInstance) -> dict[str, str]:
    """Return the text of each file by its name; variables and rows are named by their numbers."""
    from allocator.solvers.adapters.cp_sat import write_model

    proto = write_model(problem, SearchParams(Allotment(1.0, None))).proto
    return {"model.mps": _mps(problem), "model.pb.txt": str(proto)}


def _mps(problem: MilpInstance) -> str:
    builder: Any = import_module("ortools.linear_solver.python.model_builder")
    model = builder.Model()
    low, high = (side.astype(float) for side in problem.sides)
    low[problem.sides[0] <= -INFINITE], high[problem.sides[1] >= INFINITE] = -np.inf, np.inf
    model.helper.fill_model_from_sparse_data(
        problem.bounds[0].astype(float),
        problem.bounds[1].astype(float),
        problem.objective.astype(float),
        low,
        high,
        csr_matrix(problem.matrix.astype(float)),
    )
    model.helper.set_objective_offset(float(problem.constant))
    for k in range(len(problem)):
        model.helper.set_var_integrality(k, True)
    return str(model.export_to_mps_string())
