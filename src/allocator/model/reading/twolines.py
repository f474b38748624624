"""Headers of two rows: a group of columns above (全日制教育), the columns of the group below (学历, 学位)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

_NO_HEADER = re.compile(r"[\d\s.,:/年月日-]+")


def joined(
    top: Sequence[str], below: Sequence[str], is_standard: Callable[[str], bool]
) -> tuple[str, ...] | None:
    """Return the header that two rows make together; None if the second is no part of a header.

    In a header of two rows a cell of the second stands only below a group: a name that spans columns, so
    that it is followed by empty cells or, where the cells are merged, by itself. Below every other name
    there is nothing, or the name again. A row of the table fills the column of its ids or names.

    Args:
        top: The cells of the first row.
        below: Those of the row after it.
        is_standard: Says whether a header is known by itself.
    """
    width = max(len(top), len(below))
    upper, lower = ([cell.strip() for cell in (*row, *[""] * (width - len(row)))] for row in (top, below))
    grouped = [_is_grouped(upper, lower, k) for k in range(width)]
    own = [cell if cell != upper[k] else "" for k, cell in enumerate(lower)]
    alone = [k for k in range(width) if not grouped[k] and upper[k]]
    if not any(own) or not alone or any(own[k] for k in alone) or any(map(_NO_HEADER.fullmatch, own)):
        return None
    count = Counter(own)
    headers, group = list[str](), ""
    for name, cell in zip(upper, own, strict=True):
        group = name or group
        if not cell:
            headers.append(name)
        elif count[cell] == 1 and is_standard(cell):
            headers.append(cell)
        else:
            headers.append(f"{group}{cell}")
    return tuple(headers)


def _is_grouped(upper: Sequence[str], lower: Sequence[str], k: int) -> bool:
    """Return whether a column belongs to a group of columns."""
    if not upper[k] or (k and upper[k] == upper[k - 1]):
        return True
    if k + 1 == len(upper):
        return False
    return upper[k + 1] == upper[k] or bool(not upper[k + 1] and lower[k] and lower[k + 1])
