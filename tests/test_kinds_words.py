"""Every kind of rule and each of its fields is explained in both languages, listed or in the JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from allocator.report.scenario_summary import rule_kind_view
from allocator.rules.expressions.fields import CHINESE
from allocator.rules.kinds import all_kinds
from allocator.rules.rule import Rule
from cli_world import call

HAN = re.compile(r"[\u4e00-\u9fff]")
KINDS = pytest.mark.parametrize("kind", all_kinds().values(), ids=all_kinds())


@KINDS
def test_every_field_says_what_it_means(kind: type[Rule]) -> None:
    for field in rule_kind_view(kind).fields:
        assert HAN.search(field.meaning.zh), field.name
        assert field.meaning.en and not HAN.search(field.meaning.en.replace("1正+1副+2干部", "")), field.name
        assert field.type.zh and field.type.en, field.name
        assert "whole" not in field.type.zh and "text" not in field.type.zh, field.name


@KINDS
def test_every_field_is_described_in_the_schema(kind: type[Rule]) -> None:
    for name, field in described(kind.model_json_schema()):
        assert HAN.search(field.get(CHINESE, "")), name
        assert field.get("description"), name


def described(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the fields of a kind and of the parts of its own; which kind it is needs no words."""
    parts = [part for name, part in schema.get("$defs", {}).items() if name not in ("Text", "Range")]
    for part in (schema, *parts):
        yield from ((name, field) for name, field in part["properties"].items() if name != "kind")


@KINDS
def test_every_kind_says_in_chinese_what_its_docstring_says(kind: type[Rule]) -> None:
    assert "doc_zh" in vars(kind), "a kind that inherits the words of another says something else"
    meaning = rule_kind_view(kind).meaning
    assert HAN.search(meaning.zh)
    assert meaning.en and not HAN.search(meaning.en)
    for quoted in re.findall(r"`(\w+)`", meaning.zh):
        assert quoted in meaning.en, "the two speak of different fields"


def test_an_expression_says_what_it_ranges_over() -> None:
    view = rule_kind_view(all_kinds()["avoid"])
    types = {field.name: field.type for field in view.fields}
    assert types["when"]("zh") == "CEL：由对象、去处和周期得真或假"
    assert types["when"]("en") == "CEL over item, slot and period, gives true or false"
    schema = all_kinds()["avoid"].model_json_schema()["properties"]["when"]
    expected = (
        "Condition under which the person may not take the place. "
        "(CEL over item, slot and period, gives true or false)"
    )
    assert schema["description"] == expected


def test_kinds_are_shown_in_the_language_asked_for() -> None:
    zh, en = (call("kinds", "balance", lang=lang, COLUMNS="200").out for lang in ("zh", "en"))
    assert "应有的负荷，用于 deviation 和 squares" in zh
    assert "The load that there should be" not in zh
    assert "各周期（或全程）的负荷应当均衡。" in zh
    assert "The load that there should be, for `deviation` and `squares`; may read slot or item" in en
    assert not HAN.search(en)
