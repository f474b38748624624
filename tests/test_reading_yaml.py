"""YAML is read as plain data with line numbers; hostile or wrong input is refused with its place."""

import re
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from allocator.errors import Fault, InputError, caret
from allocator.messages.yaml import reader_text, syntax_text
from allocator.model.reading import YamlDocument, read_yaml, validate_yaml
from allocator.model.reading.files import YAML_BYTES
from allocator.model.reading.yaml_file import parse_yaml
from allocator.model.spec import ScenarioSpec

SCENARIO = """\
scenario: demo
periods: [2026]
layers:
  zoning:
    items: units
    slots: groups
"""


def parse(text: str) -> YamlDocument:
    return parse_yaml(text.encode(), "x.yaml")


def faults_of(text: str) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        validate_yaml(parse(text), ScenarioSpec)
    for fault in caught.value.faults:
        assert fault.message.zh
        assert fault.message.en
    return caught.value.faults


def only_fault(text: str) -> Fault:
    (fault,) = faults_of(text)
    return fault


def test_plain_data_and_lines() -> None:
    document = parse("a: 1\nb:\n  - x\n  - {c: 2.5, on: yes}\nd: 2026-01-01\ne: '1'\nf:\ng: true\n")
    assert document.data == {
        "a": 1,
        "b": ["x", {"c": 2.5, "on": "yes"}],
        "d": "2026-01-01",
        "e": "1",
        "f": None,
        "g": True,
    }
    assert document.line_of(("b", 1, "on")) == 4
    assert document.line_of(("b", 0)) == 3
    assert document.line_of(("b", 0, "nothing", "here")) == 3
    assert document.line_of(()) == 1


def test_safe_tags_are_read() -> None:
    assert parse("a: !!str 1\nb: !!int '2'\nc: !!float 3\nd: !!seq [x]").data == {
        "a": "1",
        "b": 2,
        "c": 3.0,
        "d": ["x"],
    }


def test_empty_file_is_no_scenario() -> None:
    assert "mapping" in only_fault("").message.en


@pytest.mark.parametrize(
    ("text", "said", "row"),
    [
        ("a: &x 1\nb: 2", "anchors", 1),
        ("a: 1\nb: !!python/object/apply:os.system ['true']", "tag", 2),
        ("a: !!python/object:os.path {}", "tag", 1),
        ("a: !own 1", "tag", 1),
        ("a: !!int x", "does not fit its tag", 1),
        ("a: 1\nb: 2\na: 3", "repeats the key of line 1", 3),
        ("'': 1\n'': 2", "repeats the key", 2),
        ("a: 1\n---\nb: 2", "more than one document", 2),
        ("a: 1\nb: [1, 2\nc: 3", "syntax error", 3),
        ("a: 'x", "syntax error", 1),
        ("? [a, b]\n: 1", "key must be text", 1),
        ("a: 1\nb: \x01", "control character", 2),
    ],
)
def test_refused_with_its_line(text: str, said: str, row: int) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)
    fault = caught.value.faults[0]
    assert said in fault.message.en
    assert fault.row == row


def test_a_syntax_error_shows_the_line() -> None:
    with pytest.raises(InputError) as caught:
        parse("a: 1\n  b: {c: 2\n")
    assert "^" in caught.value.faults[0].detail


