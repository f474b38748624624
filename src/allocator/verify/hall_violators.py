"""Demand that no assignment can meet: violators of Hall's condition, by maximum flow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TransportInstance:
    """Who has what others want.

    Attributes:
        supply: ``[H]`` how much each supplier has.
        demand: ``[W]`` how much each taker wants.
        capacity: ``[H, W]`` how much each supplier may give each taker.
    """

    supply: Counts
    demand: Counts
    capacity: Counts


@dataclass(frozen=True)
class HallViolator:
    """Takers whose wants exceed all that they can be given together.

    Attributes:
        takers: Numbers of the takers.
        suppliers: Numbers of the suppliers who may give them anything.
        demand: How much they want in all.
        supply: How much they can be given in all.
    """

    takers: tuple[int, ...]
    suppliers: tuple[int, ...]
    demand: int
    supply: int


def hall_violators(instance: TransportInstance) -> Iterator[HallViolator]:
    """Yield the takers that cannot all be given what they want, each connected part of them by itself.

    A maximum flow from suppliers to takers is as large as what everybody wants, or the takers from which a
    path of the residual network leads to an unmet want are a violator.
    """
    total = int(instance.demand.sum())
    given, flow = _flow(instance)
    if flow >= total:
        return
    short = _unmet_takers(instance, given)
    for takers in _parts(instance.capacity > 0, short):
        suppliers = np.flatnonzero((instance.capacity[:, takers] > 0).any(axis=1))
        needs = int(instance.demand[takers].sum())
        supply = int(given[:, takers].sum())
        if supply < needs:
            yield HallViolator(tuple(takers), tuple(suppliers.tolist()), needs, supply)


def _flow(instance: TransportInstance) -> tuple[Counts, int]:
    """Return ``[H, W]`` who gives whom how much at the most, and the sum of it."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    suppliers, takers = instance.capacity.shape
    source, sink = suppliers + takers, suppliers + takers + 1
    gives, takes = np.nonzero(instance.capacity)
    tails = np.concatenate([np.full(suppliers, source), gives, suppliers + np.arange(takers)])
    heads = np.concatenate([np.arange(suppliers), suppliers + takes, np.full(takers, sink)])
    most = np.concatenate([instance.supply, instance.capacity[gives, takes], instance.demand])
    network = csr_array((most.astype(np.int32), (tails, heads)), shape=(sink + 1, sink + 1))
    found = maximum_flow(network, source, sink)
    given = found.flow[:suppliers, suppliers:source].toarray()
    return np.asarray(given, dtype=np.int64), int(found.flow_value)


def _unmet_takers(instance: TransportInstance, given: Counts) -> npt.NDArray[np.bool_]:
    """Return ``[W]``: takers with an unmet want, and those who have what could be given them instead."""
    short: npt.NDArray[np.bool_] = np.asarray(given.sum(axis=0) < instance.demand)
    while True:
        could = np.logical_and(instance.capacity > given, short).any(axis=1, keepdims=True)
        grown: npt.NDArray[np.bool_] = short | np.logical_and(given > 0, could).any(axis=0)
        if np.array_equal(grown, short):
            return short
        short = grown


def _parts(linked: npt.NDArray[np.bool_], among: npt.NDArray[np.bool_]) -> Iterator[list[int]]:
    """Yield the takers ``among`` all, those linked by a common supplier together."""
    left = np.flatnonzero(among).tolist()
    alone = [taker for taker in left if not linked[:, taker].any()]
    if alone:
        yield alone
    left = [taker for taker in left if taker not in set(alone)]
    while left:
        part = np.zeros(linked.shape[1], dtype=np.bool_)
        part[left[0]] = True
        while True:
            grown = among & linked[linked[:, part].any(axis=1)].any(axis=0)
            if (grown == part).all():
                break
            part = grown | part
        yield np.flatnonzero(part).tolist()
        left = [taker for taker in left if not part[taker]]
