"""composition: how many of each grade or role a slot has, in the notation ``1正+1副+2干部``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Annotated, ClassVar, Literal

from pydantic import model_validator

from allocator.model.notation import Notation, NotationError, Term, parse_notation
from allocator.model.tables import Group
from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.tags import Subject
from allocator.rules.kind import Breach, Dimension, Example, FieldError, Problem, Rule
from allocator.rules.means import Means
from allocator.rules.pen import Pen
from allocator.rules.roster import Roster
from allocator.rules.scope import Scope
from allocator.rules.world import World

#: Instead of a notation: read the group's own column.
SEATS = "seats"


class Composition(Rule):
    """Each slot has, in each period, the numbers of grades or roles that a notation gives.

    ``atleast`` reads the notation's lower numbers, ``atmost`` its upper ones, ``exactly`` both.
    The word ``seats`` stands for the notation in the group's own ``seats`` column. A word is a
    role of the layer if it has such a role, otherwise a grade.
    """

    name: ClassVar[str] = "composition"
    summary: ClassVar[Text] = Text(
        zh="每个机构各职级或角色的人数，如“1正+1副+2干部”",
        en="how many of each grade or role a slot has, such as 1 head + 1 deputy + 2 cadres",
    )
    in_chinese: ClassVar[str] = (
        "每个去处在每个周期应有的各职级或角色的人数。\n\n"
        "`atleast` 取写法中的下限，`atmost` 取上限，`exactly` 上下限都取。`seats` 表示用该组自己的席位列。\n"
        "一个词若是该层的角色就按角色，否则按职级。"
    )
    about: ClassVar[tuple[Dimension, ...]] = ("slot", "period", "part")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "composition", "on": "turn", "slots": "group.id == 'East'", "atleast": "1正+1干部"},
            kept=("Wang=East@all Li=East@all", "all=East@all"),
            broken=("Wang=East@all", "Li=East@2026 Wang=East@all"),
        ),
        Example(
            rule={"kind": "composition", "on": "posting", "exactly": "1 lead", "during": ["2026"]},
            kept=("Wang=East/lead@2026 Li=West/lead@2026",),
            broken=("Wang=East/lead@2026 Li=West/member@2026", "Wang=East/lead@2026 Li=East/lead@2026"),
        ),
        Example(
            rule={"kind": "composition", "on": "turn", "atmost": "seats"},
            kept=("Wang=East@all Li=West@all",),
            broken=("Wang=East@2026 Zhao=East@2026",),
        ),
    )

    kind: Literal["composition"]
    atleast: Annotated[
        str,
        Means(
            zh="至少：如 `1正+1副+2干部`，或 `seats`（组表的席位列）",
            en="At least: `1正+1副+2干部` (1 head, 1 deputy, 2 cadres), or `seats`: the groups' column.",
        ),
    ] = ""
    atmost: Annotated[str, Means(zh="至多：写法相同", en="At most, written the same way.")] = ""
    exactly: Annotated[str, Means(zh="恰好：写法相同", en="Exactly, written the same way.")] = ""

    @model_validator(mode="after")
    def _something_asked(self) -> Composition:
        if not (self.atleast or self.atmost or self.exactly):
            raise FieldError(
                zh="需给出 atleast、atmost 或 exactly", en="needs one of atleast, atmost and exactly"
            )
        return self

    def examine(self, world: World) -> Iterator[Problem]:
        """The notations must be readable, and the items must be people."""
        for name in ("atleast", "atmost", "exactly"):
            text = getattr(self, name)
            if text and text != SEATS:
                try:
                    parse_notation(text, world.vocabulary)
                except NotationError as error:
                    yield Problem(name, error.message, text, ", ".join(error.allowed), error.nearest)
        if world.layers[self.on].spec.items.table != "people":
            yield Problem(
                "on", Text(zh="该层的对象不是人员", en="the items of that layer are not people"), self.on
            )

    def post(self, pen: Pen, scope: Scope) -> None:
        """One row for each slot, period and term."""
        grid, counting = pen.grid(), cache(partial(_counted, scope))
        for s in scope.slots.tolist():
            for part, term in enumerate(self._terms(scope, s)):
                counted = counting(term.word_id)
                for t in scope.periods:
                    if not scope.layer.active[s, t]:
                        continue
                    subject = Subject(slot=s, period=t, part=part)
                    number = Expr.total(Expr.of(grid[items, s, role, t]) for role, items in counted)
                    pen.at_least(number, term.least, subject)
                    if term.most is not None:
                        pen.at_most(number, term.most, subject)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Count the members of each slot by role or grade."""
        counting = cache(partial(_counted, scope))
        for s in scope.slots.tolist():
            for part, term in enumerate(self._terms(scope, s)):
                counted = {(int(i), role) for role, items in counting(term.word_id) for i in items}
                for t in scope.periods:
                    if not scope.layer.active[s, t]:
                        continue
                    number = sum(held in counted for held in roster[self.on].members(s, t))
                    off = max(term.least - number, 0 if term.most is None else number - term.most)
                    if off > 0:
                        detail = _found(scope, term, number)
                        yield Breach(Subject(slot=s, period=t, part=part), off, detail)

    def _terms(self, scope: Scope, slot: int) -> tuple[Term, ...]:
        terms: list[Term] = []
        for text, lower, upper in (
            (self.atleast, True, False),
            (self.atmost, False, True),
            (self.exactly, True, True),
        ):
            for term in _notation(scope, slot, text).terms:
                terms.append(Term(term.word_id, term.least if lower else 0, term.most if upper else None))
        return tuple(terms)


def _notation(scope: Scope, slot: int, text: str) -> Notation:
    if text == SEATS:
        group = scope.world.scenario.organisation.groups.get(scope.layer.slots[slot])
        text = group.seats if isinstance(group, Group) else ""
    return parse_notation(text, scope.world.vocabulary) if text else Notation(())


def _counted(scope: Scope, word: str) -> list[tuple[int, list[int]]]:
    """Return, for each role that counts, the items that count towards ``word``."""
    roles = scope.layer.roles
    if word in roles:
        return [(roles.index(word), scope.items.tolist())]
    people = scope.world.scenario.organisation.people
    of_grade = [int(i) for i in scope.items if people[scope.layer.items[i]].grade == word]
    return [(role, of_grade) for role in scope.roles]


def _found(scope: Scope, term: Term, number: int) -> Text:
    words = scope.world.vocabulary
    asked = Notation((term,))
    return Text(
        zh=f"应有 {asked.to_text(words, 'zh')}，实有 {number}",
        en=f"should have {asked.to_text(words, 'en')}, has {number}",
    )
