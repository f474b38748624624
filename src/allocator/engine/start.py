"""A first plan, layer by layer and year by year: each step is small, and is fixed for the next one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from allocator.engine.budget import Budget
from allocator.engine.cpsat import CpSatRoute
from allocator.engine.descent import Descent
from allocator.engine.progress import Listener, Stop
from allocator.model.layer import Layer
from allocator.model.plan import Assignment
from allocator.program.decisions import Decisions
from allocator.program.program import IntArray
from allocator.rules.policy import Policy

#: A step is good enough within this gap: the joint search comes after.
GAP = 0.02


def steps(layers: Mapping[str, Layer]) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield the name of each step and how many periods of which layers it decides on."""
    decided: dict[str, int] = {}
    for name, layer in layers.items():
        for periods in range(1, len(layer.periods) + 1):
            decided[name] = periods
            yield f"{name}@{layer.period_id(periods - 1) or '*'}", dict(decided)


def staged_start(
    policy: Policy, *, seed: int, budget: Budget, stop: Stop, listen: Listener, part: float
) -> tuple[Assignment, ...] | None:
    """Return the assignments of a plan made step by step, or None if a step found none.

    Args:
        policy: The whole policy.
        seed: Seed of the search.
        budget: The time that is left.
        stop: A request to stop.
        listen: Hears of progress.
        part: The part of the budget that the start may use.
    """
    planned = list(steps(policy.world.layers))
    made: tuple[Assignment, ...] = ()
    for name, layers in planned:
        partial = policy.until(layers)
        program = partial.compile()
        route = CpSatRoute(program, seed=seed, budget=budget, stop=stop)
        values = program.decisions.vector(made)
        settled = _settled(program.decisions, name)
        route.fix(settled, values[settled])
        descent = Descent(partial, program, route, budget, stop, listen, name)
        descent.run(None, part / len(planned), GAP)
        if descent.decisions is None:
            return None
        made = program.decisions.assignments(descent.decisions)
    return made


def _settled(decisions: Decisions, step: str) -> IntArray:
    """Return the decisions that earlier steps have made: all but the last period of the last layer."""
    current = step.partition("@")[0]
    parts = [grid[:, :, :, :-1] if name == current else grid for name, grid in decisions.grids.items()]
    columns = np.concatenate([part.reshape(-1) for part in parts])
    return np.asarray(columns[columns >= 0])
