"""Messages of the CEL compiler and of its runtime in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from allocator.errors import shorten
from allocator.model.text import Text

#: The type names of CEL, and the words for them in messages.
_TYPES: Mapping[str, Text] = {
    "bool": Text(zh="真或假", en="true or false"),
    "int": Text(zh="整数", en="a whole number"),
    "uint": Text(zh="无符号整数", en="an unsigned number"),
    "double": Text(zh="小数", en="a decimal"),
    "string": Text(zh="文字", en="a text"),
    "timestamp": Text(zh="日期", en="a date"),
    "duration": Text(zh="时长", en="a duration"),
    "list": Text(zh="列表", en="a list"),
    "map": Text(zh="键值表", en="a map"),
    "null": Text(zh="空值", en="null"),
    "null_type": Text(zh="空值", en="null"),
    "dyn": Text(zh="不定类型", en="anything"),
}


def type_text(name: str) -> Text:
    """Return the word for a CEL type in messages."""
    plain = name.strip().split("(")[0].split("<")[0].lower()
    return _TYPES.get(plain.rpartition(".")[2], Text(zh=name, en=name))


def compiler_text(problem: str) -> Text:
    """Return the message for an expression that does not compile."""
    return _said(problem.removeprefix("Syntax error: "), _COMPILER)


def runtime_text(problem: str) -> Text:
    """Return the message for an expression that fails on a value."""
    plain = re.sub(r"^[A-Z_]+: | \[[A-Z_]+\]$", "", problem)
    return _said(plain, _RUNTIME)


Patterns = Mapping[str, Callable[[re.Match[str]], Text]]


def _said(problem: str, patterns: Patterns) -> Text:
    for pattern, words in patterns.items():
        if found := re.search(pattern, problem):
            return words(found)
    return Text(zh=f"写法有误（{shorten(problem)}）", en=shorten(problem, 100))


def _fixed(zh: str, en: str) -> Callable[[re.Match[str]], Text]:
    return lambda found: Text(zh=zh, en=en)


def _named(zh: str, en: str) -> Callable[[re.Match[str]], Text]:
    return lambda found: Text(zh=zh.format(shorten(found[1])), en=en.format(shorten(found[1])))


def _overload(found: re.Match[str]) -> Text:
    """Return the message for an operator and operands that do not fit: ``'_==_'``, ``'(string, int)'``."""
    operator = found[1].strip("_@").replace("_", "")
    given = [type_text(name) for name in re.split(r", (?![^(]*\))", found[2])]
    zh, en = "、".join(one.zh for one in given), ", ".join(one.en for one in given)
    return Text(
        zh=f"{operator} 不能用于：{zh}", en=f"no matching overload: {operator} cannot be applied to {en}"
    )


def _key(found: re.Match[str]) -> Text:
    words = type_text(found[1])
    return Text(zh=f"键值表的键不能是{words.zh}", en=f"a key of a map cannot be {words.en}")


_HALF = Text(zh="含有不成字符的编码或空字符", en="has half a character (a lone surrogate) or a NUL")


def _character(found: re.Match[str]) -> Text:
    character = found[1].strip(" ")[:1]
    if not character:  # the compiler's message ends at a NUL
        return _HALF
    if character == "=":
        return Text(zh="比较相等用两个等号 ==", en="to compare, write two equals signs: ==")
    if character in "'\"":
        return Text(zh="引号没有闭合", en="a quote is never closed")
    zh = f"不认识的字符“{shorten(character)}”；名称和符号只能用英文字符，文字请加引号"
    return Text(zh=zh, en=f"'{shorten(character)}' is no character of an expression; put a text in quotes")


_ENDS = _fixed("表达式没有写完", "the expression ends too early")
_NO_KEY = r"(?i)(?:unsupported|invalid) map key type: '?([^']*)"
_COMPILER: Patterns = {
    r"no matching overload for '(.*?)' applied to '\((.*)\)'": _overload,
    r"(?i)illegal escape sequence": _fixed(
        "文字中以 \\ 起首的转义写法有误", "an escape in a text, after \\, is wrong"
    ),
    r"(?s)token recognition error at: '( *.?)": _character,
    r"mismatched input '<EOF>'": _ENDS,
    r"missing '(.*?)' at": _named("缺少“{}”", "'{}' is missing"),
    r"(?:mismatched|extraneous|alternative at) input '(.*?)'": _named(
        "此处不能有“{}”；并且用 &&，或者用 ||，否定用 !",
        "'{}' cannot stand here; and is &&, or is ||, not is !",
    ),
    r"reserved identifier: (\w+)": _named("{} 是保留字，不能作名称", "{} is a reserved word"),
    r"expression of type '(.*?)' cannot be": lambda found: Text(
        zh=f"{type_text(found[1]).zh}没有字段", en=f"{type_text(found[1]).en} has no fields"
    ),
    r"invalid \w+ literal": _fixed("数的写法有误或过大", "the number is written wrongly or too large"),
    _NO_KEY: _key,
    r"has\(\) argument": _fixed(
        "has() 中应为字段，如 has(person.grade)", "has() takes a field: has(person.grade)"
    ),
    r"incompatible function arguments": lambda found: _HALF,
    r"recursion limit exceeded": _fixed("嵌套过深", "it is nested too deep"),
}
_RUNTIME: Patterns = {
    _NO_KEY: _key,
    r"(?:divide|modulus) by zero": _fixed("除数为 0", "division by zero"),
    r"budget exceeded": _fixed("循环步数过多", "it takes too many steps"),
    r"invalid regular expression: (.*)": _named("正则表达式有误：{}", "the regular expression is wrong: {}"),
    r"Key not found in map : (.*)": _named("没有键 {}", "there is no key {}"),
    r"Index error: (.*)": _named("列表中没有这一项（{}）", "the list has no such item ({})"),
    r"No matching overloads found : _(.+?)_\((?:double, int64|int64, double)\)": _named(
        "整数与小数不能直接用 {} 运算，请先用 int(...) 或 double(...) 转换",
        "a whole number and a decimal do not go together in {}: use int(...) or double(...)",
    ),
    r"overflow": _fixed("数过大", "the number is too large"),
    r"cannot convert (\w+) to (\w+)": lambda found: Text(
        zh=f"不能把{type_text(found[1]).zh}转为{type_text(found[2]).zh}",
        en=f"{type_text(found[1]).en} cannot be turned into {type_text(found[2]).en}",
    ),
    r"String to (\w+) conversion failed": lambda found: Text(
        zh=f"文字不是{type_text(found[1]).zh}", en=f"the text is not {type_text(found[1]).en}"
    ),
}
