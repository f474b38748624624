"""How large the numbers of a program may be: beyond that whole numbers of 64 bits would wrap in silence.

Bounds are taken before anything is multiplied: roughly, in Python's numbers, which do not wrap, and only
where that is too much in floating point, term by term.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from allocator.program.program import Program

IntArray = npt.NDArray[np.int64]
#: No sum of a program, whatever its plan, comes to this or more: CP-SAT counts to 2^62.
MAX_MAGNITUDE = 2**60


class TooLargeError(ArithmeticError):
    """The numbers of a rule come to more than can be counted with.

    Attributes:
        rule: Number of the rule in the program; None for the one that is being written.
    """

    def __init__(self, rule: int | None = None) -> None:
        super().__init__("numbers too large")
        self.rule = rule


def refuse_too_large(number: int) -> None:
    """Refuse a number of ``MAX_MAGNITUDE`` or more, above or below zero.

    Raises:
        TooLargeError: It is.
    """
    if abs(number) >= MAX_MAGNITUDE:
        raise TooLargeError


def checked_product(numbers: IntArray, factor: int | IntArray) -> IntArray:
    """Return ``numbers * factor``.

    Raises:
        TooLargeError: A product may come to ``MAX_MAGNITUDE`` or more.
    """
    refuse_too_large(_largest(numbers) * _largest(np.asarray(factor)))
    return numbers * factor


def refuse_large_sums(coefs: IntArray, lower: IntArray, upper: IntArray) -> None:
    """Refuse sums along the last axis of ``coefs`` times variables of these bounds.

    Raises:
        TooLargeError: One of them may come to ``MAX_MAGNITUDE`` or more.
    """
    rough = _largest(coefs) * max(_largest(lower), _largest(upper)) * coefs.shape[-1]
    if rough >= MAX_MAGNITUDE and _reach(coefs, lower, upper).sum(axis=-1).max(initial=0) >= MAX_MAGNITUDE:
        raise TooLargeError


def refuse_large_program(program: Program) -> None:
    """Refuse a program of which a row, or the costs of a level, may come to ``MAX_MAGNITUDE`` or more.

    Raises:
        TooLargeError: With the rule that adds most to the sum.
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
    """Refuse terms of which those of one sum may come to ``MAX_MAGNITUDE`` or more."""
    bound = max(_largest(program.lower), _largest(program.upper))
    if _largest(coefs) * bound * len(coefs) < MAX_MAGNITUDE:
        return
    terms = _reach(coefs, program.lower[cols], program.upper[cols])
    greatest = np.bincount(sums, terms)
    if greatest.max(initial=0) >= MAX_MAGNITUDE:
        blamed = np.where(sums == greatest.argmax(), terms, 0)
        raise TooLargeError(int(rules[blamed.argmax()]))


def _largest(numbers: IntArray) -> int:
    """Return the largest number, above or below zero, as a number of any size."""
    return max(abs(int(numbers.max(initial=0))), abs(int(numbers.min(initial=0))))


def _reach(coefs: IntArray, lower: IntArray, upper: IntArray) -> npt.NDArray[np.float64]:
    """Return how far from 0 each term may be."""
    ends = np.maximum(np.abs(lower.astype(np.float64)), np.abs(upper.astype(np.float64)))
    return np.asarray(np.abs(coefs.astype(np.float64)) * ends)
