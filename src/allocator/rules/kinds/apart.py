"""apart: the items of a pair never share a slot, such as kin in a group or two agencies in a zone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import ClassVar, Literal

import numpy as np

from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter, subject_rows
from allocator.rules.kinds._indicators01 import indicator_if_minimised
from allocator.rules.kinds._pairs import PAIRS_EN, PAIRS_ZH, PairRule, clique_cover
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Apart(PairRule):
    """No two items of a pair sit in the same slot in the same period, in the roles of the rule."""

    name: ClassVar[str] = "apart"
    summary: ClassVar[Text] = Text(zh="分开：亲属等不得在同一机构", en="pairs that never share a slot")
    doc_zh: ClassVar[str] = "结成对的两个对象，同一周期不在同一去处（限规则所指的角色）。"
    sentence: ClassVar[Sentence] = Sentence(
        zh=f"{PAIRS_ZH}不得同在一个<where>",
        en=f"{PAIRS_EN} are never in the same <where>",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "other", "slot", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "apart", "on": "turn", "ties": "kin"},
            kept=("Wang=East@all Li=West@all", "Wang=East@all Zhao=East@all"),
            broken=("Wang=East@2026 Li=East@2026",),
        ),
        Example(
            rule={"kind": "apart", "on": "casework", "ties": "kin"},
            kept=("Wang=C1/investigator@2026 Wang=C1/reviewer@2026 Li=C3/reviewer@2026",),
            broken=("Wang=C1/investigator@2026 Wang=C1/reviewer@2026 Li=C1/reviewer@2026",),
        ),
        Example(
            rule={"kind": "apart", "on": "turn", "pairs": [["Wang", "Li", "Zhao"]], "during": ["2026"]},
            kept=("Wang=East@2026 Li=West@2026",),
            broken=("all=East@2026", "Zhao=East@2026 Li=East@2026"),
        ),
        Example(
            rule={"kind": "apart", "on": "turn", "when": "person.grade == 'head' && other.grade == 'head'"},
            kept=("Wang=East@all Li=East@all",),
            broken=("Wang=East@2027 Zhao=East@2027",),
        ),
    )

    kind: Literal["apart"]

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write a row for each clique (hard) or pair (soft), slot and period: at most one of its items."""
        if len(scope.roles) > 1 and scope.layer.spec.take.most != 1:
            self._post_members(writer, scope)
            return
        grid = np.moveaxis(writer.grid()[:, :, list(scope.roles)], 2, 3)
        for pairs, periods in self.pairs_by_period(scope):
            slots, during = np.meshgrid(scope.slots, np.asarray(periods, dtype=np.int64))
            s, t = slots.reshape(-1), during.reshape(-1)
            for group in clique_cover(pairs) if self.is_hard and not scope.has_waivers else pairs:
                cols = np.hstack([grid[item, s, t] for item in group])
                where = subject_rows(item=group[0], other=group[1], slot=s, period=t)
                writer.at_most_each(where, cols, [1] * cols.shape[1], 1)

    def _post_members(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write the rows with indicators, where an item may hold several roles of a slot but counts once."""
        there = cache(lambda i, s, t: indicator_if_minimised(writer, scope, Subject(item=i, slot=s), t))
        for pairs, periods in self.pairs_by_period(scope):
            groups = clique_cover(pairs) if self.is_hard and not scope.has_waivers else pairs
            for group, s, t in product(groups, scope.slots.tolist(), periods):
                subject = Subject(item=group[0], other=group[1], slot=s, period=t)
                writer.at_most(Expr.total(there(i, s, t) for i in group), 1, subject)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each pair among the members of a slot and period, with its path of ties."""
        for pairs, periods in self.pairs_by_period(scope):
            for s in scope.slots.tolist():
                for t in periods:
                    members = frozenset(roster[self.on].items_in(s, t, scope.roles))
                    for a, b in pairs:
                        if a in members and b in members:
                            subject = Subject(item=a, other=b, slot=s, period=t)
                            yield Breach(subject, detail=self.tie_path(scope, a, b, t))
