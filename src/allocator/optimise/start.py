"""A first plan, layer by layer and year by year: each step is small, and is fixed for the next one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from allocator.model.layer import Layer
from allocator.model.plan import Assignment, Level
from allocator.optimise.descent import Descent, task_of
from allocator.program.decisions import Decisions
from allocator.program.expr import EMPTY
from allocator.program.program import IntArray
from allocator.rules.policy import Policy
from allocator.solvers.bounds import KnownBounds
from allocator.solvers.context import SolveContext
from allocator.solvers.observer import Snapshot

#: A step is good enough within this gap: a joint search comes after.
GAP = 0.05


@dataclass(frozen=True)
class Made:
    """A plan of some layers and periods, what it costs at each level, and what joint searches have proved."""

    assignments: tuple[Assignment, ...] = ()
    costs: Mapping[Level, int] = field(default_factory=dict)
    known: KnownBounds = field(default_factory=KnownBounds)


@dataclass(frozen=True)
class Step:
    """One period of a layer to decide.

    Attributes:
        name: What it is called.
        period: The period.
        periods: How many periods of the layer are then decided; with its last step, all.
    """

    name: str
    period: int
    periods: int


def steps(layer: Layer) -> Iterator[Step]:
    """Yield the steps in which a layer is decided; a period in which nothing can be assigned needs none."""
    possible = np.logical_and(layer.present.any(axis=0), layer.active.any(axis=0))
    deciding = np.flatnonzero(possible).tolist() or [0]
    for t in deciding:
        periods = len(layer.periods) if t == deciding[-1] else t + 1
        yield Step(f"{layer.name} {layer.period_id(t) or ''}".strip(), t, periods)


def add_layer(policy: Policy, made: Made, search: SolveContext, part: float, done: int = 0) -> Made | None:
    """Return ``made`` with the last layer of ``policy`` decided too, period by period.

    Args:
        policy: The layers decided so far and, last, the one to decide.
        made: What is settled: it stays as it is wherever that can be.
        search: How to search.
        part: The part of the budget that all steps together may use.
        done: How many periods of the last layer ``made`` has decided before.

    Returns:
        What has then been made, or None if a step found no plan.
    """
    *_, layer = policy.context.layers.values()
    whole = {name: len(other.periods) for name, other in policy.context.layers.items()}
    planned = [step for step in steps(layer) if step.periods > done]
    for step in planned:
        partial = policy.truncate({**whole, layer.name: step.periods})
        decided = _decide(partial, made, search, part / len(planned), step)
        if decided is None:
            return None
        made = decided
    return made


def _decide(policy: Policy, made: Made, search: SolveContext, part: float, step: Step) -> Made | None:
    """Decide one period of the last layer; where that cannot be, set earlier decisions free again."""
    program = policy.compile()
    start = carried_on(program.decisions, program.decisions.vector(made.assignments), step.period)
    floors = made.costs
    for held in settled(program.decisions, step.period):
        task = task_of(policy, program)
        task.fix(held, start[held])
        descent = Descent(task, search, step.name, floors=floors)
        found = descent.run(start, part, GAP)
        if descent.best is not None and descent.decisions is not None:
            elapsed = search.budget.elapsed
            search.observer.on_snapshot(Snapshot(descent.program, descent.best, {}, made.known, elapsed))
            return Made(program.decisions.assignments(descent.decisions), descent.costs, made.known)
        if found != "infeasible" or search.is_over:
            return None
        floors = {}
    return None


def as_before(decisions: Decisions) -> IntArray | None:
    """Return the last layer's first period as the history has it, nothing else decided; None without any."""
    start = carried_on(decisions, np.zeros(decisions.count, dtype=np.int64), 0)
    return start if start.any() else None


def carried_on(decisions: Decisions, start: IntArray, period: int) -> IntArray:
    """Return ``start`` with the last layer's new period as the one before: most of it will stay so."""
    *_, (name, grid) = decisions.grids.items()
    if period > 0:
        held = np.argwhere((grid[..., period - 1] >= 0) & (start[grid[..., period - 1]] > 0))
    else:
        seats = [(stay.item, stay.slot, stay.role) for stay in decisions.layers[name].past.at(-1)]
        held = np.array(seats, dtype=np.int64).reshape(-1, 3)
    columns = grid[(*held.T, period)]
    carried = start.copy()
    carried[columns[columns >= 0]] = 1
    return carried


def settled(decisions: Decisions, period: int) -> Iterator[IntArray]:
    """Yield what stays as it is: all but the last layer from ``period`` on, then ever less, then nothing."""
    *earlier, last = decisions.grids.values()
    for kept in range(period, -1, -1):
        yield columns_of([*earlier, last[:, :, :, :kept]])
    for kept in range(len(earlier) - 1, -1, -1):
        yield columns_of(earlier[:kept])


def columns_of(grids: Sequence[IntArray]) -> IntArray:
    """Return the variables of all decisions that stand in some grids."""
    columns = np.concatenate([EMPTY, *(grid.reshape(-1) for grid in grids)])
    return np.asarray(columns[columns >= 0])
