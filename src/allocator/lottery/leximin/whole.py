"""LEXIMIN over whole panels, for quotas that mixtures of parts of people would outwit.

Level by level: the least chance is raised by mixing the panels known so far; the dual values ask for the
panel that would help most; when none helps, the level is proved. An example is a ring of three people of whom
any two may not sit together: by parts each could be drawn half of the time, but a panel has only one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from allocator.lottery.leximin.master import Master
from allocator.lottery.leximin.panels import Counts, FloatArray, Panels
from allocator.lottery.leximin.pricing import Pricer
from allocator.lottery.leximin.proof import Level
from allocator.lottery.leximin.targets import SHARE

#: What dual values are multiplied by before they are rounded to whole numbers.
SCALE = 10**9
#: How much less than settled a chance may be, so that the next program has a solution.
_SLACK = 1e-9


def mix_whole(
    panels: Panels, pricer: Pricer, first: Iterable[Counts]
) -> tuple[Mapping[Counts, float], tuple[Level, ...]]:
    """Return the parts of the LEXIMIN mixture of whole panels, and the levels that prove it."""
    search = _Search(panels, pricer, first)
    levels: list[Level] = []
    while not search.settled.all():
        levels.append(search.settle())
    return search.parts, tuple(levels)


class _Search:
    def __init__(self, panels: Panels, pricer: Pricer, first: Iterable[Counts]) -> None:
        self._pricer = pricer
        self._people = np.array(panels.people, dtype=np.float64)
        self._master = Master(panels, first)
        self._floors: FloatArray = np.zeros(len(panels.people))
        self.settled: npt.NDArray[np.bool_] = np.zeros(len(panels.people), dtype=np.bool_)
        self.parts: Mapping[Counts, float] = {}

    def settle(self) -> Level:
        """Raise the least chance of those not settled as far as it goes; ``parts`` has the best mixture."""
        free = ~self.settled
        while True:
            mixed = self._master.raise_the_least(free, self._floors)
            whole = float((mixed.weights * self._people)[free].sum())
            weights = [round(SCALE * float(w) / whole) for w in mixed.weights]
            panel = self._pricer.best(weights)
            if not self._master.betters(panel, mixed):
                break
            self._master.add(panel)
        self.parts = self._master.parts(mixed)
        shares = mixed.weights * self._people / whole
        settles = tuple(int(t) for t in np.flatnonzero(free & (shares >= SHARE * shares[free].max())))
        self._floors[list(settles)] = max(0.0, mixed.least - _SLACK)
        self.settled[list(settles)] = True
        return Level(settles, tuple(weights), (), sum(w * c for w, c in zip(weights, panel, strict=True)))
