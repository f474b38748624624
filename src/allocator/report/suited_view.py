"""Where which option of a study is the best, laid out for people: scenarios with what is known of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from allocator.model.text import Text
from allocator.study.cell_results import CellResult
from allocator.study.pairs import Trial
from allocator.study.scenario_facts import ScenarioFacts
from allocator.study.separating_rule import SeparatingRule, separating_rules, smallest_rule
from allocator.study.standings import ScenarioStanding, scenario_standings


@dataclass(frozen=True)
class SuitedLine:
    """A scenario, and how the options stand in it.

    Attributes:
        scenario: Its name.
        numbers: What is known of it, by column.
        place: Longitude and latitude in degrees; None if unknown.
        standing: Wins, losses, ties and open trials, and the option that suits.
        medians: Median over the trials of the first criterion of each option; None without a plan.
        bounds: Median of its proven bounds, where a cell was ended as proved worse.
    """

    scenario: str
    numbers: Mapping[str, float]
    place: tuple[float, float] | None
    standing: ScenarioStanding
    medians: Mapping[str, float | None]
    bounds: Mapping[str, float | None]


@dataclass(frozen=True)
class SuitedView:
    """Where which option is the best.

    Attributes:
        columns: Titles of what is known of the scenarios.
        lines: The scenarios.
        suits: Number of scenarios that each option suits; under the empty name those that none is proved to.
        rules: The best rule of each number of terms that tells the option from what is known.
        rule: The smallest of them whose further terms would not be worth it; None without one.
    """

    columns: Mapping[str, Text]
    lines: tuple[SuitedLine, ...]
    suits: Mapping[str, int]
    rules: tuple[SeparatingRule, ...]
    rule: SeparatingRule | None

    @property
    def decided(self) -> int:
        """Number of scenarios that an option is proved to suit."""
        return sum(count for name, count in self.suits.items() if name)


def suited_view(
    facts: ScenarioFacts,
    options: Sequence[str],
    trials: Mapping[Trial, Mapping[str, CellResult | None]],
) -> SuitedView:
    """Lay out where which option is the best.

    Args:
        facts: What is known of the scenarios.
        options: The options in order.
        trials: The results by trial and option.
    """
    standings = scenario_standings(options, trials)
    lines = tuple(_line(facts, options, trials, name, standings[name]) for name in standings)
    winners = {line.scenario: line.standing.winner for line in lines}
    count = Counter(winners.values())
    rules = separating_rules({line.scenario: line.numbers for line in lines}, winners, options)
    suits = {name: count[name] for name in (*options, "")}
    rule = smallest_rule(rules, len(lines) - count[""])
    return SuitedView(facts.columns, lines, suits, rules, rule)


def _line(
    facts: ScenarioFacts,
    options: Sequence[str],
    trials: Mapping[Trial, Mapping[str, CellResult | None]],
    scenario: str,
    standing: ScenarioStanding,
) -> SuitedLine:
    own = [results for trial, results in trials.items() if trial[0] == scenario]
    medians: dict[str, float | None] = {}
    bounds: dict[str, float | None] = {}
    for name in options:
        cells = [one for results in own if (one := results.get(name)) is not None and one.criteria]
        costs = [one.criteria[0].cost for one in cells if one.criteria[0].cost is not None]
        least = [one.criteria[0].bound or 0 for one in cells if one.outcome == "worse"]
        medians[name] = float(median(costs)) if costs else None
        bounds[name] = float(median(least)) if least else None
    numbers, place = facts.numbers[scenario], facts.places.get(scenario)
    return SuitedLine(scenario, numbers, place, standing, medians, bounds)
