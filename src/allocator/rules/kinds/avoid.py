"""avoid: recusal (回避) by a condition or by acquaintance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import model_validator

from allocator.errors import nearest, shorten
from allocator.model.text import Text
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc, PairTest, PairTexts
from allocator.rules.expressions.selectors import SelectorError
from allocator.rules.kinds._conflicts import Acquaintance, Conflicts
from allocator.rules.kinds._delegated_conflicts import Leaders, Led
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, FieldError, FieldProblem, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Avoid(Rule):
    """A person may not take a place where ``when`` holds, or where he knows somebody too well.

    ``acquaintance`` says whom he may not know, and from which strength on. A soft rule costs 1 for each place
    where ``when`` holds, and for acquaintance the strength of the strongest path in percent (0.42 costs 42).
    With ``pays: place`` it costs 1 for each place, whether one of the two is the reason or both.

    ``through`` passes conflicts on: the conflicts of the people that it lists (``person.leaders``), or of the
    leaders of the person's group in another layer, count as his own. A soft rule costs the greatest of these
    conflicts and his own, once.
    """

    name: ClassVar[str] = "avoid"
    summary: ClassVar[Text] = Text(
        zh="回避：地域、亲属、任职、公务回避，按条件或熟识程度",
        en="recusal, by a condition or by how well people know each other",
    )
    doc_zh: ClassVar[str] = (
        "`when` 成立之处，或与有关的人、单位、地点熟识的，不得安排。\n\n"
        "非硬规则：`when` 成立的每处计 1；熟识的按最强关系链的强度计百分数（0.42 计 42）；\n"
        "`pays: place` 则每处计 1，两者兼有也计 1。\n\n"
        "回避可以传递：`through` 所列的人（如 `person.leaders`），或另一层中带领其所在组的人，\n"
        "他们应当回避的，本人也不得安排；非硬规则按其中（连同本人）最重的一人计一次。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="[slots?<who>安排到<where>，|when&role?<who>：|when&items?<who>：][+或+{when}|<who>与"
        "{acquaintance.of}的熟识程度不低于 {acquaintance.above}（[只看{acquaintance.kinds}，][关系"
        "结束后 {acquaintance.years} 年内照计，][acquaintance.measured=period?按所在周期，]关系链不"
        "超过 {acquaintance.hops} 步）]的，应当回避[pays=place?（每处计 1）][；{through}应当回避的"
        "，本人同样回避][through.layer?；{through.layer}中带领其所在组的{through.role}应当回避的，"
        "本人同样回避]",
        en="no <who> is placed in any <where> where [+ or where +{when}|acquaintance with "
        "{acquaintance.of} is at least {acquaintance.above} ([through {acquaintance.kinds} only, ]"
        "[in full for {acquaintance.years} year(s) after its end, ][acquaintance.measured=period?in"
        " the period itself, ]within {acquaintance.hops} steps)][pays=place? (1 for each place)][;"
        " nor where that holds for {through}][through.layer?; nor where that holds for the "
        "{through.role} of the same group in {through.layer}]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "role", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "avoid", "on": "turn", "when": "person.native_place == group.place"},
            kept=("Wang=West@all Li=East@all",),
            broken=("Wang=East@2027",),
        ),
        Example(
            rule={"kind": "avoid", "on": "casework", "acquaintance": {"of": "case.parties", "above": 0.5}},
            kept=("Li=C2/investigator@2027 Wang=C3/reviewer@2026",),
            broken=("Wang=C1/investigator@2026",),
        ),
        Example(
            rule={
                "kind": "avoid",
                "on": "turn",
                "pays": "place",
                "acquaintance": {
                    "of": "[group.id]",
                    "kinds": "served_at",
                    "hops": 1,
                    "years": 2,
                    "measured": "period",
                },
            },
            kept=("Li=West@2027 Wang=West@all", "Li=East@2026"),
            broken=("Li=West@2026",),
        ),
        Example(
            rule={
                "kind": "avoid",
                "on": "casework",
                "when": "person.unit == case.unit",
                "through": "person.id == 'Li' ? ['Zhao'] : ['']",
            },
            kept=("Wang=C2/reviewer@2027 Li=C3/reviewer@2026",),
            broken=("Li=C2/reviewer@2027", "Li=C1/reviewer@2026"),
        ),
        Example(
            rule={
                "kind": "avoid",
                "on": "casework",
                "when": "person.grade == 'head' && case.id == 'C3'",
                "acquaintance": {"of": "[case.unit]", "above": 0.6, "hops": 1},
                "through": {"layer": "posting", "role": "lead"},
            },
            kept=(
                "Li=East/lead@2026 Wang=West/member@2026 Wang=C1/reviewer@2026",
                "Li=East/lead@2027 Wang=East/member@2026 Wang=C1/reviewer@2026",
            ),
            broken=(
                "Li=East/lead@2026 Wang=East/member@2026 Wang=C1/reviewer@2026",
                "Wang=West/lead@2026 Li=West/member@2026 Li=C3/investigator@2026",
                "Li=C1/reviewer@2026",
            ),
        ),
    )

    kind: Literal["avoid"]
    when: Annotated[
        PairTest,
        Doc(zh="此条件成立时应当回避", en="Condition under which the person may not take the place."),
    ] = ""
    acquaintance: Annotated[
        Acquaintance | None,
        Doc(zh="与谁熟识到何种程度应当回避", en="Whom the person may not know, and from which strength on."),
    ] = None

    pays: Annotated[
        Literal["strength", "place"],
        Doc(
            zh="非硬规则按什么计代价：熟识程度的百分数（strength），还是每处计 1（place）",
            en="What a soft rule pays: the strength of acquaintance in percent, or 1 for each place.",
        ),
    ] = "strength"
    through: Annotated[
        PairTexts | Led,
        Doc(
            zh="谁的回避也算本人的：人员编号的列表（如 `person.leaders`），或另一层中带领其所在组的人",
            en="People whose conflicts count as the person's own: a list of ids (`person.leaders`), or the "
            "leaders of the person's group in another layer.",
        ),
    ] = ""

    @model_validator(mode="after")
    def _something_asked(self) -> Avoid:
        if not self.when and self.acquaintance is None:
            raise FieldError(zh="需给出 when 或 acquaintance", en="needs when or acquaintance")
        return self

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault for each unknown kind of tie, and for each fault of ``through``."""
        if self.acquaintance is not None:
            yield from self.acquaintance.validate_in(context)
        if self.through and self.when and context.layers[self.on].spec.items.table != "people":
            message = Text(
                zh="when 只能在人员之间传递，该层安排的不是人员",
                en="`when` passes on between people only, and the layer does not assign people",
            )
            yield FieldProblem("through", message)
        if isinstance(self.through, Led):
            yield from self.through.validate_in(context)
        elif self.through:
            yield from self._unknown_delegators(context)

    def tie_kinds(self) -> tuple[str, ...]:
        """Return the kinds of ties that paths of acquaintance use."""
        return self.acquaintance.kinds if self.acquaintance else ()

    def _unknown_delegators(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault for each id in ``through`` that is no person of the scenario."""
        known = context.scenario.organisation.people
        try:
            lists = self._conflicts(Scope(self, context)).all_delegators()
        except SelectorError:
            return  # the fault of the expression is reported elsewhere
        for name in sorted(lists - known.keys()):
            message = Text(zh="人员表中没有此编号", en="is nobody of the table of people")
            yield FieldProblem("through", message, shorten(name), nearest=nearest(name, known))

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Forbid or penalise each place by the amount of the conflict."""
        conflicts = self._conflicts(scope)
        amounts = conflicts.amounts
        if leaders := self._leaders(conflicts):
            amounts = leaders.post(writer)
        where = scope.seats_where(amounts > 0)
        writer.forbid(where, amounts[where[:, 0], where[:, 1], where[:, 3]])

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each taken place with a conflict, with the path of ties and the person who passes it on."""
        conflicts = self._conflicts(scope)
        leaders = self._leaders(conflicts)
        _ = conflicts.amounts  # evaluated first: an empty cell is a fault even if no place is taken
        for i, s, r, t in scope.taken_seats(roster):
            amount, detail = _conflict_at(conflicts, leaders, roster, (i, s, t))
            if amount:
                yield Breach(Subject(item=i, slot=s, role=r, period=t), amount, detail)

    def recusals(self, scope: Scope, roster: Roster | None = None) -> Iterator[Breach]:
        """Yield each item that the rule keeps from a slot, in the first period of a conflict.

        The conflicts of leaders whom another layer assigns count only if a roster is given.
        """
        conflicts = self._conflicts(scope)
        leaders = self._leaders(conflicts)
        there = scope.layer.open & scope.covered
        for i, s in np.argwhere(there.any(axis=2)).tolist():
            for t in np.flatnonzero(there[i, s]).tolist():
                amount, detail = _conflict_at(conflicts, leaders, roster, (i, s, t))
                if amount:
                    yield Breach(Subject(item=i, slot=s, period=t), amount, detail)
                    break

    def softened(self) -> Rule:
        """Return the rule at level 1 with a penalty of 1 for each place."""
        return self.model_copy(update={"level": 1, "weight": 1, "pays": "place"})

    def _conflicts(self, scope: Scope) -> Conflicts:
        listed = isinstance(self.through, str) and self.through
        return Conflicts(self, scope, scope.texts(str(self.through), "LIST") if listed else None)

    def _leaders(self, conflicts: Conflicts) -> Leaders | None:
        return Leaders(self.through, conflicts) if isinstance(self.through, Led) else None


def _conflict_at(
    conflicts: Conflicts, leaders: Leaders | None, roster: Roster | None, place: tuple[int, int, int]
) -> tuple[int, Text]:
    """Return the greatest conflict with a place and its explanation, the item's own conflict first."""
    alone = int(conflicts.amounts[place])
    led, passed_on = (0, Text()) if leaders is None or roster is None else leaders.found(roster, *place)
    amount = max(alone, led)
    if not amount:
        return 0, Text()
    return amount, conflicts.detail(*place) if alone else passed_on