@pytest.mark.parametrize(
    ("text", "row", "zh"),
    [
        ("a:\n\tb: 1\n", 2, "缩进不能用制表符"),
        ("a: b\n\tc: d\n", 2, "缩进不能用制表符"),
        ("a: [1, 2\nb: 3\n", 2, "方括号 [ 没有闭合"),
        ("x: 1\na: [1, 2\n", 2, "方括号 [ 没有闭合"),
        ("x: 1\na: {b: 2\n", 2, "花括号 { 没有闭合"),
        ("x: 1\na: 'b\nc: d\n\n", 2, "引号没有闭合"),
        ("a: b: c\n", 1, "此处不能有冒号"),
        ("a:\n  b: 1\n c: 2\n", 3, "缩进与上文不一致"),
        ("a: @b\n", 1, "不能以此字符开头"),
        ('a: "\\q"\n', 1, "不认识的转义"),
        ("a: !x!y z\n", 1, "标签没有定义"),
        ("a: 1\nb\n", 2, "缺少冒号"),
        ("a: \x02\n", 1, "含有控制字符"),
    ],
)
@pytest.mark.parametrize(
    "loader", dict.fromkeys([yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
)
def test_the_parsers_words_are_said_in_chinese(
    monkeypatch: pytest.MonkeyPatch, loader: type[yaml.SafeLoader], text: str, row: int, zh: str
) -> None:
    monkeypatch.setattr("allocator.model.reading.yaml_file._LOADER", loader)
    with pytest.raises(InputError) as caught:
        parse(text)
    fault = caught.value.faults[0]
    assert zh in fault.message.zh
    assert fault.row == row
    words = fault.message.zh.replace("YAML", "").replace("Tab", "")
    assert not re.search("[A-Za-z]{3}", words), "no English is left"


def test_words_of_the_parser_that_nobody_knows_are_kept() -> None:
    error = yaml.MarkedYAMLError(problem="a new complaint")
    assert syntax_text(error, "x")("zh") == "写法有误（a new complaint）"
    assert reader_text("invalid bytes")("zh") == "不是 YAML（invalid bytes）"


def test_the_caret_stands_under_wide_characters_and_in_long_lines() -> None:
    assert caret("姓名: b", 4) == "    姓名: b\n" + " " * (4 + 6) + "^"
    shown, mark = caret("x" * 500 + "!" + "y" * 500, 500).splitlines()
    assert shown[mark.index("^")] == "!"
    assert len(shown) < 120


def test_a_bomb_of_anchors_costs_nothing() -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 30))
    start = time.perf_counter()
    with pytest.raises(InputError, match="anchors"):
        parse("l0: &l0 [lol]\n" + levels)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    "text", ["[" * 10_000, "{a: " * 10_000, "- " * 10_000, "? " * 10_000, "[" * YAML_BYTES]
)
@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
def test_great_depth_is_refused_at_once(text: str, loader: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allocator.model.reading.yaml_file._LOADER", loader)
    with pytest.raises(InputError, match="more than 50 deep"):
        parse(text[:YAML_BYTES])


def test_fifty_deep_is_fine() -> None:
    assert parse("[" * 50 + "1" + "]" * 50).data
    with pytest.raises(InputError, match="more than 50 deep"):
        parse("[" * 51 + "1" + "]" * 51)


def test_too_large_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"#" * (YAML_BYTES + 1))
    with pytest.raises(InputError, match="larger than 1 MiB"):
        read_yaml(path, "x.yaml")


def test_a_sound_scenario() -> None:
    spec = validate_yaml(parse(SCENARIO), ScenarioSpec)
    assert spec.layers["zoning"].slots.table == "groups"


def test_unknown_key_names_the_nearest() -> None:
    fault = only_fault(SCENARIO + "    period: once\n")
    assert (fault.row, fault.column, fault.nearest) == (7, "layers.zoning.period", "periods")
    assert "take" in fault.allowed
    assert only_fault(SCENARIO + "sorce: x\n").nearest == "source"


def test_missing_key_names_its_path() -> None:
    fault = only_fault(SCENARIO.replace("    slots: groups\n", ""))
    assert (fault.row, fault.column) == (4, "layers.zoning.slots")


def test_wrong_choice_names_the_nearest() -> None:
    fault = only_fault(SCENARIO.replace("items: units", "items: unit"))
    assert (fault.row, fault.found, fault.nearest) == (5, "unit", "units")


@pytest.mark.parametrize(
    ("line", "column", "allowed"),
    [
        ("today: 2025-02-30", "today", "YYYY-MM-DD"),
        ("synthetic: maybe", "synthetic", "true, false"),
        ("levels: {one: a}", "levels.one", "0, 1, 2, ..."),
        ("source: 12", "source", ""),
        ("title: {fr: x}", "title.fr", "zh, en"),
        ("roles: {'1x': a}", "roles.1x", "A-Z a-z 0-9 _ - (A-Z a-z first, 1-64)"),
    ],
)
def test_wrong_values(line: str, column: str, allowed: str) -> None:
    fault = only_fault(SCENARIO + line + "\n")
    assert (fault.row, fault.column, fault.allowed) == (7, column, allowed)


@pytest.mark.parametrize(("take", "said"), [("many", "not a range"), ("3-2", "backwards")])
def test_ranges(take: str, said: str) -> None:
    fault = only_fault(SCENARIO + f"    take: {take}\n")
    assert said in fault.message.en
    assert (fault.row, fault.column, fault.found) == (7, "layers.zoning.take", take)


def test_period_that_ends_before_it_begins() -> None:
    fault = only_fault(SCENARIO.replace("[2026]", "[{id: a, from: 2026-02-01, to: 2026-01-01}]"))
    assert "ends before" in fault.message.en
    assert fault.column == "periods.0"


def test_all_faults_at_once() -> None:
    faults = faults_of("scenario: 1/x\nperiods: []\nlayers: {}\nnothing: 1\n")
    assert [(fault.row, fault.column) for fault in faults] == [
        (1, "scenario"),
        (2, "periods"),
        (3, "layers"),
        (4, "nothing"),
    ]


@given(
    st.binary(max_size=200)
    | st.text(alphabet="ab:-[]{}&*!|>'\"#%@?, \n\t0.~é中", max_size=60).map(str.encode)
)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        validate_yaml(parse_yaml(content, "x.yaml"), ScenarioSpec)
    except InputError as error:
        assert error.faults
        assert all(fault("zh") and fault("en") for fault in error.faults)
