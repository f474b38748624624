"""Acquaintance (熟人): the strongest chain of ties between people and whom or what they might favour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from allocator.graph.search import Labels, search
from allocator.graph.social import SocialNetwork


class Step(NamedTuple):
    """One tie of a path: its ends as node ids, its kind, its strength as it counts, what it is known from."""

    source: str
    kind: str
    target: str
    strength: float
    known_from: str = ""


@dataclass(frozen=True)
class Acquaintance:
    """How well a person knows a target, from 0 to 1, and the chain of ties from one to the other.

    The strength is the product of the strengths of the steps, times `HOP_DECAY` for each step after the
    first. Strangers have strength 0, a person and himself strength 1; both have an empty path.
    """

    strength: float
    path: tuple[Step, ...] = ()


STRANGERS = Acquaintance(0.0)


class Reach(Mapping[str, Acquaintance]):
    """Everyone who knows one target, by person id in order; paths are traced when they are asked for.

    Holds a few arrays over the nodes reached rather than a path each, so that many can be kept.
    """

    def __init__(self, network: SocialNetwork, labels: Labels) -> None:
        self._network = network
        self._labels = labels
        self._people = np.flatnonzero((labels.strength > 0.0) & network.person)

    def __len__(self) -> int:
        return len(self._people)

    def __iter__(self) -> Iterator[str]:
        return (self._network.ids[node] for node in self._people)

    def __getitem__(self, person: str) -> Acquaintance:
        node = self._network.index[person]
        if not self._network.person[node] or not self._labels.strength[node]:
            raise KeyError(person)
        return Acquaintance(float(self._labels.strength[node]), self._path(node))

    def strengths(self) -> dict[str, float]:
        """Return the strength by person id, in order, without tracing paths."""
        return dict(zip(self, self._labels.strength[self._people].tolist(), strict=True))

    def _path(self, node: int) -> tuple[Step, ...]:
        network = self._network
        return tuple(
            Step(
                source=network.ids[network.target[tie]],
                kind=network.kinds[network.kind[tie]],
                target=network.ids[network.source[tie]],
                strength=float(network.strength[tie]),
                known_from=network.bases[network.basis[tie]],
            )
            for tie in self._labels.ties(node)
        )


def reach(network: SocialNetwork, target: str, hops: int, floor: float) -> Reach:
    """Return everyone who knows the node ``target`` through at most ``hops`` ties.

    Args:
        network: The social ties.
        target: A node id of the network.
        hops: Most ties in a path.
        floor: Least strength that is of interest, from 0 to 1; weaker acquaintances are left out.

    Returns:
        The strongest path of each person; of equal ones the shortest, then the first in the order of the
        node ids from person to target.
    """
    return Reach(network, search(network, network.index[target], hops, floor))
