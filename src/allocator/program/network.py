"""Networks: instances whose rows and columns are the nodes and arcs of a flow, recognised by their numbers.

A matrix is a network matrix if every column has at most two entries, all entries of a row have one absolute
value, and rows can be reflected (multiplied by -1) so that the two entries of each column have opposite signs
(Heller and Tompkins, 1956). Its vertices are whole, and a min-cost flow finds the best one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from allocator.program.bound_tightening import Bounds
from allocator.program.program import INFINITE, BoolArray, IntArray, Program, TagArray
from allocator.program.subproblem import MilpInstance, decision_rows, rows_with_auxiliaries


@dataclass(frozen=True, eq=False)
class Network:
    """An instance as a flow: node ``k`` stands for row ``k``, the last one for the ground.

    Attributes:
        tails: ``[arcs]`` node where each arc begins; the first ``n`` arcs are the instance's variables.
        heads: ``[arcs]`` node where it ends.
        lower: ``[arcs]`` minimum flow.
        upper: ``[arcs]`` maximum flow.
        nodes: Number of nodes; none has a supply.
    """

    tails: IntArray
    heads: IntArray
    lower: IntArray
    upper: IntArray
    nodes: int


@dataclass(frozen=True, eq=False)
class NetworkPart:
    """Rules that together are a network.

    Attributes:
        rules: Their ids.
        problem: Their rows over decisions.
        network: The same as a network.
    """

    rules: tuple[str, ...]
    problem: MilpInstance
    network: Network


#: Row and sign of one entry of each column; row -1 where there is no such entry.
_Entries = tuple[IntArray, IntArray]


def as_network(problem: MilpInstance) -> Network | None:
    """Return the rows and bounds of an instance as a network, or None if they are no network."""
    scaled = _scale_rows(problem)
    if scaled is None:
        return None
    signs, sides = scaled
    duplicates = likely_duplicates(signs)
    if column_counts(signs, duplicates.first).max(initial=0) > 2:
        return None
    signs, sides = merge_duplicates(signs, sides, duplicates)
    matrix = signs.tocsc()
    count = np.diff(matrix.indptr)
    if count.max(initial=0) > 2:
        return None
    rows = matrix.shape[0]
    first, second = _two_entries(matrix.indptr, matrix.indices, matrix.data, count)
    reflected = _reflections(rows, first, second)
    if reflected is None:
        return None
    tails, heads = _arcs(rows, reflected, first, second)
    low, high = np.where(reflected > 0, sides, (-sides[1], -sides[0]))
    # The inflow of a node beyond its outflow goes to the ground, within the sides of its row.
    least, most = _net_inflow(rows, tails, heads, *problem.bounds)
    return Network(
        tails=np.concatenate([tails, np.arange(rows)]),
        heads=np.concatenate([heads, np.full(rows, rows)]),
        lower=np.concatenate([problem.bounds[0], np.maximum(low, least)]),
        upper=np.concatenate([problem.bounds[1], np.minimum(high, most)]),
        nodes=rows + 1,
    )


def _scale_rows(problem: MilpInstance) -> tuple[csr_array, Bounds] | None:
    """Return the rows with entries of 1 and -1, or None if a row has entries of two absolute values."""
    matrix, (low, high) = problem.matrix, problem.sides
    filled = np.flatnonzero(np.diff(matrix.indptr))
    sizes, starts = np.abs(matrix.data), matrix.indptr[filled]
    scale = np.ones(matrix.shape[0], dtype=np.int64)
    if len(filled):
        scale[filled] = np.maximum.reduceat(sizes, starts)
        if (np.minimum.reduceat(sizes, starts) < scale[filled]).any():
            return None
    low = np.where(low <= -INFINITE, -INFINITE, -(-low // scale))
    return _sign_matrix(matrix), (low, np.where(high >= INFINITE, INFINITE, high // scale))


def _sign_matrix(matrix: csr_array) -> csr_array:
    return csr_array((np.sign(matrix.data), matrix.indices, matrix.indptr), matrix.shape)


def _two_entries(
    starts: IntArray, rows: IntArray, coefs: IntArray, count: IntArray
) -> tuple[_Entries, _Entries]:
    """Return the first and the second entry of each column."""
    found = []
    for k in (0, 1):
        has = count > k
        at = starts[:-1][has] + k
        row, sign = np.full(len(count), -1, dtype=np.int64), np.zeros(len(count), dtype=np.int64)
        row[has], sign[has] = rows[at], np.sign(coefs[at])
        found.append((row, sign))
    return found[0], found[1]


def _reflections(rows: int, first: _Entries, second: _Entries) -> IntArray | None:
    """Return ``[rows]`` signs, -1 for a row to reflect, or None if no choice of signs does.

    Each row is two nodes, as it is and reflected; a column joins the nodes that must go together. A row that
    must be reflected and must not is in one component twice.
    """
    both = second[0] >= 0
    (a, sign_a), (b, sign_b) = (first[0][both], first[1][both]), (second[0][both], second[1][both])
    other = np.where(sign_a == sign_b, rows, 0)  # of one sign: the second is reflected beside the first
    edges = np.concatenate([a, a + rows]), np.concatenate([b + other, b + rows - other])
    ones = np.ones(len(edges[0]), dtype=np.int8)
    _, label = connected_components(coo_array((ones, edges), shape=(2 * rows, 2 * rows)), directed=False)
    straight, reflected = label[:rows], label[rows:]
    return None if (straight == reflected).any() else np.where(straight < reflected, 1, -1)


def _arcs(rows: int, reflected: IntArray, first: _Entries, second: _Entries) -> tuple[IntArray, IntArray]:
    """Return where the arc of each variable begins and ends: it enters the row where its entry is +1."""
    tails, heads = np.full(len(first[0]), rows), np.full(len(first[0]), rows)
    for row, sign in (first, second):
        has = row >= 0
        enters = np.zeros(len(row), dtype=np.bool_)
        enters[has] = sign[has] * reflected[row[has]] > 0
        heads[has & enters] = row[has & enters]
        tails[has & ~enters] = row[has & ~enters]
    return tails, heads


def _net_inflow(
    rows: int, tails: IntArray, heads: IntArray, lower: IntArray, upper: IntArray
) -> tuple[IntArray, IntArray]:
    """Return the minimum and the maximum inflow of each row's node, less its outflow."""
    least, most = np.zeros(rows + 1, dtype=np.int64), np.zeros(rows + 1, dtype=np.int64)
    for ends, low, high in ((heads, lower, upper), (tails, -upper, -lower)):
        np.add.at(least, ends, low)
        np.add.at(most, ends, high)
    return least[:rows], most[:rows]


