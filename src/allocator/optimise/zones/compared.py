"""The sum that rows compare from slot to slot, as a balance of loads does."""

from __future__ import annotations

import numpy as np

from allocator.program.program import IntArray
from allocator.program.slot_decomposition import SlotDecomposition


def compared_sum(whole: SlotDecomposition) -> IntArray | None:
    """Return ``[items]`` what each item adds to a sum of its slot that is compared to others, or None."""
    ties, first = whole.ties, whole.parts[0]
    count = len(first.items)
    if count < len(whole.items):
        return None
    number = np.full(int(max(ties.cols.max(initial=0), first.columns.max(initial=0))) + 1, -1)
    number[first.columns[:count]] = np.arange(count)
    for row in range(len(ties)):
        terms = slice(ties.starts[row], ties.starts[row + 1])
        own = number[ties.cols[terms]]
        weights = np.zeros(count, dtype=np.int64)
        weights[own[own >= 0]] = np.abs(ties.coefs[terms][own >= 0])
        if weights.any():
            return weights
    return None
