"""The textbook model of several years in CP-SAT: a Boolean per person, group and year, all in one model."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that the script runs by its path too

from benchmarks.peers.called import Answer, answer_with  # isort: skip  # the clock starts first

from collections.abc import Iterator
from typing import Any

from ortools.sat.python import cp_model

from benchmarks.peers.cpsat import Posting, solved
from benchmarks.years_score import MOVE, SPREAD


class Years:
    """The model: a posting for each year, linked by terms and moves."""

    def __init__(self, instance: dict[str, Any]) -> None:
        self.instance = instance
        self.model = cp_model.CpModel()
        # Terms and moves read last year's groups here; a posting itself must not.
        alone = {**instance, "people": [{**one, "prev": None} for one in instance["people"]]}
        self.postings = [Posting(alone, self.model) for _ in range(instance["years"])]
        for posting in self.postings:
            self._room(posting)
        self._terms()
        moved = sum(self._moved())
        uneven = sum(posting.spread() for posting in self.postings)
        self.model.minimize(MOVE * moved + SPREAD * uneven)

    def _room(self, posting: Posting) -> None:
        people = self.instance["people"]
        for group in posting.groups:
            cadres = [
                seats[group]
                for one, seats in zip(people, posting.sits, strict=True)
                if one["grade"] == "cadre"
            ]
            self.model.add(sum(cadres) <= self.instance["most_cadres"])

    def _terms(self) -> None:
        """Forbid stays longer than the term; years served before the first year count."""
        for number, one in enumerate(self.instance["people"]):
            term = self.instance["terms"][one["grade"]]
            for group in self.postings[0].groups:
                served = one["served"] if one["prev"] == group else 0
                stay = [None] * served + [posting.sits[number][group] for posting in self.postings]
                for end in range(max(term + 1, served + 1), len(stay) + 1):
                    window = stay[end - term - 1 : end]
                    self.model.add_bool_or(~sits for sits in window if sits is not None)

    def _moved(self) -> Iterator[cp_model.IntVar]:
        """Yield a Boolean for each cadre and year: 1 if he is not in his group of the year before."""
        for number, one in enumerate(self.instance["people"]):
            if one["grade"] != "cadre":
                continue
            first, *later = (posting.sits[number] for posting in self.postings)
            yield first[one["prev"]].negated()
            for before, now in zip((first, *later), later, strict=False):
                moved = self.model.new_bool_var("")
                for old, new in zip(before, now, strict=True):
                    self.model.add_bool_or(~new, old, moved)
                yield moved


def solve(instance: dict[str, Any], objective: str, limit: float) -> Answer:
    """Solve an instance; ``limit`` is in seconds and applies to the solver alone."""
    years = Years(instance)
    answer, solver = solved(years.model, limit)
    if solver is not None:
        answer.assign = [posting.seats(solver) for posting in years.postings]
    return answer


if __name__ == "__main__":
    answer_with(solve, __doc__, objectives=("years",))
