"""The strongest paths from one node within a number of hops: label correcting, layer by layer.

Every factor of a path is at most 1 and every hop after the first costs a factor below 1, so a walk that
returns to a node is never the strongest, and what falls below the floor never rises above it again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.graph.social import Numbers, SocialNetwork, Strengths
from allocator.graph.strengths import HOP_DECAY

NO_TIE = -1

Paths = NDArray[np.int32]


@dataclass(frozen=True)
class Labels:
    """What a search found.

    Attributes:
        strength: For each node, the strength of its strongest path; 0 where it was not reached.
        paths: For each node, a row with the ties of that path from the node back to the start, each
            given in the direction of the search and the rest filled with `NO_TIE`.
    """

    strength: Strengths
    paths: Paths

    def ties(self, node: int) -> list[int]:
        """Return the ties of the strongest path from ``node`` back to where the search started."""
        return [tie for tie in self.paths[node].tolist() if tie != NO_TIE]


def search(network: SocialNetwork, start: int, hops: int, floor: float) -> Labels:
    """Return the strongest path of at most ``hops`` ties from ``start`` to every node.

    Only nodes that the last hop improved pass anything on in the next one. Complexity: O(N * hops + sum over
    hops of (T log T)) for N nodes and the T ties of the nodes just improved, all in numpy.
    """
    strength = np.zeros(len(network.ids))
    strength[start] = 1.0
    paths: Paths = np.empty((len(network.ids), 0), dtype=np.int32)
    improved = np.array([start], dtype=np.int64)
    for hop in range(hops):
        improved, ties, offers = _improve(network, strength, improved, HOP_DECAY if hop else 1.0, floor)
        if not len(improved):
            break
        strength[improved] = offers
        paths = _extend(paths, improved, ties, network.source[ties])
    return Labels(strength, paths)


def _extend(paths: Paths, improved: Numbers, ties: Numbers, sources: Numbers) -> Paths:
    """Return the paths with those of ``improved`` replaced: a tie, then the path its source had so far."""
    longer = np.full((len(paths), paths.shape[1] + 1), NO_TIE, dtype=np.int32)
    longer[:, :-1] = paths
    longer[improved, 0] = ties
    longer[improved, 1:] = paths[sources]
    return longer


def _improve(
    network: SocialNetwork, strength: Strengths, frontier: Numbers, decay: float, floor: float
) -> tuple[Numbers, Numbers, Strengths]:
    """Return the nodes, in order, that a hop from ``frontier`` improves, by which ties and to what."""
    ties = network.ties_of(frontier)
    offers = strength[network.source[ties]] * network.strength[ties] * decay
    better = (offers >= floor) & (offers > strength[network.target[ties]])
    ties, offers = ties[better], offers[better]
    best = np.zeros(len(strength))
    np.maximum.at(best, network.target[ties], offers)
    winners = ties[offers == best[network.target[ties]]]
    # Ties come in the order of their sources, so the first winner is the first in the order of ids.
    nodes, firsts = np.unique(network.target[winners], return_index=True)
    return nodes, winners[firsts], best[nodes]
