"""Tallies: what the members of a group have together of each indicator, such as clues or a fill rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from allocator.model.layer import Layer
from allocator.model.scenario import Scenario
from allocator.model.spec import IndicatorSpec
from allocator.model.text import Text
from allocator.rules.figures import LATEST, TOTAL, Figures, figures

Number = int | float
#: Decimals of a tally: a mean of shares has no more meaning than that.
DECIMALS = 2


@dataclass(frozen=True)
class IndicatorTotal:
    """An indicator as a column beside the groups.

    Attributes:
        name: The indicator, as the table calls it.
        title: What people call it.
        per_group: Whether a group has the sum of its members' figures or their mean.
        of: The figure of each entity that has one: of all periods for a sum, the last one for a mean.
    """

    name: str
    title: Text
    per_group: Literal["sum", "mean"]
    of: Mapping[str, Number]

    def over(self, entities: Iterable[str]) -> Number | None:
        """Return what entities have together; None where none of them has a figure."""
        found = [self.of[one] for one in entities if one in self.of]
        if not found:
            return None
        total = sum(found)
        number = round(total if self.per_group == "sum" else total / len(found), DECIMALS)
        return int(number) if number == int(number) else number


def tallies(layer: Layer, scenario: Scenario) -> tuple[IndicatorTotal, ...]:
    """Return a layer's tallies: of each indicator that any item or slot has, in the table's order."""
    rows = scenario.organisation.indicators
    mentioned = {*layer.items, *layer.slots}
    names = dict.fromkeys(row.indicator for row in rows if row.subject in mentioned)
    known = figures(rows) if names else {}
    return tuple(_tally(name, scenario.spec.indicators.get(name), known) for name in names)


def _tally(name: str, spec: IndicatorSpec | None, known: Mapping[str, Figures]) -> IndicatorTotal:
    spec = spec or IndicatorSpec()
    taken = known[TOTAL if spec.per_group == "sum" else LATEST]
    of = {entity: values[name] for entity, values in taken.items() if name in values}
    title = spec.title if spec.title.zh or spec.title.en else Text(zh=name, en=name)
    return IndicatorTotal(name, title, spec.per_group, of)
