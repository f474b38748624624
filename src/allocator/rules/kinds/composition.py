"""composition: the number of members of a slot by grade or role, in the notation ``1正+1副+2干部``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Annotated, ClassVar, Literal

from pydantic import model_validator

from allocator.model.notation import Notation, NotationError, Term, Vocabulary, parse_notation
from allocator.model.tables import Group
from allocator.model.text import Text
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc, SlotLimit
from allocator.rules.kinds._indicators01 import count_if_maximised, count_if_minimised
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, FieldError, FieldProblem, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence

#: A notation, or a number for each word.
Numbers = str | Mapping[str, SlotLimit]
#: The word that stands for the notation in the group's own column.
SEATS = "seats"


class Composition(Rule):
    """Each slot has, in each period, the numbers of grades or roles that a notation gives.

    ``atleast`` reads the notation's lower numbers, ``atmost`` its upper ones, ``exactly`` both.
    The word ``seats`` stands for the notation in the group's own ``seats`` column. A word is a
    role of the layer if it has such a role, otherwise a grade. Somebody who holds two roles in a slot
    is one of a grade.

    Instead of a notation a bound may be a number for each word, ``{head: 1, cadre: score.demand}``: an
    expression over slot and period, or a score table of slots by periods, whose empty cells are 0.
    """

    name: ClassVar[str] = "composition"
    summary: ClassVar[Text] = Text(
        zh="每个机构各职级或角色的人数，如“1正+1副+2干部”",
        en="how many of each grade or role a slot has, such as 1 head + 1 deputy + 2 cadres",
    )
    doc_zh: ClassVar[str] = (
        "每个去处在每个周期应有的各职级或角色的人数。\n\n"
        "`atleast` 取写法中的下限，`atmost` 取上限，`exactly` 上下限都取。`seats` 表示用该组自己的席位列。\n"
        "一个词若是该层的角色就按角色，否则按职级；一人兼两个角色，按职级只计一人。\n\n"
        "也可给每个词一个数，如 `{正: 1, 干部: score.demand}`：可用去处与周期的表达式，\n"
        "或去处与周期的分值表，空格为 0。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="每个<where>的<who>配备<each>[+，+至少为 {atleast}|至多为 {atmost}|恰好为 {exactly}]",
        en="the <whos> of each <where> are [+ and +at least {atleast}|at most {atmost}|exactly "
        "{exactly}]<each>",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("slot", "period", "part")
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
        Example(
            rule={
                "kind": "composition",
                "on": "turn",
                "slots": "group.id == 'East'",
                "atleast": {"head": "period.index == 0 ? 1 : 0"},
                "atmost": {"head": "period.index == 2 ? 0 : 1", "cadre": 1},
            },
            kept=("Wang=East@2026 Li=East@2028", "Zhao=East@2026 Wang=East@2027"),
            broken=("Wang=East@2026 Wang=East@2028", "Li=East@2026", "Wang=East@2026 Zhao=East@2026"),
        ),
        Example(
            rule={
                "kind": "composition",
                "on": "casework",
                "slots": "case.id == 'C1'",
                "exactly": "1正+1干部",
            },
            kept=("Wang=C1/investigator@2026 Wang=C1/reviewer@2026 Li=C1/reviewer@2026",),
            broken=("Wang=C1/investigator@2026 Wang=C1/reviewer@2026",),
        ),
        Example(
            rule={"kind": "composition", "on": "casework", "slots": "case.id == 'C1'", "atmost": {"head": 0}},
            kept=("Li=C1/investigator@2026 Li=C1/reviewer@2026",),
            broken=("Wang=C1/investigator@2026 Wang=C1/reviewer@2026", "Wang=C1/reviewer@2026"),
        ),
        Example(
            rule={
                "kind": "composition",
                "on": "posting",
                "exactly": {"lead": "period.index == 1 ? 1 : 0"},
            },
            kept=("Wang=East/lead@2027 Li=West/lead@2027 Wang=West/member@2028",),
            broken=("Wang=East/lead@2027", "Wang=East/lead@2027 Li=West/lead@2027 Wang=East/lead@2026"),
        ),
    )

    kind: Literal["composition"]
    atleast: Annotated[
        Numbers,
        Doc(
            zh="至少：如 `1正+1副+2干部`，或 `seats`（组表的席位列），或每个词一个数",
            en="At least: `1正+1副+2干部` (1 head, 1 deputy, 2 cadres), `seats`: the groups' column, or a "
            "number for each word.",
        ),
    ] = ""
    atmost: Annotated[Numbers, Doc(zh="至多：写法相同", en="At most, written the same way.")] = ""
    exactly: Annotated[Numbers, Doc(zh="恰好：写法相同", en="Exactly, written the same way.")] = ""

    @model_validator(mode="after")
    def _something_asked(self) -> Composition:
        if not (self.atleast or self.atmost or self.exactly):
            raise FieldError(
                zh="需给出 atleast、atmost 或 exactly", en="needs one of atleast, atmost and exactly"
            )
        return self

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault for each unreadable bound or wrong role, and for items that are not people."""
        for name in ("atleast", "atmost", "exactly"):
            bound = getattr(self, name)
            texts = {bound: bound} if isinstance(bound, str) else {word: f"1 {word}" for word in bound}
            met: set[str] = set()
            for found, text in texts.items():
                try:
                    noted = None if text in ("", SEATS) else parse_notation(text, context.vocabulary)
                except NotationError as error:
                    yield FieldProblem(name, error.message, found, ", ".join(error.allowed), error.nearest)
                    continue
                words = set() if noted is None else {term.word_id for term in noted.terms}
                if not isinstance(bound, str) and not words.isdisjoint(met):
                    yield FieldProblem(
                        name, Text(zh="同一职级或角色写了两次", en="gives a word twice"), found
                    )
                met |= words
                if others := sorted(words & set(context.layers[self.on].roles) - set(self.role or words)):
                    message = Text(zh="规则的 role 不含此角色", en="is no role that the rule is about")
                    yield FieldProblem(name, message, ", ".join(others), ", ".join(self.role))
        if context.layers[self.on].spec.items.table != "people":
            yield FieldProblem(
                "on", Text(zh="该层的对象不是人员", en="the items of that layer are not people"), self.on
            )

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write the bounds of each slot, period and term."""
        counting = cache(partial(_counted_towards, scope))
        for subject, term in self.required_terms(scope):
            roles, items = counting(term.word_id)
            where = (items, subject.slot, roles, subject.period)
            writer.at_least(count_if_maximised(writer, scope, *where), term.least, subject)
            if term.most is not None:
                writer.at_most(count_if_minimised(writer, scope, *where), term.most, subject)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each slot, period and term whose number of members is out of bounds."""
        counting = cache(partial(_counted_towards, scope))
        for subject, term in self.required_terms(scope):
            roles, items = counting(term.word_id)
            number = len(items.intersection(roster[self.on].items_in(subject.slot, subject.period, roles)))
            off = max(term.least - number, 0 if term.most is None else number - term.most)
            if off > 0:
                yield Breach(subject, off, _detail(scope, term, number))

    def part_label(self, scope: Scope, subject: Subject) -> Text:
        """Return the role or the grade that is counted."""
        terms = (term for one, term in self.required_terms(scope) if one == subject)
        return next((_label(scope, term) for term in terms), Text())

    def required_terms(self, scope: Scope) -> Iterator[tuple[Subject, Term]]:
        """Yield the terms of each slot and period: a grade or role with its least and greatest number."""
        bounds = [self._bound_terms(scope, text) for text in (self.atleast, self.atmost, self.exactly)]
        for s in scope.slots.tolist():
            for t in scope.periods:
                if scope.layer.active[s, t]:
                    of_three = [bound(s, t) for bound in bounds]
                    terms = [
                        Term(one.word_id, 0 if k == 1 else one.least, None if k == 0 else one.most)
                        for k, found in enumerate(of_three)
                        for one in found
                    ]
                    for part, term in enumerate(terms):
                        yield Subject(slot=s, period=t, part=part), term

    def _bound_terms(
        self, scope: Scope, bound: str | Mapping[str, int | str]
    ) -> Callable[[int, int], list[Term]]:
        """Return a function that gives the terms of a bound for a slot and a period."""
        if isinstance(bound, str):
            noted = cache(partial(_notation, scope, bound))
            return lambda slot, period: list(noted(slot).terms)
        words = {
            word: parse_notation(f"1 {word}", scope.context.vocabulary).terms[0].word_id for word in bound
        }
        numbers = {words[word]: scope.limits(number, "slot") for word, number in bound.items()}

        def terms(slot: int, period: int) -> list[Term]:
            asked = ((word, max(0, int(found[slot, period]))) for word, found in numbers.items())
            return [Term(word, number, number) for word, number in asked]

        return terms


