"""A mixture of whole panels that gives every type its target chance, by column generation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from allocator.lottery.leximin.approach import approach
from allocator.lottery.leximin.master import Master
from allocator.lottery.leximin.panels import Counts, FloatArray, Panels
from allocator.lottery.leximin.pricing import Pricer

#: A mixture has its targets when no chance falls further short than this.
CLOSE = 2e-9
#: How far from the heaviest a panel may be while many are gathered.
_ROUGH = 0.02


def gather(panels: Panels, chances: FloatArray, pricer: Pricer) -> list[Counts]:
    """Return panels around the target: each is the one that its forerunners' mean most lacks."""
    people = np.array(panels.people, dtype=np.float64)
    target, drawn = chances * people, np.zeros(len(people))
    found: dict[Counts, None] = {}
    for number in range(1, len(people) + 1):
        panel = pricer.heaviest((target * number - drawn) / people, _ROUGH)
        drawn += panel
        found[panel] = None
        if float(np.abs(drawn / number - target).max()) < CLOSE:
            break
    return list(found)


def mix(
    panels: Panels, chances: FloatArray, pricer: Pricer, first: Iterable[Counts]
) -> tuple[Mapping[Counts, float], bool]:
    """Return the parts of a mixture as near to the target chances as can be, and whether it has them.

    Since every panel has as many people, chances of which none falls short of its target are the targets.
    """
    everybody = np.ones(len(panels.people), dtype=np.bool_)
    known = list(first)
    master = Master(panels, [*known, *approach(panels, chances, pricer, known, _ROUGH)])
    gap = _ROUGH
    while True:
        solved = master.raise_the_least(everybody, chances)
        if solved.least >= -CLOSE:
            return master.parts(solved), True
        panel = pricer.heaviest(solved.weights, gap)
        if master.betters(panel, solved):
            master.add(panel)
            gap = _ROUGH
        elif gap:
            gap = 0.0
        else:
            return master.parts(solved), False
