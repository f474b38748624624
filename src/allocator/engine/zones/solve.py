"""The zones route: all zones that each slot may have, and the cheapest that cover the map exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csr_array

from allocator.engine.asking import Teller
from allocator.engine.bounds import Proof
from allocator.engine.budget import Clock
from allocator.engine.outcome import Found
from allocator.engine.search import Search
from allocator.engine.task import Task
from allocator.engine.zones.bits import MOST
from allocator.engine.zones.candidates import Candidates, candidates
from allocator.engine.zones.cover import Cover
from allocator.engine.zones.large import plan_by_splitting
from allocator.program.by_slot import BySlot, SlotPart, by_slot
from allocator.program.program import IntArray, Program
from allocator.program.question import Problem

#: More zones, or more branches looked at for them, are left to other routes.
MOST_ZONES, MOST_BRANCHES = 400_000, 30_000_000
#: The part of the time that it may take to find them.
FINDING_PART = 0.3


@dataclass(frozen=True, eq=False)
class Zoned:
    """What the route found.

    Attributes:
        found: Whether there is a plan, and whether that is proved to be the best, or none.
        decisions: The plan.
        proofs: Cost and bound of each level that was looked at.
    """

    found: Found
    decisions: IntArray | None = None
    proofs: tuple[Proof, ...] = ()


def best_by_zones(task: Task, clock: Clock, search: Search, teller: Callable[[int], Teller]) -> Zoned | None:
    """Return the plan that is best at every level; where there are too many zones, any; None if it is no map.

    Args:
        task: What is to be solved.
        clock: The time that it may take.
        search: How to search.
        teller: Whom to tell of costs and bounds of a level.
    """
    whole = None if task.map is None or task.is_fixed else by_slot(task.program)
    if whole is None:
        return None
    tied = np.unique(np.append(whole.ties.cols, whole.tied))
    finding = Clock(search.budget, clock.share(FINDING_PART))
    found = _all_zones(task, whole, tied, finding, search) if len(whole.items) <= MOST else None
    if found is None:
        chance = Clock(search.budget, clock.share(FINDING_PART))
        decisions = plan_by_splitting(task, whole, chance, search)
        return None if decisions is None else Zoned("feasible", decisions)
    model = _Model(task.program, whole, found, tied)
    return _descend(task.program, model, Cover(model.problem, model.choice, search), clock, teller)


def _all_zones(
    task: Task, whole: BySlot, tied: IntArray, clock: Clock, search: Search
) -> list[Candidates] | None:
    """Return the zones of all slots, or None if they are too many to be found or chosen from."""
    assert task.map is not None
    branches = MOST_BRANCHES

    def goes_on(more: int) -> bool:
        nonlocal branches
        branches -= more
        return branches >= 0 and not (search.stop.asked or clock.is_over)

    def wanted(part: SlotPart) -> IntArray:
        return np.flatnonzero(np.isin(part.columns, tied))

    found = candidates(whole, task.map, wanted, MOST_ZONES, goes_on)
    if found is not None and len(tied):
        found = _apart(whole, found)
    return None if found is None or sum(len(group.held) for group in found) > MOST_ZONES else found


def _descend(
    program: Program, model: _Model, cover: Cover, clock: Clock, teller: Callable[[int], Teller]
) -> Zoned:
    """Minimise level after level, each held to what it came to while the next is looked at."""
    values, proofs = None, []
    for k, level in enumerate(program.levels or (None,)):
        price = np.zeros(len(model.problem), dtype=np.int64) if level is None else model.prices[k]
        constant = 0 if level is None else program.constant(level)
        heard = teller(level) if level is not None else lambda _cost, _bound: None
        one = cover.minimise(price, constant, values, clock, heard)
        if one.values is None:
            if one.found == "infeasible" and values is None:
                return Zoned("infeasible" if cover.second_opinion(clock) else "unknown")
            break
        values = one.values
        if level is not None and one.cost is not None:
            proofs.append(Proof(level, one.cost, min(one.cost, one.bound)))
        if one.found != "optimal":
            break
    if values is None:
        return Zoned("unknown")
    proved = len(proofs) == len(program.levels) and all(proof.cost == proof.bound for proof in proofs)
    return Zoned("optimal" if proved else "feasible", model.decisions(values), tuple(proofs))


def _apart(whole: BySlot, found: Sequence[Candidates]) -> list[Candidates]:
    """Return the zones of each slot by itself, where rows tell slots apart that are alike otherwise."""
    return [replace(one, slots=[slot], part=whole.parts[slot]) for one in found for slot in one.slots]


class _Model:
    """The exact cover: a column for each zone of each group of slots, then the variables that tie slots.

    Args:
        program: The program.
        whole: The same, slot by slot.
        groups: The zones of each group of slots that are alike.
        tied: Variables of the program that stand in rows that tie slots together.
    """

    def __init__(self, program: Program, whole: BySlot, groups: Sequence[Candidates], tied: IntArray) -> None:
        self._program, self._groups = program, groups
        self._starts = np.cumsum([0, *(len(group.held) for group in groups)])
        zones, count = int(self._starts[-1]), int(self._starts[-1]) + len(tied)
        entries: list[tuple[IntArray, IntArray, IntArray]] = []
        sides: list[tuple[IntArray, IntArray]] = []
        upper = np.ones(count, dtype=np.int64)
        first = len(whole.items) + len(groups)
        for g, group in enumerate(groups):
            zone, item = np.nonzero(group.held)
            at = np.searchsorted(whole.items, group.part.items[item])
            entries.append((at, zone + self._starts[g], np.ones(len(at), dtype=np.int64)))
            own = np.arange(len(group.held)) + self._starts[g]
            entries.append((np.full(len(own), len(whole.items) + g), own, np.ones(len(own), dtype=np.int64)))
            upper[own[~group.held.any(axis=1)]] = len(group.slots)
            # What ties slots reads a variable of a slot: its value in the zone that is chosen.
            variables = group.part.columns[np.flatnonzero(np.isin(group.part.columns, tied))]
            if len(variables):
                zone, which = np.nonzero(group.values)
                at = first + np.searchsorted(tied, variables[which])
                entries.append((at, zone + self._starts[g], group.values[zone, which]))
        sides.append((np.ones(len(whole.items), dtype=np.int64),) * 2)
        sizes = np.array([len(group.slots) for group in groups], dtype=np.int64)
        sides.append((sizes, sizes))
        known = np.flatnonzero(~np.isin(tied, whole.tied))
        entries.append((first + known, zones + known, np.full(len(known), -1)))
        sides.append((np.zeros(len(tied), dtype=np.int64),) * 2)
        ties = whole.ties
        row = np.repeat(np.arange(len(ties)), np.diff(ties.starts))
        entries.append((first + len(tied) + row, zones + np.searchsorted(tied, ties.cols), ties.coefs))
        sides.append((ties.lo, ties.hi))
        rows, cols, coefs = (np.concatenate([entry[k] for entry in entries]) for k in range(3))
        low, high = (np.concatenate([side[k] for side in sides]) for k in range(2))
        matrix = csr_array(coo_array((coefs, (rows, cols)), shape=(len(low), count)))
        lower = np.concatenate([np.zeros(zones, dtype=np.int64), program.lower[tied]])
        upper[zones:] = program.upper[tied]
        nothing = np.zeros(count, dtype=np.int64)
        self.problem = Problem(np.arange(count), (lower, upper), matrix, (low, high), nothing, 0, nothing)
        self.choice = np.arange(count) < zones
        self.prices = [self._price(k, level, whole, tied) for k, level in enumerate(program.levels)]

    def _price(self, k: int, level: int, whole: BySlot, tied: IntArray) -> IntArray:
        more = np.zeros(len(tied), dtype=np.int64)
        at = whole.costs.levels == level
        np.add.at(more, np.searchsorted(tied, whole.costs.cols[at]), whole.costs.coefs[at])
        return np.concatenate([*(group.costs[:, k] for group in self._groups), more])

    def decisions(self, values: IntArray) -> IntArray:
        """Return the decisions of a cover: of slots that are alike, the first has the first item's zone."""
        found = np.zeros(self._program.decisions.count, dtype=np.int64)
        [grid] = self._program.decisions.grids.values()
        for group, start in zip(self._groups, self._starts.tolist(), strict=False):
            chosen = np.flatnonzero(values[start : start + len(group.held)])
            zones = [np.flatnonzero(own) for own in group.held[chosen] if own.any()]
            for slot, items in zip(group.slots, sorted(zones, key=lambda own: int(own[0])), strict=False):
                found[grid[group.part.items[items], slot, 0, 0]] = 1
        return found
