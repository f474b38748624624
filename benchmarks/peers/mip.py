"""A tight model in one solve of HiGHS: a 0/1 per person and group, squares as tangents, no warm start.

The square of a whole distance d is the maximum of the tangents (2k + 1) d - k (k + 1). The model has all
tangents with k below ``EXACT``; beyond that k doubles from one tangent to the next. Far from the target the
model underestimates a square: bounds stay valid, and good plans have no such distances.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that the script runs by its path too

from benchmarks.peers.called import Answer, answer_with  # isort: skip  # the clock starts first

from collections.abc import Iterable
from typing import Any

import highspy
import numpy as np

from benchmarks.rotation_score import WEIGHTS

THREADS = 2
EXACT = 64
TANGENTS = (*range(EXACT), *(EXACT << k for k in range(8)))
INFINITE = highspy.kHighsInf


class Model:
    """A mixed integer program to which columns and rows are added one by one."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.upper: list[float] = []
        self.whole: list[bool] = []
        self.lowest: list[float] = []
        self.highest: list[float] = []
        self.starts, self.columns, self.factors = [0], [], []

    def column(self, cost: float = 0.0, upper: float = INFINITE, *, whole: bool = False) -> int:
        """Add a variable from 0 to ``upper`` and return its number."""
        self.cost.append(cost)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.cost) - 1

    def row(self, terms: Iterable[tuple[int, float]], low: float = -INFINITE, high: float = INFINITE) -> None:
        """Add a row: the sum of ``(column, factor)`` terms lies between ``low`` and ``high``."""
        for column, factor in terms:
            self.columns.append(column)
            self.factors.append(factor)
        self.starts.append(len(self.columns))
        self.lowest.append(low)
        self.highest.append(high)

    def written(self) -> highspy.HighsLp:
        """Return the program as a model of HiGHS."""
        problem = highspy.HighsLp()
        problem.num_col_, problem.num_row_ = len(self.cost), len(self.lowest)
        problem.col_cost_, problem.col_upper_ = np.array(self.cost), np.array(self.upper)
        problem.col_lower_ = np.zeros(len(self.cost))
        problem.row_lower_, problem.row_upper_ = np.array(self.lowest), np.array(self.highest)
        matrix = problem.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_, matrix.index_ = np.array(self.starts), np.array(self.columns)
        matrix.value_ = np.array(self.factors, dtype=float)
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        problem.integrality_ = [kinds[whole] for whole in self.whole]
        return problem


def posting(instance: dict[str, Any], objective: str) -> tuple[Model, list[dict[int, int]]]:
    """Return the program, and for each person the columns by group, of the groups where he may be."""
    model, people, groups = Model(), instance["people"], range(instance["G"])
    move, weight = WEIGHTS[objective]
    sits = [
        {
            group: model.column(move * (group != one["prev"]), 1, whole=True)
            for group in groups
            if instance["zone"][group] != one["native"]
            and not (one["grade"] == "head" and one["prev"] == group)
        }
        for one in people
    ]
    for seats in sits:
        model.row(((column, 1) for column in seats.values()), 1, 1)
    for group in groups:
        here = [(one, seats[group]) for one, seats in zip(people, sits, strict=True) if group in seats]
        for grade, least, most in (("head", 1, 1), ("deputy", 1, 1), ("cadre", 2, INFINITE)):
            model.row(((column, 1) for one, column in here if one["grade"] == grade), least, most)
        for need in instance["req"][group]:
            model.row(((column, 1) for one, column in here if need in one["skills"]), 1)
        for pair in instance["kin"]:
            both = [(sits[one][group], 1) for one in pair if group in sits[one]]
            model.row(both, high=1)
    experience = [
        [(seats[group], one["exp"]) for one, seats in zip(people, sits, strict=True) if group in seats]
        for group in groups
    ]
    if objective == "sq":
        _squares(model, experience, instance["target"], weight)
    else:
        _spread(model, experience, weight)
    return model, sits


def _squares(model: Model, experience: list[list[tuple[int, int]]], target: int, weight: int) -> None:
    for terms in experience:
        off, square = model.column(), model.column(weight)
        model.row([*((column, -years) for column, years in terms), (off, 1)], -target)
        model.row([*terms, (off, 1)], target)
        for k in TANGENTS:
            model.row([(square, 1), (off, -(2 * k + 1))], -k * (k + 1))


def _spread(model: Model, experience: list[list[tuple[int, int]]], weight: int) -> None:
    most, least = model.column(weight), model.column(-weight)
    for terms in experience:
        model.row([*terms, (most, -1)], high=0)
        model.row([*terms, (least, -1)], 0)


def solve(instance: dict[str, Any], objective: str, limit: float) -> Answer:
    """Solve an instance; ``limit`` is in seconds and applies to the solver alone."""
    model, sits = posting(instance, objective)
    answer, solver = Answer(), highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("threads", THREADS),
        ("time_limit", limit),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.99),
    ):
        solver.setOptionValue(option, value)
    solver.passModel(model.written())
    solver.cbMipImprovingSolution.subscribe(
        lambda event: answer.found(round(event.data_out.objective_function_value, 3))
    )
    solver.run()
    info = solver.getInfo()
    answer.status = str(solver.modelStatusToString(solver.getModelStatus())).lower()
    answer.bound = info.mip_dual_bound if abs(info.mip_dual_bound) < INFINITE else None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        values = solver.getSolution().col_value
        answer.assign = [max(seats, key=lambda group, seats=seats: values[seats[group]]) for seats in sits]
    return answer


if __name__ == "__main__":
    answer_with(solve, __doc__)
