"""The comparison of options: everything that is said of them side by side, as plain typed values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from allocator.model.plan import Level, Plan, Status
from allocator.model.reading.json_files import plan_digest
from allocator.model.run import is_confirmed
from allocator.model.text import Text
from allocator.report.compare.mismatches import Mismatch, find_mismatches
from allocator.report.compare.option_recusals import RecusalRow, WaiverRow, recusal_rows, waiver_rows
from allocator.report.compare.option_staffing import PlaceRow, place_rows
from allocator.report.desk.desk_input import DeskInput
from allocator.report.wording import level_text, status_text
from allocator.verify.cross_judgement import CrossCell, cross_judge
from allocator.verify.option_ranking import OptionRanking, rank_options
from allocator.verify.plan_option import PlanOption
from allocator.verify.score_differences import (
    LevelRow,
    RuleDifference,
    level_rows,
    rule_differences,
)
from allocator.verify.seat_differences import LayerMoves, SeatComparison, SeatTable

FORMAT: Literal["allocator-comparison/1"] = "allocator-comparison/1"


@dataclass(frozen=True)
class OptionSummary:
    """One option.

    Attributes:
        label: Its letter.
        name: Its name.
        scenario: Name of its scenario.
        title: Title of its scenario.
        synthetic: Whether its people and cases are invented.
        status: The status of its plan.
        status_text: The same in words; as a mere claim if the plan claims what is not so.
        has_plan: Whether it has a plan.
        is_admissible: Whether the plan breaks no hard rule.
        same_rules_as: Label of the first option with the same scenario, rules and call; its own label if none
            comes before it.
        seed: Seed of the solve; None if the plan does not say.
        plan_hash: SHA-256 of the plan as a file; empty in a blind copy.
    """

    label: str
    name: str
    scenario: str
    title: Text
    synthetic: bool
    status: Status
    status_text: Text
    has_plan: bool
    is_admissible: bool
    same_rules_as: str
    seed: int | None
    plan_hash: str


@dataclass(frozen=True)
class LevelTitle:
    """A level with its title, and in which options two solvers have proved that its cost is the least."""

    level: Level
    title: Text
    proved_twice: tuple[bool, ...]


@dataclass(frozen=True)
class LayerTitle:
    """A layer with its title."""

    layer: str
    title: Text


@dataclass(frozen=True)
class PlanComparison:
    """Options side by side.

    Attributes:
        format: Name of the format.
        options: The options in the order of the call; every tuple of cells has one for each, in this order.
        identical: Labels of options whose assignments are the same, group by group.
        rankings: The rankings: by each option's own rules where costs are comparable, and by each rule set.
        levels: Cost, bound and gap by level.
        level_titles: The titles of these levels.
        rules: Cost of every rule; the differences of a level's rules add up to the difference of the level.
        judgements: Each option under the rules of each option.
        layers: The titles of the layers.
        moves: Numbers of changes by layer, from the baseline or from the period before.
        has_baseline: Whether the changes are counted from a baseline.
        seats: Who is where: a row for each item, layer and period.
        places: Staffing and loads by layer, period and place or carrier.
        recusals: Recusals that are kept, excused and broken, by rule.
        waivers: Named exceptions and their use.
        mismatches: What does not match between the options.
        is_blind: Whether codes stand for the names of people.
    """

    format: Literal["allocator-comparison/1"]
    options: tuple[OptionSummary, ...]
    identical: tuple[tuple[str, ...], ...]
    rankings: tuple[OptionRanking, ...]
    levels: tuple[LevelRow, ...]
    level_titles: tuple[LevelTitle, ...]
    rules: tuple[RuleDifference, ...]
    judgements: tuple[CrossCell, ...]
    layers: tuple[LayerTitle, ...]
    moves: tuple[LayerMoves, ...]
    has_baseline: bool
    seats: tuple[SeatComparison, ...]
    places: tuple[PlaceRow, ...]
    recusals: tuple[RecusalRow, ...]
    waivers: tuple[WaiverRow, ...]
    mismatches: tuple[Mismatch, ...]
    is_blind: bool = False

    @property
    def shares_rules(self) -> bool:
        """Whether all options have the same scenario, rules and call."""
        return len({one.same_rules_as for one in self.options}) == 1

    def ranking(self, rules: str | None = None) -> OptionRanking | None:
        """Return the ranking under the rules of an option, or by each option's own; None without one."""
        return next((one for one in self.rankings if one.rules == rules), None)


