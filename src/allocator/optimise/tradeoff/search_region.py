"""The search region: the costs that a plan may have which no known plan dominates, and what of it is empty.

The region is a union of zones below *local upper bounds* (Klamroth, Lacour and Vanderpooten 2015, "On the
representation of the search region in multi-objective optimization"). A proof that a criterion costs so much
at least, while the others are held to limits, empties a box. The region does not ask whether a known plan is
efficient: costs that dominate it are part of the region until a box covers them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from allocator.model.run import BY_ROWS, NOTHING_IS_LESS, Witnesses
from allocator.program.program import INFINITE
from allocator.solvers.bounds import Bound

#: The cost of each criterion.
CostVector = tuple[int, ...]


@dataclass(frozen=True)
class EmptyBox:
    """A proof that no plan costs at most ``high`` at every criterion.

    Attributes:
        high: ``[criteria]`` the upper corner; ``INFINITE`` where any cost is meant.
        by: The back ends that the proof stands on.
    """

    high: CostVector
    by: Witnesses


@dataclass(frozen=True)
class SearchZone:
    """Costs that a plan may still have: ``low <= costs <= high`` at every criterion.

    Attributes:
        low: ``[criteria]`` proven lower bounds of plans below ``high``.
        high: ``[criteria]`` upper ends, ``INFINITE`` or more where there is none.
    """

    low: CostVector
    high: CostVector


@dataclass
class SearchRegion:
    """The costs that may still be found.

    Attributes:
        limits: ``[criteria]`` the most that each criterion may cost, ``INFINITE`` for no limit.
        points: The costs of the plans found, none of which dominates another, in order.
        boxes: The proofs so far.
    """

    limits: CostVector
    points: list[CostVector] = field(default_factory=list)
    boxes: list[EmptyBox] = field(default_factory=list)
    _uppers: list[CostVector] = field(init=False)

    def __post_init__(self) -> None:
        self._uppers = [tuple(min(limit, INFINITE) + 1 for limit in self.limits)]

    def add_point(self, costs: CostVector) -> bool:
        """Take over a plan; return whether no known plan costs as little at every criterion."""
        if any(_is_within(point, costs) for point in self.points):
            return False
        self.points = sorted([*(one for one in self.points if not _is_within(costs, one)), costs])
        above = [upper for upper in self._uppers if _is_below(costs, upper)]
        split = {(*upper[:k], costs[k], *upper[k + 1 :]) for upper in above for k in range(len(self.limits))}
        uppers = sorted({one for one in self._uppers if one not in above} | split)
        self._uppers = [
            one for one in uppers if not any(one != other and _is_within(one, other) for other in uppers)
        ]
        return True

    def add_empty(self, high: Sequence[int], by: Witnesses) -> None:
        """Take over a proof that no plan costs at most ``high`` at every criterion."""
        box = EmptyBox(tuple(high), by)
        if not any(_is_within(box.high, known.high) for known in self.boxes):
            self.boxes = [one for one in self.boxes if not _is_within(one.high, box.high)] + [box]

    def refutation(self, costs: CostVector) -> EmptyBox | None:
        """Return the proof that there is no plan of these costs; None if there is no such proof."""
        return next((box for box in self.boxes if _is_within(costs, box.high)), None)

    def least(self, k: int, caps: Sequence[int]) -> Bound:
        """Return the bound of criterion ``k`` for plans whose other criteria keep to ``caps``."""
        best = Bound()
        for box in self.boxes:
            others = (cap <= high for j, (cap, high) in enumerate(zip(caps, box.high, strict=True)) if j != k)
            if box.high[k] + 1 > best.value and all(others):
                best = Bound(box.high[k] + 1, box.by if box.by != NOTHING_IS_LESS else BY_ROWS)
        return best

    def zones(self) -> Iterator[SearchZone]:
        """Yield the zones that no proof covers, with what is proved of each."""
        for upper in self._uppers:
            high = tuple(most - 1 for most in upper)
            low = tuple(self.least(k, high).value for k in range(len(high)))
            if _is_within(low, high):
                yield SearchZone(low, high)

    def extent(self, zone: SearchZone, k: int) -> float:
        """Return the part of the range of a criterion, as known so far, that a zone covers."""
        costs = [point[k] for point in self.points]
        high = min(zone.high[k], max(costs))
        return max(1, high - zone.low[k] + 1) / (max(costs) - min(costs) + 1)


def _is_within(costs: CostVector, high: CostVector) -> bool:
    """Whether no criterion costs more than ``high``."""
    return all(cost <= most for cost, most in zip(costs, high, strict=True))


def _is_below(costs: CostVector, upper: CostVector) -> bool:
    return all(cost < most for cost, most in zip(costs, upper, strict=True))
