"""The limit of the numbers of a program: beyond it whole numbers of 64 bits would wrap in silence.

Sums are bounded before any product is computed. A rough bound comes first, in Python's whole numbers, which
do not wrap. Where it exceeds the limit, a bound in floating point, term by term, decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from allocator.program.program import Program

IntArray = npt.NDArray[np.int64]
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