def _notation(scope: Scope, text: str, slot: int) -> Notation:
    if text == SEATS:
        group = scope.context.scenario.organisation.groups.get(scope.layer.slots[slot])
        text = group.seats if isinstance(group, Group) else ""
    return parse_notation(text, scope.context.vocabulary) if text else Notation(())


def _counted_towards(scope: Scope, word: str) -> tuple[tuple[int, ...], frozenset[int]]:
    """Return the roles and the items that count towards ``word``."""
    roles = scope.layer.roles
    if word in roles:
        return (roles.index(word),), scope.item_set
    people = scope.context.scenario.organisation.people
    return scope.roles, frozenset(i for i in scope.item_set if people[scope.layer.items[i]].grade == word)


def _detail(scope: Scope, term: Term, number: int) -> Text:
    """Return the required and the actual number, with the word for the role or the grade."""
    counted, asked = _vocabulary(scope, term), Notation((term,))
    return Text(
        zh=f"应有 {asked.to_text(counted, 'zh')}，实有 {number}",
        en=f"should have {asked.to_text(counted, 'en')}, has {number}",
    )


def _vocabulary(scope: Scope, term: Term) -> Vocabulary:
    words = scope.context.words
    return words.roles if term.word_id in scope.layer.roles else words.ladder


def _label(scope: Scope, term: Term) -> Text:
    """Return a role or a grade in words."""
    return _vocabulary(scope, term).text(term.word_id)
