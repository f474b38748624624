"""What changes cost that many places share: by an aim for the greatest of them, else by the slope."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from allocator.program.program import Definitions, IntArray

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Potential:
    """What the greatest of many is to come down to.

    Attributes:
        depth: How far down the values that there are now, from 0, the greatest, to 1, the least.
        strength: From 0 to 1. With 1 all values above the target are charged together what the reduction
            saves; with 0 each of them is charged that amount.
        power: 1 charges for how far each is above; 2 for the square of that, the furthest before all.
    """

    depth: float
    strength: float
    power: int = 1


def potential_costs(
    definitions: Definitions,
    auxiliary: int,
    worth: float,
    changed: csr_array,
    now: IntArray,
    before: IntArray,
    aim: Potential,
) -> FloatArray | None:
    """Return ``[pairs]`` what each pair of a mover and a place costs by what is above an aim.

    The greatest of many comes down only if all that are above where it is to be do so. Each is charged for
    what it is above the aim.

    Args:
        definitions: All definitions.
        auxiliary: Number of the greatest (or least) of some expressions.
        worth: What one more of it costs.
        changed: ``[expressions, pairs]`` by how much each pair changes each expression.
        now: ``[expressions]`` what they come to in the plan.
        before: The same without the movers.
        aim: What is aimed at.

    Returns:
        None if it is no such thing: of one expression, of the nth greatest, or better the worse it is.
    """
    sign = -1 if definitions.is_minimum[auxiliary] else 1
    one_by_one = (
        definitions.power[auxiliary] == definitions.nth[auxiliary] == definitions.divisor[auxiliary] == 1
    )
    if len(now) < 2 or sign * worth <= 0 or not one_by_one:
        return None
    values = np.unique(sign * now)[::-1]
    low = values[int(aim.depth * (len(values) - 1))]
    above = np.maximum(sign * now - low, 0)
    share = above.max() / (above**aim.power).sum() if above.any() else 1.0
    rows = np.repeat(np.arange(changed.shape[0]), np.diff(changed.indptr))
    without = sign * before[rows]
    after, without = np.maximum(without + sign * changed.data - low, 0), np.maximum(without - low, 0)
    more = after**aim.power - without**aim.power
    charge = abs(worth) * float(share) ** aim.strength
    return np.asarray(np.bincount(changed.indices, charge * more, changed.shape[1]), dtype=np.float64)


def active_slope(definitions: Definitions, auxiliary: int, now: IntArray) -> tuple[int, float]:
    """Return which expression an auxiliary follows now, and by how much for one more of it."""
    sign = -1 if definitions.is_minimum[auxiliary] else 1
    active = int(np.argmax(sign * now))
    root, limit = float(now[active]) / definitions.divisor[auxiliary], float(definitions.limit[auxiliary])
    if definitions.nth[auxiliary] > 1 or sign * root < sign * limit:
        return active, 0.0
    square = 2 * root if definitions.power[auxiliary] == 2 else 1.0
    return active, square / float(definitions.divisor[auxiliary])
