"""The textbook model in CP-SAT: a Boolean per person and group, sums, a square or a maximum; two workers."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that the script runs by its path too

from benchmarks.peers.called import Answer, answer_with  # isort: skip  # the clock starts first

from typing import Any

from ortools.sat.python import cp_model

from benchmarks.rotation_score import WEIGHTS

WORKERS = 2


class Posting:
    """A posting in a model: the group of each person, and the experience of each group."""

    def __init__(self, instance: dict[str, Any], model: cp_model.CpModel) -> None:
        self.instance, self.model = instance, model
        self.groups = range(instance["G"])
        self.whole = sum(one["exp"] for one in instance["people"])
        self.sits = [[self.model.new_bool_var("") for _ in self.groups] for _ in instance["people"]]
        for seats in self.sits:
            self.model.add_exactly_one(seats)
        self._staffing()
        self._kept_apart()

    def _staffing(self) -> None:
        people = self.instance["people"]
        for group in self.groups:
            of = {grade: [] for grade in ("head", "deputy", "cadre")}
            for one, seats in zip(people, self.sits, strict=True):
                of[one["grade"]].append(seats[group])
            self.model.add_exactly_one(of["head"])
            self.model.add_exactly_one(of["deputy"])
            self.model.add(sum(of["cadre"]) >= 2)
            for need in self.instance["req"][group]:
                able = (
                    seats[group]
                    for one, seats in zip(people, self.sits, strict=True)
                    if need in one["skills"]
                )
                self.model.add_at_least_one(able)

    def _kept_apart(self) -> None:
        """Keep people from groups of their native zone, heads from last year's, and kin from each other."""
        for one, seats in zip(self.instance["people"], self.sits, strict=True):
            for group in self.groups:
                comes_back = one["grade"] == "head" and one["prev"] == group
                if comes_back or one["native"] == self.instance["zone"][group]:
                    self.model.add(seats[group] == 0)
        for first, second in self.instance["kin"]:
            for group in self.groups:
                self.model.add_at_most_one(self.sits[first][group], self.sits[second][group])

    def minimise(self, objective: str) -> None:
        """Minimise the weighted sum of people moved and unevenness of experience."""
        people = self.instance["people"]
        moved = len(people) - sum(seats[one["prev"]] for one, seats in zip(people, self.sits, strict=True))
        uneven = self._squares() if objective == "sq" else self.spread()
        move, weight = WEIGHTS[objective]
        self.model.minimize(move * moved + weight * uneven)

    def _experience(self) -> list[cp_model.IntVar]:
        people = self.instance["people"]
        experience = [self.model.new_int_var(0, self.whole, "") for _ in self.groups]
        for group, years in enumerate(experience):
            self.model.add(
                years == sum(one["exp"] * seats[group] for one, seats in zip(people, self.sits, strict=True))
            )
        return experience

    def _squares(self) -> cp_model.LinearExprT:
        experience = self._experience()
        squares = [self.model.new_int_var(0, self.whole**2, "") for _ in experience]
        for square, years in zip(squares, experience, strict=True):
            off = years - self.instance["target"]
            self.model.add_multiplication_equality(square, [off, off])
        return sum(squares)

    def spread(self) -> cp_model.LinearExprT:
        """Return a variable for the greatest experience of a group less the least."""
        experience = self._experience()
        most, least = (self.model.new_int_var(0, self.whole, "") for _ in range(2))
        self.model.add_max_equality(most, experience)
        self.model.add_min_equality(least, experience)
        return most - least

    def seats(self, solver: cp_model.CpSolver) -> list[int]:
        """Return the group of each person, ``[people]``, in the plan of a solver."""
        return [next(group for group in self.groups if solver.value(seats[group])) for seats in self.sits]


class Heard(cp_model.CpSolverSolutionCallback):
    """Callback that records the time and cost of each better plan."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer

    def on_solution_callback(self) -> None:
        self.answer.found(self.objective_value)


def solve(instance: dict[str, Any], objective: str, limit: float) -> Answer:
    """Solve an instance; ``limit`` is in seconds and applies to the solver alone."""
    posting = Posting(instance, cp_model.CpModel())
    posting.minimise(objective)
    answer, solver = solved(posting.model, limit)
    if solver is not None:
        answer.assign = posting.seats(solver)
    return answer


def solved(model: cp_model.CpModel, limit: float) -> tuple[Answer, cp_model.CpSolver | None]:
    """Solve a model; return the answer without its plan, and the solver if it has a plan."""
    answer, solver = Answer(), cp_model.CpSolver()
    solver.parameters.num_workers = WORKERS
    solver.parameters.max_time_in_seconds = limit
    status = solver.solve(model, Heard(answer))
    answer.status, answer.bound = solver.status_name(status).lower(), solver.best_objective_bound
    return answer, solver if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None


if __name__ == "__main__":
    answer_with(solve, __doc__)
