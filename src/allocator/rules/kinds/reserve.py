"""reserve: for each seat there are enough others who could take it, should its holder leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from allocator.model.layer import BoolArray
from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.expressions.fields import Doc, PairTest
from allocator.rules.kinds._indicators01 import indicator_if_minimised
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Reserve(Rule):
    """In each period at least ``atleast`` others could take a seat of the slot; each too few costs 1.

    Those who could are the items in service for which ``when`` holds in this slot, such as
    ``person.grade == 'head' && person.native_place != group.place``, and who have none of the seats of the
    rule in this period: neither in this slot nor in another. So a plan keeps somebody in hand for each lead.
    Other rules are not asked: what they require of a holder belongs in ``when``.
    """

    name: ClassVar[str] = "reserve"
    summary: ClassVar[Text] = Text(
        zh="后备力量：每个席位都有足够的人可以接替", en="how many others could take each seat"
    )
    doc_zh: ClassVar[str] = (
        "每个周期，每个去处的席位至少有 `atleast` 人可以接替，每少一人计 1。\n\n"
        "可以接替的人：在任，对这一去处符合 `when`，\n"
        "如 `person.grade == 'head' && person.native_place != group.place`，\n"
        "且本期没有担任规则所指的任何席位，不论在这一去处还是别处。这样每个正职都有人可以顶上。\n"
        "其他规则不计：对接替人的要求写在 `when` 中。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="每个<where><each>至少有 {atleast} 名<item>可以接替<who>：本人未任此类席位[，且{when}]",
        en="each <where> has at least {atleast} <items> who could replace a <who><each>: they have no such"
        " place[ and meet this: {when}]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("slot", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "reserve", "on": "turn", "atleast": 1, "during": ["2026"]},
            kept=("Wang=East@2026 Li=West@2026", "Zhao=East@2026 all=West@2027"),
            broken=("all=East@2026", "Wang=East@2026 Li=East@2026 Zhao=West@2026"),
        ),
        Example(
            rule={
                "kind": "reserve",
                "on": "posting",
                "role": "lead",
                "slots": "group.id == 'East'",
                "when": "person.grade == 'head'",
                "atleast": 1,
            },
            kept=("Li=East/lead@2026 Wang=East/member@2026", "Wang=West/lead@2026"),
            broken=("Wang=East/lead@2026", "Li=East/lead@2026 Wang=East/lead@2027"),
        ),
        Example(
            rule={
                "kind": "reserve",
                "on": "posting",
                "role": "lead",
                "when": "person.native_place != group.place",
                "atleast": 1,
                "during": "2027",
            },
            kept=("Wang=East/member@2027 Li=West/member@2027", "Wang=East/lead@2026"),
            broken=("Wang=West/lead@2027", "Li=East/lead@2027 Wang=West/member@2027"),
        ),
        Example(
            rule={"kind": "reserve", "on": "casework", "role": "reviewer", "atleast": 2, "during": "2026"},
            kept=("Wang=C1/investigator@2026 Li=C3/investigator@2026",),
            broken=("Wang=C1/reviewer@2026 Wang=C3/reviewer@2026", "Li=C3/reviewer@2026"),
        ),
    )

    kind: Literal["reserve"]
    atleast: Annotated[
        int, Field(ge=1, le=1000), Doc(zh="至少几人可以接替", en="Least number of those who could.")
    ] = 1
    when: Annotated[
        PairTest,
        Doc(zh="接替人须符合的条件；不填为任何人", en="What such a person must meet; anybody if empty."),
    ] = ""

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write one row for each slot and period that bounds how many of the fit hold a seat."""
        held = {
            (i, t): indicator_if_minimised(writer, scope, Subject(item=i), t)
            for i, t in np.argwhere(self._fit(scope).any(axis=1)).tolist()
        }
        for subject, fit in self._fit_of_each(scope):
            taken = Expr.total(held[i, subject.period] for i in fit)
            writer.at_most(taken, len(fit) - self.atleast, subject)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each slot and period for which too few of the fit are free."""
        for subject, fit in self._fit_of_each(scope):
            free = sum(
                scope.slot_set.isdisjoint(roster[self.on].slots_of(i, subject.period, scope.roles))
                for i in fit
            )
            if free < self.atleast:
                detail = Text(
                    zh=f"可接替 {free} 人，应有 {self.atleast} 人",
                    en=f"{free} could step in, should be {self.atleast}",
                )
                yield Breach(subject, self.atleast - free, detail)

    def _fit(self, scope: Scope) -> BoolArray:
        """Return ``[I, S, T]``: whether an item in service could take a seat of an active slot."""
        layer = scope.layer
        there = layer.present[:, None, :] & layer.active[None, :, :]
        fit = scope.covered & there
        return fit & scope.where(self.when) if self.when else fit

    def _fit_of_each(self, scope: Scope) -> Iterator[tuple[Subject, list[int]]]:
        """Yield each active slot and period with the items that could take a seat there."""
        fit = self._fit(scope)
        for s in scope.slots.tolist():
            for t in scope.periods:
                if scope.layer.active[s, t]:
                    yield Subject(slot=s, period=t), np.flatnonzero(fit[:, s, t]).tolist()
