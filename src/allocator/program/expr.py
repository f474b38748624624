"""Linear expressions with whole coefficients, one or many of one shape; and the limit of a program's numbers.

Beyond the limit whole numbers of 64 bits would wrap in silence. Sums are bounded before any product is
computed. A rough bound comes first, in Python's whole numbers, which do not wrap. Where it exceeds the limit,
a bound in floating point, term by term, decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from allocator.program.program import Program


IntArray = npt.NDArray[np.int64]
EMPTY: IntArray = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Expr:
    """``sum(coefs * variables[cols]) + constant``; a column may occur more than once."""

    cols: IntArray = field(default_factory=lambda: EMPTY)
    coefs: IntArray = field(default_factory=lambda: EMPTY)
    constant: int = 0

    @classmethod
    def of(cls, cols: IntArray | Iterable[int], coefs: IntArray | int = 1) -> Expr:
        """Return the weighted sum of variables; columns of -1 (no such decision) are left out."""
        columns = np.asarray(cols, dtype=np.int64).reshape(-1)
        weights = np.broadcast_to(np.asarray(coefs, dtype=np.int64), columns.shape)
        exists = columns >= 0
        return cls(columns[exists], weights[exists])

    @classmethod
    def total(cls, parts: Iterable[Expr]) -> Expr:
        """Return the sum of expressions."""
        terms = list(parts)
        if not terms:
            return cls()
        return cls(
            np.concatenate([term.cols for term in terms]),
            np.concatenate([term.coefs for term in terms]),
            sum(term.constant for term in terms),
        )

    def __add__(self, other: Expr | int) -> Expr:
        if isinstance(other, int):
            return Expr(self.cols, self.coefs, self.constant + other)
        return Expr.total((self, other))

    def __sub__(self, other: Expr | int) -> Expr:
        return self + (-other)

    def __neg__(self) -> Expr:
        return self * -1

    def __mul__(self, factor: int) -> Expr:
        coefs = -self.coefs if factor == -1 else checked_product(self.coefs, factor)
        return Expr(self.cols, coefs, self.constant * factor)


@dataclass(frozen=True, slots=True, eq=False)
class ExprArray:
    """``n`` expressions, written and bounded at once.

    Expression ``k`` is ``sum(coefs[k] * variables[cols[k]]) + constants[k]``.

    Attributes:
        cols: ``[n, w]`` columns; -1 stands for no variable.
        coefs: ``[n, w]`` coefficients.
        constants: ``[n]`` constants.
    """

    cols: IntArray
    coefs: IntArray
    constants: IntArray

    @classmethod
    def of(cls, cols: IntArray, coefs: Sequence[int] | IntArray, constants: IntArray | int = 0) -> ExprArray:
        """Return expressions; coefficients and constants may be the same for all."""
        weights = np.broadcast_to(np.asarray(coefs, dtype=np.int64), cols.shape)
        cols, weights = _without_gaps(cols, weights)
        return cls(cols, weights, np.broadcast_to(np.asarray(constants, dtype=np.int64), len(cols)))

    @classmethod
    def empty(cls, count: int, width: int) -> ExprArray:
        """Return ``count`` expressions without terms, with room for ``width`` terms each."""
        cols = np.full((count, width), -1, dtype=np.int64)
        return cls(cols, np.zeros_like(cols), np.zeros(count, dtype=np.int64))

    @classmethod
    def concat(cls, parts: Sequence[ExprArray]) -> ExprArray:
        """Return all the expressions of ``parts``, in order."""
        width = max((part.cols.shape[1] for part in parts), default=0)
        filled = [((0, 0), (0, width - part.cols.shape[1])) for part in parts]
        cols = [np.pad(part.cols, more, constant_values=-1) for part, more in zip(parts, filled, strict=True)]
        coefs = [np.pad(part.coefs, more) for part, more in zip(parts, filled, strict=True)]
        none = cls.empty(0, width)
        return cls(
            np.concatenate([none.cols, *cols]),
            np.concatenate([none.coefs, *coefs]),
            np.concatenate([none.constants, *(part.constants for part in parts)]),
        )

    def __len__(self) -> int:
        return len(self.cols)

    def __getitem__(self, chosen: IntArray | npt.NDArray[np.bool_]) -> ExprArray:
        return ExprArray(self.cols[chosen], self.coefs[chosen], self.constants[chosen])

    def __add__(self, amounts: IntArray | int) -> ExprArray:
        return ExprArray(self.cols, self.coefs, self.constants + amounts)

    def __mul__(self, factors: IntArray) -> ExprArray:
        coefs = checked_product(self.coefs, factors[:, None])
        return ExprArray(self.cols, coefs, checked_product(self.constants, factors))


def _without_gaps(cols: IntArray, weights: IntArray) -> tuple[IntArray, IntArray]:
    """Return columns and weights packed to the left if more than half of the places hold no variable."""
    exists = cols >= 0
    lengths = exists.sum(axis=1)
    width = int(lengths.max(initial=0))
    if 2 * width >= cols.shape[1]:
        return cols, weights
    there = np.arange(width) < lengths[:, None]
    dense = np.full(there.shape, -1, dtype=np.int64), np.zeros(there.shape, dtype=np.int64)
    dense[0][there], dense[1][there] = cols[exists], weights[exists]
    return dense


#: Every sum of a program is below this in every plan: CP-SAT's limit is 2^62.
MAX_MAGNITUDE = 2**60


class TooLargeError(ArithmeticError):
    """The numbers of a rule exceed the limit.

    Attributes:
        rule: Number of the rule in the program; None for the rule that is being written.
    """

    def __init__(self, rule: int | None = None) -> None:
        super().__init__("numbers too large")
        self.rule = rule


def refuse_too_large(number: int) -> None:
    """Refuse a number of ``MAX_MAGNITUDE`` or more in absolute value.

    Raises:
        TooLargeError: The number is that large.
    """
    if abs(number) >= MAX_MAGNITUDE:
        raise TooLargeError


def checked_product(numbers: IntArray, factor: int | IntArray) -> IntArray:
    """Return ``numbers * factor``.

    Raises:
        TooLargeError: A product may reach ``MAX_MAGNITUDE``.
    """
    refuse_too_large(_largest(numbers) * _largest(np.asarray(factor)))
    return numbers * factor


def refuse_large_sums(coefs: IntArray, lower: IntArray, upper: IntArray) -> None:
    """Refuse sums, along the last axis, of ``coefs`` times variables within bounds.

    Raises:
        TooLargeError: A sum may reach ``MAX_MAGNITUDE``.
    """
    rough = _largest(coefs) * max(_largest(lower), _largest(upper)) * coefs.shape[-1]
    if (
        rough >= MAX_MAGNITUDE
        and _term_limits(coefs, lower, upper).sum(axis=-1).max(initial=0) >= MAX_MAGNITUDE
    ):
        raise TooLargeError


def refuse_large_program(program: Program) -> None:
    """Refuse a program of which a row, or the cost of a level, may reach ``MAX_MAGNITUDE``.

    Raises:
        TooLargeError: It names the rule that adds most to the sum.
    """
    rows, costs = program.rows, program.costs
    rows_of_terms = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
    _refuse(program, rows.coefs, rows.cols, rows_of_terms, rows.tags[rows_of_terms, 0])
    _refuse(program, costs.coefs, costs.cols, costs.levels, costs.tags[:, 0])
    for level in program.levels:
        if abs(program.constant(level)) >= MAX_MAGNITUDE:
            raise TooLargeError(
                max((abs(amount), rule) for at, rule, amount in program.constants if at == level)[1]
            )


def _refuse(
    program: Program, coefs: IntArray, cols: IntArray, sums: IntArray, rules: npt.NDArray[np.int32]
) -> None:
    """Refuse terms, if those of one sum may reach ``MAX_MAGNITUDE``."""
    bound = max(_largest(program.lower), _largest(program.upper))
    if _largest(coefs) * bound * len(coefs) < MAX_MAGNITUDE:
        return
    terms = _term_limits(coefs, program.lower[cols], program.upper[cols])
    greatest = np.bincount(sums, terms)
    if greatest.max(initial=0) >= MAX_MAGNITUDE:
        blamed = np.where(sums == greatest.argmax(), terms, 0)
        raise TooLargeError(int(rules[blamed.argmax()]))


def _largest(numbers: IntArray) -> int:
    """Return the largest absolute value, as a Python number, which does not wrap."""
    return max(abs(int(numbers.max(initial=0))), abs(int(numbers.min(initial=0))))


def _term_limits(coefs: IntArray, lower: IntArray, upper: IntArray) -> npt.NDArray[np.float64]:
    """Return the largest absolute value that each term can have."""
    ends = np.maximum(np.abs(lower.astype(np.float64)), np.abs(upper.astype(np.float64)))
    return np.asarray(np.abs(coefs.astype(np.float64)) * ends)
