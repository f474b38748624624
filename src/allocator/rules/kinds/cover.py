"""cover: the members of a slot have the skills that it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from allocator.model.tables import MAX_SKILL_LEVEL, Case
from allocator.model.text import Text
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc, SlotCount
from allocator.rules.kinds._indicators01 import count_if_maximised, count_members
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, FieldError, FieldProblem, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence

#: The word that stands for the case's own column of skills.
OWN: Literal["own"] = "own"
SkillLevel = Annotated[int, Field(ge=1, le=MAX_SKILL_LEVEL)]


class Cover(Rule):
    """In each period each slot has at least ``atleast`` members with each skill at its level.

    ``skills`` is a map ``{law: 3, accounting: 2}``, or the word ``own`` for the case's ``skills``.
    Somebody who holds two roles in a slot is one member.
    """

    name: ClassVar[str] = "cover"
    summary: ClassVar[Text] = Text(zh="专长覆盖：每组须具备所需专长", en="skills that each slot needs")
    doc_zh: ClassVar[str] = (
        "每个周期每个去处，每项所需专长至少有 `atleast` 名达到等级的成员。\n\n"
        "`skills` 写作 `{审查: 3, 财务: 2}`，或 `own`：用案件自身的 skills 列。\n"
        "一人兼两个角色，只计一人。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="每个<where>的<who>中，[skills=own?案件所需的各项专长|{skills}]每项不少于 {atleast} 人具备",
        en="of the <whos> of each <where>, at least {atleast} have each of [skills=own?the skills that"
        " the case needs|{skills}]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("slot", "period", "part")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "cover", "on": "turn", "slots": "group.id == 'East'", "skills": {"law": 3}},
            kept=("Wang=East@all",),
            broken=("Li=East@all", "Wang=East@2026"),
        ),
        Example(
            rule={"kind": "cover", "on": "casework", "role": "investigator", "skills": "own"},
            kept=("Wang=C1/investigator@2026 Li=C2/investigator@2027",),
            broken=("Li=C1/investigator@2026", "Wang=C1/reviewer@2026"),
        ),
        Example(
            rule={
                "kind": "cover",
                "on": "turn",
                "skills": {"law": 1},
                "atleast": 2,
                "during": ["2026"],
                "slots": "group.id == 'West'",
            },
            kept=("Wang=West@2026 Zhao=West@2026",),
            broken=("Wang=West@2026 Li=West@2026",),
        ),
        Example(
            rule={
                "kind": "cover",
                "on": "turn",
                "skills": {"law": 1},
                "atleast": "group.id == 'West' ? 2 - period.index : 0",
            },
            kept=("Wang=West@2026 Zhao=West@all", "Wang=West@all Zhao=West@2026"),
            broken=("Wang=West@all", "Wang=West@2026 Zhao=West@2026"),
        ),
    )

    kind: Literal["cover"]
    skills: Annotated[
        Mapping[str, SkillLevel] | Literal["own"],
        Doc(
            zh="所需专长及最低等级，如 `{审查: 3, 财务: 2}`；`own` 为案件自身的 skills 列",
            en="Skills with their least levels, `{law: 3, accounting: 2}`; `own` for those of the case.",
        ),
    ]
    atleast: Annotated[
        SlotCount,
        Doc(
            zh="每项专长至少几人具备；可读去处和周期，或二者的分值表，如 `score.demand`",
            en="How many members have each of the skills; may read slot and period, or a score table of both "
            "(`score.demand`).",
        ),
    ] = 1

    @model_validator(mode="after")
    def _something_asked(self) -> Cover:
        if not self.skills:
            raise FieldError(zh="skills 不能为空", en="needs at least one skill")
        return self

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault if the items are not people: only people have skills."""
        if context.layers[self.on].spec.items.table != "people":
            yield FieldProblem(
                "on", Text(zh="该层的对象不是人员", en="the items of that layer are not people"), self.on
            )

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write a row for each slot, period and skill."""
        able_at = cache(partial(_skilled_items, scope))
        least = scope.limits(self.atleast, "slot")
        for s in scope.slots.tolist():
            for part, (skill, level) in enumerate(self._required_skills(scope, s).items()):
                able = able_at(skill, level)
                for t in scope.periods:
                    if scope.layer.active[s, t]:
                        number = count_if_maximised(writer, scope, able, s, scope.roles, t)
                        writer.at_least(number, int(least[s, t]), Subject(slot=s, period=t, part=part))

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each slot, period and skill with too few able members."""
        able_at, least = cache(partial(_skilled_items, scope)), scope.limits(self.atleast, "slot")
        for s in scope.slots.tolist():
            for part, (skill, level) in enumerate(self._required_skills(scope, s).items()):
                able = frozenset(able_at(skill, level))
                for t in scope.periods:
                    if not scope.layer.active[s, t]:
                        continue
                    asked = int(least[s, t])
                    number = count_members(roster[self.on], scope, able, s, t)
                    if number < asked:
                        detail = Text(
                            zh=f"需“{skill}”{level} 级 {asked} 人，实有 {number} 人",
                            en=f"needs {asked} with {skill} at level {level}, has {number}",
                        )
                        yield Breach(Subject(slot=s, period=t, part=part), asked - number, detail)

    def part_label(self, scope: Scope, subject: Subject) -> Text:
        """Return the skill with its level."""
        skill, level = list(self._required_skills(scope, subject.slot).items())[subject.part]
        return Text(zh=f"“{skill}”{level} 级", en=f"{skill} at level {level}")

    def _required_skills(self, scope: Scope, slot: int) -> Mapping[str, int]:
        if self.skills != OWN:
            return self.skills
        case = scope.context.scenario.organisation.cases.get(scope.layer.slots[slot])
        return case.skills if isinstance(case, Case) else {}


def _skilled_items(scope: Scope, skill: str, level: int) -> list[int]:
    """Return the items in scope that have a skill at the level or above."""
    people = scope.context.scenario.organisation.people
    return [int(i) for i in scope.items if people[scope.layer.items[i]].skills.get(skill, 0) >= level]