def compare_options(options: Sequence[PlanOption], baseline: Plan | None = None) -> PlanComparison:
    """Compare options, each judged anew.

    Args:
        options: The options, two or more, with labels of their own.
        baseline: The plan that changes are counted from; None for the state before the horizon.
    """
    sources = [DeskInput(one.policy, one.plan) if one.has_plan else None for one in options]
    seats = SeatTable(options, baseline)
    levels = level_rows(options)
    cells = cross_judge(options)
    return PlanComparison(
        format=FORMAT,
        options=tuple(_summary(one, options) for one in options),
        identical=_identical(options),
        rankings=rank_options(options, cells),
        levels=levels,
        level_titles=tuple(_level_title(row.level, options) for row in levels),
        rules=rule_differences(options),
        judgements=cells,
        layers=tuple(LayerTitle(name, title) for name, title in _layer_titles(options).items()),
        moves=seats.moves(),
        has_baseline=baseline is not None,
        seats=tuple(seats.rows()),
        places=place_rows(options, sources),
        recusals=recusal_rows(sources),
        waivers=waiver_rows(options),
        mismatches=find_mismatches(options),
    )


def _summary(option: PlanOption, options: Sequence[PlanOption]) -> OptionSummary:
    spec, plan = option.policy.context.scenario.spec, option.plan
    seed = plan.run.get("seed")
    return OptionSummary(
        label=option.label,
        name=option.name,
        scenario=spec.scenario,
        title=spec.title or Text(zh=spec.scenario, en=spec.scenario),
        synthetic=spec.synthetic,
        status=plan.status,
        status_text=_status(option),
        has_plan=option.has_plan,
        is_admissible=option.is_admissible,
        same_rules_as=next(one.label for one in options if one.rules_key == option.rules_key),
        seed=seed if isinstance(seed, int) else None,
        plan_hash=plan_digest(plan),
    )


def _status(option: PlanOption) -> Text:
    said = status_text(option.plan)
    if not option.doubtful:
        return said
    return Text(zh=f"自称{said.zh}，与其内容不符", en=f"claims to be {said.en}, which is not so")


def _identical(options: Sequence[PlanOption]) -> tuple[tuple[str, ...], ...]:
    groups: dict[frozenset[tuple[str, ...]], list[str]] = {}
    for one in options:
        if one.has_plan:
            seats = frozenset(
                (a.layer, a.item, a.slot, a.role or "", a.period or "") for a in one.plan.assignments
            )
            groups.setdefault(seats, []).append(one.label)
    return tuple(tuple(labels) for labels in groups.values() if len(labels) > 1)


def _level_title(level: Level, options: Sequence[PlanOption]) -> LevelTitle:
    titles: dict[int, Text] = {}
    for one in reversed(options):
        titles |= one.policy.context.scenario.spec.levels
    return LevelTitle(level, level_text(level, titles), tuple(_twice(one, level) for one in options))


def _twice(option: PlanOption, level: Level) -> bool:
    return level in option.bounds and any(
        one.cost == one.bound and is_confirmed(one.proof.by, one.proof.confirmed)
        for one in option.plan.score
        if one.level == level
    )


def _layer_titles(options: Sequence[PlanOption]) -> Mapping[str, Text]:
    return {
        name: layer.spec.title or Text(zh=name, en=name)
        for one in reversed(options)
        for name, layer in one.policy.context.layers.items()
    }
