"""Full-width punctuation in YAML is named at its place; in text it stays."""

from __future__ import annotations

import pytest

from allocator.errors import InputError
from allocator.model.reading import validate_yaml
from allocator.model.reading.yaml_file import parse_yaml, wide_marks
from allocator.model.spec import ScenarioSpec

TEXT = """\
scenario: demo
title: {zh: 一组、二组，三组：说明, en: teams}
periods: [2026, 2027]
layers:
  zoning:
    items: units
    slots: groups
"""


@pytest.mark.parametrize(
    ("before", "after", "row", "column", "asked"),
    [
        ("scenario: demo", "scenario：demo", 1, 9, "a colon and a blank"),
        ("    items: units", "    items：units", 6, 10, "a colon and a blank"),
        ("三组：说明, en: teams", "三组：说明，en: teams", 2, 24, "a comma"),
        ("三组：说明, en: teams", "三组：说明, en：teams", 2, 28, "a colon and a blank"),
        ("[2026, 2027]", "[2026，2027]", 3, 15, "a comma"),
        ("[2026, 2027]", "[2026、2027]", 3, 15, "a comma"),
        ("periods: [2026, 2027]", "periods: 【2026, 2027】", 3, 10, "a bracket"),
        ("    items: units", "\u3000\u3000items: units", 6, 1, "U+3000"),
        ("    items: units", "    items:\u00a0units", 6, 11, "U+00A0"),
    ],
)
def test_a_full_width_mark_is_named_at_its_place(
    before: str, after: str, row: int, column: int, asked: str
) -> None:
    assert before in TEXT
    with pytest.raises(InputError) as caught:
        validate_yaml(parse_yaml(TEXT.replace(before, after).encode(), "x.yaml"), ScenarioSpec)
    fault = caught.value.faults[0]
    assert fault.row == row and fault.detail.endswith("^")
    assert f"character {column} is the full-width mark" in fault.message.en and asked in fault.message.en
    assert f"第 {column} 字符是全角标点" in fault.message.zh


def test_text_keeps_its_punctuation() -> None:
    assert validate_yaml(parse_yaml(TEXT.encode(), "x.yaml"), ScenarioSpec).title.zh.endswith("：说明")
    quoted = 'a: "b：c，d: e"\n# 注：x，y: z\nwhy: 甲、乙  # k：v\n'
    assert not list(wide_marks(quoted, 1, 9))


def test_a_fault_of_another_kind_stays_as_it_is() -> None:
    with pytest.raises(InputError) as caught:
        validate_yaml(parse_yaml(TEXT.replace("items:", "itms:").encode(), "x.yaml"), ScenarioSpec)
    assert not any(fault.detail for fault in caught.value.faults)
