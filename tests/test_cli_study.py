"""``allocator study`` and ``study report``: counted, run, resumed, interrupted and reported."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import docx
import openpyxl
import pytest
from rich.console import Console
from rich.live import Live

from allocator import api
from allocator.api import studying
from allocator.cli.study import LiveTable
from allocator.report.rendering.study_text import (
    count_line,
    duration_text,
    options_table,
    render_failures,
    render_proofs,
    result_line,
)
from allocator.report.study_view import FailureGroup
from allocator.study.cell_results import CellResult
from allocator.study.cells import CellCount
from cli_world import Called, call
from study_world import InlineRunner, answer, cell, result, write_study

ROOT = Path(__file__).resolve().parents[1]
TWO = """
study: two-ways
title: {zh: 两种办法, en: Two ways}
scenarios: scenarios/tiny
options:
  as-it-is: {title: {zh: 现行, en: as it is}}
  no-native: {drop: [native]}
seeds: 1-2
limits: 5
criteria: [{level: 1}, {rule: native, title: {zh: 地域回避, en: at home}}]
"""


def inline(*words: str | Path, solve: Any = None, **settings: Any) -> Called:
    """Run a command whose cells are solved in this process."""
    with patch.object(studying, "ProcessRunner", lambda command, places: InlineRunner(solve)):
        return call(*words, **settings)


def test_a_study_is_counted_run_resumed_and_reported(tmp_path: Path) -> None:
    file = write_study(tmp_path, TWO)
    counted = call("study", file, "--count", "--jobs", "2")
    assert counted.out.startswith("4 cells, 4 to run, 2 side by side: solving takes at most 10 s")
    assert not (tmp_path / "study.results").exists()
    done = inline("study", file)
    assert done.status == 0, done.err
    assert done.err.startswith("4 cells, 4 to run") and len(done.err.splitlines()) == 5
    assert done.err.splitlines()[1].startswith("tiny · as-it-is · seed 1, 5 s · plan · 1: ")
    assert "Two ways · 4 of 4 cells have a result" in done.out
    assert re.search(r"as it is +no-native +0 +2 +0 ", done.out)
    assert "at home" in done.out
    assert "proved: optimal 4" in done.out
    again = inline("study", file, solve=lambda request, tell: pytest.fail("nothing is open"))
    assert (again.status, again.out) == (0, done.out) and again.err == "4 cells, all have a result\n"
    reported = call("study", "report", file)
    assert (reported.status, reported.out, reported.err) == (0, done.out, "")
    assert call("study report", file).out == done.out
    chinese = call("study", "report", file, lang="zh")
    assert (
        "两种办法 · 4/4 次已有结果" in chinese.out and "已证明：最优 4" in chinese.out and "胜" in chinese.out
    )


def test_a_report_as_json_has_the_pairs_and_the_plans_are_shown_from_where_they_lie(tmp_path: Path) -> None:
    file = write_study(tmp_path, TWO.replace("seeds: 1-2", "seeds: 1"))
    into = tmp_path / "elsewhere"
    assert inline("study", file, "--into", into).status == 0
    view = call("study", "report", file, "--into", into, "--json").json
    assert (view["cells"], view["ended"], list(view["criteria"])) == (2, 2, ["level:1", "rule:native"])
    [pair] = view["pairs"]
    assert pair["first"] == "as-it-is" and sum(pair["tally"].values()) == 1
    names = [line["plans"]["1"] for line in view["lines"]]
    shown = call("show", into / "plans" / names[1])
    assert shown.status == 0 and shown.out.startswith("Tiny · optimal") and not shown.err


def test_a_report_is_written_as_a_workbook_of_the_same_bytes(tmp_path: Path) -> None:
    file = write_study(tmp_path, TWO + "memory: 4\n")
    assert inline("study", file, solve=failing).status == 1
    book = tmp_path / "report.xlsx"
    done = call("study", "report", file, "--to", book)
    assert done.status == 0 and done.err == f"written to {book}\n"
    first = book.read_bytes()
    assert call("study", "report", file, "--to", book).status == 0 and book.read_bytes() == first
    sheets = openpyxl.load_workbook(book)
    names = ["About", "Options by scenario", "By pairs", "By criterion", "Cells", "Failures"]
    assert sheets.sheetnames[:6] == names

    def rows(name: str) -> list[list[Any]]:
        found = [list(row) for row in sheets[name].iter_rows(values_only=True)]
        top = next(k for k, row in enumerate(found) if sum(cell is not None for cell in row) > 2)
        return found[top:]

    header, *cells = rows("Cells")
    assert header[:6] == ["scenario", "option", "seed", "limit, s", "outcome", "1 few moves"]
    assert cells[2][:8] == ["Tiny", "as it is", 2, 5, "plan", 7, 3, ""] and len(cells) == 4
    [pair] = rows("By pairs")[1:]
    assert pair == ["as it is", "no-native", 0, 1, 0, 0, 0, 0, 0, 1]
    [failure] = rows("Failures")[1:]
    assert failure[:2] == ["✗wrong input", 2] and failure[3] == "people.csv is wrong"
    chinese = tmp_path / "报告.xlsx"
    assert call("study", "report", file, "--to", chinese, lang="zh").status == 0
    assert openpyxl.load_workbook(chinese).sheetnames[:3] == ["说明", "各场景各选项", "两两比较"]
    for name in ("report.docx", "report.html"):
        for lang in ("zh", "en"):
            made = [tmp_path / f"{lang}{k}-{name}" for k in (1, 2)]
            for path in made:
                assert call("study", "report", file, "--to", path, lang=lang).status == 0
            assert made[0].read_bytes() == made[1].read_bytes()
    words = "\n".join(one.text for one in docx.Document(str(tmp_path / "zh1-report.docx")).paragraphs)
    assert (
        "两种办法" in words and "现行（as-it-is）。" in words and "小场景（5 秒）：非劣的有（无）。" in words
    )
    heads = [table.rows[0].cells[0].text for table in docx.Document(str(tmp_path / "zh1-report.docx")).tables]
    assert heads == ["场景", "选项甲", "选项甲", "原因"]
    page = (tmp_path / "zh1-report.html").read_text(encoding="utf-8")
    assert "两种办法 · Two ways" in page and "<script" not in page and "http" not in page.split("</head>")[1]
    refused = call("study", "report", file, "--to", tmp_path / "x.pdf")
    assert refused.status == 2 and "allowed: .xlsx, .docx, .html" in refused.err


def failing(request: Mapping[str, Any], tell: Any) -> Mapping[str, Any]:
    if request["seed"] == 1:
        return {"outcome": "wrong_input", "faults": [{"zh": "人员表有误", "en": "people.csv is wrong"}]}
    return answer([7, 0], [3, 0], stopped="time", peak_memory=3 * 2**20)


def test_a_failure_is_a_result_with_its_cause_and_can_be_tried_again(tmp_path: Path) -> None:
    file = write_study(tmp_path, TWO)
    done = inline("study", file, solve=failing)
    assert done.status == 1
    assert (
        "failed 2, wrong input\n  tiny · as-it-is · seed 1, 5 s; tiny · no-native · seed 1, 5 s" in done.out
    )
    assert "    people.csv is wrong" in done.out and "the clock ended the search of 2 plans" in done.out
    assert "gap to the bound: median of all plans 57.14%, of those that are not proved 57.14%" in done.out
    assert "a cell took 3 MiB of memory at most" in done.out
    again = inline("study", file, solve=lambda request, tell: pytest.fail("nothing is open"), lang="zh")
    assert again.status == 1 and "失败 2 次，输入有误" in again.out and "    人员表有误" in again.out
    retried = inline("study", file, "--retry-failed", solve=lambda request, tell: answer([7, 0]))
    assert retried.status == 0 and "failed" not in retried.out


def test_gaps_are_said_of_all_plans_and_of_those_that_are_not_proved(tmp_path: Path) -> None:
    def solve(request: Mapping[str, Any], tell: Any) -> Mapping[str, Any]:
        proved = request["seed"] == 1
        return answer([7, 0], [7, 0] if proved else [3, 0], status="optimal" if proved else "feasible")

    done = inline("study", write_study(tmp_path, TWO), solve=solve)
    assert "gap to the bound: median of all plans 28.57%, of those that are not proved 57.14%" in done.out


def test_a_faulty_study_exits_2_with_every_fault(tmp_path: Path) -> None:
    file = write_study(tmp_path, TWO.replace("seeds: 1-2", "seeds: x\nworkes: 2"))
    for words in (("study", file), ("study", "report", file), ("study", file, "--json")):
        done = call(*words)
        assert done.status == 2 and len(done.err.splitlines()) == 2
        assert "did you mean 'workers'?" in done.err and "study.yaml:" in done.err
    assert len(json.loads(call("study", file, "--json").out)["faults"]) == 2


def test_an_interrupted_study_exits_130_and_keeps_what_has_ended(tmp_path: Path) -> None:
    file = write_study(tmp_path, TWO)

    def solve(request: Mapping[str, Any], tell: Any) -> Mapping[str, Any]:
        if request["seed"] == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return answer([1, 0])

    done = inline("study", file, solve=solve)
    assert done.status == 130 and "3 of 4 cells have a result" in done.out
    assert len(list((tmp_path / "study.results" / "cells").iterdir())) == 3


def test_limits_that_a_system_lacks_are_said(tmp_path: Path) -> None:
    file = write_study(tmp_path, TWO + "cpu: 5\n")
    with patch.object(studying, "unlimited_here", lambda: ("cpu", "memory")):
        done = inline("study", file, solve=lambda request, tell: answer([1, 0]))
    assert "note: this system cannot limit cpu\n" in done.err


def test_the_schema_of_a_study_is_printed() -> None:
    assert call("schema", "study").json["title"] == "study"


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [(0.4, "0 s", "0 秒"), (59.6, "1 min 0 s", "1 分 0 秒"), (3_725, "1 h 02 min", "1 小时 2 分")],
)
def test_durations_are_told_in_words(seconds: float, en: str, zh: str) -> None:
    assert (duration_text(seconds, "en"), duration_text(seconds, "zh")) == (en, zh)


def test_counts_and_results_are_told_in_both_languages() -> None:
    count = CellCount(24, 20, 2, 20.0, 640.0)
    assert count_line(count, "zh").startswith("共 24 次求解，待算 20 次，并行 2 次；求解至多 20 秒")
    assert count_line(CellCount(3, 0, 2, 0, 0), "zh") == "共 3 次求解，均已有结果"
    one = cell("a")
    dead = CellResult(key=one.key, outcome="died", exit_code=-9, wall_seconds=1.25)
    assert result_line(one, dead, "en") == "s · a · seed 1, 5 s · died · signal SIGKILL · 1.2 s"
    assert "退出码 3" in result_line(one, dead.model_copy(update={"exit_code": 3}), "zh")
    assert "信号 99" in result_line(one, dead.model_copy(update={"exit_code": -99}), "zh")


def view_of(tmp_path: Path, found: Mapping[str, CellResult], text: str = TWO) -> Any:
    loaded = api.load_study(write_study(tmp_path, text))
    by_key = {
        one.key: found[f"{one.option}/{one.seed}"]
        for one in loaded.cells
        if f"{one.option}/{one.seed}" in found
    }
    results = {}
    for key, one in by_key.items():
        values = [
            {**value.model_dump(), "criterion": value.criterion.replace("rule:r", "rule:native")}
            for value in one.criteria
        ]
        results[key] = CellResult.model_validate({**one.model_dump(), "key": key, "criteria": values})
    return loaded.view(results)


def test_a_view_tells_what_is_proved_and_what_is_open(tmp_path: Path) -> None:
    one = cell()
    found = {
        "as-it-is/1": result(one, (3, 0), (3, 0), status="optimal"),
        "as-it-is/2": result(one, (5, 0), (4, 0), peak_memory=5),
        "no-native/1": result(one, (None, None), (4, 0), outcome="worse", plan="", worse_than=one.key),
    }
    view = view_of(tmp_path, found)
    assert (view.cells, view.ended) == (4, 3)
    first, second = view.lines
    assert (first.ended, first.optimal, first.on_front, first.worse_than) == (2, 1, True, ())
    cost, _ = first.costs
    assert (cost.median, cost.least, cost.most, cost.bound) == (4, 3, 5, 4)
    assert first.gap == 20.0 and first.peak_memory == 5
    assert (second.ended, second.outcomes) == (1, {"worse": 1})
    assert [(one.median, one.bound) for one in second.costs] == [(None, 4), (None, 0)]
    assert "≥ 4" in "".join(str(cell) for cell in options_table(view, "en").columns[4].cells)
    assert second.worse_than == ("as-it-is",) and not second.on_front
    assert (view.proofs.optimal, view.proofs.unproved, view.proofs.worse) == (1, 1, 1)
    [pair] = view.pairs
    assert (pair.tally.wins, pair.proved.wins, pair.alone.wins, pair.open) == (1, 1, 0, 1)
    assert view.criteria["level:1"].en == "1 few moves" and view.criteria["rule:native"].zh == "地域回避"


def test_without_criteria_a_view_takes_the_levels_that_the_results_have(tmp_path: Path) -> None:
    text = TWO[: TWO.index("criteria")]
    empty = view_of(tmp_path, {}, text)
    assert (empty.ended, empty.criteria, empty.lines[0].on_front) == (0, {}, False)
    view = view_of(tmp_path, {"as-it-is/1": result(cell(), (3,), (3,))}, text)
    assert list(view.criteria) == ["level:1"] and view.criteria["level:1"].zh == "1 人员稳定"


def test_a_death_is_reported_with_its_last_lines() -> None:
    group = FailureGroup("died", (), 7, -11, (), ("one", "two", "three", "four"))
    lines = list(render_failures([group], "en"))
    assert lines[0] == "failed 7, died (signal SIGSEGV)" and lines[-3:] == [
        "    two",
        "    three",
        "    four",
    ]
    assert next(iter(render_failures([group], "zh"))) == "失败 7 次，进程中止（信号 SIGSEGV）"
    assert "and 7 more" in lines[1]


def test_the_table_on_a_terminal_fills_and_says_what_is_left() -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=110, force_terminal=True, color_system=None)
    with Live(console=console, auto_refresh=False) as live:
        table = LiveTable(api.StopRequest(), "en", CellCount(4, 4, 2, 10.0, 99.0), live)
        assert table.seconds_left() == 10.0
        first, second = cell("a"), cell("b")
        table.on_start(first, 1)
        table.on_start(second, 1)
        table.on_progress(second, {"score": [{"level": "hard"}, {"level": 1, "cost": 9, "bound": 4}]})
        table.on_result(first, result(first, (3, 0), (2, 0), wall_seconds=3.0))
        table.on_wait()
        assert table.seconds_left() == 3 * 3.0 / 1 / 2
        table.on_death(second, api.CellEnd(second.key, "died", 1.0), 1)
    shown = stream.getvalue()
    assert "1 of 4 ended, about 4 s left" in shown
    assert "s · a · seed 1, 5 s" in shown and "9 ≥ 4" in shown and "3 ≥ 2" in shown
    assert "s · b · seed 1, 5 s: died, tried again" not in shown


def test_proofs_without_gaps_are_one_line(tmp_path: Path) -> None:
    view = view_of(tmp_path, {"as-it-is/1": result(cell(), (3, 0), (3, 0), status="optimal")})
    [line] = render_proofs(view.proofs, "zh")
    assert line.startswith("已证明：最优 1")


def test_a_cell_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    text = TWO.replace("seeds: 1-2", "seeds: 1").replace("  no-native: {drop: [native]}\n", "")
    loaded = api.load_study(write_study(tmp_path, text))
    [found] = api.run_study(loaded, places=1).values()
    assert found.outcome == "solved" and found.is_optimal, (found.log, found.faults)
    assert found.peak_memory > 50 * 2**20 and found.wall_seconds > found.seconds
    assert loaded.results()[loaded.cells[0].key] == found
    assert api.read_plan(loaded.plan_file(found)).run["workers"] == 1


def example(folder: Path) -> Path:
    """Copy the example study of the documentation, and return its file."""
    for name in ("first-plan", "first-study"):
        shutil.copytree(ROOT / "docs" / name, folder / name)
    return folder / "first-study" / "study.yaml"


@pytest.mark.slow
def test_plans_are_the_same_however_many_cells_run_side_by_side(tmp_path: Path) -> None:
    texts: list[dict[str, str]] = []
    for places in (1, 2):
        loaded = api.load_study(example(tmp_path / str(places)))
        found = api.run_study(loaded, places=places)
        assert len(found) == 12
        plans = {}
        for path in sorted(loaded.store.plans.iterdir()):
            plan = json.loads(path.read_text(encoding="utf-8"))
            plan["run"].pop("seconds")
            plans[path.name] = json.dumps(plan)
        texts.append(plans)
    both = texts[0].keys() & texts[1].keys()
    assert len(both) >= 4 and all(texts[0][name] == texts[1][name] for name in both)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_ctrl_c_ends_all_at_once_and_keeps_what_has_ended(tmp_path: Path) -> None:
    file = example(tmp_path)
    text = file.read_text(encoding="utf-8").replace("seeds: [1, 2]", "seeds: 1-50")
    file.write_text(text, encoding="utf-8")
    code = "from allocator.cli import main; main()"
    settings = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-c", code, "study", str(file), "--lang", "en", "--json"]
    with subprocess.Popen(words, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        for _ in range(3):
            assert process.stderr.readline()
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        out = process.stdout.read()
        assert process.wait(timeout=10) == 130
        assert time.monotonic() - began < 3
    kept = list((tmp_path / "first-study" / "study.results" / "cells").iterdir())
    assert len(kept) >= 2 and json.loads(out)["ended"] == len(kept)


def test_the_plans_of_a_study_are_kept_in_a_store(tmp_path: Path) -> None:
    file, store = write_study(tmp_path, TWO), tmp_path / "s.db"
    done = inline("study", file, "--store", store, "--who", "王", "--why", "比选")
    assert done.status == 0 and "kept in the store: 4 plans" in done.err
    assert inline("study", file, "--store", store, "--who", "王").status == 0  # nothing new is kept
    plans = call("history", store, "--json").json["plans"]
    assert [one["reference"] for one in plans].count("tiny+no-native@2") == 1 and len(plans) == 4
    events = call("log", store, "--json").json["events"]
    assert [one["what"] for one in events].count("studied") == 1 and events[-1]["why"] == "比选"
    assert call("audit", "verify", store).status == 0
    back = tmp_path / "back" / "plan.json"
    assert call("restore", "tiny+no-native@1", "-o", back, "--store", store).status == 0
    assert call("verify", back.parent, back).status == 0