def find_network_part(
    program: Program, full: MilpInstance, is_over: Callable[[], bool] = lambda: False
) -> NetworkPart | None:
    """Return as many rules as together are a network over decisions, tried in the order of the rules.

    The rows that layers imply come first. A rule is taken if it is a network together with those taken
    before it.

    Args:
        program: The program.
        full: Its full instance for any plan. Bounds that follow from all rules hold for these, too.
        is_over: Called before each rule, whether the deadline is over: a rule of millions of terms takes
            seconds.

    Returns:
        The part; None if no rule is part of a network, or the deadline is over.
    """
    asked = decision_rows(program, full)
    rule_of = program.rows.tags[asked.rows, 0]
    auxiliary = program.rows.tags[rows_with_auxiliaries(program), 0]
    constraining = np.unique(program.rows.tags[~program.rows.defining, 0])
    candidates = constraining[(constraining >= 0) & ~np.isin(constraining, auxiliary)].tolist()

    def joined(rules: list[int]) -> NetworkPart | None:
        problem = asked.select_rows(np.flatnonzero(np.isin(rule_of, rules)))
        network = as_network(problem)
        names = tuple(program.rules[rule] for rule in rules)
        return None if network is None else NetworkPart(names, problem, network)

    columns, taken = _ColumnUses(asked.matrix), list[int]()
    for rule in candidates:
        if is_over():
            return None
        if columns.take(np.flatnonzero(rule_of == rule)):
            taken.append(rule)
    # Every part of a network is a network: if all these are one, so was each with those before it.
    return (joined(taken) or _take_greedily(taken, joined, is_over)) if taken else None


def _take_greedily(
    rules: list[int], joined: Callable[[list[int]], NetworkPart | None], is_over: Callable[[], bool]
) -> NetworkPart | None:
    """Return as many rules as together are a network; each is tried with those taken before it."""
    taken: list[int] = []
    found: NetworkPart | None = None
    for rule in rules:
        if is_over():
            return None
        more = joined([*taken, rule])
        if more is not None:
            taken.append(rule)
            found = more
    return found


class _ColumnUses:
    """Counts the rows of each column: more than two that are no duplicates rule a network out.

    This test of a rule's own rows rejects most rules that are no network.
    """

    def __init__(self, matrix: csr_array) -> None:
        self._matrix = matrix
        duplicates = likely_duplicates(_sign_matrix(matrix))
        self._leader = duplicates.first[duplicates.kind]
        self._is_met = np.zeros(matrix.shape[0], dtype=np.bool_)
        self._uses = np.zeros(matrix.shape[1], dtype=np.int64)

    def take(self, rows: IntArray) -> bool:
        """Count some rows from now on; return False, and do not, if a column is then in more than two."""
        leaders = np.unique(self._leader[rows])
        uses = self._uses + column_counts(self._matrix, leaders[~self._is_met[leaders]])
        if uses.max(initial=0) > 2:
            return False
        self._uses = uses
        self._is_met[leaders] = True
        return True


