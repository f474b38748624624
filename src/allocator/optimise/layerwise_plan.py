"""A plan made layer by layer and period by period: each step is small, and is fixed for the next one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from allocator.model.layer import Layer
from allocator.model.plan import Assignment, Level
from allocator.optimise.constrained_program import constrain
from allocator.optimise.lexicographic import LexicographicSolver
from allocator.program.decisions import Decisions
from allocator.program.expr import EMPTY
from allocator.program.program import IntArray
from allocator.rules.policy import Policy
from allocator.solvers.bounds import KnownBounds
from allocator.solvers.deadline import SolveContext
from allocator.solvers.observer import Snapshot


@dataclass(frozen=True)
class ConstructionParams:
    """Parameters of the construction.

    Attributes:
        gap: Relative gap at which a step is good enough: a joint search comes after it.
    """

    gap: float = 0.05


PARAMS = ConstructionParams()


@dataclass(frozen=True)
class PartialPlan:
    """A plan of the first layers and periods.

    Attributes:
        assignments: The plan.
        costs: Its cost at each level.
        known: Bounds that joint searches of these layers proved.
    """

    assignments: tuple[Assignment, ...] = ()
    costs: Mapping[Level, int] = field(default_factory=dict)
    known: KnownBounds = field(default_factory=KnownBounds)


@dataclass(frozen=True)
class Step:
    """One period of a layer to decide.

    Attributes:
        name: Its name in progress.
        period: The period.
        periods: How many periods of the layer are decided after the step; after its last step, all.
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


def construct_layer(
    policy: Policy, partial: PartialPlan, context: SolveContext, part: float, done: int = 0
) -> PartialPlan | None:
    """Return ``partial`` with the last layer of ``policy`` decided too, period by period.

    Args:
        policy: The layers decided so far and, last, the one to decide.
        partial: The plan so far; its decisions are fixed wherever that leaves a plan.
        context: Seed, budget, observer and stop.
        part: The part of the budget that all steps together may use.
        done: How many periods of the last layer ``partial`` decides already.

    Returns:
        The plan; None if a step found none.
    """
    *_, layer = policy.context.layers.values()
    whole = {name: len(other.periods) for name, other in policy.context.layers.items()}
    planned = [step for step in steps(layer) if step.periods > done]
    for step in planned:
        truncated = policy.truncate({**whole, layer.name: step.periods})
        for solver, start in _step_solvers(truncated, partial, context, step):
            found = solver.solve(start, part / len(planned), PARAMS.gap)
            if solver.best is not None or found != "infeasible" or context.is_over:
                break
        if solver.best is None or solver.decisions is None:
            return None
        seconds = context.budget.elapsed
        context.observer.on_snapshot(Snapshot(solver.program, solver.best, {}, partial.known, seconds))
        assignments = solver.program.decisions.assignments(solver.decisions)
        partial = PartialPlan(assignments, solver.costs, partial.known)
    return partial


def _step_solvers(
    policy: Policy, partial: PartialPlan, context: SolveContext, step: Step
) -> Iterator[tuple[LexicographicSolver, IntArray]]:
    """Yield solvers of one step, with ever fewer earlier decisions fixed, and decisions to begin from."""
    program = policy.compile()
    decisions = program.decisions
    start = repeat_period(decisions, decisions.vector(partial.assignments), step.period)
    floors = partial.costs
    for fixed in fixed_decisions(decisions, step.period):
        constrained = constrain(policy, program)
        constrained.fix(fixed, start[fixed])
        yield LexicographicSolver(constrained, context, step.name, floors=floors), start
        floors = {}


def seats_before(decisions: Decisions) -> IntArray | None:
    """Return the last layer's first period as the history has it, nothing else decided; None without any."""
    start = repeat_period(decisions, np.zeros(decisions.count, dtype=np.int64), 0)
    return start if start.any() else None


def repeat_period(decisions: Decisions, start: IntArray, period: int) -> IntArray:
    """Return ``start`` with a period of the last layer decided as the one before: most of it will stay so."""
    *_, (name, grid) = decisions.grids.items()
    if period > 0:
        held = np.argwhere((grid[..., period - 1] >= 0) & (start[grid[..., period - 1]] > 0))
    else:
        seats = [(stay.item, stay.slot, stay.role) for stay in decisions.layers[name].past.at(-1)]
        held = np.array(seats, dtype=np.int64).reshape(-1, 3)
    columns = grid[(*held.T, period)]
    repeated = start.copy()
    repeated[columns[columns >= 0]] = 1
    return repeated


def fixed_decisions(decisions: Decisions, period: int) -> Iterator[IntArray]:
    """Yield decisions to fix: all but the last layer from ``period`` on, then ever fewer, then none."""
    *earlier, last = decisions.grids.values()
    for kept in range(period, -1, -1):
        yield columns_of([*earlier, last[:, :, :, :kept]])
    for kept in range(len(earlier) - 1, -1, -1):
        yield columns_of(earlier[:kept])


def columns_of(grids: Sequence[IntArray]) -> IntArray:
    """Return the variables of all decisions in some grids."""
    columns = np.concatenate([EMPTY, *(grid.reshape(-1) for grid in grids)])
    return np.asarray(columns[columns >= 0])
