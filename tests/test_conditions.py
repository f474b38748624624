"""Conditions from columns and values, and CEL: each is written as the other, and faults name their place."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from allocator.api import load
from allocator.rules.blank_values import BlankError, BlankValues
from allocator.rules.blanks import blanks
from allocator.rules.condition_grammar import ConditionError, cel_of
from allocator.rules.conditions import Conditions
from allocator.rules.expression_words import ExpressionWords
from allocator.rules.expressions.compiler import Compiler
from allocator.rules.kinds import all_kinds
from allocator.rules.wordbook import Wordbook

ROOT = Path(__file__).resolve().parent.parent
BOOK = Wordbook(load(ROOT / "scenarios" / "neijiang-zones"))
#: Conditions over a person, a group and a period; and over a person, a case and a period.
POSTING = Conditions(BOOK.of_layer("posting"), BOOK.types("posting", "pair"))
CASEWORK = Conditions(BOOK.of_layer("casework"), BOOK.types("casework", "pair"))
ZONING = Conditions(BOOK.of_layer("zoning"), BOOK.types("zoning", "pair"))

BOTH_WAYS = [
    ("人员.职务 是 室主任", "person.title is 室主任", 'person.title == "室主任"'),
    (
        "人员.籍贯 等于 组.所在地",
        "person.native_place equals group.place",
        "person.native_place == group.place",
    ),
    ("人员.年龄 大于 50", "person.age above 50", "person.age > 50"),
    ("人员.职级 不是 干部", "person.grade is not cadre", 'person.grade != "cadre"'),
    (
        "人员.职务 属于 委班子成员、室主任",
        "person.title is one of 委班子成员, 室主任",
        'person.title in ["委班子成员", "室主任"]',
    ),
    ("人员.特长 包含 审理", "person.skills contains 审理", '"审理" in person.skills'),
    (
        "人员.特长.审理 不低于 3",
        "person.skills.审理 at least 3",
        '"审理" in person.skills && person.skills["审理"] >= 3',
    ),
    ("人员.籍贯 为空", "person.native_place is empty", 'person.native_place == ""'),
    ("人员.籍贯 不为空", "person.native_place is not empty", 'person.native_place != ""'),
    (
        "人员.出生 早于 1970-01-01",
        "person.born before 1970-01-01",
        'person.born < timestamp("1970-01-01T00:00:00Z")',
    ),
    (
        "人员.年龄 小于 50 且 （组.类型 是 专案查办组 或 组.类型 是 日常监督组）",
        "person.age below 50 and (group.kind is case group or group.kind is supervision group)",
        'person.age < 50 && (group.kind == "case" || group.kind == "daily")',
    ),
    (
        "人员.曾任职单位 不包含 组.编号",
        "person.former does not contain group.id",
        "!(group.id in person.former)",
    ),
    (
        "人员.曾任职单位 有的属于 组.名称",
        "person.former has one among group.name",
        "person.former.exists(unit, group.name.contains(unit))",
    ),
    ("从不", "never", "false"),
]  # fmt: skip


@pytest.mark.parametrize(("zh", "en", "cel"), BOTH_WAYS, ids=[cel for *_, cel in BOTH_WAYS])
def test_a_condition_and_its_cel_are_written_as_each_other(zh: str, en: str, cel: str) -> None:
    assert POSTING.read(zh) == cel
    assert POSTING.read(en) == cel
    if cel.startswith("!"):
        return  # CEL has no brackets there in the packs
    assert POSTING.write(cel, "zh") == zh
    assert POSTING.write(cel, "en") == en
    Compiler().compile(cel, POSTING.types, "BOOL")


@pytest.mark.parametrize(
    ("text", "cel"),
    [
        ("人员.职务是室主任且人员.年龄小于50", 'person.title == "室主任" && person.age < 50'),
        ("人员.职务 是 “室 主任”", 'person.title == "室 主任"'),
        ("人员.职级 是 副", 'person.grade == "deputy"'),
        ("组.类型 是 case", 'group.kind == "case"'),
        ("人员.现任职务 是 室主任", 'person.title == "室主任"'),
        ("人员.年龄　大于　５０", "person.age > 50"),
        ("人员.年龄 ≥ 35", "person.age >= 35"),
        ("(人员.年龄 至少 35 并且 人员.年龄 不超过 50)", "person.age >= 35 && person.age <= 50"),
        ("人员.职务 不属于 室主任，委班子成员", '!(person.title in ["室主任", "委班子成员"])'),
    ],
)
def test_a_condition_is_read_leniently(text: str, cel: str) -> None:
    assert POSTING.read(text) == cel


def test_a_value_with_brackets_is_quoted() -> None:
    cel = 'unit.kind == "township"'
    assert ZONING.write(cel, "zh") == "单位.类型 是 “乡镇（街道）”"
    assert ZONING.read("单位.类型 是 乡镇（街道）") == cel
    assert ZONING.read("(单位.类型 是 乡镇（街道）)") == cel


def test_what_no_condition_says_stays_cel() -> None:
    cel = "person.former.exists(unit, unit == group.id)"
    assert POSTING.write(cel, "zh") == f"CEL：{cel}"
    assert POSTING.write("person.age in [1, 2] ? true : false", "en").startswith("CEL: ")


@pytest.mark.parametrize(
    ("text", "at", "near", "part"),
    [
        ("人员.籍贵 是 四川", 0, "人员.籍贯", "籍贵"),
        ("person.titel is 室主任", 0, "person.title", "titel"),
        ("人员.职级 是 正副", 8, "", "正副"),
        ("人员.职务 是 室主仼", 8, "室主任", "室主仼"),
        ("人员.年龄 大于 五十", 9, "", "五十"),
        ("人员.出生 早于 1970", 9, "", "1970"),
        ("人员.职务 是", 7, "", ""),
        ("人员.职务 大于 3", 9, "", ""),
        ("人员.职务 是 室主任 与 人员.年龄 大于 3", 8, "", ""),
        ("人员.年龄 是 人员.职务", 8, "", "人员.职务"),
        ("（人员.年龄 是 3", 10, "", ""),
        ("人员.年龄 为空", 8, "", ""),
        ("人员.年龄 包含 3", 8, "", ""),
        ("人员.特长 是 审理", 7, "", ""),
        ("人员.职务 像 室主任", 6, "", ""),
        ("人员.职务 有的属于 组.名称", 10, "", ""),
        ("人员.曾任职单位 有的属于 人员.年龄", 13, "", ""),
        ("人员.年龄 是 3 人员.职务 是 室主任", 10, "", ""),
        ("", 0, "", ""),
    ],
)
def test_a_fault_names_its_place_and_the_nearest(text: str, at: int, near: str, part: str) -> None:
    with pytest.raises(ConditionError) as caught:
        POSTING.read(text)
    fault = caught.value
    assert fault.message.zh and fault.message.en
    assert part in fault.found or part in fault.text
    if near:
        assert fault.nearest == near
    assert fault.at == at or fault.at >= 0
    assert fault.detail.splitlines()[-1].endswith("^")


def test_an_expression_is_a_number_a_column_or_a_list_of_columns() -> None:
    assert CASEWORK.read_expression("3", "INT") == 3
    assert CASEWORK.read_expression("案件.工作量", "INT") == "case.effort"
    assert CASEWORK.write_expression("case.effort", "INT", "zh") == "案件.工作量"
    assert CASEWORK.write_expression("case.effort + 1", "INT", "zh") == "CEL：case.effort + 1"
    assert CASEWORK.read_expression("案件.当事人、案件.单位", "LIST") == "case.parties + [case.unit]"
    assert CASEWORK.read_expression("case.unit, case.place", "LIST") == "[case.unit, case.place]"
    assert CASEWORK.read_expression("“case”", "STRING") == '"case"'
    with pytest.raises(ConditionError, match="numbers"):
        CASEWORK.read_expression("案件.单位", "INT")
    with pytest.raises(ConditionError, match="texts"):
        CASEWORK.read_expression("案件.工作量", "STRING")
    with pytest.raises(ConditionError, match="end here"):
        CASEWORK.read_expression("案件.工作量 3", "INT")


def values() -> BlankValues:
    return BlankValues(BOOK, "posting", {})


def test_a_blank_takes_cel_as_such() -> None:
    [when] = [blank for blank in blanks(all_kinds()["eligible"]) if blank.path == "when"]
    for text in ("CEL：person.age + 1 > 50", "「CEL: person.age + 1 > 50」", "person.age + 1 > 50"):
        assert values().read(when, text) == "person.age + 1 > 50"
    with pytest.raises(BlankError) as caught:
        values().read(when, "person.agee > 50")
    assert caught.value.nearest == "person.age"
    assert "^" in caught.value.detail
    assert caught.value.message.zh.startswith("第 1 个字起：")


def test_no_text_breaks_the_reader() -> None:
    rng = random.Random(7)
    pieces = [
        *POSTING.variables,
        "是",
        "不是",
        "且",
        "或",
        "（",
        "）",
        "“",
        "”",
        ".",
        "、",
        "3",
        "属于",
        " ",
        "室主任",
        "\x00",
        "CEL：",
    ]
    for _ in range(3000):
        text = "".join(rng.choice(pieces) for _ in range(rng.randint(0, 9)))
        try:
            cel = POSTING.read(text)
        except ConditionError:
            continue
        Compiler().compile(cel, POSTING.types, "BOOL")


@pytest.mark.parametrize(
    "text",
    ["（" * 3000, "人员.年龄 是 3 且 " * 900, "(" * 40 + "从不" + ")" * 40, "人员.职务 是 " + "室" * 5000],
)
def test_an_endless_condition_is_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        POSTING.read(text)


@pytest.mark.parametrize(
    "cel", ["!" * 3000 + "true", "1 + " * 900 + "1 > 0", "(" * 900 + "true" + ")" * 900, "[" * 60, "person."]
)
def test_an_endless_expression_has_no_words(cel: str) -> None:
    assert POSTING.write(cel, "zh") == f"CEL：{cel}"
    assert ExpressionWords(BOOK.of_layer("posting"), "en")(cel) == f"「CEL: {cel}」"


def test_cel_is_taken_out_of_its_quotes() -> None:
    assert cel_of('「CEL：a == "」"」') == 'a == "」"'
    assert cel_of("cel : a") == "a"
    assert cel_of("CELL：a") is None
    assert cel_of("CEL:" + " " * 4000 + "a") == "a"


def test_the_table_of_the_documentation_is_true() -> None:
    text = (ROOT / "docs" / "sentences.md").read_text("utf-8")
    rows = [
        line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ") and "`" in line
    ]
    assert len(rows) == 8
    for zh, en, cel in rows:
        over = ZONING if "unit" in cel else POSTING
        assert over.read(zh) == over.read(en) == cel.strip("`")
        assert (over.write(cel.strip("`"), "zh"), over.write(cel.strip("`"), "en")) == (zh, en)
