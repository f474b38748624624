"""Inputs that the fuzz tests found, each the smallest of its sort."""

from __future__ import annotations

import gc
from pathlib import Path
from time import process_time

import pytest
from cel_expr_python import cel

import tiny_scenario
from allocator.rules.expressions.compiler import Compiler
from allocator.rules.expressions.selectors import SelectorError
from cli_world import call
from test_reading_workbook import NS, workbook
from tiny_scenario import write_scenario


def with_rule(folder: Path, rule: str) -> Path:
    pack = tiny_scenario.RULES.replace("    waive:", f"      - {{id: found, {rule}}}\n    waive:")
    return write_scenario(folder, {"tiny-rules.yaml": pack})


def test_a_rule_that_looks_at_no_layer_is_refused(tmp_path: Path) -> None:
    done = call(
        "check", with_rule(tmp_path, "kind: strength, on: zoning, atleast: 1, also: {layer: nowhere}")
    )
    assert done.status == 2
    assert "tiny-rules.yaml:" in done.err and "there is no such layer; found 'nowhere'" in done.err


def test_a_far_cell_of_a_workbook_takes_no_time_and_is_read_once(tmp_path: Path) -> None:
    folder = write_scenario(tmp_path)
    for table in folder.glob("*.csv"):
        table.unlink()
    far = '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'
    far += '<row r="1048576"><c r="F1048576"/></row>'
    sheet = f'<worksheet xmlns="{NS}"><sheetData>{far}</sheetData></worksheet>'
    (folder / "tiny.xlsx").write_bytes(workbook({}, {"people": sheet}))
    gc.collect()
    began = process_time()
    done = call("check", folder)
    assert done.status == 2 and process_time() - began < 5


def test_whoever_may_be_nowhere_is_counted_by_the_layers_own_rule(tmp_path: Path) -> None:
    groups = tiny_scenario.TABLES["groups.csv"].replace("G1,第一组,team", "G1,第一组,")
    folder = write_scenario(tmp_path, {"groups.csv": groups})
    done = call("check", folder)
    assert done.status == 0, done.err
    assert "take.posting: cannot be met: 2026, 2027: " in done.out
    assert call("solve", folder, "--time-limit", "1", "--workers", "1").status == 1


@pytest.mark.parametrize(
    ("expression", "zh", "en"),
    [
        ("{person.leaders: 1}", "键值表的键不能是列表", "a key of a map cannot be a list"),
        ("person.id == 'x", "引号没有闭合", "a quote is never closed"),
        (
            r"person.id == '\ud800'",
            "文字中以 \\ 起首的转义写法有误",
            "an escape in a text, after \\, is wrong",
        ),
        ("has(1)", "has() 中应为字段，如 has(person.grade)", "has() takes a field: has(person.grade)"),
        ("pers\u2029on.id", "不认识的字符“\\u2029”", "'\\u2029' is no character of an expression"),
        ("pers\x0bon.id", "不认识的字符“\\x0b”", "'\\x0b' is no character of an expression"),
        ("pers\ud800on.id", "含有不成字符的编码或空字符", "has half a character (a lone surrogate) or a NUL"),
        ("pers\x00on.id", "含有不成字符的编码或空字符", "has half a character (a lone surrogate) or a NUL"),
    ],
)
def test_what_the_compiler_finds_is_said_in_both_languages(expression: str, zh: str, en: str) -> None:
    with pytest.raises(SelectorError) as refused:
        Compiler().compile(
            expression,
            {"person.id": cel.Type.STRING, "person.leaders": cel.Type.List(cel.Type.STRING)},
            "BOOL",
        )
    message = refused.value.message
    assert zh in message.zh and en in message.en
    assert all(line.isprintable() for line in refused.value.detail.split("\n"))


@pytest.mark.parametrize("mark", ["\x0f", "\x85", "\x1b[2J", "\x9b1m"])
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_header_with_a_control_character_is_shown(tmp_path: Path, mark: str, options: tuple[str]) -> None:
    ties = tiny_scenario.TABLES["ties.csv"].replace("source", f"sour{mark}ce")
    done = call("check", write_scenario(tmp_path, {"ties.csv": ties}), *options)
    assert done.status == 2
    assert all(line.isprintable() for line in (done.out + done.err).split("\n"))
    assert f"did you mean 'sour\\x{ord(mark[0]):02x}" in done.err
    assert done.out == "" or "\\u00" in done.out or "\\x" in done.out


def test_a_mark_of_direction_for_a_layer_is_shown(tmp_path: Path) -> None:
    done = call("check", with_rule(tmp_path, 'kind: stability, on: "\\u202e", level: 1'))
    assert done.status == 2
    assert "there is no such layer; found '\\u202e'; allowed: zoning, posting, casework" in done.err


def test_a_key_that_no_map_takes_is_said_when_it_is_evaluated(tmp_path: Path) -> None:
    folder = with_rule(tmp_path, "kind: eligible, on: posting, when: '{person.leaders: 1}.size() > 0'")
    assert "表达式求值失败：键值表的键不能是列表" in call("check", folder, lang="zh").err


@pytest.mark.parametrize("command", ["check", "solve", "show"])
def test_a_name_of_a_file_that_no_system_has_is_refused(command: str) -> None:
    done = call(command, "half\ud800name")
    assert done.status == 2 and "half\\ud800name" in done.err
