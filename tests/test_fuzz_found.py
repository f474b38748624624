"""Inputs that the fuzz tests found, each the smallest of its sort."""

from __future__ import annotations

import gc
from pathlib import Path
from time import process_time

import tiny_scenario
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
