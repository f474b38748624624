"""Compiles the expressions of rules: every variable is declared, and a fault is shown with a caret.

A misspelt field or a comparison of text with a number is found when the pack is read.

Language: Common Expression Language, https://cel.dev (run by Google's C++ implementation).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cel_expr_python import cel

from allocator.errors import caret, nearest
from allocator.messages.cel import compiler_text
from allocator.model.reading.headers import standard_name
from allocator.model.text import Text
from allocator.rules.expressions.axes import Types
from allocator.rules.expressions.selectors import Selector, SelectorError, other_type, shown
from allocator.rules.expressions.variables import PREFIXES

_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_NAME = re.compile(r"\b([A-Za-z_]\w*)\s*\.\s*([^\W\d_a-zA-Z]\w*)")
_WIDE = re.compile("[“”‘’（）＝＆｜！，＞＜]")
_PLAIN = dict(zip("“”‘’（）＝＆｜！，＞＜", "\"\"''()=&|!,><", strict=True))


def chinese_name(text: str, types: Types) -> SelectorError | None:
    """Return the fault of an expression with Chinese column names or full-width punctuation, if any.

    Args:
        text: The expression.
        types: The variables that the expression may use.
    """
    bare = _QUOTED.sub(lambda found: "x" * len(found[0]), text)
    if mark := _WIDE.search(bare):
        plain = _PLAIN[mark[0]]
        message = Text(
            zh=f"全角标点“{mark[0]}”，应为半角 {plain}", en=f"full-width '{mark[0]}': write {plain}"
        )
        return SelectorError(message, detail=_shown(text, mark.start()))
    found = _NAME.search(bare)
    if found is None:
        return None
    prefix, header = found[1], found[2]
    tables = [table for table, name in PREFIXES.items() if name == prefix] or list(PREFIXES)
    standard = (standard_name(table, header, {}) for table in tables)
    names = [f"{prefix}.{name}" for name in standard if f"{prefix}.{name}" in types]
    message = Text(
        zh=f"表达式中的列名须为英文字母：“{header}”",
        en=f"a column is named in plain letters in an expression, not '{header}'",
    )
    allowed = "" if names else f"scenario.yaml: columns: {{{tables[0]}: {{{header}: NAME}}}}"
    detail = _shown(text, found.start(2))
    return SelectorError(message, detail=detail, near=next(iter(names), ""), allowed=allowed)


def _shown(text: str, place: int) -> str:
    """Return the line of a position in an expression, with a caret under the position."""
    begin = text.rfind("\n", 0, place) + 1
    return caret(text[begin:].split("\n", 1)[0], place - begin)


MAX_LENGTH = 4000
_PLACE = re.compile(r"<input>:(\d+):(\d+):\s*(.*)", re.DOTALL)
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")


@dataclass(eq=False)
class Compiler:
    """Compiles expressions over declared variables; results and refusals are cached."""

    _known: dict[tuple[str, str, frozenset[str]], Selector | SelectorError] = field(default_factory=dict)

    def compile(self, text: str, types: Types, returns: str) -> Selector:
        """Return the selector for ``text``.

        Args:
            text: The expression.
            types: The variables that the expression may use, with their types.
            returns: The type of the value: ``BOOL``, ``INT``, ``STRING`` or ``LIST`` (of texts).

        Raises:
            SelectorError: The expression does not parse, uses an unknown variable or has another type.
        """
        key = (text, returns, frozenset(types))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _compiled_or_refused(text, types, returns)
        if isinstance(known, SelectorError):
            raise known.with_traceback(None)
        return known


def _compiled_or_refused(text: str, types: Types, returns: str) -> Selector | SelectorError:
    try:
        return _compile(text, types, returns)
    except SelectorError as error:
        return error


def _compile(text: str, types: Types, returns: str) -> Selector:
    if len(text) > MAX_LENGTH:
        raise SelectorError(
            Text(
                zh=f"表达式超过 {MAX_LENGTH} 个字符",
                en=f"the expression is longer than {MAX_LENGTH} characters",
            )
        )
    try:
        compiled = cel.NewEnv(variables=dict(types)).compile(text)
        found = compiled.return_type().name().split("<")[0].upper()
    except (RuntimeError, ValueError, TypeError) as error:
        raise (chinese_name(text, types) or _explained(text, str(error), types)) from None
    if found not in {returns, "DYN"}:
        raise other_type(text, found, returns)
    return Selector(text, _names_in(text, types), returns, compiled)


def _names_in(text: str, types: Types) -> frozenset[str]:
    """Return the declared variables that the text mentions, which include all variables that it uses."""
    dotted = re.findall(r"[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)?", text)
    mentioned = {re.sub(r"\s", "", name) for name in dotted} | set(re.findall(r"[A-Za-z_]\w*", text))
    return frozenset(mentioned & types.keys())


def _explained(text: str, error: str, types: Types) -> SelectorError:
    """Return the fault in the compiler's message, with a caret and the nearest variable."""
    found = _PLACE.search(error)
    if not found:
        reason = error.split(": ", 1)[-1].splitlines()[0].split(" [")[0] if error else "?"
        words = compiler_text(reason)
        message = Text(zh=f"表达式无法使用：{words.zh}", en=f"the expression cannot be used: {words.en}")
        return SelectorError(message, detail=shown(text))
    line, column, rest = int(found[1]), int(found[2]), found[3].split("\n")[0].split(" (in container")[0]
    lines = text.split("\n")
    detail = caret(lines[min(line, len(lines)) - 1], max(0, column - 1))
    if unknown := _UNDECLARED.search(rest):
        return SelectorError(
            Text(zh=f"没有名为“{unknown[1]}”的字段", en=f"there is no field named '{unknown[1]}'"),
            detail=detail,
            near=nearest(unknown[1], types),
            allowed=", ".join(sorted(types)),
        )
    words = compiler_text(rest)
    message = Text(zh=f"表达式有误：{words.zh}", en=f"the expression is wrong: {words.en}")
    return SelectorError(message, detail=detail)
