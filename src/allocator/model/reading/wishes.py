"""Wishes: periods that there are, weights that say something, and no wish twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.errors import Fault, nearest, shorten
from allocator.model.reading.rows import Records
from allocator.model.reading.words import listed
from allocator.model.tables import Wish
from allocator.model.text import Text


def wish_faults(records: Records, periods: Sequence[str]) -> Iterator[Fault]:
    """Yield what is wrong with the rows of ``wishes.csv`` beyond the ids that they name.

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
            yield _fault(records, placed.line, "period", message, wish.period, listed(periods), near)
        if not wish.weight:
            message = Text(
                zh="权重为 0，什么也不表示：想要写正数，不想要写负数",
                en="a weight of 0 says nothing: above 0 for what is wanted, below 0 for what is not",
            )
            yield _fault(records, placed.line, "weight", message, "0", "1, 2, ..., -1, -2, ...")
        line = first.setdefault((wish.item, wish.slot, wish.role, wish.period), placed.line)
        if line != placed.line:
            message = Text(
                zh=f"同一对象、去处、角色和周期的意愿已见于第 {line} 行，请只留一行",
                en=f"row {line} has a wish of the same item, slot, role and period: keep one of them",
            )
            yield _fault(records, placed.line, "item", message, wish.item)


def _fault(
    records: Records, line: int, column: str, message: Text, found: str, allowed: str = "", near: str = ""
) -> Fault:
    return Fault(message, records.file, line, records.header(column), shorten(found), allowed, near)
