"""The weight of the heaviest panel, by another solver than the one that looked for panels."""

from __future__ import annotations

import numpy as np

from allocator.lottery.leximin.panels import Panels
from allocator.solvers.linear import solve_integer

#: Seconds that one search may take.
_PATIENCE = 60


def heaviest_weight(panels: Panels, weights: tuple[int, ...]) -> int | None:
    """Return what no panel weighs more than, by branch and bound; None where time runs out."""
    rows = np.vstack([panels.matrix, np.ones(len(panels.people))])
    solved = solve_integer(
        -np.array(weights, dtype=np.float64) / max(1, *weights),
        rows,
        ([*panels.least, panels.size], [*panels.most, panels.size]),
        np.array(panels.people, dtype=np.float64),
        _PATIENCE,
    )
    if solved is None:
        return None
    found: int = sum(w * count for w, count in zip(weights, solved.values.tolist(), strict=True))
    return max(found, round(-solved.bound * max(1, *weights)))
