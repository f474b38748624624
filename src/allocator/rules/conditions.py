"""Conditions that a planner writes, from columns and values, and their CEL.

``人员.职务 是 室主任 且 人员.年龄 小于 50`` compares columns with values; a column may stand for a value.
且 / 或 and brackets join, ``and`` / ``or`` in English. A value with blanks or brackets stands in quotes; a
date is written 2026-01-01; a figure of a map follows a point (``人员.特长.审查调查 不低于 3``). An
expression is a number, a column, or for lists columns with commas between them. ``CEL: ...`` is CEL as such.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from allocator.errors import nearest, shorten
from allocator.model.text import Language, Text
from allocator.rules.condition_grammar import (
    AND,
    JOINERS,
    MEETS,
    OPERATORS,
    OR,
    QUOTES,
    TRUTHS,
    ConditionError,
    ConditionWriter,
    NamedColumns,
    continues,
    half_width,
    leading_word,
    literal,
)
from allocator.rules.expressions.compiler import MAX_LENGTH
from allocator.rules.expressions.phrases import NotReadableError, PhraseTerm, parse_cel, to_cel

#: The greatest number of brackets inside each other.
_DEEPEST = 30


class Conditions(NamedColumns):
    """Reads and writes conditions and expressions over some columns of a layer."""

    def read(self, text: str) -> str:
        """Return the CEL of a condition.

        Raises:
            ConditionError: It is no condition over these columns.
        """
        return to_cel(_Reader(self, half_width(text)).condition())

    def write(self, cel: str, language: Language) -> str:
        """Return the text of a condition that ``read`` turns into the same CEL; else the CEL as it is."""
        return self._if_same(cel, language, ConditionWriter(self, language).condition, self.read)

    def read_expression(self, text: str, returns: str) -> str | int:
        """Return the CEL of an expression that gives a number, a text or a list.

        Raises:
            ConditionError: It is no expression over these columns.
        """
        return _Reader(self, half_width(text)).expression(returns)

    def write_expression(self, cel: str | int, returns: str, language: Language) -> str:
        """Return the text of an expression that ``read_expression`` turns into the same; else the CEL."""
        if isinstance(cel, int):
            return str(cel)
        writer = ConditionWriter(self, language).expression
        return self._if_same(cel, language, writer, lambda text: self.read_expression(text, returns))

    def _if_same(
        self,
        cel: str,
        language: Language,
        write: Callable[[PhraseTerm], str],
        read: Callable[[str], str | int],
    ) -> str:
        raw = f"CEL：{cel}" if language == "zh" else f"CEL: {cel}"
        try:
            text = write(parse_cel(cel))
            return text if read(text) == cel else raw
        except (NotReadableError, ConditionError):
            return raw


class _Reader:
    """Reads one condition from left to right."""

    def __init__(self, over: NamedColumns, text: str) -> None:
        self.over, self.text, self.at, self.depth = over, text, 0, 0
        if len(text) > MAX_LENGTH:
            message = Text(zh=f"超过 {MAX_LENGTH} 个字符", en=f"longer than {MAX_LENGTH} characters")
            raise ConditionError(message, shorten(text), 0)

    def fault(
        self, message: Text, at: int, found: str = "", allowed: Sequence[str] = (), near: str = ""
    ) -> ConditionError:
        return ConditionError(message, self.text, at, found, allowed, near)

    def skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def word(self, words: Sequence[str]) -> str:
        """Take one of some words if it stands next; English words end at a blank or a bracket."""
        self.skip()
        for word in words:
            end = self.at + len(word)
            bounded = not word[-1].isalpha() or not word.isascii() or not self.text[end : end + 1].isalnum()
            if self.text[self.at : end].casefold() == word and bounded:
                self.at = end
                return word
        return ""

    def condition(self) -> PhraseTerm:
        if not self.text.strip():
            raise self.fault(Text(zh="条件为空", en="the condition is empty"), 0)
        term = self.any_of()
        self.skip()
        if self.at < len(self.text):
            message = Text(zh="此处应为“且”“或”或结尾", en="expected 'and', 'or' or the end here")
            raise self.fault(message, self.at, self.text[self.at :])
        return term

    def any_of(self) -> PhraseTerm:
        parts = [self.all_of()]
        while self.word(OR):
            parts.append(self.all_of())
        return PhraseTerm("||", tuple(parts)) if len(parts) > 1 else parts[0]

    def all_of(self) -> PhraseTerm:
        parts = [self.one()]
        while self.word(AND):
            parts.append(self.one())
        return PhraseTerm("&&", tuple(parts)) if len(parts) > 1 else parts[0]

    def one(self) -> PhraseTerm:
        if self.word(("(", "（")):
            self.depth += 1
            if self.depth > _DEEPEST:
                raise self.fault(Text(zh="括号层数过多", en="too many brackets inside each other"), self.at)
            inner = self.any_of()
            self.depth -= 1
            if not self.word((")", "）")):
                raise self.fault(Text(zh="括号没有合上", en="a bracket is not closed"), self.at)
            return inner
        if truth := self.word(tuple(TRUTHS)):
            return PhraseTerm("truth", value=TRUTHS[truth])
        left = self.column()
        operator = self.operator()
        return self.compared(left, operator)

    def column(self) -> PhraseTerm:
        self.skip()
        for name, variable in self.over.variables.items():
            end = self.at + len(name)
            if self.text[self.at : end] == name and not continues(self.text, end, name):
                self.at = end
                return self._figure(variable)
        found = leading_word(self.text[self.at :])
        message = Text(zh=f"没有“{found}”这一列", en=f"there is no column '{found}'")
        raise self.fault(message, self.at, found, self._names(found))

    def _names(self, found: str) -> list[str]:
        return [zh if not found.isascii() else en for zh, en in self.over.names.values()]

    def _figure(self, variable: str) -> PhraseTerm:
        column = PhraseTerm("column", value=variable)
        if self.over.type_of(variable) != "MAP" or self.text[self.at : self.at + 1] != ".":
            return column
        self.at += 1
        if quoted := self.quoted():
            return PhraseTerm("index", (column, quoted))
        found = re.compile(r"[^\s()（）<>=!≥≤≠＞＜＝]+").match(self.text, self.at)
        key = found[0] if found else ""
        for _, zh, _ in OPERATORS:
            for word in zh:
                key = key.split(word, 1)[0] if len(word) > 1 and not key.startswith(word) else key
        self.at += len(key)
        return PhraseTerm("index", (column, PhraseTerm("text", value=key)))

    def operator(self) -> str:
        self.skip()
        start = self.at
        for sign, zh, en in OPERATORS:
            if self.word((*zh, *en)):
                return sign
        message = Text(zh="此处应为比较词", en="expected a comparison here")
        raise self.fault(message, start, self.text[start : start + 12], [zh[0] for _, zh, _ in OPERATORS])

    def compared(self, left: PhraseTerm, operator: str) -> PhraseTerm:
        variable = left.parts[0].value if left.op == "index" else left.value
        kind = "INT" if left.op == "index" else self.over.type_of(variable)
        negated, sign = (
            operator.startswith("!") and operator != "!=",
            operator.lstrip("!") if operator != "!=" else operator,
        )
        start = self.at
        if sign == "empty":
            return self._empty(left, kind, negated=negated)
        if sign == "meets":
            return self._meets(left, kind, start)
        if sign == "in":
            self._refuse(kind, sign, start)
            term = PhraseTerm("in", (left, PhraseTerm("list", tuple(self.several(variable, kind)))))
        elif sign in ("contains", "startsWith", "endsWith"):
            term = self._contains(left, variable, kind, sign)
        else:
            self._refuse(kind, sign, start)
            term = PhraseTerm(sign, (left, self.value(variable, kind, sign)))
            if left.op == "index":
                term = PhraseTerm("has", (term,))
        return PhraseTerm("!", (term,)) if negated else term

    def _meets(self, left: PhraseTerm, kind: str, start: int) -> PhraseTerm:
        other = self.column()
        if kind != "LIST" or other.op != "column" or self.over.type_of(other.value) != "STRING":
            raise self.fault(MEETS, start)
        return PhraseTerm("meets", (left, other), "unit")

    def _empty(self, left: PhraseTerm, kind: str, *, negated: bool) -> PhraseTerm:
        if kind == "STRING":
            return PhraseTerm("!=" if negated else "==", (left, PhraseTerm("text")))
        if kind in ("LIST", "MAP"):
            return PhraseTerm(
                "!=" if negated else "==", (PhraseTerm("size", (left,)), PhraseTerm("number", value="0"))
            )
        message = Text(
            zh="数字和日期的列不能判断为空", en="a number or a date cannot be asked whether it is empty"
        )
        raise self.fault(message, self.at)

    def _contains(self, left: PhraseTerm, variable: str, kind: str, sign: str) -> PhraseTerm:
        if kind in ("LIST", "MAP") and sign == "contains":
            return PhraseTerm("in", (self.value(variable, "STRING", "=="), left))
        if kind != "STRING":
            message = Text(zh="此列不是文字或一览", en="the column is no text and no list")
            raise self.fault(message, self.at)
        return PhraseTerm(sign, (left, self.value(variable, "STRING", sign)))

    def _refuse(self, kind: str, sign: str, start: int) -> None:
        if kind in ("LIST", "MAP"):
            message = Text(
                zh="一览的列用“包含”“不包含”“为空”", en="a list is asked with 'contains' or 'is empty'"
            )
            raise self.fault(message, start)
        if kind == "BOOL" and sign not in ("==", "!="):
            raise self.fault(
                Text(zh="是否的列只能用“是”“不是”", en="yes or no takes 'is' or 'is not'"), start
            )

    def several(self, variable: str, kind: str) -> Iterator[PhraseTerm]:
        yield self.value(variable, kind, "in")
        while self.word(("、", "，", ",")):
            yield self.value(variable, kind, "in")

    def quoted(self) -> PhraseTerm | None:
        self.skip()
        closing = QUOTES.get(self.text[self.at : self.at + 1])
        end = self.text.find(closing, self.at + 1) if closing else -1
        if end < 0:
            return None
        inner = self.text[self.at + 1 : end]
        self.at = end + 1
        return PhraseTerm("text", value=inner)

    def value(self, variable: str, kind: str, sign: str) -> PhraseTerm:
        """Read a value of a column's type, or another column."""
        quoted = self.quoted()
        start = self.at
        if quoted is None:
            for name, other in self.over.variables.items():
                end = self.at + len(name)
                if self.text[self.at : end] == name and not continues(self.text, end, name):
                    self.at = end
                    return self._other(other, kind, sign, start)
        raw = quoted.value if quoted else self._raw()
        if quoted is None and kind == "STRING" and re.search(r"\s", raw):
            self._refuse_blanks(variable, raw, start)
        if not raw and quoted is None:
            raise self.fault(Text(zh="此处缺少值", en="a value is missing here"), start)
        if kind != "STRING":
            term = literal(kind, raw)
            if isinstance(term, Text):
                raise self.fault(term, start, raw)
            return term
        if sign in ("<", "<=", ">", ">=") and quoted is None:
            message = Text(zh="文字的列不能比较大小", en="a text cannot be compared by size")
            raise self.fault(message, start, raw)
        return PhraseTerm(
            "text",
            value=self._known(
                variable, raw, start, as_is=quoted is not None or sign not in ("==", "!=", "in")
            ),
        )

    def _other(self, other: str, kind: str, sign: str, start: int) -> PhraseTerm:
        found = self.over.type_of(other)
        alike = found == kind or {found, kind} <= {"INT", "DOUBLE", "DYN"}
        if not alike or sign == "in":
            message = Text(zh="两列的类型不同，不能相比", en="the two columns are of different types")
            raise self.fault(message, start, self.over.names[other][0])
        return PhraseTerm("column", value=other)

    def _raw(self) -> str:
        """Take a bare value: up to a joiner, a comma or a bracket that it did not open itself."""
        self.skip()
        start, depth = self.at, 0
        while self.at < len(self.text):
            sign = self.text[self.at]
            if depth == 0 and (sign in "、，," or sign in ")）" or self._joins()):
                break
            depth += (sign in "(（") - (sign in ")）")
            self.at += 1
        return self.text[start : self.at].strip()

    def _joins(self) -> bool:
        """Whether a joiner stands here, followed by a bracket or a column."""
        found = JOINERS.match(self.text, self.at)
        if not found:
            return False
        rest = self.text[found.end() :]
        known = rest.startswith((*self.over.variables, *TRUTHS))
        return known or rest[:1] in ("(", "（") or "." in rest.split(" ")[0]

    def _refuse_blanks(self, variable: str, raw: str, start: int) -> None:
        """Refuse a bare value with blanks, unless a row has it."""
        if raw not in self.over.values(variable):
            zh = "值中有空格，请加引号；条件之间用“且”“或”"
            en = "a value with blanks stands in quotes; 'and' or 'or' joins conditions"
            raise self.fault(Text(zh=zh, en=en), start, raw)

    def _known(self, variable: str, raw: str, start: int, *, as_is: bool) -> str:
        """Return the value of a word; a word that no row has, but nearly one that a row has, is refused."""
        known = self.over.values(variable)
        if raw in known or as_is or not known:
            return known.get(raw, raw)
        if self.over.words.book.is_shared(raw):
            message = Text(
                zh=f"“{shorten(raw)}”有几个，请写编号",
                en=f"several are called '{shorten(raw)}'; write the id",
            )
            raise self.fault(message, start, raw)
        prefix, _, name = variable.partition(".")
        if name == "grade" and self.over.words.tables.get(prefix) == "people":
            if (grade := self.over.words.book.grades.id_of(raw)) is not None:
                return grade
            message = Text(zh=f"没有“{shorten(raw)}”这一职级", en=f"there is no grade '{shorten(raw)}'")
            raise self.fault(
                message, start, raw, [word.zh for word in self.over.words.values(variable).values()]
            )
        if nearest(raw, known):
            message = Text(
                zh=f"该列没有“{shorten(raw)}”；确要照用请加引号",
                en=f"no row has '{shorten(raw)}' in that column; put it in quotes to use it all the same",
            )
            raise self.fault(message, start, raw, list(known))
        return raw

    def expression(self, returns: str) -> str | int:
        """Read a number, a text in quotes, a column, or a list of columns."""
        text = self.text.strip()
        if returns == "INT" and re.fullmatch(r"-?\d{1,15}", text):
            return int(text)
        if returns == "STRING" and (quoted := self.quoted()):
            term = quoted
        elif returns == "LIST":
            term = self._columns()
        else:
            term = self.column()
            variable = term.parts[0].value if term.op == "index" else term.value
            kind = "INT" if term.op == "index" else self.over.type_of(variable)
            if kind != returns:
                wanted = (
                    Text(zh="此处应为数字的列", en="a column of numbers is needed here")
                    if returns == "INT"
                    else Text(zh="此处应为文字的列", en="a column of texts is needed here")
                )
                raise self.fault(
                    wanted,
                    0,
                    text,
                    [zh for one, (zh, _) in self.over.names.items() if self.over.type_of(one) == returns],
                )
        self.skip()
        if self.at < len(self.text):
            raise self.fault(
                Text(zh="此处应当结束", en="expected the end here"), self.at, self.text[self.at :]
            )
        return to_cel(term)

    def _columns(self) -> PhraseTerm:
        lists: list[PhraseTerm] = []
        while True:
            column = self.column()
            if column.op == "column" and self.over.type_of(column.value) == "LIST":
                lists.append(column)
            elif lists and lists[-1].op == "list":
                lists[-1] = PhraseTerm("list", (*lists[-1].parts, column))
            else:
                lists.append(PhraseTerm("list", (column,)))
            if not self.word(("、", "，", ",")):
                break
        term = lists[0]
        for other in lists[1:]:
            term = PhraseTerm("+", (term, other))
        return term
