"""Networks: problems whose rows and columns are the nodes and arcs of a flow, told from their numbers alone.

A matrix is that of a network if every column has at most two entries, all entries of a row are of one
size, and rows can be turned round (multiplied by -1) so that the two entries of each column are of
opposite sign (Heller and Tompkins, 1956). Its vertices are whole, and a min-cost flow finds the best one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from allocator.program.program import INFINITE, IntArray
from allocator.program.propagate import Bounds
from allocator.program.subproblem import MilpInstance
from allocator.program.twins import column_counts, likely_duplicates, merge_duplicates


@dataclass(frozen=True, eq=False)
class Network:
    """A problem as a flow: node ``k`` stands for row ``k``, the last one for the ground.

    Attributes:
        tails: ``[arcs]`` where each arc begins; the first ``n`` arcs are the problem's variables.
        heads: ``[arcs]`` where it ends.
        lower: ``[arcs]`` its least flow.
        upper: ``[arcs]`` its greatest.
        nodes: How many nodes there are; none has a supply.
    """

    tails: IntArray
    heads: IntArray
    lower: IntArray
    upper: IntArray
    nodes: int


def as_network(problem: MilpInstance) -> Network | None:
    """Return the problem's rows and bounds as a network, or None if they are none."""
    sized = _one_size(problem)
    if sized is None:
        return None
    signs, sides = sized
    twins = likely_duplicates(signs)
    if column_counts(signs, twins.first).max(initial=0) > 2:
        return None
    signs, sides = merge_duplicates(signs, sides, twins)
    matrix = signs.tocsc()
    count = np.diff(matrix.indptr)
    if count.max(initial=0) > 2:
        return None
    rows = matrix.shape[0]
    first, second = _ends(matrix.indptr, matrix.indices, matrix.data, count)
    turned = _turned(rows, first, second)
    if turned is None:
        return None
    tails, heads = _arcs(rows, turned, first, second)
    low, high = np.where(turned > 0, sides, (-sides[1], -sides[0]))
    # What comes into a node beyond what leaves it goes to the ground, within the sides of its row.
    least, most = _activity(rows, tails, heads, *problem.bounds)
    return Network(
        tails=np.concatenate([tails, np.arange(rows)]),
        heads=np.concatenate([heads, np.full(rows, rows)]),
        lower=np.concatenate([problem.bounds[0], np.maximum(low, least)]),
        upper=np.concatenate([problem.bounds[1], np.minimum(high, most)]),
        nodes=rows + 1,
    )


#: Row and sign of one entry of each column; row -1 where there is no such entry.
_Entries = tuple[IntArray, IntArray]


def _one_size(problem: MilpInstance) -> tuple[csr_array, Bounds] | None:
    """Return the rows divided by the size of their entries, or None if a row has entries of two sizes."""
    matrix, (low, high) = problem.matrix, problem.sides
    filled = np.flatnonzero(np.diff(matrix.indptr))
    sizes, starts = np.abs(matrix.data), matrix.indptr[filled]
    scale = np.ones(matrix.shape[0], dtype=np.int64)
    if len(filled):
        scale[filled] = np.maximum.reduceat(sizes, starts)
        if (np.minimum.reduceat(sizes, starts) < scale[filled]).any():
            return None
    signs = csr_array((np.sign(matrix.data), matrix.indices, matrix.indptr), matrix.shape)
    low = np.where(low <= -INFINITE, -INFINITE, -(-low // scale))
    return signs, (low, np.where(high >= INFINITE, INFINITE, high // scale))


def _ends(starts: IntArray, rows: IntArray, coefs: IntArray, count: IntArray) -> tuple[_Entries, _Entries]:
    """Return the first and the second entry of each column."""
    found = []
    for k in (0, 1):
        has = count > k
        at = starts[:-1][has] + k
        row, sign = np.full(len(count), -1, dtype=np.int64), np.zeros(len(count), dtype=np.int64)
        row[has], sign[has] = rows[at], np.sign(coefs[at])
        found.append((row, sign))
    return found[0], found[1]


def _turned(rows: int, first: _Entries, second: _Entries) -> IntArray | None:
    """Return ``[rows]`` signs, -1 for a row to turn round, or None if that cannot be done.

    Each row is two nodes, as it is and turned; a column joins what must go together. A row that must be
    turned and must not stands in one component twice.
    """
    both = second[0] >= 0
    (a, sign_a), (b, sign_b) = (first[0][both], first[1][both]), (second[0][both], second[1][both])
    other = np.where(sign_a == sign_b, rows, 0)  # of one sign: the second stands turned beside the first
    edges = np.concatenate([a, a + rows]), np.concatenate([b + other, b + rows - other])
    ones = np.ones(len(edges[0]), dtype=np.int8)
    _, label = connected_components(coo_array((ones, edges), shape=(2 * rows, 2 * rows)), directed=False)
    straight, turned = label[:rows], label[rows:]
    return None if (straight == turned).any() else np.where(straight < turned, 1, -1)


def _arcs(rows: int, turned: IntArray, first: _Entries, second: _Entries) -> tuple[IntArray, IntArray]:
    """Return where each variable's arc begins and ends: it comes into the row where its entry is +1."""
    tails, heads = np.full(len(first[0]), rows), np.full(len(first[0]), rows)
    for row, sign in (first, second):
        has = row >= 0
        comes = np.zeros(len(row), dtype=np.bool_)
        comes[has] = sign[has] * turned[row[has]] > 0
        heads[has & comes] = row[has & comes]
        tails[has & ~comes] = row[has & ~comes]
    return tails, heads


def _activity(
    rows: int, tails: IntArray, heads: IntArray, lower: IntArray, upper: IntArray
) -> tuple[IntArray, IntArray]:
    """Return the least and the greatest that can come into each row beyond what leaves it."""
    least, most = np.zeros(rows + 1, dtype=np.int64), np.zeros(rows + 1, dtype=np.int64)
    for ends, low, high in ((heads, lower, upper), (tails, -upper, -lower)):
        np.add.at(least, ends, low)
        np.add.at(most, ends, high)
    return least[:rows], most[:rows]
