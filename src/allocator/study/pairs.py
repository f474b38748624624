"""Options compared by pairs, under the same scenario, seed and limit: wins, ties and losses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from statistics import median
from typing import Literal

from allocator.study.cell_results import CellResult
from allocator.study.cells import StudyCell
from allocator.study.dominance import first_difference, is_proved_better

#: How a trial comes out for the first of two options.
Verdict = Literal["win", "tie", "loss", "open"]
#: Probability with which an interval of a median is to hold it.
CONFIDENCE = 0.95
Trial = tuple[str, int, float]


@dataclass(frozen=True)
class MedianDifference:
    """The median of differences, and an interval that needs no assumption about their distribution.

    Attributes:
        median: The median.
        low: Lower end of the interval, that of all differences where there are too few for 95%.
        high: Upper end.
        confidence: Least probability that the interval holds the median; 0 where there are too few.
        count: Number of differences.
    """

    median: float
    low: float
    high: float
    confidence: float
    count: int


def median_difference(values: Sequence[int]) -> MedianDifference | None:
    """Return the median of differences with its interval by order statistics; None without any."""
    if not values:
        return None
    ordered, count = sorted(values), len(values)
    middle = float(median(ordered))
    outside = 0.0
    best: tuple[int, float] | None = None
    for k in range(count // 2):
        outside += comb(count, k) / 2**count
        if 1 - 2 * outside < CONFIDENCE:
            break
        best = (k, 1 - 2 * outside)
    if best is None:
        return MedianDifference(middle, ordered[0], ordered[-1], 0.0, count)
    k, confidence = best
    return MedianDifference(middle, ordered[k], ordered[-1 - k], round(confidence, 4), count)


@dataclass(frozen=True)
class Tally:
    """Trials by how they came out for the first of two options."""

    wins: int = 0
    ties: int = 0
    losses: int = 0

    def __add__(self, verdict: Verdict) -> Tally:
        return Tally(
            self.wins + (verdict == "win"), self.ties + (verdict == "tie"), self.losses + (verdict == "loss")
        )


@dataclass(frozen=True)
class CriterionPair:
    """Two options by one criterion: trials in which both have a plan, and the first minus the second."""

    criterion: str
    tally: Tally
    difference: MedianDifference | None


@dataclass(frozen=True)
class OptionPair:
    """Two options over all trials.

    Attributes:
        first: An option.
        second: Another.
        tally: Trials by the first criterion that differs; who alone has a plan wins.
        proved: Of the wins and losses, how many are proved: no plan of the other could turn them.
        alone: Of the wins and losses, how many since the other has no plan.
        open: Trials that cannot be compared: a cell has failed, has not ended, or was ended early.
        criteria: The same by each criterion.
    """

    first: str
    second: str
    tally: Tally
    proved: Tally
    alone: Tally
    open: int
    criteria: tuple[CriterionPair, ...]


def by_trial(
    cells: Sequence[StudyCell], results: Mapping[str, CellResult]
) -> dict[Trial, dict[str, CellResult | None]]:
    """Return the results by trial and option; None for a cell without one yet."""
    trials: dict[Trial, dict[str, CellResult | None]] = defaultdict(dict)
    for cell in cells:
        trials[cell.trial][cell.option] = results.get(cell.key)
    return dict(trials)


def option_pairs(
    options: Sequence[str], trials: Mapping[Trial, Mapping[str, CellResult | None]], criteria: Sequence[str]
) -> Iterator[OptionPair]:
    """Yield every pair of options that share a trial.

    Args:
        options: The options in order.
        trials: The results by trial and option.
        criteria: Codes of all criteria, most important first.
    """
    for first, second in combinations(options, 2):
        shared = [(one[first], one[second]) for one in trials.values() if first in one and second in one]
        if shared:
            yield _pair(first, second, shared, criteria)


def _pair(
    first: str,
    second: str,
    shared: Sequence[tuple[CellResult | None, CellResult | None]],
    criteria: Sequence[str],
) -> OptionPair:
    tally, proved, alone, left_open = Tally(), Tally(), Tally(), 0
    both: list[tuple[CellResult, CellResult]] = []
    for one, other in shared:
        verdict = compare(one, other)
        if verdict == "open" or one is None or other is None:
            left_open += 1
            continue
        tally += verdict
        if verdict != "tie" and _is_proved(one, other, verdict):
            proved += verdict
        if one.has_plan != other.has_plan and "worse" not in (one.outcome, other.outcome):
            alone += verdict
        if one.has_plan and other.has_plan:
            both.append((one, other))
    by_criterion = tuple(_criterion_pair(code, both) for code in criteria)
    return OptionPair(first, second, tally, proved, alone, left_open, by_criterion)


def compare(one: CellResult | None, other: CellResult | None) -> Verdict:
    """Return how a trial comes out for the first of two cells."""
    if one is None or other is None or one.is_failure or other.is_failure:
        return "open"
    if one.has_plan and other.has_plan:
        if None in (*one.costs, *other.costs) or len(one.costs) != len(other.costs) or not one.costs:
            return "open"
        k = first_difference(one.costs, other.costs)
        return "tie" if k is None else "win" if (one.costs[k] or 0) < (other.costs[k] or 0) else "loss"
    if one.has_plan:
        return _against_no_plan(one, other)
    if other.has_plan:
        return "loss" if _against_no_plan(other, one) == "win" else "open"
    return "tie" if one.outcome == other.outcome == "infeasible" else "open"


def _against_no_plan(one: CellResult, other: CellResult) -> Verdict:
    """Return how a plan compares with a cell without one: ended as worse, it lost if its bounds say so."""
    if other.outcome != "worse":
        return "win"
    return "win" if is_proved_better(one, other) else "open"


def _is_proved(one: CellResult, other: CellResult, verdict: Verdict) -> bool:
    winner, loser = (one, other) if verdict == "win" else (other, one)
    return loser.outcome == "infeasible" or is_proved_better(winner, loser)


def _criterion_pair(code: str, both: Sequence[tuple[CellResult, CellResult]]) -> CriterionPair:
    tally, differences = Tally(), list[int]()
    for one, other in both:
        costs = [_cost(result, code) for result in (one, other)]
        if costs[0] is None or costs[1] is None:
            continue
        difference = costs[0] - costs[1]
        differences.append(difference)
        tally += "tie" if difference == 0 else "win" if difference < 0 else "loss"
    return CriterionPair(code, tally, median_difference(differences))


def _cost(result: CellResult, code: str) -> int | None:
    return next((one.cost for one in result.criteria if one.criterion == code), None)
