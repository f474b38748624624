"""Solve: compile, start step by step, then minimise jointly, level by level."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from allocator.engine.budget import Budget
from allocator.engine.cpsat import CpSatRoute, Found
from allocator.engine.descent import Descent, Proof
from allocator.engine.progress import Listener, Stop, silent
from allocator.engine.start import staged_start, steps
from allocator.model.plan import HARD, Assignment
from allocator.rules.policy import Policy

#: The part of the time limit that the first plan may take.
START_PART = 0.35


@dataclass(frozen=True)
class Options:
    """How to solve.

    Attributes:
        seconds: Time limit.
        seed: Seed of every random choice.
        workers: Threads; 0 means as many as there are cores. One worker makes a solve repeatable.
    """

    seconds: float = 60.0
    seed: int = 1
    workers: int = 0


@dataclass(frozen=True)
class Solved:
    """What a solve found.

    Attributes:
        status: ``optimal`` if every level is proved, ``feasible``, ``infeasible`` or ``unknown``.
        assignments: The plan; empty if there is none.
        proofs: Cost and bound of each level, the hard level first.
        run: How it was found.
        interrupted: Whether it was asked to stop before its time.
    """

    status: Found
    assignments: tuple[Assignment, ...]
    proofs: tuple[Proof, ...]
    run: dict[str, Any] = field(default_factory=dict)
    interrupted: bool = False


def solve(policy: Policy, options: Options, *, stop: Stop | None = None, listen: Listener = silent) -> Solved:
    """Find the best plan for a policy.

    The joint search over all layers and periods starts from a plan made layer by layer and period by
    period (or from the baseline), so that there is something to keep from the first seconds on.
    """
    stop = stop or Stop()
    workers = options.workers or os.cpu_count() or 1
    budget = Budget(options.seconds, workers)
    start = _first_plan(policy, options, budget, stop, listen)
    program = policy.compile()
    route = CpSatRoute(program, seed=options.seed, budget=budget, stop=stop)
    descent = Descent(policy, program, route, budget, stop, listen, "joint")
    status = descent.run(None if start is None else program.decisions.vector(start), 1.0)
    decisions = descent.decisions
    assignments = () if decisions is None else program.decisions.assignments(decisions)
    proofs = () if decisions is None else (Proof(HARD, 0, 0), *descent.proofs)
    run = {
        "seed": options.seed,
        "seconds": round(budget.elapsed, 2),
        "route": "cp-sat",
        "workers": workers,
        "stopped": _stopped(status, budget, stop),
        "versions": {name: version(name) for name in ("allocator", "ortools")},
    }
    return Solved(status, assignments, proofs, run, stop.asked)


def _first_plan(
    policy: Policy, options: Options, budget: Budget, stop: Stop, listen: Listener
) -> tuple[Assignment, ...] | None:
    if policy.world.baseline is not None:
        return policy.world.baseline.assignments
    if len(list(steps(policy.world.layers))) == 1:
        return None
    return staged_start(policy, seed=options.seed, budget=budget, stop=stop, listen=listen, part=START_PART)


def _stopped(status: Found, budget: Budget, stop: Stop) -> str:
    """Say why the search ended: by proof, by the limit (of work or of time), or because it was asked to."""
    if stop.asked:
        return "asked"
    if status in ("optimal", "infeasible"):
        return "proved"
    return "work" if budget.deterministic and not budget.cut_short else "time"
