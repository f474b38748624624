"""Selectors: refusals when a pack loads, values of expressions, and hostile text."""

from __future__ import annotations

import time
import warnings
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from cel_expr_python import cel
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.messages.cel import compiler_text, runtime_text
from allocator.rules.expressions.compiler import MAX_LENGTH, Compiler
from allocator.rules.expressions.selectors import MISSING, Axis, Selector, SelectorError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import celpy
    from celpy import celtypes

T = cel.Type


def day(year: int, month: int = 1, at: int = 1) -> datetime:
    return datetime(year, month, at, tzinfo=UTC)


PEOPLE = Axis(
    ids=["Wang", "Li", "Zhao"],
    columns={
        "person.name": ["王强", "李娜", "赵"],
        "person.grade": ["head", "cadre", ""],
        "person.age": [45, 31, 59],
        "person.share": [0.5, 1.0, 0.25],
        "person.retires": [day(2030, 6, 30), day(9999), day(2026, 3, 1)],
        "person.skills": [{"law": 4, "审计": 2}, {}, {"law": 1}],
        "person.former": [["甲镇", "乙镇"], [], ["甲镇"]],
        "person.extra": [{"政治面貌": "中共党员"}, {"政治面貌": ""}, {"政治面貌": "群众"}],
    },
    types={
        "person.name": T.STRING,
        "person.grade": T.STRING,
        "person.age": T.INT,
        "person.share": T.DOUBLE,
        "person.retires": T.TIMESTAMP,
        "person.skills": T.Map(T.STRING, T.INT),
        "person.former": T.List(T.STRING),
        "person.extra": T.Map(T.STRING, T.STRING),
    },
)
GROUPS = Axis(
    ids=["East", "West"],
    columns={"group.place": ["甲镇", "乙镇"], "group.seats": [3, 0], "group.name": ["王强片区", "西片区"]},
    types={"group.place": T.STRING, "group.seats": T.INT, "group.name": T.STRING},
)
TYPES = {**PEOPLE.types, **GROUPS.types}

EXPRESSIONS = (
    "person.age >= 45",
    "person.age + group.seats * 2 - 1",
    "person.age / 2",
    "-person.age % 7",
    "person.grade == 'head' || group.seats > 2",
    "person.grade != '' && !(person.grade == 'cadre')",
    "person.grade in ['head', 'deputy']",
    "group.place in person.former",
    "'law' in person.skills && person.skills['law'] >= 3",
    "has(person.skills.law) ? person.skills.law : 0",
    "person.skills.size()",
    "size(person.former) + size(group.place)",
    "size(person.name)",
    "person.name + '（' + group.place + '）'",
    "person.name.startsWith('王')",
    "person.name.endsWith('娜')",
    "group.name.contains(person.name)",
    "person.name.matches('^[王李].$')",
    "person.former.exists(place, place == '乙镇')",
    "person.former.all(place, place == '甲镇')",
    "person.former.exists_one(place, place == group.place)",
    "person.former.filter(place, place != group.place)",
    "person.former.map(place, place + '!')",
    "person.former + [group.place]",
    "person.extra['政治面貌'] == '中共党员'",
    "person.extra['政治面貌']",
    "person.retires < timestamp('2027-01-01T00:00:00Z')",
    "person.retires.getFullYear() == 2030",
    "person.retires > timestamp('2026-01-01T00:00:00Z') + duration('720h')",
    "person.share * 2.0 >= 1.0",
    "int(person.share * 100.0)",
    "{'甲镇': 1, '乙镇': 2}[group.place]",
    "string(person.age) + 'x'",
    "person.age > 40 ? '年长' : '年轻'",
    "['a', 'b'].map(x, x + person.grade)",
)


def nested(*rows: tuple[Axis, int]) -> dict[str, Any]:
    """Return the variables of some entities as the nested values that the other CEL reads."""
    read: dict[str, Any] = {}
    for axis, k in rows:
        for name, values in axis.columns.items():
            prefix, _, field = name.partition(".")
            value = values[k]
            value = celtypes.TimestampType(value) if isinstance(value, datetime) else celpy.json_to_cel(value)
            read.setdefault(prefix, celtypes.MapType())[celtypes.StringType(field)] = value
    return read


