"""The program as arrays: variables, rows and costs with their tags, and definitions of auxiliaries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from allocator.graph.geography import Neighbours
from allocator.program.decisions import Decisions

if TYPE_CHECKING:
    from scipy.sparse import csr_array

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
TagArray = npt.NDArray[np.int32]
#: A side of a row at or beyond this is open.
INFINITE = 2**60
#: Length of a tag: the rule, then the subject.
WIDTH = 7


class Subject(NamedTuple):
    """The subject of a row, cost or breach, by index into the rule's layer; -1 where there is none.

    ``other`` is a second item. ``part`` is any further thing that the kind counts by (a seat, a skill, a
    place).
    """

    item: int = -1
    slot: int = -1
    role: int = -1
    period: int = -1
    other: int = -1
    part: int = -1


def tag(rule: int, subject: Subject) -> TagArray:
    """Return the tag of one row: the rule's index, then the subject."""
    return np.array([(rule, *subject)], dtype=np.int32)


def tags(rule: int, subjects: npt.NDArray[np.int64]) -> TagArray:
    """Return the tags of ``n`` rows from subjects ``[n, 6]``."""
    block = np.empty((len(subjects), WIDTH), dtype=np.int32)
    block[:, 0] = rule
    block[:, 1:] = subjects
    return block


@dataclass(frozen=True, eq=False)
class Rows:
    """``n`` rows ``lo <= sum(coefs * x[cols]) <= hi`` in compressed form.

    Attributes:
        starts: ``[n + 1]``; row ``k`` holds the terms ``starts[k]:starts[k + 1]``.
        cols: Column of each term.
        coefs: Coefficient of each term.
        lo: ``[n]`` lower sides, at least ``-INFINITE``.
        hi: ``[n]`` upper sides, at most ``INFINITE``.
        tags: ``[n, 7]``: the rule, then the subject (see `Subject`).
        defining: ``[n]`` whether the row only defines an auxiliary. Such a row constrains no plan.
    """

    starts: IntArray
    cols: IntArray
    coefs: IntArray
    lo: IntArray
    hi: IntArray
    tags: TagArray
    defining: BoolArray

    def __len__(self) -> int:
        return len(self.lo)

    def sums(self, values: IntArray) -> IntArray:
        """Return ``[n, rows]`` the sum of each row in plans ``[n, variables]``."""
        return row_values(self._matrix, values)

    @cached_property
    def _matrix(self) -> csr_array:
        return csr_from_terms(self.coefs, self.cols, self.starts)

    def select(self, kept: BoolArray) -> Rows:
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
    """Return the matrix of some terms, row by row, without empty columns at its end; it may share arrays."""
    from scipy.sparse import csr_array  # a draw is replayed without it

    return csr_array((coefs, cols, starts), shape=(len(starts) - 1, int(cols.max(initial=-1)) + 1))


def row_values(matrix: csr_array, values: IntArray) -> IntArray:
    """Return ``[n, rows]`` the value of each row of a matrix in plans ``[n, variables]``."""
    within = values[:, : matrix.shape[1]]
    if len(within) == 1:
        return np.asarray(matrix @ within[0])[None, :]
    return np.asarray((matrix @ within.T).T)


def expand_segments(starts: IntArray, chosen: IntArray) -> tuple[IntArray, IntArray]:
    """Return the indices of some segments of an array, one after another, and where each of them starts.

    Args:
        starts: ``[segments + 1]``: segment ``k`` of the array is ``starts[k]:starts[k + 1]``.
        chosen: Numbers of segments.
    """
    first = starts[chosen]
    lengths = starts[chosen + 1] - first
    begins = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
    return np.repeat(first - begins[:-1], lengths) + np.arange(begins[-1]), begins


@dataclass(frozen=True, eq=False)
class Costs:
    """``n`` cost terms ``coefs * x[cols]``, each counted in its level."""

    cols: IntArray
    coefs: IntArray
    levels: IntArray
    tags: TagArray

    def select(self, kept: BoolArray) -> Costs:
        """Return some of the terms, ``[n]`` whether each is kept."""
        return Costs(self.cols[kept], self.coefs[kept], self.levels[kept], self.tags[kept])


