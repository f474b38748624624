"""What a plan pays, place by place: where there is something to gain."""

from __future__ import annotations

import numpy as np

from allocator.program.program import IntArray, Program

#: Where a tag has the item and the slot: behind the rule.
_ITEM, _SLOT = 1, 2


def penalty_by_place(program: Program, values: IntArray, level: int, layer: str, axis: int) -> IntArray:
    """Return ``[places]`` what a plan pays at a level for each item (axis 0) or slot (axis 1) of a layer.

    What is paid for an item of another layer that has the same number is counted too: the tags of a program
    do not say which layer they are about, and a choice of where to look need not be exact.
    """
    costs = program.costs
    places = program.decisions.grids[layer].shape[axis]
    about = costs.tags[:, _ITEM if axis == 0 else _SLOT]
    amounts = np.where(costs.levels == level, values[costs.cols] * costs.coefs, 0)
    counted = (about >= 0) & (about < places) & (amounts > 0)
    result = np.zeros(places, dtype=np.int64)
    np.add.at(result, about[counted], amounts[counted])
    return result
