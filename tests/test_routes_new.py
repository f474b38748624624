"""A route is one new file: it is found, tried in its order, and named by the plans that it finds."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from allocator.optimise import routes
from allocator.optimise.dispatcher import solve
from allocator.optimise.results import Options
from allocator.optimise.routes.route import ProgramRoute, all_routes, program_routes
from allocator.report.rendering.solve_text import run_line
from allocator.rules.policy import Policy
from brute_force import policy_for, solver_by_level
from example_scenario import example_rule
from new_module import new_module

SOURCE = '''"""The route of exhaustion: every plan of a very small program is evaluated."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from allocator.model.run import BY_ROWS, Witnesses
from allocator.optimise.routes.route import (
    APPLIES,
    Applicability,
    ProgramRequest,
    ProgramRoute,
    RouteResult,
    rejected,
)
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.solvers.bounds import Bound, Proof

LARGEST = 12


class ExhaustionRoute(ProgramRoute):
    """Evaluates all plans."""

    name: ClassVar[str] = "exhaustion"
    order: ClassVar[int] = 5
    solver: ClassVar[str] = "exhaustion"
    proves: ClassVar[Witnesses] = BY_ROWS

    def applies(self, request: ProgramRequest) -> Applicability:
        """Return whether there are few decisions."""
        count = request.constrained.program.decisions.count
        return APPLIES if count <= LARGEST else rejected("too_many_decisions")

    def solve(self, request: ProgramRequest) -> RouteResult:
        """Return the best of all plans."""
        program = request.constrained.program
        count = program.decisions.count
        every = np.arange(2**count)[:, None] >> np.arange(count) & 1
        values = evaluate_auxiliaries(program, every)
        values = values[~violated_rows(program, values).any(axis=1)]
        if not len(values):
            return RouteResult("infeasible", refutation=Bound(by=BY_ROWS))
        costs = level_costs(program, values)
        best = np.lexsort(costs.T[::-1])[0]
        proofs = tuple(
            Proof.of(level, cost, Bound(cost, BY_ROWS))
            for level, cost in zip(program.levels, costs[best].tolist(), strict=True)
        )
        return RouteResult("optimal", values[best], proofs)
'''
EVEN = {"id": "even", "kind": "balance", "on": "turn", "each": "slot", "level": 1}


@pytest.fixture
def exhaustion(tmp_path: Path) -> Iterator[type[ProgramRoute]]:
    """Yield a route whose file lies in a further folder of routes, for as long as a test runs."""
    with new_module(routes, "exhaustion", SOURCE, tmp_path, all_routes) as name:
        yield import_module(name).ExhaustionRoute


def policy(*rules: dict[str, object], periods: int = 1) -> Policy:
    made, _ = policy_for(example_rule(rule) for rule in rules)
    return made.truncate({"turn": periods})


def test_a_new_file_is_found_and_tried_in_its_order(exhaustion: type[ProgramRoute]) -> None:
    names = [route.name for route in program_routes()]
    assert names == ["exhaustion", "network_flow", "zones"]
    assert isinstance(program_routes()[0], exhaustion)


def test_a_new_route_solves_what_it_applies_to_and_is_named(exhaustion: type[ProgramRoute]) -> None:
    found = solve(policy(EVEN), Options(seconds=5, workers=1))
    assert found.status == "optimal" and found.run["route"]["kind"] == exhaustion.name
    assert solver_by_level(found.run) == {1: "exhaustion"}
    assert run_line(found.run, "en").startswith(f"seconds {found.run['seconds']} · route 1: exhaustion")
    larger = solve(policy(EVEN, periods=3), Options(seconds=5, workers=1))
    assert larger.run["route"]["kind"] != exhaustion.name
    all_routes.cache_clear()


def test_a_new_route_may_prove_that_there_is_no_plan(exhaustion: type[ProgramRoute]) -> None:
    full = {"id": "full", "kind": "capacity", "on": "turn", "atleast": 3}
    found = solve(policy(full), Options(seconds=5, workers=1))
    assert (found.status, found.run["route"]) == ("infeasible", {"kind": "exhaustion"})
    assert found.refuted is not None and found.refuted.by == {"rows"}


def test_without_the_file_the_same_plans_cost_the_same(exhaustion: type[ProgramRoute]) -> None:
    with_route = solve(policy(EVEN), Options(seconds=5, workers=1))
    assert with_route.run["route"]["kind"] == "exhaustion"
    others = [route for route in all_routes() if not isinstance(route, exhaustion)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("allocator.optimise.lexicographic.program_routes", lambda: others[:0])
        without = solve(policy(EVEN), Options(seconds=5, workers=1))
    assert [proof.cost for proof in without.proofs] == [proof.cost for proof in with_route.proofs]
    assert without.run["route"]["kind"] == "lexicographic"
