"""A first plan, layer by layer and year by year: each step is small, and is fixed for the next one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from allocator.engine.descent import Descent
from allocator.engine.route import Route
from allocator.engine.search import Search
from allocator.model.layer import Layer
from allocator.model.plan import Assignment, Level
from allocator.program.decisions import Decisions
from allocator.program.expr import EMPTY
from allocator.program.program import IntArray
from allocator.rules.policy import Policy

#: A step is good enough within this gap: a joint search comes after.
GAP = 0.05


@dataclass(frozen=True)
class Made:
    """A plan of some layers and periods, and what it costs at each level."""

    assignments: tuple[Assignment, ...] = ()
    costs: Mapping[Level, int] = field(default_factory=dict)


def steps(layer: Layer) -> Iterator[tuple[str, int]]:
    """Yield the name of each step of a layer and how many of its periods are then decided.

    A period in which nothing can be assigned needs no step; the last step decides the whole layer.
    """
    possible = np.logical_and(layer.present.any(axis=0), layer.active.any(axis=0))
    deciding = np.flatnonzero(possible).tolist() or [0]
    for t in deciding:
        periods = len(layer.periods) if t == deciding[-1] else t + 1
        yield f"{layer.name} {layer.period_id(t) or ''}".strip(), periods


def add_layer(policy: Policy, made: Made, search: Search, part: float) -> Made | None:
    """Return ``made`` with the last layer of ``policy`` decided too, period by period.

    Args:
        policy: The layers decided so far and, last, the one to decide.
        made: What is settled: it stays as it is wherever that can be.
        search: How to search.
        part: The part of the budget that all steps together may use.

    Returns:
        What has then been made, or None if a step found no plan.
    """
    *_, layer = policy.world.layers.values()
    whole = {name: len(other.periods) for name, other in policy.world.layers.items()}
    planned = list(steps(layer))
    for name, periods in planned:
        step = policy.until({**whole, layer.name: periods})
        decided = _decide(step, made, search, part / len(planned), name)
        if decided is None:
            return None
        made = decided
    return made


def _decide(policy: Policy, made: Made, search: Search, part: float, name: str) -> Made | None:
    """Decide the last period of the last layer; where that cannot be, set earlier decisions free again."""
    program = policy.compile()
    start = program.decisions.vector(made.assignments)
    floors = made.costs
    for settled in _settled(program.decisions):
        route = Route(program, search)
        route.fix(settled, start[settled])
        descent = Descent(policy, program, route, search, name, floors=floors)
        found = descent.run(start, part, GAP)
        if descent.decisions is not None:
            return Made(program.decisions.assignments(descent.decisions), descent.costs)
        if found != "infeasible" or search.is_over:
            return None
        floors = {}
    return None


def _settled(decisions: Decisions) -> Iterator[IntArray]:
    """Yield what stays as it is: all but the last period of the last layer, then ever less, then nothing."""
    *earlier, last = decisions.grids.values()
    periods = last.shape[3]
    for kept in range(periods - 1, -1, -1):
        yield _columns([*earlier, last[:, :, :, :kept]])
    for kept in range(len(earlier) - 1, -1, -1):
        yield _columns(earlier[:kept])


def _columns(grids: Sequence[IntArray]) -> IntArray:
    columns = np.concatenate([EMPTY, *(grid.reshape(-1) for grid in grids)])
    return np.asarray(columns[columns >= 0])
