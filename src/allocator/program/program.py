"""The program as arrays: variables, tagged rows, tagged costs by level, and definitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from allocator.graph.neighbours import Neighbours
from allocator.program.decisions import Decisions
from allocator.program.tags import TagArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

IntArray = npt.NDArray[np.int64]
#: Beyond this a side of a row is open.
INFINITE = 2**60


@dataclass(frozen=True, eq=False)
class Rows:
    """``n`` rows ``lo <= sum(coefs * x[cols]) <= hi`` in compressed form.

    Attributes:
        starts: ``[n + 1]``; row ``k`` holds the terms ``starts[k]:starts[k + 1]``.
        cols: Column of each term.
        coefs: Coefficient of each term.
        lo: ``[n]`` lower sides, at least ``-INFINITE``.
        hi: ``[n]`` upper sides, at most ``INFINITE``.
        tags: ``[n, 7]``: the rule, then the subject (see `tags`).
        defining: ``[n]``, whether the row only defines an auxiliary and asks nothing of a plan.
    """

    starts: IntArray
    cols: IntArray
    coefs: IntArray
    lo: IntArray
    hi: IntArray
    tags: TagArray
    defining: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.lo)

    def sums(self, values: IntArray) -> IntArray:
        """Return ``[n, rows]`` what the rows come to in plans ``[n, variables]``."""
        return row_values(self._matrix, values)

    @cached_property
    def _matrix(self) -> csr_array:
        return csr_from_terms(self.coefs, self.cols, self.starts)

    def select(self, kept: npt.NDArray[np.bool_]) -> Rows:
        """Return some of the rows, ``[n]`` whether each is kept."""
        lengths = np.diff(self.starts)
        terms = np.repeat(kept, lengths)
        return Rows(
            starts=np.concatenate([[0], np.cumsum(lengths[kept])]),
            cols=self.cols[terms],
            coefs=self.coefs[terms],
            lo=self.lo[kept],
            hi=self.hi[kept],
            tags=self.tags[kept],
            defining=self.defining[kept],
        )


def csr_from_terms(coefs: IntArray, cols: IntArray, starts: IntArray) -> csr_array:
    """Return a matrix of its terms row by row, as wide as they need; it may share their arrays."""
    from scipy.sparse import csr_array  # a draw is replayed without it

    return csr_array((coefs, cols, starts), shape=(len(starts) - 1, int(cols.max(initial=-1)) + 1))


def row_values(matrix: csr_array, values: IntArray) -> IntArray:
    """Return ``[n, rows]`` what the rows of a matrix come to in plans ``[n, variables]``."""
    within = values[:, : matrix.shape[1]]
    if len(within) == 1:
        return np.asarray(matrix @ within[0])[None, :]
    return np.asarray((matrix @ within.T).T)


@dataclass(frozen=True, eq=False)
class Costs:
    """``n`` cost terms ``coefs * x[cols]``, each counted in its level."""

    cols: IntArray
    coefs: IntArray
    levels: IntArray
    tags: TagArray


@dataclass(frozen=True, eq=False)
class Definitions:
    """How each auxiliary follows from earlier variables: the most (or least, or nth) of some expressions.

    Auxiliary ``k`` is ``max(floor, ceil(e / divisor) ...)`` over its expressions, or with ``is_minimum``
    ``min(ceiling, e ...)``; with ``power`` 2 it is the square of that, and with ``nth`` above 1 the nth
    greatest of the expressions. Expressions are rows in compressed form, grouped by auxiliary and rank: an
    auxiliary of rank ``q`` reads decisions and auxiliaries of lower rank.
    """

    cols: IntArray
    start: IntArray  # [aux + 1] into the expressions
    expr_start: IntArray  # [expressions + 1] into terms
    term_cols: IntArray
    term_coefs: IntArray
    constants: IntArray  # [expressions]
    is_minimum: npt.NDArray[np.bool_]  # [aux]
    limit: IntArray  # [aux]: the floor, or the ceiling where least
    divisor: IntArray  # [aux]
    power: IntArray  # [aux]: 1 or 2
    nth: IntArray  # [aux]: 1 for the most and the least
    rank: IntArray  # [aux]

    @cached_property
    def ranks(self) -> Sequence[tuple[slice, csr_array]]:
        """The auxiliaries of each rank in turn, and the terms of their expressions, a row each."""
        ends = [0, *(np.flatnonzero(np.diff(self.rank, append=-1)) + 1).tolist()]
        found = []
        for first, last in pairwise(ends):
            edges = self.expr_start[self.start[first] : self.start[last] + 1]
            terms = slice(int(edges[0]), int(edges[-1]))
            matrix = csr_from_terms(self.term_coefs[terms], self.term_cols[terms], edges - edges[0])
            found.append((slice(first, last), matrix))
        return found

    def concat(self, more: Definitions) -> Definitions:
        """Return these definitions and some that may read all of them."""
        last = int(self.rank.max(initial=0))
        return Definitions(
            cols=np.concatenate([self.cols, more.cols]),
            start=np.concatenate([self.start, self.start[-1] + more.start[1:]]),
            expr_start=np.concatenate([self.expr_start, self.expr_start[-1] + more.expr_start[1:]]),
            term_cols=np.concatenate([self.term_cols, more.term_cols]),
            term_coefs=np.concatenate([self.term_coefs, more.term_coefs]),
            constants=np.concatenate([self.constants, more.constants]),
            is_minimum=np.concatenate([self.is_minimum, more.is_minimum]),
            limit=np.concatenate([self.limit, more.limit]),
            divisor=np.concatenate([self.divisor, more.divisor]),
            power=np.concatenate([self.power, more.power]),
            nth=np.concatenate([self.nth, more.nth]),
            rank=np.concatenate([self.rank, last + more.rank]),
        )


@dataclass(frozen=True, eq=False)
class Medoid:
    """An auxiliary that is the way of all members to the one of them to which it is least; 0 of nobody.

    Attributes:
        column: The auxiliary.
        members: ``[n]`` 0/1 variables, whether each is a member.
        distances: ``[n, n]`` what each costs with each as the centre, never negative.
        has_definition: Whether `Definitions` and rows define it, too; not so with very many members.
    """

    column: int
    members: IntArray
    distances: IntArray
    has_definition: bool = True

    @property
    def key(self) -> object:
        """What tells it from another one of the same members: slots may share the matrix."""
        return id(self.distances)


@dataclass(frozen=True, eq=False)
class ExcessComponents:
    """An auxiliary that is by how many pieces more than ``allowed`` members fall apart; see ``pieces.py``.

    Attributes:
        column: The auxiliary.
        members: ``[n]`` 0/1 variables, whether each is a member.
        neighbours: Which of the ``n`` are neighbours, by number.
        allowed: So many pieces count for nothing, at least 1.
        tag: ``[1, 7]`` what its rows are about.
    """

    column: int
    members: IntArray
    neighbours: Neighbours
    allowed: int
    tag: TagArray

    @property
    def key(self) -> object:
        """What tells it from another one of the same members."""
        return self.allowed, sorted((one, sorted(others)) for one, others in self.neighbours.items())


@dataclass(frozen=True, eq=False)
class Program:
    """A whole program; variables ``0 .. decisions.count - 1`` are the plan, the rest follow from it.

    Attributes:
        decisions: The decisions and their layers.
        lower: Least value of each variable.
        upper: Greatest value of each variable.
        rows: The rows.
        costs: The cost terms; ``constants`` are what a level costs whatever the plan.
        constants: ``(level, rule, amount)`` of costs that no decision can change.
        definitions: How auxiliaries follow from decisions.
        rules: Rule ids; tags count into them.
        levels: The levels of the objective, most important first, the hard level left out.
        medoids: Which auxiliaries are the way to a centre; no definition reads one.
        excess_components: Which auxiliaries count pieces of maps; no definition reads one.
    """

    decisions: Decisions
    lower: IntArray
    upper: IntArray
    rows: Rows
    costs: Costs
    constants: tuple[tuple[int, int, int], ...]
    definitions: Definitions
    rules: tuple[str, ...]
    levels: tuple[int, ...]
    medoids: tuple[Medoid, ...] = ()
    excess_components: tuple[ExcessComponents, ...] = ()

    def __len__(self) -> int:
        return len(self.lower)

    def constant(self, level: int) -> int:
        """Return what ``level`` costs whatever the plan."""
        return sum(amount for at, _, amount in self.constants if at == level)
