"""Scenarios to choose from: what each shows, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from allocator.model.text import Text
from allocator.rules.policy import Policy

TABLES = ("units", "people", "groups", "cases")


@dataclass(frozen=True)
class ScenarioLine:
    """A scenario that comes with the program.

    Attributes:
        id: Its id, which ``new --like`` takes.
        title: Its title.
        about: What of it is real and what is invented.
        layers: What it decides: the title of each layer, by name.
        counts: How many units, people, groups and cases it has.
        periods: How many periods its horizon has.
        rules: How many rules its packs hold.
        kinds: How many rules there are of each kind, the most first.
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
    """Return what a scenario with its rules shows."""
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
