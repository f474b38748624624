"""Figures: the rows of ``indicators.csv`` as maps that expressions read, for each entity by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from allocator.model.tables import Indicator

#: What expressions call the figures added up over all periods, and those of the last period.
TOTAL, LATEST = "indicators", "latest"
FIGURES = (TOTAL, LATEST)

Figures = Mapping[str, Mapping[str, int | float]]


def figures(rows: Iterable[Indicator]) -> Mapping[str, Figures]:
    """Return for ``indicators`` and ``latest`` the figures of each entity by name.

    A name that has a decimal anywhere is one of decimals for all, so that it may be compared and added up.
    """
    ordered = sorted(rows, key=lambda row: row.period)
    decimals = {row.indicator for row in ordered if not row.value.is_integer()}
    total: dict[str, dict[str, int | float]] = {}
    latest: dict[str, dict[str, int | float]] = {}
    for row in ordered:
        name, value = row.indicator, row.value if row.indicator in decimals else int(row.value)
        latest.setdefault(row.subject, {})[name] = value
        added = total.setdefault(row.subject, {})
        added[name] = added.get(name, 0) + value
    return {TOTAL: total, LATEST: latest}
