"""Which option is proved to be the best in a trial, and in most trials of a scenario."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from allocator.study.cell_results import CellResult
from allocator.study.dominance import is_proved_better
from allocator.study.pairs import Trial

Results = Mapping[str, CellResult | None]
#: How a trial comes out: one option is the best alone, several are equally good, or neither is proved.
TrialOutcome = Literal["win", "tie", "open"]


@dataclass(frozen=True)
class ScenarioStanding:
    """The options of a scenario over its trials (seeds and limits).

    Attributes:
        wins: In how many trials each option alone is proved to be the best.
        losses: In how many trials each option is proved not to be among the best.
        ties: Trials in which several options are proved to be equally good, and none better.
        open: Trials in which nothing of the kind is proved.
        winner: The option that wins more than half of the trials; empty if there is none.
    """

    wins: Mapping[str, int]
    losses: Mapping[str, int]
    ties: int
    open: int
    winner: str

    @property
    def trials(self) -> int:
        """Number of trials."""
        return sum(self.wins.values()) + self.ties + self.open


def scenario_standings(
    options: Sequence[str], trials: Mapping[Trial, Results]
) -> dict[str, ScenarioStanding]:
    """Return the standing of the options in each scenario.

    Args:
        options: The options in order.
        trials: The results by trial and option; None for a cell without one yet.
    """
    grouped: dict[str, list[Results]] = defaultdict(list)
    for (scenario, _, _), results in trials.items():
        grouped[scenario].append(results)
    return {scenario: _standing(options, own) for scenario, own in grouped.items()}


def _standing(options: Sequence[str], trials: Sequence[Results]) -> ScenarioStanding:
    outcomes = Counter[TrialOutcome]()
    wins, losses = Counter[str](), Counter[str]()
    for results in trials:
        outcome, best = best_options(results)
        outcomes[outcome] += 1
        if outcome == "win":
            wins.update(best)
        losses.update(name for name in results if is_beaten(name, results))
    winner = next((name for name in options if 2 * wins[name] > len(trials)), "")
    by_option = [{name: count[name] for name in options} for count in (wins, losses)]
    return ScenarioStanding(by_option[0], by_option[1], outcomes["tie"], outcomes["open"], winner)


def best_options(results: Results) -> tuple[TrialOutcome, tuple[str, ...]]:
    """Return how a trial comes out, and the options that are proved to be the best.

    An option wins if no plan of any other can be as good. Several tie if their plans cost the same and
    no plan of any option, theirs or another's, can be better.
    """
    if any(one is None or one.is_failure for one in results.values()):
        return "open", ()
    known = {name: one for name, one in results.items() if one is not None}
    for name, own in known.items():
        rivals = [one for other, one in known.items() if other != name]
        if rivals and own.has_plan and all(_is_beaten_by(one, own) for one in rivals):
            return "win", (name,)
    best = [
        name for name, own in known.items()
        if own.has_plan and None not in own.costs and all(_is_as_good(own, one) for one in known.values())
    ]  # fmt: skip
    return ("tie", tuple(best)) if len(best) > 1 else ("open", ())


def is_beaten(name: str, results: Results) -> bool:
    """Whether another option of the trial has a plan better than every plan of this one."""
    own = results[name]
    if own is None or own.is_failure:
        return False
    rivals = (one for other, one in results.items() if other != name and one is not None)
    return any(rival.has_plan and _is_beaten_by(own, rival) for rival in rivals)


def _is_beaten_by(loser: CellResult, winner: CellResult) -> bool:
    if loser.outcome == "infeasible":
        return True
    return len(winner.costs) == len(loser.bounds) and is_proved_better(winner, loser)


def _is_as_good(own: CellResult, other: CellResult) -> bool:
    """Whether no plan of the other's option is better than this plan."""
    if other.outcome == "infeasible":
        return True
    if len(own.costs) != len(other.bounds) or not own.costs:
        return False
    return _is_beaten_by(other, own) or own.costs == other.bounds
