"""The blanks of a sheet as rules: values in either language, a fault for each wrong blank, hostile texts."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import tiny_scenario
from allocator.api import load
from allocator.model.text import Text
from allocator.rules.blank_values import allowed_values
from allocator.rules.blanks import Blank, blanks
from allocator.rules.condition_grammar import ConditionError
from allocator.rules.conditions import Conditions
from allocator.rules.kinds import all_kinds
from allocator.rules.rule import Rule
from allocator.rules.rule_blanks import blanks_of, rule_from_blanks
from allocator.rules.rule_sentences import rule_sentence
from allocator.rules.wordbook import Wordbook
from tiny_scenario import write_scenario

ROOT = Path(__file__).resolve().parent.parent
BOOK = Wordbook(load(ROOT / "scenarios" / "neijiang-zones"))
KINDS = all_kinds()


def blank_of(kind: str, path: str) -> Blank:
    return next(blank for blank in blanks(KINDS[kind]) if blank.path == path)


def test_a_rule_is_made_of_its_blanks() -> None:
    values = {
        "id": "leader-yearly",
        "on": "人员配置",
        "level": "必须",
        "role": "组长、副组长",
        "periods": "1",
        "items": "人员.职级 不是 干部",
        "why.zh": "每年轮换",
    }
    fields, faults = rule_from_blanks(KINDS["max_term"], values, BOOK)
    assert faults == []
    assert fields == {
        "kind": "max_term",
        "id": "leader-yearly",
        "on": "posting",
        "level": "hard",
        "role": ["lead", "deputy"],
        "periods": 1,
        "items": 'person.grade != "cadre"',
        "why": {"zh": "每年轮换"},
    }


def test_a_part_of_a_rule_is_made_of_its_own_blanks() -> None:
    values = {
        "id": "knows",
        "on": "案件分办",
        "level": "尽量 2 级",
        "acquaintance.of": "案件.当事人、案件.单位",
        "acquaintance.above": "0.4",
        "acquaintance.kinds": "亲属、配偶",
        "through.layer": "人员配置",
        "through.role": "组长",
    }
    fields, faults = rule_from_blanks(KINDS["avoid"], values, BOOK)
    assert faults == []
    assert fields["acquaintance"] == {
        "of": "case.parties + [case.unit]",
        "above": 0.4,
        "kinds": ["kin", "spouse"],
    }
    assert fields["through"] == {"layer": "posting", "role": ["lead"]}
    assert fields["level"] == 2


WRONG = [
    ("max_term", {"periods": "一"}, "periods", ""),
    ("max_term", {"periods": "0"}, "periods", ""),
    ("max_term", {}, "periods", ""),
    ("max_term", {"periods": "1", "role": "副组张"}, "role", "副组长"),
    ("max_term", {"periods": "1", "role": "主班"}, "role", "主办"),
    ("max_term", {"periods": "1", "on": "人员配制"}, "on", "人员配置"),
    ("max_term", {"periods": "1", "level": "最好"}, "level", ""),
    ("max_term", {"periods": "1", "during": "2036"}, "during", "2026"),
    ("max_term", {"periods": "1", "weeks": "1"}, "weeks", ""),
    ("max_term", {"periods": "1", "items": "人员.籍贵 是 四川"}, "items", "人员.籍贯"),
    ("apart", {"ties": "亲亲属"}, "ties", "亲属"),
    ("avoid", {"acquaintance.above": "0.5"}, "acquaintance.of", ""),
    ("avoid", {"acquaintance.of": "案件.当事人", "acquaintance.above": "2"}, "acquaintance.above", ""),
    ("avoid", {}, "", ""),
    ("pin", {"item": "没有此人", "slot": "没有此组"}, "item", ""),
    ("balance", {"measure": "方差"}, "measure", ""),
    ("cover", {"skills": "审查调查"}, "skills", ""),
    ("choice", {"of": "去处=东组", "atleast": "1"}, "of", ""),
    ("follow", {"this": "组.上级"}, "that", ""),
    ("follow", {"this": "组.上级", "that.layer": "片区划分"}, "that.item", ""),
    ("capacity", {"atmost": "人员.姓名"}, "atmost", ""),
]


@pytest.mark.parametrize(("kind", "values", "path", "near"), WRONG)
def test_a_wrong_blank_is_refused_at_its_place(
    kind: str, values: dict[str, str], path: str, near: str
) -> None:
    _, faults = rule_from_blanks(KINDS[kind], {"id": "r", "on": "人员配置", **values}, BOOK)
    assert path in [fault.column for fault in faults]
    fault = next(fault for fault in faults if fault.column == path)
    assert fault.message.zh and fault.message.en
    if near:
        assert fault.nearest == near


def test_a_name_of_several_is_refused_and_their_ids_are_taken(tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"].replace("赵磊", "陈静")
    book = Wordbook(load(write_scenario(tmp_path, {"people.csv": people})))
    _, faults = rule_from_blanks(
        KINDS["pin"], {"id": "r", "on": "posting", "item": "陈静", "slot": "第一组"}, book
    )
    assert [(fault.column, fault.found) for fault in faults] == [("item", "陈静")]
    fields, faults = rule_from_blanks(
        KINDS["pin"], {"id": "r", "on": "posting", "item": "P7", "slot": "第一组"}, book
    )
    assert (fields["item"], fields["slot"], faults) == ("P7", "G1", [])
    assert blanks_of(KINDS["pin"].model_validate(fields), book)["item"] == "P7"
    columns = Conditions(book.of_layer("posting"), book.types("posting", "pair"))
    with pytest.raises(ConditionError, match="several are called"):
        columns.read("人员.编号 是 陈静")
    assert columns.read("人员.编号 是 张伟") == 'person.id == "P3"'


def test_all_faults_are_found_at_once() -> None:
    values = {"id": "r", "on": "人员配置", "periods": "x", "role": "y", "level": "z"}
    _, faults = rule_from_blanks(KINDS["max_term"], values, BOOK)
    assert sorted(fault.column for fault in faults) == ["level", "periods", "role"]


def test_a_list_to_choose_from_has_the_words_of_the_scenario() -> None:
    roles = [word.zh for word in allowed_values(blank_of("max_term", "role"), BOOK, "posting")]
    assert roles == ["组长", "副组长", "组员"]
    layers = allowed_values(blank_of("max_term", "on"), BOOK)
    assert Text(zh="人员配置", en="posting") in layers
    assert [word.zh for word in allowed_values(blank_of("balance", "measure"), BOOK)] == [
        "最多与最少之差",
        "偏差之和",
        "偏差平方和",
    ]
    assert [word.zh for word in allowed_values(blank_of("max_term", "level"), BOOK)][:2] == ["必须", "1"]
    assert "相邻" in [word.zh for word in allowed_values(blank_of("contiguous", "link"), BOOK)]
    assert "亲属" in [word.zh for word in allowed_values(blank_of("apart", "ties"), BOOK)]
    items = allowed_values(blank_of("pin", "item"), BOOK, "posting")
    assert len(items) == len(set(items)) > 10
    assert [word.zh for word in allowed_values(blank_of("choice", "off"), BOOK)] == ["是", "否"]
    assert allowed_values(blank_of("max_term", "periods"), BOOK) == ()


def test_every_word_of_a_list_is_taken() -> None:
    for kind in KINDS.values():
        for blank in blanks(kind):
            for word in allowed_values(blank, BOOK, "posting")[:40]:
                for text in (word.zh, word.en):
                    _, faults = rule_from_blanks(kind, {"id": "r", "on": "posting", blank.path: text}, BOOK)
                    assert blank.path not in [fault.column for fault in faults if fault.found], (blank, text)


@pytest.mark.slow
def test_no_text_breaks_the_reading_of_blanks() -> None:
    rng = random.Random(5)
    pieces = [
        *(
            "组长",
            "人员.职务",
            "是",
            "：",
            "；",
            "、",
            "3",
            "-1",
            "1e9",
            "CEL：",
            "“",
            "”",
            "=",
            "\x00",
            "{",
            "「",
        ),
        *(
            "hard",
            "1正+1副",
            "own",
            "seats",
            "any",
            "0-1",
            "x" * 300,
            "去处",
            "去处：东",
            "角色：组长",
            " ",
            "９",
        ),
    ]
    for _ in range(1500):
        kind = rng.choice(list(KINDS.values()))
        chosen = rng.sample(blanks(kind), min(4, len(blanks(kind))))
        values = {blank.path: "".join(rng.choices(pieces, k=rng.randint(1, 4))) for blank in chosen}
        fields, faults = rule_from_blanks(kind, {"id": "r", "on": "人员配置", **values}, BOOK)
        if not faults:
            rule = kind.model_validate(fields)
            assert rule_sentence(rule, BOOK).zh
            assert_blanks(rule)


def assert_blanks(rule: Rule) -> None:
    fields, faults = rule_from_blanks(type(rule), blanks_of(rule, BOOK), BOOK)
    assert not faults
    assert type(rule).model_validate(fields) == rule
