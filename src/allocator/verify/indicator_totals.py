"""Totals of indicators over the members of a group, such as clues or a fill rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from allocator.model.layer import Layer
from allocator.model.scenario import Scenario
from allocator.model.spec import IndicatorSpec
from allocator.model.text import Text
from allocator.rules.expressions.variables import LATEST, TOTAL, Figures, indicator_maps

Number = int | float
#: Decimals of a total; a mean of shares is not more precise.
DECIMALS = 2


@dataclass(frozen=True)
class IndicatorTotal:
    """An indicator that is totalled over the members of a group.

    Attributes:
        name: The indicator, as the table calls it.
        title: Title of the indicator.
        per_group: Whether the total of a group is the sum or the mean over its members.
        of: Value by entity: over all periods for a sum, of the last period for a mean.
    """

    name: str
    title: Text
    per_group: Literal["sum", "mean"]
    of: Mapping[str, Number]

    def over(self, entities: Iterable[str]) -> Number | None:
        """Return the total over entities; None where none of them has a value."""
        found = [self.of[one] for one in entities if one in self.of]
        if not found:
            return None
        total = sum(found)
        number = round(total if self.per_group == "sum" else total / len(found), DECIMALS)
        return int(number) if number == int(number) else number


def indicator_totals(layer: Layer, scenario: Scenario) -> tuple[IndicatorTotal, ...]:
    """Return a total for each indicator of any item or slot of a layer, in the order of the table."""
    rows = scenario.organisation.indicators
    mentioned = {*layer.items, *layer.slots}
    names = dict.fromkeys(row.indicator for row in rows if row.subject in mentioned)
    known = indicator_maps(rows) if names else {}
    return tuple(_indicator_total(name, scenario.spec.indicators.get(name), known) for name in names)


def _indicator_total(name: str, spec: IndicatorSpec | None, known: Mapping[str, Figures]) -> IndicatorTotal:
    spec = spec or IndicatorSpec()
    taken = known[TOTAL if spec.per_group == "sum" else LATEST]
    of = {entity: values[name] for entity, values in taken.items() if name in values}
    title = spec.title if spec.title.zh or spec.title.en else Text(zh=name, en=name)
    return IndicatorTotal(name, title, spec.per_group, of)
