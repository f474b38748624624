"""The joint route: layers are added one by one; each is constructed, then searched with all before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from allocator.model.run import RunRoute, RunStructure
from allocator.optimise.constrained_program import compile_policy, constrain
from allocator.optimise.dispatcher import finish
from allocator.optimise.layerwise_plan import PartialPlan, construct_layer, seats_before
from allocator.optimise.lexicographic import LexicographicSolver
from allocator.optimise.results import SolveRequest, SolveResult
from allocator.optimise.routes.network_flow import describe_structure
from allocator.optimise.routes.route import APPLIES, Applicability, PolicyRoute
from allocator.program.program import IntArray
from allocator.rules.policy import Policy


@dataclass(frozen=True)
class JointParams:
    """Parameters of the joint route.

    Attributes:
        construction_part: Part of the time left in which a layer is constructed, period by period. Most
            layers take less; the joint search begins from what there is.
        layer_part: Part of the time left for the joint search of the first layers, the last one excepted.
    """

    construction_part: float = 0.15
    layer_part: float = 0.5


PARAMS = JointParams()


class JointRoute(PolicyRoute):
    """Searches all layers jointly; there is a plan from the first seconds on.

    Bounds over the first layers hold for all of them. A plan of the first layers or periods to begin from is
    kept for as long as it is the best: layers that are decided are searched jointly from it, and a layer that
    is decided in part is constructed to its end.
    """

    name: ClassVar[str] = "lexicographic"
    order: ClassVar[int] = 100

    def applies(self, request: SolveRequest) -> Applicability:
        """Return that it applies: it takes any policy."""
        return APPLIES

    def solve(self, request: SolveRequest) -> SolveResult:
        """Search layer after layer; the result is that of all layers, or of the first that have no plan."""
        context, periods = request.context, _all_periods(request.policy)
        partial = PartialPlan(request.warm_start.assignments, known=request.warm_start.known)
        for policy, done in _growing(request):
            *_, last = policy.context.layers
            is_last = last == [*periods][-1]
            if done < periods[last] and (len(policy.context.layers) > 1 or periods[last] > 1):
                part = PARAMS.construction_part
                partial = construct_layer(policy, partial, context, part, done) or partial
            solver, start = _joint_solver(request, policy, partial)
            found = solver.solve(start, 1.0 if is_last else PARAMS.layer_part)
            if is_last or found == "infeasible":
                break
            if context.stop_reason == "memory":  # the next layer needs more of it
                solver.best, found = None, "unknown"
                break
            partial = replace(partial, known=partial.known.with_search(solver.proofs))
            if solver.decisions is not None:
                assignments = solver.program.decisions.assignments(solver.decisions)
                partial = replace(partial, assignments=assignments, costs=solver.costs)
        route = RunRoute(kind=self.name if solver.route is None else solver.route.name)
        return finish(request, found, solver, route, _structure(solver, request))


def _all_periods(policy: Policy) -> Mapping[str, int]:
    return {name: len(layer.periods) for name, layer in policy.context.layers.items()}


def _growing(request: SolveRequest) -> Iterator[tuple[Policy, int]]:
    """Yield the policy of the first layers, ever more of them, and how many periods of the last are decided.

    Layers that a plan to begin from has decided, all but the last of these, are not searched by themselves.
    """
    periods = _all_periods(request.policy)
    decided = request.warm_start.periods
    decided = periods if decided is None else decided
    for k, name in enumerate(periods):
        if len(decided) <= k + 1:
            first = {other: periods[other] for other in [*periods][: k + 1]}
            yield request.policy.truncate(first), decided.get(name, 0)


def _joint_solver(
    request: SolveRequest, policy: Policy, partial: PartialPlan
) -> tuple[LexicographicSolver, IntArray | None]:
    """Return the solver of the layers of a policy, and decisions to begin from."""
    context = request.context
    program = compile_policy(policy, context.budget)
    stage = " + ".join(policy.context.layers)
    solver = LexicographicSolver(
        constrain(policy, program), context, stage, partial.known, observer=context.observer
    )
    decisions = program.decisions
    return solver, decisions.vector(partial.assignments) if partial.assignments else seats_before(decisions)


def _structure(solver: LexicographicSolver, request: SolveRequest) -> RunStructure:
    if solver.route is not None:
        return RunStructure(kind=solver.route.structure)
    if solver.best is None and request.context.is_over:
        return RunStructure(kind="unknown")
    return describe_structure(solver.program, are_constraints_network=solver.are_constraints_network)
