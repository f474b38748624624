"""What a scenario holds, counted: the answer of a check that found nothing wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from allocator.model.plan import HARD, Level
from allocator.model.text import Text
from allocator.report.words import level_text
from allocator.rules.policy import Policy
from allocator.rules.rule import Waiver

#: Tables that are counted where there are any rows.
_SELDOM = ("absences", "indicators", "identities", "wishes")


@dataclass(frozen=True)
class LayerLine:
    """A layer with how many items, slots and periods it has."""

    name: str
    title: Text
    items: int
    slots: int
    periods: int
    take: str


@dataclass(frozen=True)
class LevelCount:
    """How many rules stand at a level."""

    level: Level
    title: Text
    rules: int


@dataclass(frozen=True)
class Summary:
    """A scenario in numbers."""

    scenario: str
    title: Text
    synthetic: bool
    counts: Mapping[str, int]
    layers: tuple[LayerLine, ...]
    packs: tuple[str, ...]
    levels: tuple[LevelCount, ...]
    waivers: tuple[Waiver, ...]


def summarise(policy: Policy) -> Summary:
    """Return the numbers of a scenario whose rules are bound."""
    scenario = policy.context.scenario
    return Summary(
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