def non_network_rules(program: Program) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the rules with rows, and those with costs, that no network has.

    A rule is named if it reads an auxiliary (a maximum, a distance, a spell), if a row of it has coefficients
    of two absolute values, or if a decision of it is in more than two rows. A program without such rules may
    still be no network, because of an odd cycle of pairs, which is rare.
    """
    rows, costs, count = program.rows, program.costs, program.decisions.count
    lengths = np.diff(rows.starts)
    row = np.repeat(np.arange(len(rows)), lengths)
    constrains = ~rows.defining[row]
    named = np.zeros(len(program.rules), dtype=np.bool_)
    named[_rules_of(rows.tags, row[constrains & (rows.cols >= count)])] = True
    uneven = _has_uneven_terms(np.abs(rows.coefs), rows.starts)
    named[_rules_of(rows.tags, np.flatnonzero(uneven & ~rows.defining))] = True
    if not named.any():
        uses = np.bincount(rows.cols[constrains], minlength=len(program))
        named[_rules_of(rows.tags, row[constrains & (uses[rows.cols] > 2)])] = True
    paid = np.zeros(len(program.rules), dtype=np.bool_)
    paid[_rules_of(costs.tags, np.flatnonzero(costs.cols >= count))] = True
    return _rule_ids(program, named), _rule_ids(program, paid)


def _rules_of(tags: TagArray, chosen: IntArray) -> IntArray:
    return np.asarray(np.unique(tags[chosen, 0]))


def _has_uneven_terms(sizes: IntArray, starts: IntArray) -> BoolArray:
    """Return ``[rows]`` whether the terms of a row differ in absolute value."""
    found = np.zeros(len(starts) - 1, dtype=np.bool_)
    filled = np.flatnonzero(np.diff(starts))
    if len(filled):
        at = starts[filled]
        found[filled] = np.maximum.reduceat(sizes, at) > np.minimum.reduceat(sizes, at)
    return found


def _rule_ids(program: Program, chosen: BoolArray) -> tuple[str, ...]:
    return tuple(program.rules[k] for k in np.flatnonzero(chosen))


class DuplicateRows(NamedTuple):
    """Groups of rows with the same sum, or its negative: the lower and the upper side of one team, say.

    Attributes:
        first: ``[groups]`` first row of each group.
        kind: ``[rows]`` group of each row.
        sign: ``[rows]`` -1 where the row is the negative of the first one.
    """

    first: IntArray
    kind: IntArray
    sign: IntArray


def likely_duplicates(matrix: csr_array) -> DuplicateRows:
    """Return groups of rows that are likely duplicates.

    Rows are compared by their product with a random vector. All duplicates are found; rows of one group
    differ with a chance of about one in 2^60.
    """
    random = np.random.default_rng(1).integers(1, 2**62, size=matrix.shape[1])
    fingerprint = matrix @ random  # it may wrap, which does no harm
    sign = np.where(fingerprint < 0, -1, 1)
    _, first, kind = np.unique(fingerprint * sign, return_index=True, return_inverse=True)
    return DuplicateRows(first, kind, sign * sign[first[kind]])


def column_counts(matrix: csr_array, rows: IntArray) -> IntArray:
    """Return ``[columns]`` the number of the given rows that each column is in."""
    return np.bincount(matrix[rows].indices, minlength=matrix.shape[1])


def merge_duplicates(matrix: csr_array, sides: Bounds, duplicates: DuplicateRows) -> tuple[csr_array, Bounds]:
    """Return the rows with duplicates merged: each has the narrower of their sides.

    Entries are compared first: if some rows are no duplicates after all, nothing is merged.
    """
    first, kind, sign = duplicates
    leader = first[kind]
    later = np.flatnonzero(leader != np.arange(len(leader)))
    rest = matrix[later] - csr_array(matrix[leader[later]].multiply(sign[later][:, None]))
    if rest.count_nonzero():
        return matrix, sides
    low, high = np.where(sign > 0, sides, (-sides[1], -sides[0]))
    least, most = np.full(len(first), -INFINITE), np.full(len(first), INFINITE)
    np.maximum.at(least, kind, low)
    np.minimum.at(most, kind, high)
    return csr_array(matrix[first]), (least, most)
