"""separate: no item holds two of the roles: an investigator of a case does not review it (查审分离)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.expressions.fields import Doc
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, FieldError, Rule, Several
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Separate(Rule):
    """An item holds at most one of ``roles`` within one slot, or within one period over all slots."""

    name: ClassVar[str] = "separate"
    summary: ClassVar[Text] = Text(zh="分离：审查调查与审理人员分设", en="roles that exclude each other")
    doc_zh: ClassVar[str] = "一个对象在同一去处（或同一周期的所有去处）至多担任 `roles` 中的一个。"
    sentence: ClassVar[Sentence] = Sentence(
        zh="<who>在[within=slot?同一<where>|同一期的各<where>]至多担任{roles}中的一种角色",
        en="any <who> holds at most one of the roles {roles} in [within=slot?one <where>|all <wheres>"
        " of a period]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "separate", "on": "casework", "roles": ["investigator", "reviewer"]},
            kept=("Wang=C1/investigator@2026 Wang=C3/reviewer@2026", "Li=C1/reviewer@2026"),
            broken=("Wang=C1/investigator@2026 Wang=C1/reviewer@2026",),
        ),
        Example(
            rule={
                "kind": "separate",
                "on": "casework",
                "roles": ["investigator", "reviewer"],
                "within": "period",
            },
            kept=("Wang=C1/investigator@2026 Wang=C3/investigator@2026",),
            broken=("Wang=C1/investigator@2026 Wang=C3/reviewer@2026",),
        ),
    )

    kind: Literal["separate"]
    roles: Annotated[
        Several,
        Field(min_length=2),
        Doc(zh="相互排斥的角色，至少两个", en="Roles that exclude each other, at least two."),
    ]
    within: Annotated[
        Literal["slot", "period"],
        Doc(
            zh="在同一去处内（slot），还是同一周期的所有去处内（period）",
            en="Within one slot, or within one period over all slots.",
        ),
    ] = "slot"

    @model_validator(mode="after")
    def _no_role(self) -> Separate:
        if self.role:
            raise FieldError(zh="所涉角色写在 roles 中", en="says its roles in `roles`, not in `role`")
        return self

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write rows that allow one of the roles at most to each item in a slot (or in a period)."""
        if self.within == "slot":
            self._post_slots(writer, scope)
            return
        for i in scope.items.tolist():
            for t in scope.periods:
                self._post_period(writer, scope, i, t)

    def _post_slots(self, writer: ConstraintWriter, scope: Scope) -> None:
        held = writer.grid()[:, :, self._role_indices(scope), :]
        where = np.argwhere(scope.covered & (held >= 0).any(axis=2))
        cols = held[where[:, 0], where[:, 1], :, where[:, 2]]
        subjects = np.insert(where, 2, -1, axis=1)
        writer.at_most_each(subjects, cols, [1] * cols.shape[1], 1)

    def _post_period(self, writer: ConstraintWriter, scope: Scope, i: int, t: int) -> None:
        subject = Subject(item=i, period=t)
        places = [writer.grid()[i, scope.slots, r, t] for r in self._role_indices(scope)]
        held = [writer.maximum([Expr.of([c]) for c in cols if c >= 0], 0, subject) for cols in places]
        writer.at_most(Expr.total(held), 1, subject)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each item that holds two or more of the roles in a slot (or in a period)."""
        roles = self._role_indices(scope)
        for i in scope.items.tolist():
            for t in scope.periods:
                seats = [(s, r) for s, r in roster[self.on].seats(i, t) if s in scope.slot_set and r in roles]
                if self.within == "period":
                    yield from _excess_roles(Subject(item=i, period=t), {r for _, r in seats})
                    continue
                for s in sorted({s for s, _ in seats}):
                    yield from _excess_roles(
                        Subject(item=i, slot=s, period=t), {r for at, r in seats if at == s}
                    )

    def _role_indices(self, scope: Scope) -> list[int]:
        return [r for r, role in enumerate(scope.layer.roles) if role in self.roles]


def _excess_roles(subject: Subject, roles: set[int]) -> Iterator[Breach]:
    if len(roles) > 1:
        yield Breach(subject, len(roles) - 1)
