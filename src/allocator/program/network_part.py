"""As many rules as together are a network, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from allocator.program.excerpt import asked_of_decisions, reads_auxiliary
from allocator.program.network import Network, as_network
from allocator.program.program import IntArray, Program
from allocator.program.question import Problem
from allocator.program.twins import likely_twins, uses_of_columns


@dataclass(frozen=True, eq=False)
class NetworkPart:
    """Rules that together are a network.

    Attributes:
        rules: Their ids.
        problem: What they ask of decisions.
        network: The same as a network.
    """

    rules: tuple[str, ...]
    problem: Problem
    network: Network


def network_part(
    program: Program, whole: Problem, is_over: Callable[[], bool] = lambda: False
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
    asked = asked_of_decisions(program, whole)
    columns = _Columns(asked.matrix)
    rule_of = program.rows.tags[asked.rows, 0]
    auxiliary = program.rows.tags[reads_auxiliary(program), 0]
    taken: list[int] = []
    problem: Problem | None = None
    network: Network | None = None
    for rule in np.unique(program.rows.tags[~program.rows.defining, 0]).tolist():
        if is_over():
            return None
        own = np.flatnonzero(rule_of == rule)
        if rule < 0 or (auxiliary == rule).any() or not columns.have_room(own):
            continue
        if len(own) or problem is None:  # else it always holds within the bounds
            more = asked.of_rows(np.flatnonzero(np.isin(rule_of, [*taken, rule])))
            found = as_network(more)
            if found is None:
                continue
            problem, network = more, found
            columns.take(own)
        taken.append(rule)
    if problem is None or network is None:
        return None
    return NetworkPart(tuple(program.rules[rule] for rule in taken), problem, network)


class _Columns:
    """In how many rows each column stands: with more than two that are no twins there is no network.

    So most rules that are none are told by their own rows alone.
    """

    def __init__(self, matrix: csr_array) -> None:
        self._matrix = matrix
        signs = csr_array((np.sign(matrix.data), matrix.indices, matrix.indptr), matrix.shape)
        self._leader, _ = likely_twins(signs)
        self._is_met = np.zeros(matrix.shape[0], dtype=np.bool_)
        self._uses = np.zeros(matrix.shape[1], dtype=np.int64)

    def have_room(self, rows: IntArray) -> bool:
        """Whether no column is in more than two rows with so many more."""
        return bool((self._uses + self._more(rows)).max(initial=0) <= 2)

    def take(self, rows: IntArray) -> None:
        """Count some rows from now on."""
        self._uses += self._more(rows)
        self._is_met[self._leader[rows]] = True

    def _more(self, rows: IntArray) -> IntArray:
        leaders = np.unique(self._leader[rows])
        return uses_of_columns(self._matrix, leaders[~self._is_met[leaders]])
