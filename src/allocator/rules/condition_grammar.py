"""The words of conditions: operators, names of columns, and the writing of expressions in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from allocator.errors import caret, nearest, shorten
from allocator.model.notation import listed
from allocator.model.text import Language, Text
from allocator.rules.expressions.axes import Types
from allocator.rules.expressions.phrases import NotReadableError, PhraseTerm
from allocator.rules.wordbook import LayerWords

#: CEL as such, in place of a condition.
_CEL = re.compile(r"CEL\s*[:：]", re.IGNORECASE)
#: The operators: their sign in CEL, and their words; the first word of each language is written.
OPERATORS: Sequence[tuple[str, tuple[str, ...], tuple[str, ...]]] = tuple(
    (sign, tuple(zh.split("|")), tuple(en.split("|")))
    for sign, zh, en in (
        ("empty", "为空", "is empty"),
        ("!empty", "不为空", "is not empty"),
        ("meets", "有的属于|有的在", "has one among"),
        ("!in", "不属于|不在", "is none of|not in"),
        ("in", "属于|在", "is one of|in"),
        ("!contains", "不包含|不含", "does not contain"),
        ("contains", "包含|含有|含", "contains"),
        ("startsWith", "开头是", "begins with|starts with"),
        ("endsWith", "结尾是", "ends with"),
        (">=", "不低于|不小于|不少于|不早于|至少|大于等于|>=|≥", "at least|not before"),
        ("<=", "不高于|不大于|不超过|不多于|不晚于|至多|小于等于|<=|≤", "at most|not after"),
        (">", "大于|高于|多于|晚于|>|＞", "above|after"),
        ("<", "小于|低于|少于|早于|<|＜", "below|before"),
        ("!=", "不是|不等于|不同于|!=|≠", "is not|differs from"),
        ("==", "是|等于|同|为|==|=|＝", "is|equals"),
    )
)
#: The words written for dates, texts that are compared with columns, and numbers, where they differ.
_OF_DATES = {
    ">=": ("不早于", "not before"),
    "<=": ("不晚于", "not after"),
    ">": ("晚于", "after"),
    "<": ("早于", "before"),
}
_OF_COLUMNS = {"==": ("等于", "equals"), "!=": ("不等于", "differs from")}
AND, OR = ("且", "并且", "and"), ("或者", "或", "or")
JOINERS = re.compile(r"\s*(?:且|或者|或|并且|\band\b|\bor\b)\s*", re.IGNORECASE)
MEETS = Text(
    zh="“有的属于”左边须为一览的列，右边须为文字的列",
    en="'has one among' compares a list with a column of texts",
)
TRUTHS = {"总是": "true", "always": "true", "从不": "false", "never": "false"}
QUOTES = {"“": "”", "「": "」", '"': '"', "'": "'", "‘": "’", "『": "』"}
SPECIAL = re.compile(r"[\s()（）、，,“”「」\"'‘’]|且|或|\band\b|\bor\b")
MOMENT = "T00:00:00Z"
CEL = re.compile(r"^\s*[「『]?\s*CEL\s*[:：]\s*(.*?)\s*[」』]?\s*$", re.DOTALL | re.IGNORECASE)


def near_word(found: str, allowed: Iterable[str]) -> str:
    """Return the nearest allowed word; of short words, the only one that differs in one character."""
    words = list(dict.fromkeys(allowed))
    alike = [
        word
        for word in words
        if len(word) == len(found) > 1 and sum(a != b for a, b in zip(word, found, strict=True)) == 1
    ]
    return nearest(found, words) or (alike[0] if len(alike) == 1 else "")


class ConditionError(ValueError):
    """A condition that cannot be read.

    Attributes:
        message: The fault in both languages.
        text: The condition.
        at: The place of the fault, from 0.
        found: The text there.
        allowed: The columns or values that are allowed.
        nearest: The nearest of them.
    """

    def __init__(
        self, message: Text, text: str, at: int, found: str = "", allowed: Sequence[str] = (), near: str = ""
    ) -> None:
        super().__init__(message.en)
        self.message, self.text, self.at, self.found = message, text, at, shorten(found)
        self.allowed, self.nearest = listed(allowed, 20), near or near_word(found, allowed)

    @property
    def detail(self) -> str:
        """The condition with a caret under the place."""
        return caret(self.text, self.at)


@dataclass(frozen=True, eq=False)
class NamedColumns:
    """The columns that an expression may read, with their names in both languages.

    Attributes:
        words: The words of the layer.
        types: The columns with their CEL types.
    """

    words: LayerWords
    types: Types

    @cached_property
    def names(self) -> Mapping[str, tuple[str, str]]:
        """The Chinese and the English name of each column; a Chinese name that two have is of the first."""
        found: dict[str, tuple[str, str]] = {}
        taken: set[str] = set()
        for variable in self.types:
            prefix, _, name = variable.partition(".")
            zh = f"{self.words.prefix(prefix).zh}.{self.words.column(prefix, name).zh}"
            found[variable] = (variable if zh in taken else zh, variable)
            taken.add(zh)
        return found

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """The column of each name."""
        both = {name: variable for variable, names in self.names.items() for name in names}
        for variable in self.types:
            prefix, _, column = variable.partition(".")
            for header in self.words.other_headers(prefix, column):
                both.setdefault(f"{self.words.prefix(prefix).zh}.{header}", variable)
        return dict(sorted(both.items(), key=lambda pair: -len(pair[0])))

    def type_of(self, variable: str) -> str:
        """Return the type of a column: ``STRING``, ``INT``, ``LIST`` and so on."""
        name: str = self.types[variable].name()
        return name.partition("<")[0].upper()

    def name(self, variable: str, language: Language) -> str:
        """Return the name of a column.

        Raises:
            NotReadableError: There is no such column.
        """
        if variable not in self.names:
            raise NotReadableError(variable)
        return self.names[variable][language == "en"]

    def values(self, variable: str) -> Mapping[str, str]:
        """Return the values of a column by their words in both languages, and by themselves.

        A name that several entities have is no word for any of them.
        """
        own = self.words.values(variable)
        found = {value: value for value in own}
        for value, word in own.items():
            for one in (word.zh, word.en):
                if not self.words.book.is_shared(one):
                    found.setdefault(one, value)
        return found


class ConditionWriter:
    """Writes trees as conditions; raises ``NotReadableError`` for what no condition says."""

    def __init__(self, over: NamedColumns, language: Language) -> None:
        self.over, self.language = over, language

    def pick(self, zh: str, en: str) -> str:
        """Return one of two texts by the language."""
        return zh if self.language == "zh" else en

    def condition(self, term: PhraseTerm) -> str:
        """Return a condition in words."""
        if term.op == "truth":
            return next(
                word
                for word, value in TRUTHS.items()
                if value == term.value and word.isascii() == (self.language == "en")
            )
        if term.op in ("&&", "||"):
            joiner = self.pick(" 且 ", " and ") if term.op == "&&" else self.pick(" 或 ", " or ")
            return joiner.join(self._within(part, term.op) for part in term.parts)
        if term.op == "!":
            return self.compared(term.parts[0], "!")
        if term.op == "has":
            return self.compared(term.parts[0], "")
        return self.compared(term, "")

    def _within(self, term: PhraseTerm, above: str) -> str:
        said = self.condition(term)
        return self.pick(f"（{said}）", f"({said})") if term.op == "||" and above == "&&" else said

    def compared(self, term: PhraseTerm, negated: str) -> str:
        """Return a comparison in words."""
        if len(term.parts) != 2 or (negated and term.op not in ("in", "contains")):
            raise NotReadableError(term.op)
        left, right = term.parts
        if term.op == "in" and right.op == "column":
            return self.said(right, f"{negated}contains", left)
        if term.op == "meets":
            return f"{self.operand(left)} {self.pick('有的属于', 'has one among')} {self.operand(right)}"
        if term.op in ("==", "!=") and right == PhraseTerm("text"):
            return self.said(left, "empty" if term.op == "==" else "!empty", None)
        if left.op == "size" and right == PhraseTerm("number", value="0") and term.op in ("==", "!=", ">"):
            return self.said(left.parts[0], "empty" if term.op == "==" else "!empty", None)
        return self.said(left, negated + term.op, right)

    def said(self, left: PhraseTerm, operator: str, right: PhraseTerm | None) -> str:
        """Return a column, an operator and a value in words."""
        variable = left.parts[0].value if left.op == "index" else left.value
        word = next(
            (zh[0] if self.language == "zh" else en[0] for sign, zh, en in OPERATORS if sign == operator), ""
        )
        if right is None:
            return f"{self.operand(left)} {word}"
        special = _OF_COLUMNS if right.op in ("column", "number") else {}
        if variable in self.over.types and self.over.type_of(variable) == "TIMESTAMP":
            special = {**_OF_COLUMNS, **_OF_DATES}
        word = self.pick(*special[operator]) if operator in special else word
        if not word:
            raise NotReadableError(operator)
        return f"{self.operand(left)} {word} {self.value(variable, right, operator)}"

    def operand(self, term: PhraseTerm) -> str:
        """Return a column or a figure of a map in words."""
        if term.op == "column":
            return self.over.name(term.value, self.language)
        if term.op == "index" and term.parts[1].op == "text":
            return f"{self.over.name(term.parts[0].value, self.language)}.{_quoted(term.parts[1].value)}"
        raise NotReadableError(term.op)

    def value(self, variable: str, term: PhraseTerm, operator: str) -> str:
        """Return a value of a column in words."""
        if term.op == "text":
            word = self.over.words.value(variable, term.value)(self.language)
            known = self.over.values(variable)
            if known.get(word, word) != term.value:
                word = term.value
            is_closed = bool(known) and operator in ("==", "!=", "in", "!in")
            return _quoted(word, always=is_closed and word not in known, blanks=word in known)
        if term.op == "number":
            return term.value
        if term.op == "list" and term.parts:
            return self.pick("、", ", ").join(self.value(variable, part, operator) for part in term.parts)
        if term.op == "timestamp" and term.parts[0].value.endswith(MOMENT):
            return term.parts[0].value.removesuffix(MOMENT)
        return self.operand(term)

    def expression(self, term: PhraseTerm) -> str:
        """Return an expression in words."""
        if term.op == "text":
            return _quoted(term.value, always=True)
        if term.op == "number":
            return term.value
        if term.op == "+":
            return self.pick("、", ", ").join(map(self.expression, term.parts))
        if term.op == "list" and term.parts:
            return self.pick("、", ", ").join(map(self.operand, term.parts))
        return self.operand(term)


def _quoted(word: str, *, always: bool = False, blanks: bool = False) -> str:
    """Return a value, in quotes if it might be read as something else.

    Args:
        word: The value.
        always: Whether quotes are needed in any case.
        blanks: Whether blanks alone need no quotes.
    """
    bare = word.replace(" ", "") if blanks else word
    plain = not always and word and not SPECIAL.search(bare) and not word.replace(".", "").isdigit()
    return word if plain else f"“{word}”" if "”" not in word else f'"{word}"'


_YES_NO = {"是": "true", "true": "true", "yes": "true", "否": "false", "false": "false", "no": "false"}


def literal(kind: str, raw: str) -> PhraseTerm | Text:
    """Return a number, a date or a truth value of a column's type; else the fault of it."""
    if kind == "TIMESTAMP":
        try:
            return PhraseTerm(
                "timestamp", (PhraseTerm("text", value=date.fromisoformat(raw).isoformat() + MOMENT),)
            )
        except ValueError:
            return Text(
                zh=f"“{shorten(raw)}”应为日期，如 2026-01-01",
                en=f"'{shorten(raw)}' is no date such as 2026-01-01",
            )
    if kind == "BOOL":
        truth = Text(zh="应为“是”或“否”", en="it is yes or no")
        return PhraseTerm("truth", value=_YES_NO[raw]) if raw in _YES_NO else truth
    if re.fullmatch(r"-?\d{1,15}(\.\d+)?", raw):
        return PhraseTerm("number", value=raw)
    return Text(zh=f"“{shorten(raw)}”应为数字", en=f"'{shorten(raw)}' is no number")


