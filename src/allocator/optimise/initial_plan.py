"""Plans to begin from: one that earlier searches left, or one that is made by a flow or near a hint."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from allocator.model.plan import Assignment
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.flow_plans import feasible_flow_plan
from allocator.optimise.lns.plan_repair import elastic_repair, is_large, local_repair
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.program import IntArray, Program
from allocator.program.subproblem import MilpInstance
from allocator.solvers.bounds import KnownBounds
from allocator.solvers.deadline import Deadline, SolveContext


@dataclass(frozen=True)
class InitialPlanParams:
    """Parameters of making a plan to begin from, where a program is large.

    Attributes:
        local_repair_part: Part of the time left for the repair of the hint.
        elastic_repair_part: Part of what then is left for the repair of a flow.
    """

    local_repair_part: float = 0.25
    elastic_repair_part: float = 0.5


PARAMS = InitialPlanParams()


@dataclass(frozen=True)
class WarmStart:
    """A plan that earlier searches leave to a later one, and the bounds that they proved.

    Attributes:
        assignments: The plan.
        known: The bounds.
        periods: How many periods of each layer the plan decides, the first ones; None for all of all.
    """

    assignments: tuple[Assignment, ...] = ()
    known: KnownBounds = field(default_factory=KnownBounds)
    periods: Mapping[str, int] | None = None


@dataclass(frozen=True, eq=False)
class InitialPlan:
    """A plan to begin from.

    Attributes:
        values: ``[variables]`` the plan.
        is_flow: Whether a flow gave it: all constraints of decisions are then a network.
    """

    values: IntArray
    is_flow: bool


def make_initial_plan(
    constrained: ConstrainedProgram, hint: IntArray | None, deadline: Deadline, context: SolveContext
) -> InitialPlan | None:
    """Return a plan made without a search of the whole program; None if none was made.

    A program that is no network and is small is better searched. The hint comes before all but the flow:
    the plan should stay near a baseline.

    Args:
        constrained: The program.
        hint: ``[variables]`` values that are nearly a plan, if any are known.
        deadline: The time that it may take.
        context: Seed, budget and stop.
    """
    whole = constrained.subproblem(None).full()
    if whole is None:  # the rows alone leave no plan
        return None
    for is_flow, make in _makers(constrained, whole, hint, deadline, context):
        values = make()
        if values is not None and constrained.is_feasible(values):
            return InitialPlan(values, is_flow)
    return None


def _makers(
    constrained: ConstrainedProgram,
    whole: MilpInstance,
    hint: IntArray | None,
    deadline: Deadline,
    context: SolveContext,
) -> Iterator[tuple[bool, Callable[[], IntArray | None]]]:
    """Yield ways to make a plan, and whether each is a flow."""
    yield True, lambda: _flow_plan(constrained.program, whole)
    if not is_large(constrained.program):
        return
    if hint is not None:
        yield (
            False,
            lambda: local_repair(constrained, hint, deadline.share(PARAMS.local_repair_part), context),
        )
    yield False, lambda: elastic_repair(constrained, deadline.share(PARAMS.elastic_repair_part), context)


def _flow_plan(program: Program, whole: MilpInstance) -> IntArray | None:
    decisions = feasible_flow_plan(program, whole)
    return None if decisions is None else np.asarray(evaluate_auxiliaries(program, decisions[None, :])[0])
