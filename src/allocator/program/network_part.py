"""As many rules as together are a network, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from allocator.program.network import Network, as_network
from allocator.program.program import IntArray, Program
from allocator.program.projection import decision_rows, rows_with_auxiliaries
from allocator.program.subproblem import MilpInstance
from allocator.program.twins import column_counts, likely_duplicates


@dataclass(frozen=True, eq=False)
class NetworkPart:
    """Rules that together are a network.

    Attributes:
        rules: Their ids.
        problem: What they ask of decisions.
        network: The same as a network.
    """

    rules: tuple[str, ...]
    problem: MilpInstance
    network: Network


def find_network_part(
    program: Program, whole: MilpInstance, is_over: Callable[[], bool] = lambda: False
) -> NetworkPart | None:
    """Return the rules that are together a network over decisions, and what they ask.

    A rule is taken if with those taken before it is a network still; what layers imply comes first.

    Args:
        program: The program.
        whole: The whole question of any plan: bounds that follow from all rules hold for these, too.
        is_over: Asked before each rule whether the time is over: one of millions of terms takes seconds.

    Returns:
        The part; None if no rule is part of a network, or there was no time.
    """
    asked = decision_rows(program, whole)
    rule_of = program.rows.tags[asked.rows, 0]
    auxiliary = program.rows.tags[rows_with_auxiliaries(program), 0]
    asking = np.unique(program.rows.tags[~program.rows.defining, 0])
    candidates = asking[(asking >= 0) & ~np.isin(asking, auxiliary)].tolist()

    def joined(rules: list[int]) -> NetworkPart | None:
        problem = asked.select_rows(np.flatnonzero(np.isin(rule_of, rules)))
        network = as_network(problem)
        names = tuple(program.rules[rule] for rule in rules)
        return None if network is None else NetworkPart(names, problem, network)

    columns, taken = _Columns(asked.matrix), list[int]()
    for rule in candidates:
        if is_over():
            return None
        if columns.take(np.flatnonzero(rule_of == rule)):
            taken.append(rule)
    # Whatever is part of a network is one: if these are, so was each together with those before it.
    return (joined(taken) or _one_by_one(taken, joined, is_over)) if taken else None


def _one_by_one(
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


class _Columns:
    """In how many rows each column stands: with more than two that are no twins there is no network.

    So most rules that are none are told by their own rows alone.
    """

    def __init__(self, matrix: csr_array) -> None:
        self._matrix = matrix
        signs = csr_array((np.sign(matrix.data), matrix.indices, matrix.indptr), matrix.shape)
        twins = likely_duplicates(signs)
        self._leader = twins.first[twins.kind]
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
