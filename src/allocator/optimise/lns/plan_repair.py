"""Repair: a first plan made from one that violates a few rows, locally or by elastic rows.

Local repair starts from a hint, such as a baseline with a pin, an exclusion or a person who left. It frees
only what the violated rows are about, and solves that piece to the least cost of the first level; if the
piece has no plan, a larger one is freed. Its first plan is mostly the best one, too (large neighbourhood
search: Shaw, 1998).

Elastic repair starts from the cheapest flow of the rows that form a network, such as grades and exclusions.
The rows that the flow violates (skills, relatives kept apart) are made elastic, and their violation is
minimised like the cost of a level. Of millions of decisions a few hundred thousand are enough for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.flow_plans import lexicographic_flow_plan
from allocator.optimise.incumbent import LevelIncumbent
from allocator.optimise.lns.large_neighbourhood import LargeNeighbourhoodSearch
from allocator.program.bound_tightening import Bounds
from allocator.program.cuts import ELASTIC_LEVEL, elastic
from allocator.program.decisions import Decisions
from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.program.lazy_auxiliaries import undefined_auxiliaries
from allocator.program.network import find_network_part
from allocator.program.program import BoolArray, IntArray, Program
from allocator.program.structure import antecedents, dependents
from allocator.program.subproblem import (
    MilpInstance,
    decision_rows,
    restrict_to_decisions,
    rows_with_auxiliaries,
)
from allocator.solvers.adapters import minimise
from allocator.solvers.deadline import Allotment, Deadline, SolveContext
from allocator.solvers.solver import SearchParams


@dataclass(frozen=True)
class RepairParams:
    """When and how far a plan is repaired.

    Attributes:
        largest_piece: Local repair ends at pieces with more decisions than this: a plan from scratch would
            not take longer.
        most_violated: Local repair is not tried where more rows are violated than this share of the decisions
            that are 1.
        piece_part: The part of the time left for each piece.
        piece_seconds: The most seconds of a piece.
        large_program: Programs with fewer decisions than this are not repaired by elastic rows: a search
            finds their first plan at once.
        sampled_decisions: Elastic repair of more than twice as many decisions first frees a random sample of
            this size: few rows are violated, and each can be repaired in very many ways.
        attempt_part: The part of the time left for each attempt of elastic repair.
    """

    largest_piece: int = 20_000
    most_violated: float = 0.1
    piece_part: float = 0.5
    piece_seconds: float = 0.7
    large_program: int = 6_000
    sampled_decisions: int = 400_000
    attempt_part: float = 0.5


#: The parameters of every repair.
PARAMS = RepairParams()


def is_large(program: Program) -> bool:
    """Whether a program is so large that a search does not find a first plan at once."""
    return program.decisions.count >= PARAMS.large_program


def local_repair(
    constrained: ConstrainedProgram, hint: IntArray, part: Allotment, context: SolveContext
) -> IntArray | None:
    """Return a plan near ``hint`` as values of all variables; None if none was found.

    Args:
        constrained: The constrained program.
        hint: ``[variables]`` nearly a plan. Variables that the rows fix have the value that these ask for.
        part: The time limit.
        context: The settings of the solve.
    """
    deadline, whole = Deadline(context.budget, part), constrained.subproblem(None).full()
    if whole is None:
        return None
    near = _within_bounds(constrained, whole, hint)
    violated = violated_rows(constrained.program, near[None, :])[0]
    if not violated.any():
        return near
    question = constrained.subproblem(next(iter(constrained.program.levels), None))
    for free in _pieces(constrained.program, near, violated):
        if deadline.is_over or context.is_over:
            return None
        if free[whole.columns[: np.searchsorted(whole.columns, len(free))]].sum() > PARAMS.largest_piece:
            return None
        problem = question.restrict(near, dependents(constrained.program, np.flatnonzero(free)))
        if problem is None:
            continue
        time = deadline.share(PARAMS.piece_part, most=PARAMS.piece_seconds)
        found = minimise(problem, context, SearchParams(time, hint=near)).values
        if found is not None:
            decisions = found[None, : constrained.program.decisions.count]
            return np.asarray(evaluate_auxiliaries(constrained.program, decisions)[0])
    return None


def _within_bounds(constrained: ConstrainedProgram, whole: MilpInstance, hint: IntArray) -> IntArray:
    """Return the hint with each variable that the rows fix at that value."""
    decisions = whole.full_values(hint[whole.columns])[: constrained.program.decisions.count]
    return np.asarray(evaluate_auxiliaries(constrained.program, decisions[None, :])[0])


def _pieces(program: Program, near: IntArray, violated: BoolArray) -> Iterator[BoolArray]:
    """Yield ``[decisions]`` whether each is free, in two pieces; none where too many rows are violated.

    The first frees the decisions in violated rows, and all that are 1. The second also frees all decisions of
    the items in violated rows.
    """
    rows, decisions = program.rows, program.decisions
    chosen = near[: decisions.count] > 0
    if violated.sum() > PARAMS.most_violated * chosen.sum():
        return
    free = antecedents(program, rows.cols[np.repeat(violated, np.diff(rows.starts))])
    yield free | chosen
    yield free | chosen | _decisions_of_items(decisions, free & chosen)


def _decisions_of_items(decisions: Decisions, some: BoolArray) -> BoolArray:
    """Return ``[decisions]`` whether each is about the item of one of ``some`` decisions."""
    found = np.zeros(decisions.count, dtype=np.bool_)
    for grid in decisions.grids.values():
        is_some = np.where(grid >= 0, some[grid], False).any(axis=(1, 2, 3))
        columns = grid[is_some]
        found[columns[columns >= 0]] = True
    return found


def elastic_repair(
    constrained: ConstrainedProgram, time: Allotment, context: SolveContext
) -> IntArray | None:
    """Return a plan as values of all variables; None if none was found.

    Args:
        constrained: The constrained program.
        time: The time limit.
        context: The settings of the solve.
    """
    program = constrained.program
    if not is_large(program) or undefined_auxiliaries(program):
        return None
    whole = constrained.subproblem(None).full()
    part = None if whole is None else find_network_part(program, whole, lambda: context.is_over)
    if whole is None or part is None or context.is_over:
        return None
    flow = lexicographic_flow_plan(program, part.problem, part.network)
    if flow is None or context.is_over:
        return None
    decisions = flow[: program.decisions.count]
    deadline = Deadline(context.budget, time)
    for one in _restrictions(program, constrained.bounds, whole, decisions, context.seed):
        repaired = decisions.copy()
        part_time = deadline.share(PARAMS.attempt_part)
        found = _minimise_violation(one.program, one.bounds, decisions[one.columns], part_time, context)
        if found is not None:
            repaired[one.columns] = found
            return np.asarray(evaluate_auxiliaries(program, repaired[None, :])[0])
        if deadline.is_over or context.is_over:
            break
    return None


class _Restriction(NamedTuple):
    """A program over some decisions of another.

    Attributes:
        program: The program.
        bounds: The bounds of its variables.
        columns: ``[decisions]`` the decision of the other program that each is.
    """

    program: Program
    bounds: Bounds
    columns: IntArray


def _restrictions(
    program: Program, bounds: Bounds, whole: MilpInstance, decisions: IntArray, seed: int
) -> Iterator[_Restriction]:
    """Yield the programs to repair: of very many decisions over a random sample first, then over all."""
    count, sample = program.decisions.count, PARAMS.sampled_decisions
    if rows_with_auxiliaries(program).any():
        yield _Restriction(program, bounds, np.arange(count))
        return
    rows = decision_rows(program, whole)
    for share in (sample / count, 1.0) if count > 2 * sample else (1.0,):
        kept = np.random.default_rng(seed).random(len(rows)) < share
        restricted, columns = restrict_to_decisions(program, rows, kept | (decisions[rows.columns] > 0))
        yield _Restriction(restricted, (restricted.lower, restricted.upper), columns)


def _minimise_violation(
    program: Program, bounds: Bounds, decisions: IntArray, time: Allotment, context: SolveContext
) -> IntArray | None:
    """Return decisions that violate no row, found from some that may; None if none were found."""
    violated = np.flatnonzero(violated_rows(program, evaluate_auxiliaries(program, decisions[None, :]))[0])
    if not len(violated):
        return decisions
    loose = elastic(program, bounds, violated)
    start = evaluate_auxiliaries(loose, decisions[None, :])[0]
    constrained = ConstrainedProgram(loose, lambda _: [])
    incumbent = _ElasticIncumbent(constrained, ELASTIC_LEVEL, start, elastic=len(violated))
    open_parts = np.ones(len(loose), dtype=np.bool_)
    LargeNeighbourhoodSearch(incumbent, open_parts, context, races=False).run(time)
    return incumbent.values[: len(decisions)] if incumbent.is_repaired else None


@dataclass(eq=False)
class _ElasticIncumbent(LevelIncumbent):
    """A plan that is good enough once it violates no row.

    Attributes:
        elastic: The number of variables, the last ones, that measure violations.
    """

    elastic: int = 0

    @property
    def is_repaired(self) -> bool:
        """Whether no row is violated."""
        return not self.values[len(self.values) - self.elastic :].any()

    @property
    def is_good_enough(self) -> bool:
        """Whether no row is violated, or nothing can be better."""
        return self.is_repaired or super().is_good_enough
