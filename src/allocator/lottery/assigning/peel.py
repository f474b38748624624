"""Whole assignments whose mean is given: peeled off one by one, each leaving what the others can be made of.

A flow of ``n`` rounds, each capacity ``n`` times that of one, is the sum of ``n`` whole flows of one round
each (the integer decomposition of network polyhedra; Baum and Trotter, 1978). The next flow to peel off is
any that leaves every arc what ``n - 1`` rounds can carry; random prices choose which, so that further
rounds bring other assignments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from allocator.lottery.assigning.chances import Chances
from allocator.optimise.flow import cheapest_flow
from allocator.program.network import Network
from allocator.program.program import IntArray


def peeled(network: Network, chances: Chances, random: np.random.Generator) -> Iterator[IntArray]:
    """Yield ``chances.rounds`` flows ``[arcs]``, each within the network, whose sum is ``chances.flow``."""
    used = np.flatnonzero((chances.flow != 0) | (network.lower < 0))
    part = replace(
        network,
        tails=network.tails[used],
        heads=network.heads[used],
        lower=network.lower[used],
        upper=network.upper[used],
    )
    left = chances.flow[used]
    for rounds in range(chances.rounds, 0, -1):
        others = rounds - 1
        lower = np.maximum(part.lower, left - others * part.upper)
        upper = np.minimum(part.upper, left - others * part.lower)
        one = cheapest_flow(replace(part, lower=lower, upper=upper), random.integers(0, 1000, len(used)))
        assert one is not None, "a flow of several rounds is the sum of whole ones"
        left = left - one
        whole = np.zeros(len(network.tails), dtype=np.int64)
        whole[used] = one
        yield whole