def compiled(text: str) -> Selector:
    """Compile an expression that gives whichever of the types."""
    for returns in ("BOOL", "INT", "STRING"):
        try:
            return Compiler().compile(text, TYPES, returns)
        except SelectorError as error:
            if "should give" not in error.message.en:
                raise
    return Compiler().compile(text, TYPES, "LIST")


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expressions_give_what_another_cel_gives(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        environment = celpy.Environment()
        program = environment.program(environment.compile(text))
        found = compiled(text).over(PEOPLE, GROUPS)
        for i in range(len(PEOPLE)):
            for s in range(len(GROUPS)):
                expected = program.evaluate(nested((PEOPLE, i), (GROUPS, s)))
                assert found[i, s] == expected, (PEOPLE.ids[i], GROUPS.ids[s])


def test_the_answer_is_by_entity_on_each_axis() -> None:
    table = compiled("person.age + group.seats").over(PEOPLE, GROUPS)
    assert table.tolist() == [[48, 45], [34, 31], [62, 59]]
    assert compiled("person.age > 40").over(PEOPLE).tolist() == [True, False, True]
    assert compiled("1 + 1").over(PEOPLE, GROUPS).tolist() == [[2, 2]] * 3
    assert compiled("group.place").over(PEOPLE, GROUPS)[0].tolist() == ["甲镇", "乙镇"]


def test_it_is_evaluated_once_for_each_distinct_combination() -> None:
    ages = Axis(
        [str(k) for k in range(1000)], {"person.age": [k % 3 for k in range(1000)]}, {"person.age": T.INT}
    )
    selector = Compiler().compile("person.age * 2", ages.types, "INT")
    evaluated: list[Any] = []

    class Counted(Selector):
        def _value(self, data: Any) -> Any:
            evaluated.append(data)
            return super()._value(data)

    counted = Counted(selector.text, selector.used, selector.returns, selector._compiled)
    assert counted.over(ages).tolist() == [k % 3 * 2 for k in range(1000)]
    assert len(evaluated) == 3


def test_an_axis_of_nobody_gives_nothing() -> None:
    nobody = Axis([], {name: [] for name in PEOPLE.columns}, PEOPLE.types)
    assert compiled("person.age > 1").over(nobody).shape == (0,)
    assert compiled("person.age + group.seats").over(nobody, GROUPS).shape == (0, 2)


@pytest.mark.parametrize(
    ("text", "returns", "zh", "en", "detail", "near"),
    [
        ("person.aeg > 3", "BOOL", "person.aeg", "no field named 'person.aeg'", "^", "person.age"),
        ("person.age >", "BOOL", "表达式有误", "the expression is wrong", "^", ""),
        ("person.age > 'old'", "BOOL", "表达式有误", "no matching overload", "^", ""),
        (
            "person.age",
            "BOOL",
            "真或假",
            "should give true or false, but gives a whole number",
            "person.age",
            "",
        ),
        ("person.age > 3", "INT", "整数", "should give a whole number, but gives true or false", "", ""),
        ("person.age", "STRING", "文字", "should give a text", "", ""),
        ("person.name", "LIST", "列表", "should give a list", "", ""),
        ("", "BOOL", "表达式", "the expression", "", ""),
        ("nobody", "BOOL", "nobody", "no field named 'nobody'", "^", ""),
        (
            "person.name == '王' && group.plaec == ''",
            "BOOL",
            "group.plaec",
            "group.plaec",
            "^",
            "group.place",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    text: str, returns: str, zh: str, en: str, detail: str, near: str
) -> None:
    with pytest.raises(SelectorError) as caught:
        Compiler().compile(text, TYPES, returns)
    error = caught.value
    assert zh in error.message.zh and en in error.message.en
    assert detail in error.detail
    assert error.nearest == near


def test_the_caret_stands_under_the_fault() -> None:
    with pytest.raises(SelectorError) as caught:
        Compiler().compile("person.age > 1 &&\n  person.name == '王' && person.grad == 'x'", TYPES, "BOOL")
    shown, caret = caught.value.detail.splitlines()
    at = shown.index("person.grad") + len("person")
    wide = sum(ord(character) > 0x2E80 for character in shown[:at])
    assert caret == " " * (at + wide) + "^"


def test_all_fields_are_named_where_one_is_unknown() -> None:
    with pytest.raises(SelectorError) as caught:
        Compiler().compile("person.x == 1", TYPES, "BOOL")
    assert caught.value.allowed == ", ".join(sorted(TYPES))


def test_an_empty_cell_that_is_needed_is_a_fault() -> None:
    axis = Axis(
        ["Wang", "Li"], {"person.age": [45, MISSING], "person.name": ["王", "李"]},
        {"person.age": T.INT, "person.name": T.STRING},
    )  # fmt: skip
    compiler = Compiler()
    assert compiler.compile("person.name == '李'", axis.types, "BOOL").over(axis).tolist() == [False, True]
    with pytest.raises(SelectorError) as caught:
        compiler.compile("person.age > 30", axis.types, "BOOL").over(axis)
    assert "person.age" in caught.value.message.zh and "Li" in caught.value.message.zh
    assert "person.age" in caught.value.message.en and "empty for Li" in caught.value.message.en
    assert caught.value.detail == "    person.age > 30"
    assert repr(MISSING) == "missing"


@pytest.mark.parametrize(
    ("text", "returns", "zh", "en"),
    [
        ("person.age / group.seats", "INT", "除数为 0", "fails: division by zero"),
        ("person.age / group.seats > 1", "BOOL", "除数为 0", "fails: division by zero"),
        ("person.skills['none']", "INT", '没有键 "none"', 'fails: there is no key "none"'),
        ("person.former[9]", "STRING", "列表中没有这一项", "fails: the list has no such item"),
        ("9223372036854775807 + person.age", "INT", "数过大", "fails: the number is too large"),
        ("int(person.name)", "INT", "不能把文字转为整数", "a text cannot be turned into a whole number"),
        ("person.name.matches('(')", "BOOL", "正则表达式有误", "the regular expression is wrong"),
        ("timestamp(person.name) > timestamp('x')", "BOOL", "文字不是日期", "the text is not a date"),
        ("dyn(person.name)", "BOOL", "应为真或假，现为文字", "gives a text"),
        ("dyn(null)", "STRING", "应为文字，现为空值", "gives null"),
        ("[person.age]", "LIST", "应为文字的列表", "should give a list of texts"),
    ],
)
def test_an_expression_that_fails_on_a_value_is_a_fault(text: str, returns: str, zh: str, en: str) -> None:
    with pytest.raises(SelectorError) as caught:
        Compiler().compile(text, TYPES, returns).over(PEOPLE, GROUPS)
    assert zh in caught.value.message.zh
    assert en in caught.value.message.en
    assert caught.value.detail == f"    {text}"


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("person.age >", "表达式没有写完", "the expression ends too early"),
        ("(person.age > 1", "缺少“)”", "')' is missing"),
        ("person.age > 1)", "此处不能有“)”", "')' cannot stand here"),
        ("person.age > 1 and true", "并且用 &&", "and is &&"),
        ("person.age = 1", "两个等号 ==", "two equals signs"),
        ("person.name == '王", "引号没有闭合", "a quote is never closed"),
        ("person.年龄 > 1", "列名须为英文字母：“年龄”", "plain letters in an expression, not '年龄'"),
        ("王 == person.name", "不认识的字符“王”", "'王' is no character"),
        ("person.age == '1'", "== 不能用于：整数、文字", "== cannot be applied to a whole number, a text"),
        (
            "person.age in person.skills",
            "in 不能用于：整数、键值表",
            "in cannot be applied to a whole number",
        ),
        ("person.age.x == 1", "整数没有字段", "a whole number has no fields"),
        ("if", "if 是保留字", "if is a reserved word"),
        ("99999999999999999999 > 1", "数的写法有误或过大", "too large"),
        ("(" * 100 + "true" + ")" * 100, "嵌套过深", "nested too deep"),
    ],
)
def test_what_the_compiler_finds_is_said_in_both_languages(text: str, zh: str, en: str) -> None:
    with pytest.raises(SelectorError) as caught:
        Compiler().compile(text, TYPES, "BOOL")
    assert zh in caught.value.message.zh
    assert en in caught.value.message.en


def test_words_of_the_compiler_that_nobody_knows_are_kept() -> None:
    assert compiler_text("a new complaint")("zh") == "写法有误（a new complaint）"
    assert runtime_text("UNKNOWN: a new complaint [UNKNOWN]")("en") == "a new complaint"


HOSTILE = {
    "deep parentheses": "(" * 10_000 + "1" + ")" * 10_000,
    "deep within the length": "(" * 1_900 + "1 == 1" + ")" * 1_900,
    "deep lists": "[" * 1_900 + "]" * 1_900,
    "many nots": "!" * 3_900 + "true",
    "many minuses": "-" * 3_900 + "1",
    "deep ternaries": "true ? " * 500 + "1" + " : 1" * 500,
    "long": "1 == 1 || " * 500 + "true",
    "long text": "'" + "长" * 5_000 + "' == ''",
    "long sum": "+".join("1" * 1_900) + " > 1",
    "nul": "person.age\0 > 1",
    "lone surrogate": "person.name == '\ud800'",
    "newlines": "\n" * 3_000 + "x",
    "control": "\x1b[31m",
    "huge number": "9" * 3_000 + " > 1",
    "overflow": "9223372036854775807 + person.age > 1",
    "regex": "('a' + person.name).matches('(a+)+$')",
    "wrong regex": "person.name.matches('(')",
}
LISTED = "[" + ",".join("0123456789" * 10) + "]"
NESTS = "".join(f"{LISTED}.all(v{k}, " for k in range(8)) + "true" + ")" * 8


@pytest.mark.parametrize("text", [*HOSTILE.values(), NESTS], ids=[*HOSTILE, "a comprehension of 10^16 steps"])
def test_hostile_text_is_refused_or_answered_soon(text: str) -> None:
    began = time.monotonic()
    try:
        Compiler().compile(text, TYPES, "BOOL").over(PEOPLE, GROUPS)
    except SelectorError as error:
        assert error.message.zh and error.message.en
        assert len(error.message.en) < 1_000 and len(error.detail) < 3 * MAX_LENGTH
    assert time.monotonic() - began < 5


def test_a_long_expression_is_refused_by_its_length() -> None:
    with pytest.raises(SelectorError, match=f"longer than {MAX_LENGTH}"):
        Compiler().compile("true || " * 1_000 + "true", TYPES, "BOOL")


PIECES = st.sampled_from(
    ["person.age", "person.name", "group.place", "'王'", "1", "(", ")", "[", "]", "{", "}", "==", "&&", "||",
     "!", "?", ":", ".", ",", " ", "in", "has", "size", ".exists(x, x", "\\", '"', "\n", "张", "//"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map("".join)))
def test_any_text_is_a_selector_or_a_fault(text: str) -> None:
    try:
        selector = Compiler().compile(text, TYPES, "BOOL")
    except SelectorError as error:
        assert error.message.zh and error.message.en
        return
    assert selector.text == text
    assert selector.used <= TYPES.keys()
    try:
        assert set(np.unique(selector.over(PEOPLE, GROUPS).astype(bool))) <= {True, False}
    except SelectorError as error:
        assert error.message.en


def test_a_compiler_remembers_what_it_compiled() -> None:
    compiler = Compiler()
    first = compiler.compile("person.age > 1", TYPES, "BOOL")
    assert compiler.compile("person.age > 1", TYPES, "BOOL") is first
    assert compiler.compile("person.age > 1", PEOPLE.types, "BOOL") is not first
