"""The constraint writer of a rule: hard rules write rows, soft rules write penalties.

Every row and every cost is tagged with its rule and its subject. Rows and costs that a waiver covers are not
written. A soft rule pays the amount that its ``check`` reports, times its weight.

An auxiliary variable that is *exact if minimised* has rows that bound it from below only: use it where a
smaller value is better. One that is *exact if maximised* has rows that bound it from above only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from allocator.graph.geography import Neighbours
from allocator.model.layer import Layer
from allocator.program.builder import ProgramBuilder
from allocator.program.cuts import share_facets
from allocator.program.expr import Expr, ExprArray, checked_product
from allocator.program.lazy_auxiliaries import (
    add_excess_components,
    add_medoid_distance,
    membership_variables,
)
from allocator.program.program import INFINITE, Subject, TagArray, tag, tags
from allocator.program.spells import Spells, add_spells, link_spells, presence_variables
from allocator.rules.scope import Scope

IntArray = npt.NDArray[np.int64]


@dataclass
class SharedVariables:
    """Auxiliary variables that several rules share, created on first use.

    Attributes:
        spells: The spells of a layer by its name and the roles.
        presences: ``[I, T]`` variables of presence by the name of the layer and the slots.
    """

    spells: dict[tuple[str, tuple[int, ...]], Spells] = field(default_factory=dict)
    presences: dict[tuple[str, tuple[int, ...]], IntArray] = field(default_factory=dict)


class ConstraintWriter:
    """Writes the rows and costs of one rule.

    Attributes:
        level: The level of the rule, 0 for a hard one.
        weight: The penalty of one unit of breach within the level.
    """

    def __init__(self, builder: ProgramBuilder, scope: Scope, number: int, shared: SharedVariables) -> None:
        """Prepare to write.

        Args:
            builder: The program.
            scope: The scope of the rule.
            number: The index of the rule in the program's list of rules.
            shared: The auxiliary variables of all rules.
        """
        self._builder = builder
        self._scope = scope
        self._number = number
        self._shared = shared
        rule = scope.rule
        self.level = 0 if rule.level == "hard" else rule.level
        self.weight = rule.weight

    def grid(self, layer: str = "") -> IntArray:
        """Return ``[I, S, R, T]`` decisions of a layer, by default the rule's; -1 where there is none."""
        return self._builder.decisions.grids[layer or self._scope.layer.name]

    def at_most(self, expr: Expr, bound: int, subject: Subject) -> None:
        """Require ``expr <= bound``; a soft rule pays for each unit above the bound."""
        if self._scope.waives(subject) or self._builder.upper_bound(expr) <= bound:
            return
        mark = tag(self._number, subject)
        if self.level == 0:
            self._builder.add_row(expr, -INFINITE, bound, mark)
        else:
            self.penalise(self._builder.maximum([expr - bound], 0, mark), subject)

    def at_least(self, expr: Expr, bound: int, subject: Subject) -> None:
        """Require ``expr >= bound``; a soft rule pays for each unit below the bound."""
        self.at_most(-expr, -bound, subject)

    def at_least_share(self, part: Expr, whole: Expr, percent: int, subject: Subject) -> None:
        """Require ``part >= percent / 100 * whole``, rounded up; a soft rule pays for each unit too few."""
        if self._scope.waives(subject):
            return
        mark, short = tag(self._number, subject), []
        for scale, slope, constant in share_facets(percent, *self._builder.bounds(whole)):
            short.append((whole * slope - part * scale + constant, scale))
        if self.level == 0:
            for expr, _ in short:
                self._builder.add_row(expr, -INFINITE, 0, mark)
            return
        common = math.lcm(*(scale for _, scale in short))
        scaled = [expr * (common // scale) for expr, scale in short]
        self.penalise(self._builder.maximum(scaled, 0, mark, common), subject)

    def penalise(self, expr: Expr, subject: Subject) -> None:
        """Penalise the value of ``expr``, which must never be negative; a hard rule requires the value 0."""
        if self._scope.waives(subject):
            return
        mark = tag(self._number, subject)
        if self.level == 0:
            self._builder.add_row(expr, -INFINITE, 0, mark)
            return
        marks = np.broadcast_to(mark, (len(expr.cols), mark.shape[1]))
        self._builder.add_costs(expr.cols, checked_product(expr.coefs, self.weight), self.level, marks)
        self._builder.add_constant(self.level, self._number, expr.constant * self.weight)

    def forbid(self, where: IntArray, amounts: IntArray | int = 1) -> None:
        """Forbid decisions; a soft rule pays ``amounts`` for each.

        Args:
            where: ``[n, 4]`` item, slot, role and period of decisions; seats without a decision are skipped.
            amounts: ``[n]`` or one number: the penalty of each decision if the rule is soft.
        """
        self.penalise_variables(self.grid()[tuple(where.T)], amounts, _subjects(where))

    def penalise_variables(self, cols: IntArray, amounts: IntArray | int, subjects: IntArray) -> None:
        """Penalise each 0/1 variable that is 1 by ``amounts``; a hard rule forbids it.

        Args:
            cols: ``[n]`` variables; -1 is skipped.
            amounts: ``[n]`` or one number: the penalty of each variable.
            subjects: ``[n, 6]`` the subject of each variable.
        """
        kept = (cols >= 0) & ~self._waived(subjects)
        cols, marks = cols[kept], tags(self._number, subjects[kept])
        if self.level == 0:
            self._builder.add_rows(cols[:, None], np.ones(1, dtype=np.int64), (-INFINITE, 0), marks)
        else:
            prices = np.broadcast_to(np.asarray(amounts, dtype=np.int64), kept.shape)[kept]
            self._builder.add_costs(cols, checked_product(prices, self.weight), self.level, marks)

    def at_most_each(
        self, where: IntArray, cols: IntArray, coefs: Sequence[int] | IntArray, bound: int | IntArray
    ) -> None:
        """Require ``sum(coefs * x[cols[k]]) <= bound`` for each of ``n`` subjects.

        A soft rule pays for each unit above the bound.

        Args:
            where: ``[n, 4]`` item, slot, role and period of the subject of each row, -1 for a dimension that
                the subject does not name; ``[n, 5]`` with the other item.
            cols: ``[n, w]`` variables; -1 where there is none.
            coefs: ``[w]`` coefficients.
            bound: ``[n]``, or one number for all rows.
        """
        over = ExprArray.of(cols, coefs) + -np.asarray(bound)
        kept = (self._builder.bounds_each(over)[1] > 0) & ~self._waived(_subjects(where))
        where, over = where[kept], over[kept]
        if self.level == 0:
            self._post_each(where, over)
        else:
            self._pay_each(where, self.maximum_each(where, over, np.arange(len(over))))

    def penalise_each(self, where: IntArray, exprs: ExprArray) -> None:
        """Penalise the value of each expression; none may be negative, and a hard rule requires 0 of each.

        Args:
            where: The subject of each expression, as for ``at_most_each``.
            exprs: ``n`` expressions.
        """
        kept = ~self._waived(_subjects(where))
        write = self._post_each if self.level == 0 else self._pay_each
        write(where[kept], exprs[kept])

    def _post_each(self, where: IntArray, exprs: ExprArray) -> None:
        sides = -INFINITE, -exprs.constants
        self._builder.add_rows(exprs.cols, exprs.coefs, sides, self._marks(where))

    def _pay_each(self, where: IntArray, exprs: ExprArray) -> None:
        rows, places = (exprs.cols >= 0).nonzero()
        prices = checked_product(exprs.coefs[rows, places], self.weight)
        self._builder.add_costs(exprs.cols[rows, places], prices, self.level, self._marks(where)[rows])
        self._builder.add_constant(self.level, self._number, int(exprs.constants.sum()) * self.weight)

    def _marks(self, where: IntArray) -> TagArray:
        return tags(self._number, _subjects(where))

    def maximum(self, exprs: Sequence[Expr], floor: int, subject: Subject) -> Expr:
        """Return the maximum of ``floor`` and ``exprs``; exact if minimised."""
        return self._builder.maximum(exprs, floor, tag(self._number, subject))

    def implied(self, expr: Expr, bound: int, subject: Subject) -> None:
        """Add the implied row ``expr <= bound``, which every plan with exact auxiliary variables satisfies.

        The row only tightens the relaxation; a search for conflicting rules never drops it.
        """
        self._builder.add_row(expr, -INFINITE, bound, tag(self._number, subject), defining=True)

    def implied_each(self, where: IntArray, exprs: ExprArray) -> None:
        """Add the implied row ``expr <= 0`` of each expression, as ``implied`` does for a single one.

        Args:
            where: The subject of each expression, as for ``at_most_each``.
            exprs: ``n`` expressions.
        """
        sides = -INFINITE, -exprs.constants
        self._builder.add_rows(exprs.cols, exprs.coefs, sides, self._marks(where), defining=True)

    def square(self, root: Expr, subject: Subject) -> Expr:
        """Return the square of ``root``, which is never negative; exact if minimised."""
        return self._builder.square(root, tag(self._number, subject))

    def maximum_each(self, where: IntArray, exprs: ExprArray, owners: IntArray) -> ExprArray:
        """Return for each subject the maximum of 0 and its expressions; exact if minimised.

        Args:
            where: The subjects, as for ``at_most_each``.
            exprs: ``n`` expressions.
            owners: ``[n]`` the subject of each expression by its row of ``where``: ascending, every row used.
        """
        return self._builder.maximum_each(exprs, owners, self._marks(where))

    def minimum(self, exprs: Sequence[Expr], subject: Subject) -> Expr:
        """Return the minimum of ``exprs``; exact if maximised."""
        return self._builder.minimum(exprs, tag(self._number, subject))

    def medoid_distance(self, seats: IntArray, far: IntArray, subject: Subject) -> Expr:
        """Return the total distance of the members of a group to their medoid; exact if minimised.

        Args:
            seats: ``[n, w]`` decisions that make each of ``n`` items a member, -1 where there is none.
            far: ``[n, n]`` the distance of each item (row) to each possible medoid (column).
            subject: The subject of the definition.
        """
        return add_medoid_distance(self._builder, seats, far, tag(self._number, subject))

    def excess_components(self, seats: IntArray, near: Neighbours, free: int, subject: Subject) -> Expr:
        """Return the number of connected components of the members above ``free``; exact if minimised.

        Args:
            seats: ``[n, w]`` decisions that make each of ``n`` items a member, -1 where there is none.
            near: The neighbours of each item.
            free: The number of components that cost nothing, at least 1.
            subject: The subject of the definition.
        """
        mark = tag(self._number, subject)
        return add_excess_components(
            self._builder, membership_variables(self._builder, seats, mark), near, free, mark
        )

    def nth_largest(self, exprs: Sequence[Expr], nth: int) -> Expr:
        """Return the nth largest of ``exprs``; exact if every other value would cost at least as much."""
        return self._builder.nth_largest(exprs, nth)

    def upper_bound(self, expr: Expr) -> int:
        """Return the greatest value that ``expr`` can take."""
        return self._builder.bounds(expr)[1]

    def spells(self, roles: tuple[int, ...]) -> Spells:
        """Return the spells of the rule's layer in ``roles``; all rules share them."""
        layer = self._scope.layer
        if (layer.name, roles) not in self._shared.spells:
            made = add_spells(self._builder, layer, roles)
            for (name, others), spells in self._shared.spells.items():
                if name == layer.name:
                    self._link_spells({roles: made, others: spells})
            self._shared.spells[layer.name, roles] = made
        return self._shared.spells[layer.name, roles]

    def presence(self, layer: Layer, slots: IntArray) -> IntArray:
        """Return ``[I, T]`` variables that are 1 if the item is in any of ``slots``; -1 if it never can be.

        All rules share the variables. The layer must let an item take at most one slot a period.
        """
        key = (layer.name, tuple(slots.tolist()))
        if key not in self._shared.presences:
            steps = np.moveaxis(self.grid(layer.name)[:, slots], 3, 1)
            items, periods, *places = steps.shape
            made = presence_variables(self._builder, steps.reshape(items, periods, math.prod(places)))
            self._shared.presences[key] = made
        return self._shared.presences[key]

    def _link_spells(self, spells: dict[tuple[int, ...], Spells]) -> None:
        """Link the spells of two sets of roles if one set contains the other."""
        narrow, wide = sorted(spells, key=len)
        if set(narrow) < set(wide):
            others = self.grid()[:, :, sorted(set(wide) - set(narrow)), :]
            link_spells(self._builder, spells[narrow], spells[wide], others)

    def _waived(self, subjects: IntArray) -> npt.NDArray[np.bool_]:
        if not self._scope.has_waivers:
            return np.zeros(len(subjects), dtype=np.bool_)
        return np.array([self._scope.waives(Subject(*(int(k) for k in row))) for row in subjects], dtype=bool)


def _subjects(where: IntArray) -> IntArray:
    """Return ``[n, 6]`` subjects from their first dimensions; the others are -1."""
    subjects = np.full((len(where), len(Subject._fields)), -1, dtype=np.int64)
    subjects[:, : where.shape[1]] = where
    return subjects


def subject_rows(
    *,
    item: IntArray | int = -1,
    slot: IntArray | int = -1,
    role: IntArray | int = -1,
    period: IntArray | int = -1,
    other: IntArray | int = -1,
) -> IntArray:
    """Return ``[n, 5]`` item, slot, role, period and other item of each row; a number applies to all rows."""
    return np.stack(np.broadcast_arrays(item, slot, role, period, other), axis=1)
