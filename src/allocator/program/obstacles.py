"""What keeps a program from being a network, by rule: so that a route can be explained."""

from __future__ import annotations

import numpy as np

from allocator.program.program import IntArray, Program
from allocator.program.tags import TagArray


def non_network_rules(program: Program) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the rules that ask, and those that pay, for what no flow can tell.

    A rule is named if it reads an auxiliary (a greatest, a distance, a spell), if a row of it weighs
    decisions differently, or if a decision that it is about stands in more than two rows. Where nothing is
    named the program may still be no network: for an odd cycle of pairs, which is rare.
    """
    rows, costs, count = program.rows, program.costs, program.decisions.count
    lengths = np.diff(rows.starts)
    row = np.repeat(np.arange(len(rows)), lengths)
    asks = ~rows.defining[row]
    named = np.zeros(len(program.rules), dtype=np.bool_)
    named[_rules(rows.tags, row[asks & (rows.cols >= count)])] = True
    named[_rules(rows.tags, np.flatnonzero(_uneven(np.abs(rows.coefs), rows.starts) & ~rows.defining))] = True
    if not named.any():
        uses = np.bincount(rows.cols[asks], minlength=len(program))
        named[_rules(rows.tags, row[asks & (uses[rows.cols] > 2)])] = True
    paid = np.zeros(len(program.rules), dtype=np.bool_)
    paid[_rules(costs.tags, np.flatnonzero(costs.cols >= count))] = True
    return _names(program, named), _names(program, paid)


def _rules(tags: TagArray, chosen: IntArray) -> IntArray:
    return np.asarray(np.unique(tags[chosen, 0]))


def _uneven(sizes: IntArray, starts: IntArray) -> np.ndarray:
    """Return ``[rows]`` whether the terms of a row differ in size."""
    found = np.zeros(len(starts) - 1, dtype=np.bool_)
    filled = np.flatnonzero(np.diff(starts))
    if len(filled):
        at = starts[filled]
        found[filled] = np.maximum.reduceat(sizes, at) > np.minimum.reduceat(sizes, at)
    return found


def _names(program: Program, chosen: np.ndarray) -> tuple[str, ...]:
    return tuple(program.rules[k] for k in np.flatnonzero(chosen))
