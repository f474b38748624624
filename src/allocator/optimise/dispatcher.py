"""Solve a policy: the first route that applies finds the plan, and a second solver confirms the proofs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib.metadata import version

from allocator.model.plan import HARD
from allocator.model.run import RunLevel, RunRoute, RunStructure, in_order
from allocator.optimise.claims import ContradictionError, contradiction_error
from allocator.optimise.initial_plan import WarmStart
from allocator.optimise.lexicographic import LexicographicSolver
from allocator.optimise.lns.stay_improvement import improve_stays
from allocator.optimise.progress_recorder import ProgressRecorder
from allocator.optimise.results import Options, SolveRequest, SolveResult
from allocator.optimise.routes.route import policy_routes
from allocator.optimise.second_proofs import with_second_proofs
from allocator.rules.policy import Policy
from allocator.solvers.bounds import Proof
from allocator.solvers.deadline import Budget, SolveContext
from allocator.solvers.observer import NULL_OBSERVER, Observer, ObserverGroup
from allocator.solvers.solver import Found


def solve(
    policy: Policy,
    options: Options,
    *,
    observer: Observer = NULL_OBSERVER,
    warm_start: WarmStart | None = None,
    budget: Budget | None = None,
) -> SolveResult:
    """Find the best plan for a policy.

    Args:
        policy: The policy.
        options: Limits and choices.
        observer: Sees progress and a snapshot of each better plan, and may stop the solve.
        warm_start: A plan to begin from; by default the baseline of the policy, if it has one.
        budget: The time limit, where this is one of several solves; by default that of the options.

    Raises:
        InternalError: The second solver contradicts what was proved.
    """
    workers = options.workers or os.cpu_count() or 1
    recorder = ProgressRecorder()
    observers = ObserverGroup(observer, recorder)
    budget = budget or Budget(options.seconds, workers)
    context = SolveContext(options.seed, budget, observers)
    baseline = policy.context.baseline
    if warm_start is None and baseline is not None:
        warm_start = WarmStart(baseline.assignments)
    request = SolveRequest(policy, options, context, warm_start or WarmStart(periods={}), recorder)
    route = next(one for one in policy_routes() if one.applies(request).applies)
    return route.solve(request)


def finish(
    request: SolveRequest, found: Found, solver: LexicographicSolver, route: RunRoute, structure: RunStructure
) -> SolveResult:
    """Return the result of a route: people who can stay at no cost do, and proofs are confirmed.

    Args:
        request: The request that was solved.
        found: What was found.
        solver: The plan and its proofs.
        route: The route, yet without its levels.
        structure: The structure of the program.

    Raises:
        InternalError: The second solver contradicts what was proved.
    """
    policy, options, context = request.policy, request.options, request.context
    if solver.best is not None and not context.is_stopped:
        solver.best = improve_stays(policy, solver.constrained, solver.best)
    budget = context.budget
    end = budget.elapsed if budget.work is None else budget.work
    stopped = _stop_text(found, context, is_rolling=route.window is not None)
    decisions = solver.decisions
    assignments = () if decisions is None else solver.program.decisions.assignments(decisions)
    proofs = () if decisions is None else (Proof(HARD, 0, 0), *solver.proofs)
    refuted = solver.refuted if found == "infeasible" else None
    try:
        proofs, refuted = with_second_proofs(
            solver.constrained, solver.best, proofs, refuted, options.confirm, context
        )
    except ContradictionError as error:
        raise contradiction_error(error, policy.reference, found, assignments, proofs) from None
    run = {
        "seed": options.seed,
        "seconds": round(context.budget.elapsed, 2),
        "route": route_with_levels(route, solver.solvers, proofs).to_json(),
        "structure": structure.to_json(),
        "workers": context.budget.workers,
        "stopped": stopped,
        "versions": {name: version(name) for name in ("allocator", "highspy", "ortools")},
    }
    is_stopped, costs = context.is_stopped, solver.rule_costs
    progress = request.recorder.record(solver.stage, proofs, end, is_work=budget.deterministic)
    if progress is not None:
        run["progress"] = progress.to_json()
    return SolveResult(found, assignments, proofs, run, is_stopped, costs, solver.solvers, refuted)


def route_with_levels(route: RunRoute, solvers: Mapping[int, str], proofs: Iterable[Proof]) -> RunRoute:
    """Return a route with the solver of each level's plan, and the back ends that proved it."""
    proved = {proof.level: in_order(proof.by) for proof in proofs if proof.cost == proof.bound}
    levels = (
        RunLevel(level=level, solver=solver, proof=proved.get(level, ()))
        for level, solver in sorted(solvers.items())
    )
    return route.model_copy(update={"levels": tuple(levels)})


def _stop_text(found: Found, context: SolveContext, *, is_rolling: bool) -> str:
    """Return why the search ended: a proof, a limit (work, time, memory), the last window, or a request."""
    if reason := context.stop_reason:
        return reason
    if found in ("optimal", "infeasible"):
        return "proved"
    if is_rolling and found == "feasible" and not context.is_over:
        return "windows"
    by_work = context.budget.deterministic and not context.budget.cut_short
    return "work" if by_work else "time"