_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum()}
_HALF |= {0xFF0E: 0x2E, 0x3000: 0x20, 0xA0: 0x20}


def half_width(text: str) -> str:
    """Return a text with letters, digits, points and blanks of one width; places stay the same."""
    return text.translate(_HALF)


def leading_word(text: str) -> str:
    """Return what stands in place of a column: up to a blank, a bracket or an operator."""
    word = re.split(r"[\s()（）]", text, maxsplit=1)[0]
    ends = [word.find(one) for _, zh, _ in OPERATORS for one in zh if word.find(one) > 0 and len(one) > 1]
    return word[: min(ends, default=len(word))]


def continues(text: str, end: int, name: str) -> bool:
    """Whether a name goes on after its end, in plain letters: ``person.titles`` is not ``person.title``."""
    return name[-1].isascii() and (
        text[end : end + 1].isascii() and (text[end : end + 1].isalnum() or text[end : end + 1] == "_")
    )


def cel_of(text: str) -> str | None:
    """Return the CEL that a text gives as such, ``CEL: ...``; None for any other text."""
    bare = text.strip()
    bare = bare[1:-1].strip() if bare[:1] in QUOTES and bare.endswith(QUOTES[bare[:1]]) else bare
    found = _CEL.match(bare)
    return bare[found.end() :].strip() if found else None
