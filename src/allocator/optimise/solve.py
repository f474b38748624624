"""Solve: compile, start step by step, then minimise jointly, level by level."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any

from allocator.model.plan import HARD, Assignment
from allocator.model.run import RouteKind, RunLevel, RunRoute, RunStructure
from allocator.model.witnesses import FLOW, in_order
from allocator.optimise.claim import ContradictionError
from allocator.optimise.confirm import Confirm, with_second_proofs
from allocator.optimise.contradiction import reported
from allocator.optimise.descent import Descent, compiled, task_of
from allocator.optimise.lns.stay_improvement import improve_stays
from allocator.optimise.rolling import is_needed, roll
from allocator.optimise.start import Made, add_layer, as_before
from allocator.optimise.warm_start import WarmStart
from allocator.program.network import non_network_rules
from allocator.rules.policy import Policy
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.context import SolveContext
from allocator.solvers.deadline import Budget
from allocator.solvers.observer import NULL_OBSERVER, Observer
from allocator.solvers.protocol import Found

#: Parts of the time left that a layer's first steps, and a joint search of the first layers, may take.
STEPS_PART = 0.15
JOINT_PART = 0.5
_ROUTES: Mapping[str, RouteKind] = {FLOW: "network_flow", "zones": "zones"}


@dataclass(frozen=True)
class Options:
    """How to solve.

    Attributes:
        seconds: Time limit.
        seed: Seed of every random choice.
        workers: Threads; 0 means as many as there are cores. One worker makes a solve repeatable.
        window: Periods that are searched jointly (``rolling.py``); 0 means all.
        confirm: Whether another solver is asked about what was proved (``confirm.py``).
    """

    seconds: float = 60.0
    seed: int = 1
    workers: int = 0
    window: int = 0
    confirm: Confirm = "off"


@dataclass(frozen=True)
class Solved:
    """What a solve found.

    Attributes:
        status: ``optimal`` if every level is proved, ``feasible``, ``infeasible`` or ``unknown``.
        assignments: The plan; empty if there is none.
        proofs: Cost and bound of each level, the hard level first.
        run: How it was found.
        interrupted: Whether it was asked to stop before its time.
        rule_costs: What the program makes each rule cost, by id; the checks must find the same.
        won: Which solver gave each level's plan.
        refuted: Who proved that there is no plan, where that is so.
    """

    status: Found
    assignments: tuple[Assignment, ...]
    proofs: tuple[Proof, ...]
    run: dict[str, Any] = field(default_factory=dict)
    interrupted: bool = False
    rule_costs: dict[str, int] = field(default_factory=dict)
    won: Mapping[int, str] = field(default_factory=dict)
    refuted: Bound | None = None


def solve(
    policy: Policy,
    options: Options,
    *,
    observer: Observer = NULL_OBSERVER,
    begun: WarmStart | None = None,
) -> Solved:
    """Find the best plan for a policy; it begins from a plan if one is given, or from the baseline.

    With a window shorter than the horizon, periods are decided a window at a time (``rolling.py``). Else
    layer after layer is added: first decided period by period with all before it settled, then searched
    jointly with all before it set free again. So there is a plan to keep from the first seconds on, and
    what is proved over the first layers bounds the whole. The observer sees a snapshot
    of every better plan, of the first layers or of all. In what is found whoever can stay at no cost does
    (``staying.py``). What is then proved another solver is asked about.

    Raises:
        InternalError: That solver contradicts what was proved.
    """
    workers = options.workers or os.cpu_count() or 1
    search = SolveContext(options.seed, Budget(options.seconds, workers), observer)
    baseline = policy.context.baseline
    if begun is None and baseline is not None:
        begun = WarmStart(baseline.assignments)
    begun = begun or WarmStart(periods={})
    is_rolling = options.window > 0 and is_needed(policy, options.window)
    if is_rolling:
        rolled = roll(policy, search, begun, options.window)
        found, descent = rolled.found, rolled.descent
        structure = RunStructure(kind="rolling")
        route = RunRoute(kind="rolling", window=options.window, failed_window=rolled.stuck or None)
    else:
        found, descent = _search(policy, search, begun)
        structure = _structure(descent, search)
        route = RunRoute(kind=_ROUTES.get(descent.settled_by, "lexicographic"))
    if descent.best is not None and not search.is_stopped:
        descent.best = improve_stays(policy, descent.task, descent.best)
    stopped = _stopped(found, search, is_rolling=is_rolling)
    return _told(policy, options, search, found, descent, (route, structure), stopped)


def _told(
    policy: Policy,
    options: Options,
    search: SolveContext,
    found: Found,
    descent: Descent,
    route: tuple[RunRoute, RunStructure],
    stopped: str,
) -> Solved:
    """Return what was found, once another solver has been asked about what is proved of it."""
    decisions = descent.decisions
    assignments = () if decisions is None else descent.program.decisions.assignments(decisions)
    proofs = () if decisions is None else (Proof(HARD, 0, 0), *descent.proofs)
    refuted = descent.refuted if found == "infeasible" else None
    try:
        proofs, refuted = with_second_proofs(
            descent.task, descent.best, proofs, refuted, options.confirm, search
        )
    except ContradictionError as error:
        raise reported(error, policy.reference, found, assignments, proofs) from None
    run = {
        "seed": options.seed,
        "seconds": round(search.budget.elapsed, 2),
        "route": with_levels(route[0], descent.won, proofs).to_json(),
        "structure": route[1].to_json(),
        "workers": search.budget.workers,
        "stopped": stopped,
        "versions": {name: version(name) for name in ("allocator", "highspy", "ortools")},
    }
    asked, costs = search.is_stopped, descent.rule_costs
    return Solved(found, assignments, proofs, run, asked, costs, descent.won, refuted)


def _search(policy: Policy, search: SolveContext, begun: WarmStart) -> tuple[Found, Descent]:
    """Add layer after layer; return what was found of all of them, or of the first that cannot be.

    What is begun stays for as long as it does in any search: layers that are decided are searched jointly
    from the plan that there is of them, and a layer that is decided in part is decided to its end.
    """
    periods = {name: len(layer.periods) for name, layer in policy.context.layers.items()}
    made = Made(begun.assignments, known=begun.known)
    decided = periods if begun.periods is None else begun.periods
    for k, name in enumerate(periods):
        done = decided.get(name, 0)
        if len(decided) > k + 1:
            continue
        partial = policy.truncate({other: periods[other] for other in list(periods)[: k + 1]})
        if done < periods[name] and (k > 0 or periods[name] > 1):
            made = add_layer(partial, made, search, STEPS_PART, done) or made
        last = k == len(periods) - 1
        found, descent = _joint(partial, made, search, 1.0 if last else JOINT_PART)
        if last or found == "infeasible":
            break
        if search.stop_reason == "memory":  # the next layer needs more of it
            descent.best = None
            return "unknown", descent
        made = replace(made, known=made.known.with_search(descent.proofs))
        if descent.decisions is not None:
            assignments = descent.program.decisions.assignments(descent.decisions)
            made = replace(made, assignments=assignments, costs=descent.costs)
    return found, descent


def _joint(policy: Policy, made: Made, search: SolveContext, part: float) -> tuple[Found, Descent]:
    """Search all layers of ``policy`` at once, starting from what has been made."""
    program = compiled(policy, search)
    stage = " + ".join(policy.context.layers)
    descent = Descent(task_of(policy, program), search, stage, made.known, observer=search.observer)
    decisions = program.decisions
    start = decisions.vector(made.assignments) if made.assignments else as_before(decisions)
    return descent.run(start, part), descent


def with_levels(route: RunRoute, won: Mapping[int, str], proofs: Iterable[Proof]) -> RunRoute:
    """Return a route with the solver of each level's plan, and what proved it to be the best."""
    proved = {proof.level: in_order(proof.by) for proof in proofs if proof.cost == proof.bound}
    levels = (
        RunLevel(level=level, solver=solver, proof=proved.get(level, ()))
        for level, solver in sorted(won.items())
    )
    return route.model_copy(update={"levels": tuple(levels)})


def _structure(descent: Descent, search: SolveContext) -> RunStructure:
    """Return whether the program is a network, or of zones, and if neither, by which rules."""
    if descent.settled_by:
        return RunStructure(kind="network" if descent.settled_by == FLOW else "zones")
    if descent.best is None and search.is_over:
        return RunStructure(kind="unknown")
    asked, paid = non_network_rules(descent.program)
    if descent.flows:
        return RunStructure(kind="network_constraints", rules=paid)
    return RunStructure(kind="none", rules=asked or paid)


def _stopped(found: Found, search: SolveContext, *, is_rolling: bool) -> str:
    """Say why it ended: by proof, by a limit (work, time, memory), after the last window, or on request."""
    if reason := search.stop_reason:
        return reason
    if found in ("optimal", "infeasible"):
        return "proved"
    if is_rolling and found == "feasible" and not search.is_over:
        return "windows"
    by_work = search.budget.deterministic and not search.budget.cut_short
    return "work" if by_work else "time"
