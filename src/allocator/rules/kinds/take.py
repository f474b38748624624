"""take: the number of places that an item takes in a period. Every layer has such a rule in its `take`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np

from allocator.model.spec import Range
from allocator.model.text import Text
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter, subject_rows
from allocator.rules.expressions.fields import Doc
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Take(Rule):
    """Each item in service takes between ``places.least`` and ``places.most`` (slot, role) pairs.

    With `slots` or `role` only those places are counted: nobody leads twice in one period.
    An assignment that is impossible (a retired person, a case of another period) is a breach too.
    """

    name: ClassVar[str] = "take"
    summary: ClassVar[Text] = Text(
        zh="每个对象每个周期占几个位置（由层的 take 给出）",
        en="how many places an item takes in a period (from the layer's `take`)",
    )
    doc_zh: ClassVar[str] = (
        "在任的每个对象占 `places` 所定数目的位置（去处与角色）。\n\n"
        "填了 `slots` 或 `role` 时，只计这些位置，如一人一期至多一处为首。\n"
        "不可能的安排（已退休的人、其他周期的案件）也算违反。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="每<measure><who><each>占<where>的 {places} 个位置",
        en="each <who> takes {places} place(s) of a <where><each>",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "take", "on": "turn", "places": 1},
            kept=("all=East@2026 all=West@2027 all=West@2028",),
            broken=("all=East@2026 all=West@2027", "Wang=East@2026"),
        ),
        Example(
            rule={"kind": "take", "on": "casework", "places": "1-2", "during": ["2026"]},
            kept=("Wang=C1/investigator@2026 Li=C1/reviewer@2026 Li=C3/reviewer@2026",),
            broken=(
                "Wang=C1/investigator@2026",
                "Wang=C1/investigator@2026 Li=C1/investigator@2026 Li=C1/reviewer@2026 Li=C3/reviewer@2026",
            ),
        ),
        Example(
            rule={"kind": "take", "on": "casework", "role": "reviewer", "places": "0-1"},
            kept=("Wang=C1/investigator@2026 Wang=C1/reviewer@2026 Li=C2/reviewer@2027",),
            broken=("Li=C1/reviewer@2026 Li=C3/reviewer@2026",),
        ),
    )

    kind: Literal["take"]
    places: Annotated[Range, Doc(zh="占几个位置", en="How many places an item takes.")]

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write a row for each item and period and each of the two bounds."""
        for t in scope.periods:
            items = scope.items[scope.layer.present[scope.items, t]]
            held = writer.grid()[..., t][np.ix_(items, scope.slots, np.array(scope.roles, dtype=np.int64))]
            cols = held.reshape(len(items), len(scope.slots) * len(scope.roles))
            where = subject_rows(item=items, period=t)
            if self.places.most is not None:
                writer.at_most_each(where, cols, [1] * cols.shape[1], self.places.most)
            if self.places.least:
                writer.at_most_each(where, cols, [-1] * cols.shape[1], -self.places.least)

    def relaxed(self) -> tuple[Rule, ...]:
        """Return the lower bound as a soft rule; an upper bound of one place stays hard."""
        if self.places.most != 1:
            return super().relaxed()
        at_most = self.model_copy(update={"id": f"{self.id}.most", "places": Range(most=1)})
        if not self.places.least:
            return (at_most,)
        at_least = self.model_copy(update={"level": 1, "places": Range(least=self.places.least)})
        return at_most, at_least

    def split_fact(self) -> tuple[Rule | None, Rule | None]:
        """Return that nobody takes two places of the layer at a time, and the places that must be taken."""
        if self.places.most != 1 or self.items or self.slots or self.role or self.during:
            return None, self
        fact = self.model_copy(update={"id": f"{self.id}.most", "places": Range(most=1)})
        least = self.places.least
        return fact, self.model_copy(update={"places": Range(least=least)}) if least else None

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each item with too few or too many places, or with places that are impossible."""
        layer = scope.layer
        for i in scope.items.tolist():
            for t in scope.periods:
                held = roster[self.on].seats(i, t)
                seats = [(s, r) for s, r in held if s in scope.slot_set and r in scope.roles]
                impossible = [s for s, _ in seats if not layer.can_be(i, s, t)]
                subject = Subject(item=i, period=t)
                if impossible:
                    yield Breach(subject, len(impossible), _IMPOSSIBLE)
                elif layer.present[i, t] and (off := self._excess(len(seats))):
                    yield Breach(subject, off, self._detail(len(seats)))

    def _excess(self, count: int) -> int:
        most = self.places.most
        return max(self.places.least - count, 0 if most is None else count - most, 0)

    def _detail(self, count: int) -> Text:
        return Text(
            zh=f"占 {count} 个位置，应为 {self.places}", en=f"takes {count} places, should be {self.places}"
        )


_IMPOSSIBLE = Text(zh="该周期不在职或该位置不存在", en="not in service, or no such place, in that period")
