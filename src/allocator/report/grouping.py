"""Faults for people to read: many of one sort are one line with their number and three examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from allocator.errors import Fault
from allocator.model.text import Language, Text

#: Up to so many of one sort stand line by line; of more, so many are shown.
FEW = 3


def grouped(faults: Iterable[Fault], language: Language) -> Iterator[str]:
    """Yield the faults as people read them, those of one sort at the place of the first.

    Faults are of one sort if they say the same of one column of one file.
    """
    sorts: dict[object, list[Fault]] = {}
    for number, fault in enumerate(faults):
        sort = fault.sort
        sorts.setdefault(number if sort is None else sort, []).append(fault)
    for same in sorts.values():
        count = len(same) + sum(one.more for one in same if one.sort is not None)
        if count > FEW:
            yield _together(same, count)(language)
        else:
            yield from (fault(language) for fault in same)


def _together(same: Sequence[Fault], count: int) -> Fault:
    """Return faults of one sort, so many in all, as one without a row."""
    shown = same[:FEW]
    zh = "、".join(
        f"第 {one.row} 行“{one.found}”" + (f"（{one.nearest}？）" if one.nearest else "") for one in shown
    )
    en = ", ".join(
        f"row {one.row} '{one.found}'" + (f" ({one.nearest}?)" if one.nearest else "") for one in shown
    )
    message = Text(
        zh=f"{same[0].message.zh}；共 {count} 处，如{zh}",
        en=f"{same[0].message.en}; {count} of this sort, such as {en}",
    )
    return replace(same[0], message=message, row=0, found=None, nearest="", more=0)
