"""A scenario in numbers: for `check` when nothing is wrong, and for the list of bundled scenarios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from allocator.model.plan import HARD, Level
from allocator.model.text import Text
from allocator.report.wording import level_text
from allocator.rules.policy import Policy
from allocator.rules.rule import Waiver

#: Tables that are counted only where they have rows.
_SELDOM = ("absences", "indicators", "identities", "wishes")


TABLES = ("units", "people", "groups", "cases")


@dataclass(frozen=True)
class LayerLine:
    """A layer with its numbers of items, slots and periods."""

    name: str
    title: Text
    items: int
    slots: int
    periods: int
    take: str


@dataclass(frozen=True)
class LevelCount:
    """A level with its number of rules."""

    level: Level
    title: Text
    rules: int


@dataclass(frozen=True)
class ScenarioSummary:
    """A scenario in numbers."""

    scenario: str
    title: Text
    synthetic: bool
    counts: Mapping[str, int]
    layers: tuple[LayerLine, ...]
    packs: tuple[str, ...]
    levels: tuple[LevelCount, ...]
    waivers: tuple[Waiver, ...]


def scenario_summary(policy: Policy) -> ScenarioSummary:
    """Return the numbers of a scenario whose rules are bound."""
    scenario = policy.context.scenario
    return ScenarioSummary(
        scenario=scenario.name,
        title=scenario.spec.title,
        synthetic=scenario.spec.synthetic,
        counts=_counts(policy),
        layers=_layers(policy),
        packs=scenario.spec.rules,
        levels=_levels(policy),
        waivers=policy.waivers,
    )


def _counts(policy: Policy) -> dict[str, int]:
    organisation = policy.context.scenario.organisation
    tables = ("units", "people", "groups", "cases", "postings", "ties", "links")
    counts = {table: len(getattr(organisation, table)) for table in tables}
    seldom = {table: len(getattr(organisation, table)) for table in _SELDOM}
    return {**counts, **{table: count for table, count in seldom.items() if count}}


def _layers(policy: Policy) -> tuple[LayerLine, ...]:
    return tuple(
        LayerLine(name, layer.spec.title, *layer.shape[:2], layer.shape[3], str(layer.spec.take))
        for name, layer in policy.context.layers.items()
    )


def _levels(policy: Policy) -> tuple[LevelCount, ...]:
    counted = Counter(rule.plan_level for rule in policy.rules)
    titles = policy.context.scenario.spec.levels
    soft = sorted(level for level in counted if level != HARD)
    levels: list[Level] = [HARD, *soft]
    return tuple(LevelCount(level, level_text(level, titles), counted[level]) for level in levels)


@dataclass(frozen=True)
class ScenarioLine:
    """A scenario that comes with the program.

    Attributes:
        id: Its id, which ``new --like`` takes.
        title: Its title.
        about: Which parts of it are real and which are invented.
        layers: The titles of its layers, by name.
        counts: Numbers of units, people, groups and cases.
        periods: Number of periods.
        rules: Number of rules in its packs.
        kinds: Number of rules by kind, in falling order.
        packs: The packs that ``scenario.yaml`` names.
    """

    id: str
    title: Text
    about: Text
    layers: Mapping[str, Text]
    counts: Mapping[str, int]
    periods: int
    rules: int
    kinds: Mapping[str, int]
    packs: tuple[str, ...]


def scenario_line(name: str, policy: Policy) -> ScenarioLine:
    """Return the numbers of a bundled scenario."""
    spec, organisation = policy.context.scenario.spec, policy.context.scenario.organisation
    written = [rule for rule in policy.rules if rule.id in policy.entries]
    return ScenarioLine(
        id=name,
        title=spec.title,
        about=spec.about,
        layers={layer: one.title for layer, one in spec.layers.items()},
        counts={table: len(getattr(organisation, table)) for table in TABLES},
        periods=len(spec.periods),
        rules=len(written),
        kinds=dict(Counter(rule.kind for rule in written).most_common()),
        packs=spec.rules,
    )
