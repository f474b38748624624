"""Rules with one number changed: a notation with fewer members, a longer term, a wider band."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pydantic import ValidationError

from allocator.model.notation import Notation, NotationError, Term, parse_notation
from allocator.model.tables import Group
from allocator.rules.context import RuleContext
from allocator.rules.expressions.variables import side_prefixes
from allocator.rules.kinds.composition import SEATS, Composition
from allocator.rules.rule import Rule

#: Units by which a number may change.
STEPS = (1, 2, 3, 4, 6, 8, 12, 16, 24)
#: Units by which a number of members may change.
SEAT_STEPS = (1, 2, 3)
#: The direction in which a field asks for less; of ``periods`` by kind.
_LESS = {"atleast": -1, "atmost": 1, "tolerance": 1}
_PERIODS = {"max_term": 1, "min_term": -1, "cooldown": -1}


@dataclass(frozen=True)
class RelaxedRule:
    """A rule with another value of one field.

    Attributes:
        rule: The rule as it would be.
        field: The field that differs.
        old: Its value.
        new: Its new value.
        units: By how many units it differs.
    """

    rule: Rule
    field: str
    old: str | int
    new: str | int
    units: int


def relaxed_rules(rule: Rule, context: RuleContext) -> Iterator[RelaxedRule]:
    """Yield a rule with less asked for, by one field and by so many units; nothing for most kinds."""
    if isinstance(rule, Composition):
        yield from _notations(rule, context)
    for field, direction in {**_LESS, "periods": _PERIODS.get(rule.name, 0)}.items():
        value = getattr(rule, field, None)
        if direction and isinstance(value, int) and not isinstance(value, bool):
            for units in STEPS:
                new = value + direction * units
                if new >= 0 and (changed := _changed(rule, {field: new})) is not None:
                    yield RelaxedRule(changed, field, value, new, units)


def with_seats(rule: Composition, group: str, seats: str, context: RuleContext) -> Rule | None:
    """Return a rule that reads the seats of groups for one group alone, with other seats."""
    own = f"{side_prefixes(context.layers[rule.on].spec.slots)[0]}.id == {group!r}".replace("'", '"')
    slots = f"({rule.slots}) && {own}" if rule.slots else own
    fields = {name: seats for name in ("atleast", "atmost", "exactly") if getattr(rule, name) == SEATS}
    return _changed(rule, {**fields, "slots": slots})


def other_seats(group: Group, context: RuleContext) -> Iterator[tuple[str, int]]:
    """Yield other seats of a group, with by how many they differ."""
    try:
        notation = parse_notation(group.seats, context.vocabulary)
    except NotationError:
        return
    for changed, units in _other_terms(notation, (-1, 1), "exactly"):
        yield changed.to_text(context.vocabulary, "zh"), units


def reads_seats(rule: Rule) -> bool:
    """Return whether a rule reads the seats of groups."""
    return isinstance(rule, Composition) and SEATS in (rule.atleast, rule.atmost, rule.exactly)


def _notations(rule: Composition, context: RuleContext) -> Iterator[RelaxedRule]:
    for field, signs in (("atleast", (-1,)), ("atmost", (1,)), ("exactly", (-1, 1))):
        bound = getattr(rule, field)
        if not isinstance(bound, str) or bound in ("", SEATS):
            continue
        for changed, units in _other_terms(parse_notation(bound, context.vocabulary), signs, field):
            new = changed.to_text(context.vocabulary, "zh")
            if (other := _changed(rule, {field: new})) is not None:
                yield RelaxedRule(other, field, bound, new, units)


def _other_terms(notation: Notation, signs: tuple[int, ...], field: str) -> Iterator[tuple[Notation, int]]:
    """Yield notations in which one term has more or fewer members; a term that asks nothing is left out."""
    for k, term in enumerate(notation.terms):
        for sign in signs:
            for units in SEAT_STEPS:
                most = None if term.most is None else term.most + sign * units
                other = replace(term, least=max(0, term.least + sign * units), most=most)
                if term.least + sign * units < 0:
                    continue
                terms = (
                    *notation.terms[:k],
                    *([other] if _asks(other, field) else []),
                    *notation.terms[k + 1 :],
                )
                if terms:
                    yield Notation(terms), units


def _asks(term: Term, field: str) -> bool:
    return term.least > 0 or (field != "atleast" and term.most is not None)


def _changed(rule: Rule, fields: dict[str, str | int]) -> Rule | None:
    """Return a rule with other values of some fields; None if its kind does not allow them."""
    try:
        return type(rule).model_validate({**rule.model_dump(), **fields})
    except ValidationError:
        return None
