"""The program as a whole: version, language, wrong calls, broken pipes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

import allocator
from allocator.cli.command_group import COMMANDS
from allocator.cli.main import language_of
from cli_world import call
from tiny_scenario import write_scenario


def test_version() -> None:
    done = call("--version", lang=None)
    assert (done.status, done.out) == (0, f"allocator {allocator.__version__}\n")


def test_without_a_command_it_shows_its_commands() -> None:
    done = call(lang=None, LANG="zh_CN.UTF-8")
    assert done.status == 0
    assert all(f" {command} " in done.out for command in COMMANDS)
    assert "展示方案" in done.out and "Who is where" not in done.out


def test_without_a_command_it_says_how_to_begin() -> None:
    for lang, book in (("zh", "我的方案.xlsx"), ("en", "mine.xlsx")):
        lines = [line.split(maxsplit=2) for line in call(lang=lang).out.splitlines()]
        steps = [words[1] for words in lines if words[:1] == ["allocator"]]
        assert steps == ["import", "scenarios", "new", "check", "solve", "show", "export"]
        assert sum(book in " ".join(words) for words in lines if words[:1] == ["allocator"]) == 4
    assert "allocator scenarios" not in call("check", "--help").out


def test_the_demo_goes_on_with_the_next_three_of_these_commands() -> None:
    makefile = (Path(__file__).resolve().parents[1] / "Makefile").read_text(encoding="utf-8")
    shown = [line.rstrip("'") for line in makefile.splitlines() if line.startswith("\t@echo '  $(BIN)/")]
    steps = [line.split("  ")[1] for line in call(lang="zh").out.splitlines() if line[:12] == "  allocator "]
    assert [line.split("$(BIN)/")[1] for line in shown] == steps[2:5]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_helps_in_one_language(command: str, lang: str) -> None:
    done = call(command, "--help", lang=lang)
    assert done.status == 0
    assert "--json" in done.out and "--lang" in done.out
    assert ("显示用法" in done.out) == (lang == "zh")
    assert any("一" <= ch <= "鿿" for ch in done.out) == (lang == "zh")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_leaves_nothing_out_however_narrow_the_terminal(command: str) -> None:
    wide, narrow = (call(command, "--help", lang="zh", COLUMNS=str(columns)).out for columns in (120, 50))
    assert "…" not in narrow and max(cell_len(line) for line in narrow.splitlines()) <= 50
    assert sorted("".join(narrow.split())) == sorted("".join(wide.split()))
    assert narrow.startswith(f"用法：allocator {command} ") and "\n选项\n" in narrow


def test_help_says_what_a_value_may_be_and_is() -> None:
    zh, en = (call("solve", "--help", lang=lang).out for lang in ("zh", "en"))
    assert "时限（秒）  [默认 60; 0.1<=x<=1000000]" in zh and "[x>=1]" in zh
    assert "time limit in seconds  [default: 60; 0.1<=x<=1000000]" in en and "[x>=1]" in en
    assert "--lang zh|en" in en and "--seed N " in en and "-o, --output FILE " in en
    assert "--fewest-changes / --free-changes" in en, "an option that may be said either way"
    assert re.search(r"--to FILE .*\[必填\]", call("export", "--help", lang="zh").out)
    assert call("--help", lang="en").out.startswith("Usage: allocator [OPTIONS] COMMAND [ARGS]...\n")
    assert call("--help", lang="zh").out.startswith("用法：allocator [选项] 命令 [参数]...\n")


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (("chekc",), "没有命令 chekc", "No such command 'chekc'"),
        (("check",), "缺少参数 SCENARIO", "SCENARIO"),
        (("check", "a", "b"), "多余的参数 b", "b"),
        (("check", "a", "--jsn"), "没有选项 --jsn", "--jsn"),
        (("solve", "a", "--seed", "x"), "--seed 的值有误", "--seed"),
        (("solve", "a", "--time-limit", "0"), "--time-limit 的值有误", "--time-limit"),
        (("schema", "plans"), "的值有误", "plans"),
    ],
)
def test_wrong_calls_exit_2_in_one_line(words: tuple[str, ...], zh: str, en: str) -> None:
    for lang, told in (("zh", zh), ("en", en)):
        environment = {"LANG": "zh_CN.UTF-8" if lang == "zh" else "en_GB.UTF-8"}
        done = call(*words, lang=None, **environment)
        assert (done.status, done.out) == (2, "")
        assert told in done.err
        assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ([], {"LANG": "en_US", "LC_MESSAGES": "zh_TW"}, "zh"),
        ([], {"LC_ALL": "", "LANG": "ZH"}, "zh"),
        (["check", "--lang", "zh"], {"LANG": "en_US"}, "zh"),
        (["check", "--lang=en"], {"LANG": "zh_CN"}, "en"),
        (["check", "--lang", "fr"], {"LANG": "zh_CN"}, "zh"),
        (["check", "--lang"], {}, "en"),
    ],
)
def test_language(arguments: list[str], environment: dict[str, str], language: str) -> None:
    assert language_of(arguments, environment) == language


def program(*words: str, **environment: str) -> subprocess.Popen[bytes]:
    code = "from allocator.cli import main; main()"
    settings = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=settings
    )


def test_a_reader_that_goes_away_is_no_error() -> None:
    child = program("schema", "rules")
    assert child.stdout and child.stderr
    child.stdout.close()
    with child.stderr as complaints:
        assert complaints.read() == b""
    assert child.wait() == 141


def test_what_the_output_cannot_encode_is_escaped_not_lost(tmp_path: Path) -> None:
    child = program("check", str(write_scenario(tmp_path)), "--lang", "zh", PYTHONIOENCODING="ascii")
    out, err = child.communicate()
    assert (child.returncode, err) == (0, b"")
    assert out.endswith(rb"\u901a\u8fc7" + b"\n")
    assert out.decode("unicode_escape").startswith("小场景（合成数据）\n")
    assert b"8 -> 2" in out


def test_json_for_an_output_without_chinese_is_json_all_the_same(tmp_path: Path) -> None:
    child = program("check", str(write_scenario(tmp_path)), "--json", PYTHONIOENCODING="ascii")
    out, _ = child.communicate()
    assert json.loads(out)["title"]["zh"] == "小场景"
    child = program("chek\U0001f600", "--json", PYTHONIOENCODING="ascii")
    out, _ = child.communicate()
    assert "chek\U0001f600" in json.loads(out)["faults"][0]["message"]["zh"]


CLOSED = "import os; os.close({}); os.execv(sys.executable, [sys.executable, '-c', {!r}, *sys.argv[1:]])"


@pytest.mark.parametrize(
    ("stream", "words", "status"),
    [
        (1, ("--version",), 0),
        (1, ("kinds",), 0),
        pytest.param(1, ("kinds", "--json"), 0, marks=pytest.mark.slow),
        (2, ("check", "/nowhere"), 2),
    ],
)
def test_closed_streams_are_no_error(stream: int, words: tuple[str, ...], status: int) -> None:
    code = "import sys; " + CLOSED.format(stream, "from allocator.cli import main; main()")
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (status, b"", b"")


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("this system has no /dev/full")
    for words in (["kinds"], ["chek", "--json"], ["--version"]):
        with full.open("wb") as nowhere:
            done = subprocess.run(
                [sys.executable, "-c", "from allocator.cli import main; main()", *words, "--lang", "zh"],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                stdout=nowhere,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert (done.returncode, done.stderr.decode()) == (2, "无法输出（磁盘空间不足）\n"), words


def test_the_language_may_stand_before_the_command(tmp_path: Path) -> None:
    done = call("--lang", "zh", "check", write_scenario(tmp_path), lang=None)
    assert done.out.startswith("小场景")
    assert "显示版本" in call("--help", lang="zh").out
    assert "--lang" in call("--help", lang="en").out


@pytest.mark.parametrize(
    ("words", "zh"),
    [
        (["chek", "x"], "没有命令 chek；是否为 check"),
        (["xyzzy"], "没有命令 xyzzy"),
        (["check", "x", "--jsn"], "没有选项 --jsn；是否为 --json"),
        (["check", "x", "--zzz"], "没有选项 --zzz"),
        (["check"], "缺少参数 SCENARIO"),
        (["check", "x", "y"], "多余的参数 y"),
        (
            ["schema"],
            "缺少参数 scenario|rules|plan|study|tradeoff|comparison；"
            "可用 scenario, rules, plan, study, tradeoff, comparison",
        ),
        (
            ["schema", "rulez"],
            "scenario|rules|plan|study|tradeoff|comparison 的值有误：“rulez”不在可选之列："
            "scenario, rules, plan, study, tradeoff, comparison",
        ),
        (["solve", "x", "--time-limit", "-1"], "--time-limit 的值有误：-1.0 不在范围内：0.1<=x<=1000000"),
        (["solve", "x", "--time-limit", "inf"], "--time-limit 的值有误：inf 不在范围内：0.1<=x<=1000000"),
        (["solve", "x", "--time-limit", "nan"], "--time-limit 的值有误：须为数"),
        (["solve", "x", "--time-limit", "soon"], "--time-limit 的值有误：须为数"),
        (["solve", "x", "--seed", "1.5"], "--seed 的值有误：须为整数"),
    ],
)
def test_wrong_calls_are_explained_in_chinese(words: list[str], zh: str) -> None:
    done = call(*words, lang="zh")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"命令有误：{zh}") and done.err.endswith("；用法见 --help\n")
    assert len(done.err.splitlines()) == 1
    called = call(*words, "--json", lang="zh").json
    assert called["faults"][0]["message"]["zh"] == done.err.rstrip()
