"""The route of network flow: one min-cost flow minimises and proves all levels of a network."""

from __future__ import annotations

from typing import ClassVar

from allocator.model.run import FLOW, RunStructure, StructureKind, Witnesses
from allocator.optimise.flow_plans import lexicographic_flow_plan
from allocator.optimise.lns.plan_repair import is_large
from allocator.optimise.routes.route import (
    APPLIES,
    Applicability,
    ProgramRequest,
    ProgramRoute,
    RouteResult,
    rejected,
)
from allocator.program.evaluate import evaluate_auxiliaries, level_costs
from allocator.program.network import non_network_rules
from allocator.program.program import Program
from allocator.solvers.bounds import Bound, Proof


class NetworkFlowRoute(ProgramRoute):
    """Minimises all levels by one flow whose prices put every level above all levels below it."""

    name: ClassVar[str] = "network_flow"
    order: ClassVar[int] = 10
    solver: ClassVar[str] = FLOW
    structure: ClassVar[StructureKind] = "network"
    proves: ClassVar[Witnesses] = frozenset((FLOW,))

    def applies(self, request: ProgramRequest) -> Applicability:
        """Return whether the program is a network; a large one is not read once the time is over."""
        if is_large(request.constrained.program) and request.context.is_over:
            return rejected("no_time")
        return APPLIES if request.network is not None else rejected("no_network")

    def solve(self, request: ProgramRequest) -> RouteResult:
        """Return the best plan; nothing if the prices of the levels are too large to be put into one."""
        program, whole = request.constrained.program, request.constrained.subproblem(None).full()
        assert whole is not None and request.network is not None, "the route applies"
        found = lexicographic_flow_plan(program, whole, request.network)
        if found is None or not request.constrained.is_feasible(found):
            return RouteResult()
        decisions = found[: program.decisions.count]
        costs = level_costs(program, evaluate_auxiliaries(program, decisions[None, :]))[0].tolist()
        proofs = [
            Proof.of(level, cost, Bound(cost, self.proves))
            for level, cost in zip(program.levels, costs, strict=True)
        ]
        for level, cost in zip(program.levels, costs, strict=True):
            request.observer_of(level).on_bound(cost, cost)
        return RouteResult("optimal", decisions, tuple(proofs))


def describe_structure(program: Program, *, are_constraints_network: bool) -> RunStructure:
    """Return the structure of a program that is no network, and the rules that keep it from being one."""
    constraints, costs = non_network_rules(program)
    if are_constraints_network:
        return RunStructure(kind="network_constraints", rules=costs)
    return RunStructure(kind="none", rules=constraints or costs)
