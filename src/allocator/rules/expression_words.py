"""Expressions in words, for sentences: "the native place of the person is the place of the group"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from allocator.model.text import Language
from allocator.rules.expressions.phrases import NotReadableError, PhraseTerm, parse_cel
from allocator.rules.wordbook import LayerWords

#: By sign, the words before and after a number in Chinese and in English.
_COMPARED: Mapping[str, tuple[str, str]] = {
    "<": ("小于 {}", "is below {}"),
    "<=": ("不高于 {}", "is at most {}"),
    ">": ("大于 {}", "is above {}"),
    ">=": ("不低于 {}", "is at least {}"),
    "==": ("等于 {}", "is {}"),
    "!=": ("不等于 {}", "is not {}"),
}
_BETWEEN: Mapping[str, tuple[str, str]] = {
    "==": ("{}与{}相同", "{} is {}"),
    "!=": ("{}与{}不同", "{} is not {}"),
    "<": ("{}小于{}", "{} is below {}"),
    "<=": ("{}不高于{}", "{} is at most {}"),
    ">": ("{}大于{}", "{} is above {}"),
    ">=": ("{}不低于{}", "{} is at least {}"),
}
_SUMS: Mapping[str, tuple[str, str]] = {
    "+": ("{}加 {}", "{} + {}"),
    "-": ("{}减 {}", "{} - {}"),
    "*": ("{}乘以 {}", "{} x {}"),
    "/": ("{}除以 {}", "{} / {}"),
    "%": ("{}除以 {} 的余数", "{} mod {}"),
}
_METHODS: Mapping[str, tuple[str, str, str, str]] = {
    "contains": ("{}包含{}", "{}不包含{}", "{} contains {}", "{} does not contain {}"),
    "startsWith": ("{}以{}开头", "{}不以{}开头", "{} begins with {}", "{} does not begin with {}"),
    "endsWith": ("{}以{}结尾", "{}不以{}结尾", "{} ends with {}", "{} does not end with {}"),
}


def quoted_cel(text: str, language: Language) -> str:
    """Return an expression that has no words, in quotes."""
    return f"「CEL：{text}」" if language == "zh" else f"「CEL: {text}」"


@dataclass(frozen=True)
class ExpressionWords:
    """Says expressions of a layer in one language.

    Attributes:
        words: The words of the layer.
        language: The language.
        bare: Prefixes of variables that are left out, because the sentence names the side already.
    """

    words: LayerWords
    language: Language
    bare: frozenset[str] = frozenset()

    def __call__(self, text: object) -> str:
        """Return an expression in words, a number as it is; in quotes what has no words."""
        if not isinstance(text, str):
            return str(text)
        try:
            return self.say(parse_cel(text))
        except NotReadableError:
            return quoted_cel(text, self.language)

    def pick(self, zh: str, en: str) -> str:
        """Return one of two texts by the language."""
        return zh if self.language == "zh" else en

    def say(self, term: PhraseTerm) -> str:
        """Return a tree in words."""
        sayings: Mapping[str, Callable[[PhraseTerm], str]] = {
            "text": lambda term: self.words.any_value(term.value)(self.language),
            "number": lambda term: term.value,
            "truth": self._truth,
            "column": lambda term: self.column(term.value),
            "list": lambda term: self.listed([self.say(part) for part in term.parts]),
            "index": lambda term: self.pick("{}“{}”", "{} '{}'").format(*map(self.say, term.parts)),
            "&&": self._joined,
            "||": self._joined,
            "!": lambda term: self._not(term.parts[0]),
            "?:": lambda term: self._either(*term.parts),
            "meets": lambda term: self.pick("{}有的属于{}", "one of {} is among {}").format(
                *map(self.say, term.parts)
            ),
            "size": lambda term: self.pick("{}的个数", "the number of {}").format(self.say(term.parts[0])),
            **dict.fromkeys(("has", "int", "double", "timestamp"), lambda term: self.say(term.parts[0])),
            **dict.fromkeys(_METHODS, lambda term: self._method(term, positive=True)),
            **dict.fromkeys(_SUMS, self._sum),
        }
        return sayings.get(term.op, self._compared)(term)

    def _truth(self, term: PhraseTerm) -> str:
        return self.pick("总是", "always") if term.value == "true" else self.pick("从不", "never")

    def _sum(self, term: PhraseTerm) -> str:
        if any(part.op == "list" for part in term.parts):
            return self.listed([self.say(part) for part in term.parts])
        return self.pick(*_SUMS[term.op]).format(*(self._operand(part) for part in term.parts))

    def listed(self, words: list[str], *, last: str = "") -> str:
        """Return words as a list: with a last joiner such as ``or``, or with commas."""
        if self.language == "zh":
            return "、".join(words)
        return f"{', '.join(words[:-1])} {last} {words[-1]}" if last and len(words) > 1 else ", ".join(words)

    def column(self, variable: str) -> str:
        """Return a column in words; an id or a kind is the entity itself."""
        prefix, _, name = variable.partition(".")
        owner = self.words.prefix(prefix)(self.language)
        if name == "id":
            return self.pick(owner, f"the {owner}")
        column = self.words.column(prefix, name)(self.language)
        if prefix in self.bare:
            return column
        return f"{owner}的{column}" if self.language == "zh" else f"the {owner}'s {column}"

    def _subject(self, term: PhraseTerm) -> str:
        """Return the left side of a comparison; a kind is said of the entity itself."""
        if term.op == "column" and term.value.endswith(".kind"):
            prefix = term.value.partition(".")[0]
            owner = self.words.prefix(prefix)(self.language)
            return "" if prefix in self.bare else self.pick(owner, f"the {owner}")
        return self.say(term)

    def _value(self, left: PhraseTerm, right: PhraseTerm) -> str:
        if left.op == "index":
            left = left.parts[0]
        if left.op == "column" and right.op == "text":
            return self.words.value(left.value, right.value)(self.language)
        if right.op == "list":
            return self.listed([self._value(left, part) for part in right.parts], last="or")
        return self.say(right)

    def _operand(self, term: PhraseTerm) -> str:
        said = self.say(term)
        return self.pick(f"（{said}）", f"({said})") if term.op in (*_SUMS, "?:") else said

    def _joined(self, term: PhraseTerm) -> str:
        parts = [
            self.pick(f"（{self.say(part)}）", f"({self.say(part)})")
            if part.op in ("||", "?:")
            else self.say(part)
            for part in term.parts
        ]
        if term.op == "&&":
            return self.pick("且", " and ").join(parts)
        return self.pick("或", " or ").join(parts)

    def _not(self, term: PhraseTerm) -> str:
        if term.op in _METHODS:
            return self._method(term, positive=False)
        if term.op == "in":
            return self._within(term, positive=False)
        return self.pick(f"并非（{self.say(term)}）", f"not ({self.say(term)})")

    def _method(self, term: PhraseTerm, *, positive: bool) -> str:
        zh, not_zh, en, not_en = _METHODS[term.op]
        pattern = self.pick(zh if positive else not_zh, en if positive else not_en)
        return pattern.format(self.say(term.parts[0]), self._value(*term.parts))

    def _either(self, condition: PhraseTerm, yes: PhraseTerm, no: PhraseTerm) -> str:
        if no == PhraseTerm("text"):
            return self.pick("{}（仅{}的）", "{} (only where {})").format(self.say(yes), self.say(condition))
        pattern = self.pick("{}的计 {}，其余计 {}", "{1} where {0}, else {2}")
        return pattern.format(self.say(condition), self._operand(yes), self.say(no))

    def _within(self, term: PhraseTerm, *, positive: bool) -> str:
        left, right = term.parts
        if right.op == "list" and left.op == "column" and all(part.op == "text" for part in right.parts):
            pattern = self.pick(
                "{}是{}" if positive else "{}不是{}", "{} is {}" if positive else "{} is not {}"
            )
            return pattern.format(self._subject(left), self._value(left, right)).replace(
                "、", "或" if positive else "、"
            )
        if right.op == "list":
            pattern = self.pick(
                "{}是{}之一" if positive else "{}不是{}之一",
                "{} is one of {}" if positive else "{} is none of {}",
            )
            return pattern.format(self.say(left), self.say(right))
        zh, not_zh, en, not_en = _METHODS["contains"]
        pattern = self.pick(zh if positive else not_zh, en if positive else not_en)
        return pattern.format(self.say(right), self._value(right, left))

    def _compared(self, term: PhraseTerm) -> str:
        if term.op == "in":
            return self._within(term, positive=True)
        left, right = term.parts
        if left.op in ("text", "number") and right.op == "column" and term.op in ("==", "!="):
            left, right = right, left
        if right.op == "text" and term.op in ("==", "!="):
            is_same = term.op == "=="
            if not right.value:
                return self.pick(
                    "{}为空" if is_same else "{}不为空", "{} is empty" if is_same else "{} is not empty"
                ).format(self.say(left))
            pattern = self.pick(
                "{}是{}" if is_same else "{}不是{}", "{} is {}" if is_same else "{} is not {}"
            )
            subject = self._subject(left) if is_same else self._subject(left) or self.say(left)
            return pattern.format(subject, self._value(left, right)).strip()
        if right.op == "number":
            return f"{self.say(left)} " * (self.language == "en") + (
                (self.say(left) if self.language == "zh" else "")
                + self.pick(*_COMPARED[term.op]).format(right.value)
            )
        return self._between(left, term.op, right)

    def _between(self, left: PhraseTerm, sign: str, right: PhraseTerm) -> str:
        """Return a comparison of two columns, with the entities of both."""
        whole = replace(self, bare=frozenset())
        own, _, name = left.value.partition(".")
        other, _, others = right.value.partition(".")
        if "other" in (own, other) and name == others and name != "id" and sign in ("==", "!="):
            column = self.words.column(own, name)(self.language)
            if sign == "==":
                return self.pick(f"{column}相同", f"they have the same {column}")
            return self.pick(f"{column}不同", f"they have not the same {column}")
        return self.pick(*_BETWEEN[sign]).format(whole._operand(left), whole._operand(right))
