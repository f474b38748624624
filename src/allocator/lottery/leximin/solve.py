"""The LEXIMIN lottery of a pool: chances first, then panels whose mixture has them, then whole tickets."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from allocator.lottery.leximin.lottery import Lottery
from allocator.lottery.leximin.mixing import gather, mix
from allocator.lottery.leximin.panels import Counts, Panels
from allocator.lottery.leximin.pricing import Pricer
from allocator.lottery.leximin.targets import find_targets
from allocator.lottery.leximin.whole import mix_whole

#: What the weights of a lottery add up to, unless a small number does exactly.
TICKETS = 10**12
_FEW_TICKETS = 5_000
_EXACTLY = 1e-7


def leximin(panels: Panels) -> Lottery:
    """Return the LEXIMIN lottery.

    Args:
        panels: The panels; there is at least one.
    """
    targets, pricer = find_targets(panels), Pricer(panels)
    known = gather(panels, targets.chances, pricer)
    parts, attained = mix(panels, targets.chances, pricer, known)
    levels = targets.levels
    if not attained:
        parts, levels = mix_whole(panels, pricer, parts)
    weights = {panel: weight for panel, weight in _tickets(parts).items() if weight}
    drawn = sorted(weights, key=lambda panel: (-weights[panel], panel))
    return Lottery(tuple(drawn), tuple(weights[panel] for panel in drawn), levels)


def _tickets(parts: Mapping[Counts, float]) -> Mapping[Counts, int]:
    """Return whole numbers in the proportion of the parts: few if few do exactly, else a fixed total."""
    values = np.array(list(parts.values()))
    values /= values.sum()
    total = next((few for few in range(1, _FEW_TICKETS) if _divides(values, few)), TICKETS)
    floors = np.floor(values * total + 0.5 * (total < TICKETS)).astype(np.int64)
    order = np.argsort(-(values * total - floors), kind="stable")
    floors[order[: total - int(floors.sum())]] += 1
    return dict(zip(parts, (int(weight) for weight in floors), strict=True))


def _divides(values: np.ndarray[tuple[int], np.dtype[np.float64]], total: int) -> bool:
    whole = np.round(values * total)
    return bool(np.abs(values * total - whole).max() < _EXACTLY and whole.sum() == total)
