"""The textbook model in CP-SAT: a Boolean per person and group, sums, a square or a maximum; two workers."""

from __future__ import annotations

from benchmarks.peers.called import Answer, answer_with  # isort: skip  # its clock starts first

from typing import Any

from ortools.sat.python import cp_model

from benchmarks.rotation_score import WEIGHTS

WORKERS = 2


class Posting:
    """The model: who is where, and what each group has of experience."""

    def __init__(self, instance: dict[str, Any]) -> None:
        self.instance = instance
        self.groups = range(instance["G"])
        self.model = cp_model.CpModel()
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
        """Ask for the least of people moved and unevenness."""
        people, whole = self.instance["people"], self.instance["total_exp"]
        moved = len(people) - sum(seats[one["prev"]] for one, seats in zip(people, self.sits, strict=True))
        experience = [self.model.new_int_var(0, whole, "") for _ in self.groups]
        for group, years in enumerate(experience):
            self.model.add(
                years == sum(one["exp"] * seats[group] for one, seats in zip(people, self.sits, strict=True))
            )
        uneven = self._squares(experience, whole) if objective == "sq" else self._spread(experience, whole)
        move, weight = WEIGHTS[objective]
        self.model.minimize(move * moved + weight * uneven)

    def _squares(self, experience: list[cp_model.IntVar], whole: int) -> cp_model.LinearExprT:
        squares = [self.model.new_int_var(0, whole**2, "") for _ in experience]
        for square, years in zip(squares, experience, strict=True):
            off = years - self.instance["target"]
            self.model.add_multiplication_equality(square, [off, off])
        return sum(squares)

    def _spread(self, experience: list[cp_model.IntVar], whole: int) -> cp_model.LinearExprT:
        most, least = (self.model.new_int_var(0, whole, "") for _ in range(2))
        self.model.add_max_equality(most, experience)
        self.model.add_min_equality(least, experience)
        return most - least


class Heard(cp_model.CpSolverSolutionCallback):
    """Notes when each better plan is found."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer

    def on_solution_callback(self) -> None:
        self.answer.found(self.objective_value)


def solve(instance: dict[str, Any], objective: str, limit: float) -> Answer:
    """Solve with so many seconds for the solver alone."""
    posting, answer = Posting(instance), Answer()
    posting.minimise(objective)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = WORKERS
    solver.parameters.max_time_in_seconds = limit
    status = solver.solve(posting.model, Heard(answer))
    answer.status, answer.bound = solver.status_name(status).lower(), solver.best_objective_bound
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        answer.assign = [next(g for g in posting.groups if solver.value(seats[g])) for seats in posting.sits]
    return answer


if __name__ == "__main__":
    answer_with(solve, __doc__)
