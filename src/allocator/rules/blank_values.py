"""Values of blanks as text and back: roles, ties, layers, names, seats, skills, choices, conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from allocator.errors import shorten
from allocator.model.notation import Vocabulary, listed
from allocator.model.reading.cell_values import kind_of_tie
from allocator.model.text import Language, Text
from allocator.rules.blanks import Blank
from allocator.rules.condition_grammar import ConditionError, cel_of, half_width, near_word
from allocator.rules.conditions import Conditions
from allocator.rules.expressions.compiler import MAX_LENGTH
from allocator.rules.sentences import value_at
from allocator.rules.wordbook import Wordbook

#: The phrases of choices, for kinds whose sentence has none.
CHOICES: Mapping[str, Text] = {
    "slot": Text(zh="每个去处", en="each slot"),
    "item": Text(zh="每个对象", en="each item"),
    "layer": Text(zh="全层合计", en="the whole layer"),
    "pair": Text(zh="每对对象与去处", en="each item in each slot"),
    "period": Text(zh="逐期", en="each period"),
    "horizon": Text(zh="全程", en="the horizon"),
    "today": Text(zh="基准日", en="today"),
    "strength": Text(zh="熟识程度", en="strength"),
    "place": Text(zh="每处计 1", en="1 a place"),
    "range": Text(zh="最多与最少之差", en="greatest less least"),
    "deviation": Text(zh="偏差之和", en="sum of distances"),
    "squares": Text(zh="偏差平方和", en="sum of squares"),
    "seat": Text(zh="驻地", en="the seat"),
    "members": Text(zh="成员两两之间", en="every two members"),
    "centre": Text(zh="中心", en="the centre"),
    "as_now": Text(zh="不多于现状", en="as now"),
    "history": Text(zh="上一期", en="the period before"),
    "baseline": Text(zh="基准方案", en="the baseline"),
    "own": Text(zh="案件所需", en="the case's own"),
    "seats": Text(zh="席位列", en="the column of seats"),
    "any": Text(zh="不限", en="any"),
    "hard": Text(zh="必须", en="must"),
    "true": Text(zh="是", en="yes"),
    "false": Text(zh="否", en="no"),
}
_COMMA, _SEMICOLON = re.compile(r"[、，,]"), re.compile(r"[；;]")


class BlankError(ValueError):
    """A value that a blank does not take.

    Attributes:
        message: The fault in both languages.
        found: The value found.
        allowed: The allowed values.
        nearest: The nearest of them.
        detail: The text with a caret under the place, if it is a condition.
    """

    def __init__(
        self, message: Text, found: str, allowed: str = "", near: str = "", detail: str = ""
    ) -> None:
        super().__init__(message.en)
        self.message, self.found, self.allowed = message, shorten(found), allowed
        self.nearest, self.detail = near, detail


def phrase(word: object) -> Text:
    """Return the phrase of a word that YAML has: ``horizon`` is ``over the horizon``."""
    text = str(word).lower() if isinstance(word, bool) else str(word)
    return CHOICES.get(text) or Text(zh=text, en=text)


@dataclass(frozen=True, eq=False)
class BlankValues:
    """Writes and reads the values of a rule's blanks.

    Attributes:
        book: The words of the scenario.
        layer: The layer of the rule.
        there: The layer that each part of the rule names, such as ``that``.
    """

    book: Wordbook
    layer: str
    there: Mapping[str, str]

    def write(self, blank: Blank, value: Any, language: Language) -> str:
        """Return a value as text in a language."""
        if isinstance(value, list | tuple) and blank.takes not in ("entries", "groups"):
            return _separator(language).join(self.write_one(blank, one, language) for one in value)
        return self.write_one(blank, value, language)

    def write_one(self, blank: Blank, value: Any, language: Language) -> str:
        """Return one value as text."""
        if str(value) in blank.choices:
            return (blank.choices[str(value)] or phrase(value))(language)
        writer = self._writers(language).get(blank.takes)
        return writer(blank, value) if writer else str(value)

    def _writers(self, language: Language) -> Mapping[str, Callable[[Blank, Any], str]]:
        return {
            "layer": lambda _, one: self.book.layer(one)(language),
            "role": lambda _, one: self.book.roles.word(one, language),
            "tie": lambda _, one: self.book.tie(one)(language),
            "link": lambda _, one: self.book.tie(one)(language),
            "item": lambda _, one: self.book.unique_name(one),
            "slot": lambda _, one: self.book.unique_name(one),
            "yes_no": lambda _, one: phrase(one)(language),
            "level": lambda _, one: phrase(one)(language),
            "span": lambda _, one: phrase(one)(language),
            "groups": lambda _, one: self._id_lists(one, language),
            "skills": lambda _, one: _skills(one, language),
            "seats": lambda blank, one: self._seats(blank, one, language),
            "condition": lambda blank, one: self.conditions(blank).write(one, language),
            "expression": lambda blank, one: self._expression(blank, one, language),
            "entries": lambda blank, one: self._entries(blank, one, language),
        }

    def conditions(self, blank: Blank) -> Conditions:
        """Return the conditions over the variables that a blank may read."""
        over: str = blank.expression.over if blank.expression else "pair"
        name = self.layer
        if over.startswith("there-"):
            name = self.there.get(blank.path.rpartition(".")[0], self.layer)
            over = over.removeprefix("there-")
        words = self.book.of_layer(name)
        return Conditions(words, self.book.types(name, over))

    def _expression(self, blank: Blank, value: Any, language: Language) -> str:
        returns = blank.expression.returns if blank.expression else "INT"
        return self.conditions(blank).write_expression(value, returns, language)

    def _id_lists(self, value: Any, language: Language) -> str:
        semicolon = "；" if language == "zh" else "; "
        return semicolon.join(_separator(language).join(map(self.book.unique_name, group)) for group in value)

    def _seats(self, blank: Blank, value: Any, language: Language) -> str:
        if isinstance(value, Mapping):
            colon, semicolon = ("：", "；") if language == "zh" else (": ", "; ")
            return semicolon.join(
                f"{word}{colon}{self._expression(blank, one, language)}" for word, one in value.items()
            )
        return phrase(value)(language) if value == "seats" else str(value)

    def _entries(self, blank: Blank, value: Any, language: Language) -> str:
        colon, comma, semicolon = ("：", "，", "；") if language == "zh" else (": ", ", ", "; ")
        lines = []
        for entry in value:
            filled = ((part, value_at(entry, part.name)) for part in blank.parts)
            joined = (
                f"{part.label(language)}{colon}{self._listed(part, one, language)}"
                for part, one in filled
                if one not in (None, "", ())
            )
            lines.append(comma.join(joined))
        return semicolon.join(lines)

    def _listed(self, part: Blank, value: Any, language: Language) -> str:
        values = value if isinstance(value, tuple) else (value,)
        return "、".join(self.write_one(part, one, language) for one in values)

    def read(self, blank: Blank, text: str) -> Any:
        """Return the value of a text, as YAML has it.

        Raises:
            BlankError: The blank does not take it.
        """
        plain = half_width(text).strip()
        if len(plain) > MAX_LENGTH:
            message = Text(zh=f"超过 {MAX_LENGTH} 个字符", en=f"longer than {MAX_LENGTH} characters")
            raise BlankError(message, plain)
        if blank.several and blank.takes not in ("entries", "groups"):
            return [self.read_one(blank, one.strip()) for one in _COMMA.split(plain) if one.strip()]
        return self.read_one(blank, plain)

    def read_one(self, blank: Blank, text: str) -> Any:
        """Return one value of a text."""
        for word, own in blank.choices.items():
            if text in (word, own.zh, own.en, phrase(word).zh, phrase(word).en):
                return int(word) if word.isdigit() else word
        readers: Mapping[str, Callable[[Blank, str], Any]] = {
            "layer": lambda _, one: self._named(
                one, {name: self.book.layer(name) for name in self.book.layers}
            ),
            "role": lambda _, one: self._worded(one, self.book.roles),
            "period": lambda _, one: self._named(
                one, {name: Text(zh=name, en=name) for name in self.book.periods}
            ),
            "tie": lambda _, one: self._tie(one),
            "link": lambda _, one: self._tie(one),
            "item": lambda _, one: self._entity(one),
            "slot": lambda _, one: self._entity(one),
            "yes_no": lambda _, one: (
                self._named(one, {"true": CHOICES["true"], "false": CHOICES["false"]}) == "true"
            ),
            "level": lambda _, one: self._level(one),
            "span": lambda _, one: "any" if one in ("不限", "any") else one,
            "groups": lambda _, one: self._read_lists(one),
            "skills": lambda _, one: self._read_skills(one),
            "seats": self._read_seats,
            "condition": lambda blank, one: self._read_cel(blank, one, "BOOL"),
            "expression": lambda blank, one: self._read_cel(blank, one, ""),
            "entries": self._read_entries,
            "number": lambda blank, one: self._number(blank, one, whole=True),
            "decimal": lambda blank, one: self._number(blank, one, whole=False),
            "choice": self._choice,
        }
        reader = readers.get(blank.takes)
        return reader(blank, text) if reader else text

    def _named(self, text: str, names: Mapping[str, Text]) -> str:
        if text in names or not names:
            return text
        for name, word in names.items():
            if text in (word.zh, word.en):
                return name
        allowed = [word.zh for word in names.values()]
        message = Text(zh=f"没有“{shorten(text)}”", en=f"there is no '{shorten(text)}'")
        raise BlankError(message, text, listed(allowed, 20), near_word(text, [*allowed, *names]))

    def _worded(self, text: str, words: Vocabulary) -> str:
        found = words.id_of(text)
        if found is None and words.entries:
            message = Text(zh=f"没有“{shorten(text)}”这一角色", en=f"there is no role '{shorten(text)}'")
            raise BlankError(message, text, listed(words.words, 20), near_word(text, words.words))
        return found or text

    def _entity(self, text: str) -> str:
        """Return the id of an entity; a name of several, or of none, is refused."""
        known = self.book.ids
        if text in known or not known:
            return known.get(text, text)
        if self.book.is_shared(text):
            raise BlankError(Text(zh="有几个同名，请写编号", en="several have this name; write the id"), text)
        message = Text(zh=f"没有“{shorten(text)}”", en=f"there is no '{shorten(text)}'")
        raise BlankError(message, text, near=near_word(text, known))

    def _tie(self, text: str) -> str:
        for kind, word in self.book.ties.items():
            if text in (kind, word.zh, word.en):
                return kind
        kind = kind_of_tie(text)
        if kind not in self.book.ties:
            names = [word.zh for word in self.book.ties.values()]
            message = Text(
                zh=f"没有“{shorten(text)}”这类关系", en=f"there is no kind of tie '{shorten(text)}'"
            )
            raise BlankError(message, text, listed(names, 20), near_word(text, [*names, *self.book.ties]))
        return kind

    def _level(self, text: str) -> str | int:
        if text in ("hard", "必须", "must", "硬", "硬规则"):
            return "hard"
        found = re.fullmatch(r"(?:尽量|第|level)?\s*(\d{1,2})\s*级?", text)
        if found is None:
            message = Text(zh="应为“必须”，或级别 1、2、3……", en="it is 'must', or a level 1, 2, 3 ...")
            raise BlankError(message, text)
        return int(found[1])

    def _number(self, blank: Blank, text: str, *, whole: bool) -> int | float:
        if not re.fullmatch(r"-?\d{1,12}(\.0+)?" if whole else r"-?\d{1,12}(\.\d+)?", text):
            message = (
                Text(zh="应为整数", en="a whole number is needed")
                if whole
                else Text(zh="应为数", en="a number is needed")
            )
            raise BlankError(message, text, bounds_text(blank))
        number = int(float(text)) if whole else float(text)
        if (blank.low is not None and number < blank.low) or (blank.high is not None and number > blank.high):
            raise BlankError(Text(zh="超出范围", en="out of range"), text, bounds_text(blank))
        return number

    def _choice(self, blank: Blank, text: str) -> Any:
        if re.fullmatch(r"\d{1,9}", text):
            return int(text)
        names = {word: own or phrase(word) for word, own in blank.choices.items()}
        return self._named(text, names)

    def _read_lists(self, text: str) -> list[list[str]]:
        groups = (_COMMA.split(group) for group in _SEMICOLON.split(text) if group.strip())
        return [[self._entity(one.strip()) for one in group if one.strip()] for group in groups]

    def _read_skills(self, text: str) -> Any:
        if text in ("own", CHOICES["own"].zh, CHOICES["own"].en):
            return "own"
        found: dict[str, int] = {}
        for part in _COMMA.split(text):
            match = re.fullmatch(r"(.+?) ?[:：]? ?(\d) ?级?", " ".join(part.split()))
            if match is None:
                message = Text(zh="专长须带等级，如 审查调查 3", en="a skill needs its level, such as law 3")
                raise BlankError(message, part.strip())
            found[match[1]] = int(match[2])
        return found

    def _read_seats(self, blank: Blank, text: str) -> Any:
        if text in ("seats", CHOICES["seats"].zh, CHOICES["seats"].en):
            return "seats"
        if not re.search(r"[:：]", text):
            return text
        found = {}
        for part in _SEMICOLON.split(text):
            word, _, number = re.sub("：", ":", part, count=1).partition(":")
            found[word.strip()] = self._read_cel(blank, number.strip(), "INT")
        return found

    def _read_entries(self, blank: Blank, text: str) -> list[dict[str, Any]]:
        labels = {name: part for part in blank.parts for name in (part.label.zh, part.label.en, part.name)}
        entries = []
        for entry in filter(str.strip, _SEMICOLON.split(text)):
            fields: dict[str, Any] = {}
            for one in filter(str.strip, re.split(r"[，,]", entry)):
                label, _, value = one.replace("：", ":", 1).partition(":")
                if label.strip() not in labels:
                    message = Text(zh="应写作“名称：值”", en="it is written 'name: value'")
                    raise BlankError(message, one, listed(dict.fromkeys(p.label.zh for p in labels.values())))
                part = labels[label.strip()]
                fields[part.name] = self.read(part, value)
            entries.append(fields)
        return entries

    def _read_cel(self, blank: Blank, text: str, returns: str) -> Any:
        returns = returns or (blank.expression.returns if blank.expression else "INT")
        if (given := cel_of(text)) is not None:
            return given
        conditions = self.conditions(blank)
        try:
            return conditions.read(text) if returns == "BOOL" else conditions.read_expression(text, returns)
        except ConditionError as error:
            if self.book.compiles(text, conditions.types, returns):
                return text
            message = Text(
                zh=f"第 {error.at + 1} 个字起：{error.message.zh}",
                en=f"from character {error.at + 1}: {error.message.en}",
            )
            raise BlankError(
                message, error.found or text, error.allowed, error.nearest, error.detail
            ) from None


def allowed_values(blank: Blank, book: Wordbook, layer: str = "") -> tuple[Text, ...]:
    """Return the values that a blank takes, as words for a list to choose from; empty if it takes any text.

    Args:
        blank: The blank.
        book: The words of the scenario.
        layer: The layer of the rule; without one, roles, items and slots are those of all layers.
    """
    specs = [book.layers[layer]] if layer in book.layers else [*book.layers.values()]
    tables = [spec.items.table if blank.takes == "item" else spec.slots.table for spec in specs]
    listed_values: Mapping[str, Callable[[], Iterable[Text]]] = {
        "layer": lambda: map(book.layer, book.layers),
        "role": lambda: (book.roles.text(role) for spec in specs for role in spec.roles),
        "period": lambda: map(phrase, book.periods),
        "tie": book.ties.values,
        "link": book.links.values,
        "item": lambda: book.names(tables),
        "slot": lambda: book.names(tables),
        "yes_no": lambda: map(phrase, (True, False)),
        "level": lambda: map(phrase, ("hard", *range(1, 10))),
    }
    words = [own or phrase(word) for word, own in blank.choices.items()]
    more = listed_values.get(blank.takes, tuple)()
    return tuple(dict.fromkeys((*words, *more)))


def bounds_text(blank: Blank) -> str:
    """Return the bounds of a number, such as ``1-1000``; empty if it has none."""
    if blank.low is None and blank.high is None:
        return ""
    low, high = (("" if one is None else f"{one:.12g}") for one in (blank.low, blank.high))
    return f"{low}-{high}" if low and high else f"≥ {low}" if low else f"≤ {high}"


def _separator(language: Language) -> str:
    return "、" if language == "zh" else ", "


def _skills(value: Any, language: Language) -> str:
    if not isinstance(value, Mapping):
        return phrase(value)(language)
    return _separator(language).join(f"{name} {level}" for name, level in value.items())
