"""Amounts: what an expression may not give below 0, such as the load that an assignment adds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from allocator.errors import shorten
from allocator.model.layer import IntArray
from allocator.model.text import Text
from allocator.rules.selectors import SelectorError, shown


def refuse_negative(values: IntArray, expression: int | str, *ids: Sequence[str]) -> None:
    """Refuse amounts below 0, naming whose the first is.

    Args:
        values: One amount for each combination of the entities.
        expression: What gives them, shown with the fault.
        ids: The entities along each axis of ``values``.

    Raises:
        SelectorError: An amount is negative.
    """
    found = np.argwhere(values < 0)
    if len(found):
        first = tuple(found[0].tolist())
        who = ", ".join(shorten(names[k], 40) for names, k in zip(ids, first, strict=True))
        amount = int(values[first])
        raise SelectorError(
            Text(zh=f"不能为负数，{who} 为 {amount}", en=f"may not be negative, but is {amount} for {who}"),
            detail=shown(str(expression)),
        )
