"""What ``scenario.yaml`` must agree on with itself, beyond the shape of each key."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise

from allocator.errors import Fault, nearest
from allocator.model.reading.words import listed
from allocator.model.reading.yamlfile import KeyPath, YamlDocument, dotted
from allocator.model.spec import Period, ScenarioSpec
from allocator.model.tables import TABLES
from allocator.model.text import Text


def check_agreement(document: YamlDocument, spec: ScenarioSpec) -> Iterator[Fault]:
    """Yield a fault for every repeated period or grade, disordered period and unknown table."""
    yield from _repeated(document, ("periods",), [period.id for period in spec.periods])
    yield from _repeated(document, ("grades",), [grade.id for grade in spec.grades])
    yield from _disordered(document, "periods", spec.periods)
    yield from _history(document, spec)
    for table in spec.columns:
        if table not in TABLES:
            message = Text(zh="没有这个表", en="is no table")
            near = nearest(table, TABLES)
            yield _fault(document, ("columns", table), message, table, listed(TABLES), near)


def _disordered(document: YamlDocument, key: str, periods: tuple[Period, ...]) -> Iterator[Fault]:
    for number, (before, after) in enumerate(pairwise(periods), start=1):
        if after.start <= before.end and after.id != before.id:
            message = Text(zh=f"须在周期 {before.id} 之后", en=f"must come after period {before.id}")
            yield _fault(document, (key, number), message, after.id, f"> {before.end}")


def _history(document: YamlDocument, spec: ScenarioSpec) -> Iterator[Fault]:
    """Yield a fault for every listed period of the past that is repeated, disordered or not past."""
    if spec.history is None or isinstance(spec.history, str):
        return
    first, ids = spec.periods[0], [period.id for period in spec.history]
    yield from _repeated(document, ("history",), ids)
    yield from _disordered(document, "history", spec.history)
    for number, period in enumerate(spec.history):
        if period.end >= first.start:
            message = Text(
                zh=f"历史周期须在首个周期 {first.id} 之前结束",
                en=f"must end before the first period, {first.id}",
            )
            yield _fault(document, ("history", number), message, period.id, f"< {first.start}")


def check_indicators(document: YamlDocument, spec: ScenarioSpec, names: Collection[str]) -> Iterator[Fault]:
    """Yield a fault for every indicator that ``scenario.yaml`` speaks of and the table does not name."""
    for name in spec.indicators:
        if name not in names:
            message = Text(zh="indicators.csv 中没有此指标", en="is no indicator of indicators.csv")
            near = nearest(name, names)
            yield _fault(document, ("indicators", name), message, name, listed(names), near)


def _repeated(document: YamlDocument, path: KeyPath, ids: list[str]) -> Iterator[Fault]:
    for number, name in enumerate(ids):
        if name in ids[:number]:
            yield _fault(document, (*path, number), Text(zh="重复", en="is repeated"), name)


def _fault(
    document: YamlDocument, path: KeyPath, message: Text, found: str, allowed: str = "", near: str = ""
) -> Fault:
    return Fault(message, document.label, document.line_of(path), dotted(path), found, allowed, near)