@dataclass(frozen=True, eq=False)
class Definitions:
    """How each auxiliary follows from earlier variables: a maximum, minimum or nth largest of expressions.

    Auxiliary ``k`` is ``max(floor, ceil(e / divisor) ...)`` over its expressions, or with ``is_minimum``
    ``min(ceiling, e ...)``. With ``power`` 2 it is the square of that. With ``nth`` above 1 it is the nth
    largest of its expressions. Expressions are rows in compressed form, grouped by auxiliary and rank: an
    auxiliary of rank ``q`` reads decisions and auxiliaries of lower rank.

    Attributes:
        cols: ``[auxiliaries]`` columns.
        start: ``[auxiliaries + 1]`` first expression of each.
        expr_start: ``[expressions + 1]`` first term of each.
        term_cols: ``[terms]`` columns.
        term_coefs: ``[terms]`` coefficients.
        constants: ``[expressions]`` constants.
        is_minimum: ``[auxiliaries]`` whether it is a minimum.
        limit: ``[auxiliaries]`` the floor, or the ceiling of a minimum.
        divisor: ``[auxiliaries]`` divisors.
        power: ``[auxiliaries]`` 1 or 2.
        nth: ``[auxiliaries]`` 1 for a maximum and a minimum.
        rank: ``[auxiliaries]`` ranks, in ascending order.
    """

    cols: IntArray
    start: IntArray
    expr_start: IntArray
    term_cols: IntArray
    term_coefs: IntArray
    constants: IntArray
    is_minimum: BoolArray
    limit: IntArray
    divisor: IntArray
    power: IntArray
    nth: IntArray
    rank: IntArray

    @cached_property
    def ranks(self) -> Sequence[tuple[slice, csr_array]]:
        """By rank, the auxiliaries and a matrix with the terms of their expressions, a row each."""
        ends = [0, *(np.flatnonzero(np.diff(self.rank, append=-1)) + 1).tolist()]
        found = []
        for first, last in pairwise(ends):
            edges = self.expr_start[self.start[first] : self.start[last] + 1]
            terms = slice(int(edges[0]), int(edges[-1]))
            matrix = csr_from_terms(self.term_coefs[terms], self.term_cols[terms], edges - edges[0])
            found.append((slice(first, last), matrix))
        return found

    def terms_of(self, auxiliary: int | np.integer) -> slice:
        """Return where the terms of all expressions of an auxiliary, given by its number, stand."""
        first, last = self.start[auxiliary], self.start[auxiliary + 1]
        return slice(int(self.expr_start[first]), int(self.expr_start[last]))

    def select(self, chosen: IntArray) -> Definitions:
        """Return some of the definitions, given by their numbers in ascending order."""
        expressions, start = expand_segments(self.start, chosen)
        terms, expr_start = expand_segments(self.expr_start, expressions)
        return Definitions(
            cols=self.cols[chosen],
            start=start,
            expr_start=expr_start,
            term_cols=self.term_cols[terms],
            term_coefs=self.term_coefs[terms],
            constants=self.constants[expressions],
            is_minimum=self.is_minimum[chosen],
            limit=self.limit[chosen],
            divisor=self.divisor[chosen],
            power=self.power[chosen],
            nth=self.nth[chosen],
            rank=self.rank[chosen],
        )

    def concat(self, more: Definitions) -> Definitions:
        """Return these definitions followed by others, which may read all auxiliaries of these."""
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
    """An auxiliary that is a medoid distance: the sum of distances of members to their best centre.

    The best centre is the member with the smallest sum. The distance is 0 without members.

    Attributes:
        column: The auxiliary.
        members: ``[n]`` 0/1 variables, whether each is a member.
        distances: ``[n, n]`` cost of each with each as the centre, never negative.
        has_definition: Whether `Definitions` and rows define it, too. With very many members they do not.
    """

    column: int
    members: IntArray
    distances: IntArray
    has_definition: bool = True

    @property
    def key(self) -> object:
        """Identity among auxiliaries of the same members; slots may share a matrix of distances."""
        return id(self.distances)


@dataclass(frozen=True, eq=False)
class ExcessComponents:
    """An auxiliary that is the number of connected components of the members beyond ``allowed``.

    Attributes:
        column: The auxiliary.
        members: ``[n]`` 0/1 variables, whether each is a member.
        neighbours: The neighbours of each of the ``n``, by number.
        allowed: Number of components that cost nothing, at least 1.
        tag: ``[1, 7]`` the tag of its rows.
    """

    column: int
    members: IntArray
    neighbours: Neighbours
    allowed: int
    tag: TagArray

    @property
    def key(self) -> object:
        """Identity among auxiliaries of the same members."""
        return self.allowed, sorted((one, sorted(others)) for one, others in self.neighbours.items())


@dataclass(frozen=True, eq=False)
class Program:
    """A program. Variables ``0 .. decisions.count - 1`` are the plan; the auxiliaries follow from it.

    Attributes:
        decisions: The decisions and their layers.
        lower: ``[variables]`` lower bounds.
        upper: ``[variables]`` upper bounds.
        rows: The rows.
        costs: The cost terms.
        constants: ``(level, rule, amount)`` of costs that no decision can change.
        definitions: How auxiliaries follow from decisions.
        rules: Rule ids; tags index into them.
        levels: The levels of the objective, most important first, without the hard level.
        medoids: The medoid distances; no definition reads one.
        excess_components: The counts of components; no definition reads one.
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
        """Return the cost of ``level`` that no decision can change."""
        return sum(amount for at, _, amount in self.constants if at == level)

    def restrict_to_rules(self, rules: Iterable[str]) -> Program:
        """Return the program with the constraints of some rules alone.

        Rows that define auxiliaries constrain no plan and stay.

        Args:
            rules: Ids of the rules that are kept.
        """
        numbers = [self.rules.index(rule) for rule in rules]
        kept = np.isin(self.rows.tags[:, 0], numbers) | self.rows.defining
        return replace(self, rows=self.rows.select(kept))
