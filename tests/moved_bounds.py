"""Constraint writers that move one bound in a kind's code, and the places where kinds use their writers."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

import numpy as np

from allocator.program.expr import Expr, ExprArray
from allocator.program.program import Subject
from allocator.rules import constraints, kinds, policy
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.kinds._cross_layer import ConditionalRows
from allocator.rules.rule import Rule

METHODS = (
    *("at_most", "at_least", "at_least_share", "at_most_each", "penalise", "penalise_each", "forbid"),
    *("maximum", "maximum_each", "minimum"),
)
#: Rules that compare whereabouts hand their bounds over as values of this class.
ROWS = "ConditionalRows"


@dataclass(frozen=True, order=True)
class Site:
    """A call of a writer in a kind's code."""

    file: str
    line: int
    method: str

    def __str__(self) -> str:
        return f"{Path(self.file).name}:{self.line} {self.method}"


class MovedWriter(ConstraintWriter):
    """A writer that notes where it is used, and at one of those places moves the bound.

    ``shift`` is added to a bound, to what is paid, to each term of a greatest or least. Where places are
    forbidden outright there is no number to move: the first (or last) of them is left out.
    """

    used: ClassVar[set[Site]] = set()
    target: ClassVar[Site | None] = None
    shift: ClassVar[int] = 0

    @classmethod
    def shifted(cls, method: str) -> int:
        """Note who called the caller, and return by how much the bound moves there."""
        frame = sys._getframe(2)
        if frame.f_code.co_filename in (__file__, constraints.__file__):
            return 0
        site = Site(frame.f_code.co_filename, frame.f_lineno, method)
        cls.used.add(site)
        return cls.shift if site == cls.target else 0

    def at_most(self, expr: Expr, bound: int, subject: Subject) -> None:
        super().at_most(expr, bound + self.shifted("at_most"), subject)

    def at_least(self, expr: Expr, bound: int, subject: Subject) -> None:
        super().at_least(expr, bound + self.shifted("at_least"), subject)

    def at_least_share(self, part: Expr, whole: Expr, percent: int, subject: Subject) -> None:
        super().at_least_share(part - self.shifted("at_least_share"), whole, percent, subject)

    def at_most_each(self, where: Any, cols: Any, coefs: Sequence[int], bound: int) -> None:
        super().at_most_each(where, cols, coefs, bound + self.shifted("at_most_each"))

    def penalise(self, expr: Expr, subject: Subject) -> None:
        super().penalise(expr + self.shifted("penalise"), subject)

    def penalise_each(self, where: Any, exprs: ExprArray) -> None:
        super().penalise_each(where, exprs + self.shifted("penalise_each"))

    def maximum(self, exprs: Sequence[Expr], floor: int, subject: Subject) -> Expr:
        moved = self.shifted("maximum")
        return super().maximum([expr + moved for expr in exprs], floor, subject)

    def maximum_each(self, where: Any, exprs: ExprArray, owners: Any) -> ExprArray:
        return super().maximum_each(where, exprs + self.shifted("maximum_each"), owners)

    def minimum(self, exprs: Sequence[Expr], subject: Subject) -> Expr:
        moved = self.shifted("minimum")
        return super().minimum([expr + moved for expr in exprs], subject)

    def forbid(self, where: Any, amounts: Any = 1) -> None:
        moved = self.shifted("forbid")
        amounts = np.broadcast_to(np.asarray(amounts), len(where))
        if moved and self.level:
            amounts = amounts + moved
        elif moved:
            exists = self.grid()[tuple(where.T)] >= 0
            where, amounts = where[exists], amounts[exists]
            kept = slice(1, None) if moved > 0 else slice(None, -1)
            where, amounts = where[kept], amounts[kept]
        super().forbid(where, amounts)


@contextmanager
def moved(target: Site | None = None, shift: int = 0) -> Any:
    """Compile policies with a writer that moves the bound at ``target``; yields the places of its use."""
    MovedWriter.used, MovedWriter.target, MovedWriter.shift = set(), target, shift
    with (
        mock.patch.object(policy, "ConstraintWriter", MovedWriter),
        mock.patch.object(ConditionalRows, "__init__", _moved_rows),
    ):
        yield MovedWriter.used


_plain_rows = ConditionalRows.__init__


def _moved_rows(self: ConditionalRows, rows: Any, cols: Any, coefs: tuple[int, ...], bound: int) -> None:
    _plain_rows(self, rows, cols, coefs, bound + MovedWriter.shifted(ROWS))


@dataclass(frozen=True)
class Written:
    """A use of a writer in the source; a method that is passed on may be called anywhere in its function."""

    file: str
    first: int
    last: int
    method: str

    def holds(self, site: Site) -> bool:
        return (self.file, self.method) == (site.file, site.method) and self.first <= site.line <= self.last


@cache
def written_in(file: str) -> tuple[Written, ...]:
    """Return every use of a ``writer`` in a source file."""
    tree = ast.parse(Path(file).read_text("utf-8"))
    called = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = []
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for node in ast.walk(function):
            span = called.get(id(node), function)
            if method := _use(node, called.keys()):
                found.append(Written(file, span.lineno, span.end_lineno or span.lineno, method))
    return tuple(found)


def _use(node: ast.AST, called: Collection[int]) -> str:
    """Return the method of a writer that a node names (or `ROWS`), empty if it names none."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "writer":
        return node.attr if node.attr in METHODS else ""
    return ROWS if isinstance(node, ast.Name) and node.id == ROWS and id(node) in called else ""


def written_for(kind: type[Rule]) -> tuple[Written, ...]:
    """Return every use of a writer in the code of a kind, other files that it inherits from included."""
    modules = dict.fromkeys(base.__module__ for base in kind.__mro__)
    files = [str(sys.modules[name].__file__) for name in modules if name.startswith(f"{kinds.__name__}.")]
    return tuple(use for file in files for use in written_in(file))
