"""Parses the text of a condition or an expression over named columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from allocator.errors import nearest, shorten
from allocator.model.text import Text
from allocator.rules.condition_grammar import (
    AND,
    JOINERS,
    MEETS,
    OPERATORS,
    OR,
    QUOTES,
    TRUTHS,
    ConditionError,
    NamedColumns,
    continues,
    leading_word,
    literal,
)
from allocator.rules.expressions.compiler import MAX_LENGTH
from allocator.rules.expressions.phrases import PhraseTerm, to_cel

#: The greatest number of brackets inside each other.
_DEEPEST = 30


class ConditionReader:
    """Reads one condition from left to right."""

    def __init__(self, over: NamedColumns, text: str) -> None:
        self.over, self.text, self.at, self.depth = over, text, 0, 0
        if len(text) > MAX_LENGTH:
            message = Text(zh=f"超过 {MAX_LENGTH} 个字符", en=f"longer than {MAX_LENGTH} characters")
            raise ConditionError(message, shorten(text), 0)

    def _fault(
        self, message: Text, at: int, found: str = "", allowed: Sequence[str] = (), near: str = ""
    ) -> ConditionError:
        return ConditionError(message, self.text, at, found, allowed, near)

    def _skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def word(self, words: Sequence[str]) -> str:
        """Take one of some words if it stands next; English words end at a blank or a bracket."""
        self._skip()
        for word in words:
            end = self.at + len(word)
            bounded = not word[-1].isalpha() or not word.isascii() or not self.text[end : end + 1].isalnum()
            if self.text[self.at : end].casefold() == word and bounded:
                self.at = end
                return word
        return ""

    def condition(self) -> PhraseTerm:
        """Return the condition that the whole text states.

        Raises:
            ConditionError: The text states none over these columns.
        """
        if not self.text.strip():
            raise self._fault(Text(zh="条件为空", en="the condition is empty"), 0)
        term = self._any_of()
        self._skip()
        if self.at < len(self.text):
            message = Text(zh="此处应为“且”“或”或结尾", en="expected 'and', 'or' or the end here")
            raise self._fault(message, self.at, self.text[self.at :])
        return term

    def _any_of(self) -> PhraseTerm:
        parts = [self._all_of()]
        while self.word(OR):
            parts.append(self._all_of())
        return PhraseTerm("||", tuple(parts)) if len(parts) > 1 else parts[0]

    def _all_of(self) -> PhraseTerm:
        parts = [self._one()]
        while self.word(AND):
            parts.append(self._one())
        return PhraseTerm("&&", tuple(parts)) if len(parts) > 1 else parts[0]

    def _one(self) -> PhraseTerm:
        if self.word(("(", "（")):
            self.depth += 1
            if self.depth > _DEEPEST:
                raise self._fault(Text(zh="括号层数过多", en="too many brackets inside each other"), self.at)
            inner = self._any_of()
            self.depth -= 1
            if not self.word((")", "）")):
                raise self._fault(Text(zh="括号没有合上", en="a bracket is not closed"), self.at)
            return inner
        if truth := self.word(tuple(TRUTHS)):
            return PhraseTerm("truth", value=TRUTHS[truth])
        left = self._column()
        operator = self._operator()
        return self._compared(left, operator)

    def _column(self) -> PhraseTerm:
        self._skip()
        for name, variable in self.over.variables.items():
            end = self.at + len(name)
            if self.text[self.at : end] == name and not continues(self.text, end, name):
                self.at = end
                return self._figure(variable)
        found = leading_word(self.text[self.at :])
        message = Text(zh=f"没有“{found}”这一列", en=f"there is no column '{found}'")
        raise self._fault(message, self.at, found, self._names(found))

    def _names(self, found: str) -> list[str]:
        return [zh if not found.isascii() else en for zh, en in self.over.names.values()]

    def _figure(self, variable: str) -> PhraseTerm:
        column = PhraseTerm("column", value=variable)
        if self.over.type_of(variable) != "MAP" or self.text[self.at : self.at + 1] != ".":
            return column
        self.at += 1
        if quoted := self._quoted():
            return PhraseTerm("index", (column, quoted))
        found = re.compile(r"[^\s()（）<>=!≥≤≠＞＜＝]+").match(self.text, self.at)
        key = found[0] if found else ""
        for _, zh, _ in OPERATORS:
            for word in zh:
                key = key.split(word, 1)[0] if len(word) > 1 and not key.startswith(word) else key
        self.at += len(key)
        return PhraseTerm("index", (column, PhraseTerm("text", value=key)))

    def _operator(self) -> str:
        self._skip()
        start = self.at
        for sign, zh, en in OPERATORS:
            if self.word((*zh, *en)):
                return sign
        message = Text(zh="此处应为比较词", en="expected a comparison here")
        raise self._fault(message, start, self.text[start : start + 12], [zh[0] for _, zh, _ in OPERATORS])

    def _compared(self, left: PhraseTerm, operator: str) -> PhraseTerm:
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
            term = PhraseTerm("in", (left, PhraseTerm("list", tuple(self._several(variable, kind)))))
        elif sign in ("contains", "startsWith", "endsWith"):
            term = self._contains(left, variable, kind, sign)
        else:
            self._refuse(kind, sign, start)
            term = PhraseTerm(sign, (left, self.value(variable, kind, sign)))
            if left.op == "index":
                term = PhraseTerm("has", (term,))
        return PhraseTerm("!", (term,)) if negated else term

    def _meets(self, left: PhraseTerm, kind: str, start: int) -> PhraseTerm:
        other = self._column()
        if kind != "LIST" or other.op != "column" or self.over.type_of(other.value) != "STRING":
            raise self._fault(MEETS, start)
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
        raise self._fault(message, self.at)

    def _contains(self, left: PhraseTerm, variable: str, kind: str, sign: str) -> PhraseTerm:
        if kind in ("LIST", "MAP") and sign == "contains":
            return PhraseTerm("in", (self.value(variable, "STRING", "=="), left))
        if kind != "STRING":
            message = Text(zh="此列不是文字或一览", en="the column is no text and no list")
            raise self._fault(message, self.at)
        return PhraseTerm(sign, (left, self.value(variable, "STRING", sign)))

    def _refuse(self, kind: str, sign: str, start: int) -> None:
        if kind in ("LIST", "MAP"):
            message = Text(
                zh="一览的列用“包含”“不包含”“为空”", en="a list is asked with 'contains' or 'is empty'"
            )
            raise self._fault(message, start)
        if kind == "BOOL" and sign not in ("==", "!="):
            raise self._fault(
                Text(zh="是否的列只能用“是”“不是”", en="yes or no takes 'is' or 'is not'"), start
            )

    def _several(self, variable: str, kind: str) -> Iterator[PhraseTerm]:
        yield self.value(variable, kind, "in")
        while self.word(("、", "，", ",")):
            yield self.value(variable, kind, "in")

    def _quoted(self) -> PhraseTerm | None:
        self._skip()
        closing = QUOTES.get(self.text[self.at : self.at + 1])
        end = self.text.find(closing, self.at + 1) if closing else -1
        if end < 0:
            return None
        inner = self.text[self.at + 1 : end]
        self.at = end + 1
        return PhraseTerm("text", value=inner)

    def value(self, variable: str, kind: str, sign: str) -> PhraseTerm:
        """Read a value of a column's type, or another column."""
        quoted = self._quoted()
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
            raise self._fault(Text(zh="此处缺少值", en="a value is missing here"), start)
        if kind != "STRING":
            term = literal(kind, raw)
            if isinstance(term, Text):
                raise self._fault(term, start, raw)
            return term
        if sign in ("<", "<=", ">", ">=") and quoted is None:
            message = Text(zh="文字的列不能比较大小", en="a text cannot be compared by size")
            raise self._fault(message, start, raw)
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
            raise self._fault(message, start, self.over.names[other][0])
        return PhraseTerm("column", value=other)

    def _raw(self) -> str:
        """Take a bare value: up to a joiner, a comma or a bracket that it did not open itself."""
        self._skip()
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
            raise self._fault(Text(zh=zh, en=en), start, raw)

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
            raise self._fault(message, start, raw)
        prefix, _, name = variable.partition(".")
        if name == "grade" and self.over.words.tables.get(prefix) == "people":
            if (grade := self.over.words.book.grades.id_of(raw)) is not None:
                return grade
            message = Text(zh=f"没有“{shorten(raw)}”这一职级", en=f"there is no grade '{shorten(raw)}'")
            raise self._fault(
                message, start, raw, [word.zh for word in self.over.words.values(variable).values()]
            )
        if nearest(raw, known):
            message = Text(
                zh=f"该列没有“{shorten(raw)}”；确要照用请加引号",
                en=f"no row has '{shorten(raw)}' in that column; put it in quotes to use it all the same",
            )
            raise self._fault(message, start, raw, list(known))
        return raw

    def expression(self, returns: str) -> str | int:
        """Read a number, a text in quotes, a column, or a list of columns."""
        text = self.text.strip()
        if returns == "INT" and re.fullmatch(r"-?\d{1,15}", text):
            return int(text)
        if returns == "STRING" and (quoted := self._quoted()):
            term = quoted
        elif returns == "LIST":
            term = self._columns()
        else:
            term = self._column()
            variable = term.parts[0].value if term.op == "index" else term.value
            kind = "INT" if term.op == "index" else self.over.type_of(variable)
            if kind != returns:
                wanted = (
                    Text(zh="此处应为数字的列", en="a column of numbers is needed here")
                    if returns == "INT"
                    else Text(zh="此处应为文字的列", en="a column of texts is needed here")
                )
                raise self._fault(
                    wanted,
                    0,
                    text,
                    [zh for one, (zh, _) in self.over.names.items() if self.over.type_of(one) == returns],
                )
        self._skip()
        if self.at < len(self.text):
            raise self._fault(
                Text(zh="此处应当结束", en="expected the end here"), self.at, self.text[self.at :]
            )
        return to_cel(term)

    def _columns(self) -> PhraseTerm:
        lists: list[PhraseTerm] = []
        while True:
            column = self._column()
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
