"""Consistency of ``scenario.yaml`` with itself, and of the wishes with its periods."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

from allocator.errors import Fault, nearest, shorten
from allocator.model.notation import listed
from allocator.model.reading.table_rows import Records
from allocator.model.reading.yaml_file import KeyPath, YamlDocument
from allocator.model.spec import Period, ScenarioSpec
from allocator.model.tables import (
    TABLES,
    Case,
    Group,
    Person,
    Row,
    Unit,
    Wish,
)
from allocator.model.text import Text

RowT = TypeVar("RowT", bound=Row)
Keyed = TypeVar("Keyed", Unit, Person, Group, Case)


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
            yield _document_fault(document, ("columns", table), message, table, listed(TABLES), near)


def _disordered(document: YamlDocument, key: str, periods: tuple[Period, ...]) -> Iterator[Fault]:
    for number, (before, after) in enumerate(pairwise(periods), start=1):
        if after.start <= before.end and after.id != before.id:
            message = Text(zh=f"须在周期 {before.id} 之后", en=f"must come after period {before.id}")
            yield _document_fault(document, (key, number), message, after.id, f"> {before.end}")


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
            yield _document_fault(document, ("history", number), message, period.id, f"< {first.start}")


def check_indicators(document: YamlDocument, spec: ScenarioSpec, names: Collection[str]) -> Iterator[Fault]:
    """Yield a fault for every indicator in ``scenario.yaml`` that the table does not have."""
    for name in spec.indicators:
        if name not in names:
            message = Text(zh="indicators.csv 中没有此指标", en="is no indicator of indicators.csv")
            near = nearest(name, names)
            yield _document_fault(document, ("indicators", name), message, name, listed(names), near)


def _repeated(document: YamlDocument, path: KeyPath, ids: list[str]) -> Iterator[Fault]:
    for number, name in enumerate(ids):
        if name in ids[:number]:
            yield _document_fault(document, (*path, number), Text(zh="重复", en="is repeated"), name)


def _document_fault(
    document: YamlDocument, path: KeyPath, message: Text, found: str, allowed: str = "", near: str = ""
) -> Fault:
    place = document.label_of(path), document.line_of(path), document.column_of(path)
    return Fault(message, *place, found, allowed, near)


def wish_faults(records: Records, periods: Sequence[str]) -> Iterator[Fault]:
    """Yield the faults in the rows of ``wishes.csv``, except unknown ids.

    Args:
        records: The table.
        periods: Ids of the scenario's periods.
    """
    first: dict[tuple[str, str, str, str], int] = {}
    for placed in records.rows:
        wish = placed.row
        if not isinstance(wish, Wish):
            continue
        if wish.period and wish.period not in periods:
            message = Text(zh="没有此周期", en="there is no such period")
            near = nearest(wish.period, periods)
            yield _wish_fault(records, placed.line, "period", message, wish.period, listed(periods), near)
        if not wish.weight:
            message = Text(
                zh="权重为 0，什么也不表示：想要写正数，不想要写负数",
                en="a weight of 0 says nothing: above 0 for what is wanted, below 0 for what is not",
            )
            yield _wish_fault(records, placed.line, "weight", message, "0", "1, 2, ..., -1, -2, ...")
        line = first.setdefault((wish.item, wish.slot, wish.role, wish.period), placed.line)
        if line != placed.line:
            message = Text(
                zh=f"同一对象、去处、角色和周期的意愿已见于第 {line} 行，请只留一行",
                en=f"row {line} has a wish of the same item, slot, role and period: keep one of them",
            )
            yield _wish_fault(records, placed.line, "item", message, wish.item)


def _wish_fault(
    records: Records, line: int, column: str, message: Text, found: str, allowed: str = "", near: str = ""
) -> Fault:
    return Fault(message, records.file, line, records.header(column), shorten(found), allowed, near)
