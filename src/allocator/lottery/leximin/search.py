"""The weight of the heaviest panel, by another solver than the one that looked for panels."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from allocator.lottery.leximin.panels import Panels

#: Seconds that one search may take.
_PATIENCE = 60


def heaviest_weight(panels: Panels, weights: tuple[int, ...]) -> int | None:
    """Return what no panel weighs more than, by branch and bound; None where time runs out."""
    rows = np.vstack([panels.matrix, np.ones(len(panels.people))])
    quotas = LinearConstraint(rows, [*panels.least, panels.size], [*panels.most, panels.size])
    solved = milp(
        -np.array(weights, dtype=np.float64) / max(1, *weights),
        constraints=[quotas],
        integrality=np.ones(len(weights)),
        bounds=Bounds(0, np.array(panels.people, dtype=np.float64)),
        options={"mip_rel_gap": 0, "time_limit": _PATIENCE},
    )
    if solved.x is None:
        return None
    panel = [round(float(count)) for count in solved.x]
    found = sum(weight * count for weight, count in zip(weights, panel, strict=True))
    return max(found, round(-float(solved.mip_dual_bound) * max(1, *weights)))
