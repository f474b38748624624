"""Messages of pydantic in both languages, by the type of the error."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from allocator.model.text import Text


@dataclass(frozen=True)
class Problem:
    """A message about a wrong value.

    Attributes:
        message: The message in both languages.
        allowed: The accepted values, as text.
        names: The accepted names, of which the nearest can be proposed.
    """

    message: Text
    allowed: str = ""
    names: tuple[str, ...] = ()


DAY = Problem(Text(zh="不是日历上的日期", en="is not a day of the calendar"), "YYYY-MM-DD")
_WHOLE = Problem(
    Text(
        zh="须为整数；以十分之一计的，请写成十分之一的整数个",
        en="must be a whole number; write tenths as whole numbers of tenths",
    ),
    "0, 1, 2, ...",
)
_DECIMAL = re.compile(r"\s*[+-]?[0-9]*\.?[0-9]*(?:[eE][+-]?[0-9]+)?\s*")
_NO_WHOLE = Problem(
    Text(
        zh="须为整数，不带单位和其他文字",
        en="must be a whole number, without units and other words",
    ),
    "0, 1, 2, ...",
)
_NUMBER = Problem(Text(zh="须为数", en="must be a number"), "1, 0.5, -2.25")
_STRING = Problem(Text(zh="须为文字（数字请加引号）", en="must be text (put a number in quotes)"))
_ONE_TEXT = Problem(Text(zh="须为一项文字，不能是列表", en="must be one text, not a list"))
_NO_MAPPING = Problem(Text(zh="须为文字，不能是“键: 值”", en="must be text, not a mapping of keys to values"))
_MISSING = Problem(Text(zh="缺少此项", en="is missing"))
_UNKNOWN_KEY = Problem(Text(zh="没有此项", en="is not a known key"))
_MAPPING = Problem(Text(zh="须为“键: 值”的形式", en="must be a mapping of keys to values"), "key: value")
_LIST = Problem(Text(zh="须为列表", en="must be a list"), "[a, b]")
_TRUTH = Problem(Text(zh="须为 true 或 false", en="must be true or false"), "true, false")
NO_CHOICE = Text(zh="不是可选的值", en="is not one of the values")
_EMPTY = Problem(Text(zh="不能为空", en="must not be empty"))

_FIXED: Mapping[str, Problem] = {
    "missing": _MISSING,
    "extra_forbidden": _UNKNOWN_KEY,
    "string_type": _STRING,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "date_type": DAY,
    "date_parsing": DAY,
    "date_from_datetime_parsing": DAY,
    "date_from_datetime_inexact": DAY,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "tuple_type": _LIST,
    "list_type": _LIST,
}

CODES: Mapping[str, Problem] = {
    "skill_without_level": Problem(
        Text(zh="特长没有等级", en="a skill has no level"), "name:level;name:level (1-5)"
    ),
    "skill_level": Problem(
        Text(zh="特长等级须为 1 到 5 的整数", en="the level of a skill is a whole number from 1 to 5"), "1-5"
    ),
    "skill_twice": Problem(Text(zh="同一特长写了两次", en="a skill is given twice")),
    "range_notation": Problem(
        Text(zh="不是人数范围", en="is not a range of counts"), "1, 0-1, 2-3, ≥2, ≤3, any"
    ),
    "range_order": Problem(Text(zh="范围前大后小", en="the range runs backwards"), "2-3"),
    "scenario_name": Problem(
        Text(
            zh="场景名须可作文件夹名：1 至 64 字，中英文均可，首尾不为空格或点",
            en="must be a name that a folder can have: 1 to 64 characters of any language, "
            "without blanks or dots at its ends",
        ),
        'no / \\ : * ? " < > |',
    ),
    "period_order": Problem(Text(zh="周期的止早于起", en="the period ends before it begins"), "from <= to"),
}

#: The patterns of names, and the message for a value that does not match.
_PATTERNS: Mapping[str, Problem] = {
    r"^[A-Za-z][A-Za-z0-9_-]{0,63}$": Problem(
        Text(zh="须为以字母开头的英文名", en="must be a name of plain letters and digits, letter first"),
        "A-Z a-z 0-9 _ - (A-Z a-z first, 1-64)",
    ),
    r"^(?:[A-Za-z][A-Za-z0-9_]{0,63})?$": Problem(
        Text(
            zh="须为以字母开头的英文名，不能有连字符",
            en="must be a name of plain letters and digits, letter first, without hyphens",
        ),
        "A-Z a-z 0-9 _ (A-Z a-z first, 1-64)",
    ),
    r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$": Problem(
        Text(zh="须为英文编号", en="must be an id of plain letters and digits"),
        "A-Z a-z 0-9 _ . - (A-Z a-z 0-9 first, 1-100)",
    ),
}


def problem_of(error: ErrorDetails) -> Problem:
    """Return the message for an error of pydantic.

    A ``ValueError`` of a validator has a key of ``CODES`` as its text, or its own ``message`` as a ``Text``.
    """
    kind = error["type"]
    context: Mapping[str, Any] = error.get("ctx", {})
    if kind == "value_error":
        return _raised(context.get("error"))
    if kind == "string_type" and isinstance(given := error["input"], list | tuple | Mapping):
        return _NO_MAPPING if isinstance(given, Mapping) else _ONE_TEXT
    if kind == "int_parsing" and not _DECIMAL.fullmatch(str(error["input"])):
        return _NO_WHOLE
    if kind in _FIXED:
        return _FIXED[kind]
    if kind in _BY_CONTEXT:
        return _BY_CONTEXT[kind](context)
    return Problem(Text(zh=f"不符合要求（{error['msg']}）", en=error["msg"]))


def _raised(error: object) -> Problem:
    message = getattr(error, "message", None)
    if isinstance(message, Text):
        names = tuple(str(name) for name in getattr(error, "allowed", ()))
        return Problem(message, ", ".join(names), names)
    code = str(error)
    return CODES.get(code) or Problem(Text(zh=f"不符合要求（{code}）", en=code))


def _bound(sign: str, key: str) -> Callable[[Mapping[str, Any]], Problem]:
    def said(context: Mapping[str, Any]) -> Problem:
        limit = context[key]
        shown = int(limit) if isinstance(limit, float) and limit.is_integer() else limit
        return Problem(Text(zh="超出范围", en="is out of range"), f"{sign} {shown}")

    return said


def _choice(context: Mapping[str, Any]) -> Problem:
    allowed = str(context.get("expected") or context.get("expected_tags") or "")
    names = tuple(re.findall(r"'([^']*)'", allowed))
    return Problem(NO_CHOICE, ", ".join(names) or allowed, names)


def _no_choice(context: Mapping[str, Any]) -> Problem:
    key = str(context.get("discriminator", "")).strip("'")
    return Problem(Text(zh=f"缺少 {key}", en=f"{key} is missing"))


def _short(context: Mapping[str, Any]) -> Problem:
    return _EMPTY if context["min_length"] == 1 else _bound(">=", "min_length")(context)


def _long(context: Mapping[str, Any]) -> Problem:
    return Problem(Text(zh="过长", en="is too long"), f"<= {context['max_length']}")


def _pattern(context: Mapping[str, Any]) -> Problem:
    pattern = context["pattern"]
    return _PATTERNS.get(pattern) or Problem(_CHARACTERS, pattern)


_CHARACTERS = Text(zh="含有不允许的字符", en="has characters that are not allowed")
_BY_CONTEXT: Mapping[str, Callable[[Mapping[str, Any]], Problem]] = {
    "greater_than": _bound(">", "gt"),
    "greater_than_equal": _bound(">=", "ge"),
    "less_than": _bound("<", "lt"),
    "less_than_equal": _bound("<=", "le"),
    "literal_error": _choice,
    "enum": _choice,
    "union_tag_invalid": _choice,
    "union_tag_not_found": _no_choice,
    "string_too_short": _short,
    "too_short": _short,
    "string_too_long": _long,
    "too_long": _long,
    "string_pattern_mismatch": _pattern,
}
