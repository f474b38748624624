"""The sentence of a rule kind: a text in each language with blanks for its fields, and its clauses.

``{periods}`` is a blank, filled with the value of a field in words; ``{through.role}`` is one of a part.
``<who>`` is a noun: ``<who>`` and ``<where>`` name what the rule is about, its conditions included;
``<item>`` and ``<slot>`` name what the layer has; a final ``s`` is the plural; ``<each>`` says "each period",
``<measure>`` is the Chinese measure word of an item.

``[a|b|c]`` prints the first clause that applies. A clause applies if all its blanks have values, and not all
of them the default ones; a clause without blanks always applies. ``[+ or +a|b]`` prints every clause that
applies, joined. A guard says otherwise when a clause applies: in ``[each=item?a|!load?b]`` the clause ``a``
if ``each`` is ``item``, ``b`` if ``load`` is empty or the default. ``a/b`` holds if one of two fields is set,
``atleast=$atmost`` if two are equal, ``~that`` if the expression of a field is a text in quotes; ``&`` joins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from allocator.model.text import Language, Text

#: What a blank takes. ``condition`` and ``expression`` are CEL, or its readable form; ``entries`` is a list
#: of parts; ``groups`` a list of lists of ids; ``span`` a number or range such as ``0-1``.
Takes = Literal[
    "text", "number", "decimal", "yes_no", "choice", "condition", "expression", "layer", "role", "period",
    "tie", "link", "item", "slot", "groups", "seats", "skills", "table", "span", "level", "entries",
]  # fmt: skip
#: The nouns that a sentence may use.
NOUNS = ("who", "whos", "where", "wheres", "item", "items", "slot", "slots", "each", "measure")

#: The clauses of a sentence for a lower and an upper limit.
BOUNDS_ZH = "[atleast=$atmost?恰好 {atleast}|{atleast} 至 {atmost}|不少于 {atleast}|不超过 {atmost}]"
BOUNDS_EN = "[atleast=$atmost?exactly {atleast}|{atleast} to {atmost}|at least {atleast}|at most {atmost}]"


@dataclass(frozen=True)
class Sentence:
    """The sentence of a kind in both languages.

    Attributes:
        zh: The Chinese template.
        en: The English template.
        words: For a field with a choice of words, the phrase of each word.
        labels: Short names of blanks, for fields that no other kind has.
        takes: Kinds of values of blanks, where the type of the field does not tell.
    """

    zh: str
    en: str
    words: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    labels: Mapping[str, Text] = field(default_factory=dict)
    takes: Mapping[str, Takes] = field(default_factory=dict)

    def template(self, language: Language) -> Parts:
        """Return the parts of the template in a language.

        Raises:
            ValueError: The template is malformed.
        """
        return parse_template(self.zh if language == "zh" else self.en)


@dataclass(frozen=True)
class BlankPart:
    """A blank: the path of its field."""

    path: str


@dataclass(frozen=True)
class NounPart:
    """A noun that depends on the layer and the scope of the rule."""

    name: str


@dataclass(frozen=True)
class Guard:
    """A condition of a clause: a field is set, equals a word or another field, or is a constant; or not."""

    path: str
    other: str | None
    negated: bool
    is_constant: bool = False


@dataclass(frozen=True)
class Clause:
    """A clause with its guards."""

    guards: tuple[Guard, ...]
    parts: Parts


@dataclass(frozen=True)
class ClauseGroup:
    """Clauses of which the first that applies is printed; with a joiner, all that apply."""

    clauses: tuple[Clause, ...]
    joiner: str | None = None


Part = str | BlankPart | NounPart | ClauseGroup
Parts = tuple[Part, ...]

_TOKEN = re.compile(r"\{([a-z_.]+)\}|<([a-z]+)>|\[|\]|\||[^\[\]|{}<>]+")
_ONE_GUARD = r"[!~]?[a-z_./]+(?:=\$?[\w.-]+)?"
_GUARDS = re.compile(rf"({_ONE_GUARD}(?:&{_ONE_GUARD})*)\?")
_JOINER = re.compile(r"\+([^+\[\]|]*)\+")


@cache
def parse_template(text: str) -> Parts:
    """Return the parts of a template.

    Raises:
        ValueError: A bracket is not closed, or a sign is out of place.
    """
    parts, end = _parts(text, 0, nested=False)
    if end != len(text):
        raise ValueError(f"out of place at {end}: {text[end : end + 20]}")
    return parts


def _parts(text: str, at: int, *, nested: bool) -> tuple[Parts, int]:
    found: list[Part] = []
    while at < len(text):
        if nested and text[at] in "|]":
            break
        token = _TOKEN.match(text, at)
        if token is None or token[0] in ("|", "]"):
            raise ValueError(f"out of place at {at}: {text[at : at + 20]}")
        if token[0] == "[":
            group, at = _group(text, at + 1)
            found.append(group)
            continue
        found.append(BlankPart(token[1]) if token[1] else NounPart(token[2]) if token[2] else token[0])
        at = token.end()
    return tuple(found), at


def _group(text: str, at: int) -> tuple[ClauseGroup, int]:
    joiner = _JOINER.match(text, at)
    at = joiner.end() if joiner else at
    clauses: list[Clause] = []
    while True:
        guards = _GUARDS.match(text, at)
        at = guards.end() if guards else at
        parts, at = _parts(text, at, nested=True)
        clauses.append(Clause(tuple(map(_guard, guards[1].split("&"))) if guards else (), parts))
        if at == len(text):
            raise ValueError(f"a bracket is not closed: {text}")
        at += 1
        if text[at - 1] == "]":
            return ClauseGroup(tuple(clauses), joiner[1] if joiner else None), at


def _guard(text: str) -> Guard:
    path, equals, other = text.lstrip("!~").partition("=")
    return Guard(path, other if equals else None, text.startswith("!"), text.startswith("~"))


class Filler(Protocol):
    """The words of one rule in one language."""

    @property
    def rule(self) -> BaseModel:
        """The rule."""

    def blank(self, path: str) -> str:
        """Return the value of a field in words."""

    def noun(self, name: str) -> str:
        """Return a noun of the rule."""


def fill(parts: Parts, filler: Filler) -> str:
    """Return the template with its blanks and nouns filled, and with the clauses that apply."""
    return "".join(_filled(part, filler) for part in parts)


def _filled(part: Part, filler: Filler) -> str:
    if isinstance(part, BlankPart):
        return filler.blank(part.path)
    if isinstance(part, NounPart):
        return filler.noun(part.name)
    if isinstance(part, str):
        return part
    fitting = [fill(clause.parts, filler) for clause in part.clauses if _applies(clause, filler.rule)]
    return part.joiner.join(fitting) if part.joiner is not None else next(iter(fitting), "")


def _applies(clause: Clause, rule: BaseModel) -> bool:
    if clause.guards:
        return all(_holds(guard, rule) for guard in clause.guards)
    paths = [part.path for part in clause.parts if isinstance(part, BlankPart)]
    return not paths or (all(has_value(rule, path) for path in paths) and any(is_set(rule, p) for p in paths))


def _holds(guard: Guard, rule: BaseModel) -> bool:
    if guard.is_constant:
        value = value_at(rule, guard.path)
        return isinstance(value, str) and value[:1] in ("'", '"') and value.count(value[:1]) == 2
    if guard.other is None:
        holds = any(is_set(rule, path) for path in guard.path.split("/"))
    elif guard.other.startswith("$"):
        own, other = value_at(rule, guard.path), value_at(rule, guard.other[1:])
        holds = own is not None and own == other
    else:
        holds = _word(value_at(rule, guard.path)) == guard.other
    return holds != guard.negated


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


EMPTY: tuple[Any, ...] = (None, "", (), {})


def value_at(rule: BaseModel, path: str) -> Any:
    """Return the value of a field by its path; None below a part that is not there."""
    value: Any = rule
    for name in path.split("."):
        value = getattr(value, name, None) if isinstance(value, BaseModel) else None
    return value


def has_value(rule: BaseModel, path: str) -> bool:
    """Whether a field has a value, be it the default one."""
    value = value_at(rule, path)
    return not any(value is empty or (type(value) is type(empty) and value == empty) for empty in EMPTY)


def is_set(rule: BaseModel, path: str) -> bool:
    """Whether a field has a value other than its default."""
    holder, _, name = path.rpartition(".")
    owner = value_at(rule, holder) if holder else rule
    if not isinstance(owner, BaseModel) or name not in type(owner).model_fields:
        return False
    info = type(owner).model_fields[name]
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    return has_value(rule, path) and getattr(owner, name) != default


def paths_in(parts: Parts) -> Iterator[str]:
    """Yield the path of every blank of a template."""
    for part in parts:
        if isinstance(part, BlankPart):
            yield part.path
        elif isinstance(part, ClauseGroup):
            for clause in part.clauses:
                yield from paths_in(clause.parts)


def guards_in(parts: Parts) -> Iterator[Guard]:
    """Yield every guard of a template."""
    for part in parts:
        if isinstance(part, ClauseGroup):
            for clause in part.clauses:
                yield from clause.guards
                yield from guards_in(clause.parts)


def nouns_in(parts: Parts) -> Iterator[str]:
    """Yield the nouns of a template."""
    for part in parts:
        if isinstance(part, NounPart):
            yield part.name
        elif isinstance(part, ClauseGroup):
            for clause in part.clauses:
                yield from nouns_in(clause.parts)
