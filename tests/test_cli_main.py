"""The program as a whole: version, language, wrong calls, broken pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import allocator
from allocator.cli.language import language_of
from cli_world import call
from tiny_scenario import write_scenario

COMMANDS = ("check", "solve", "verify", "show", "new", "schema", "kinds")


def test_version() -> None:
    done = call("--version", lang=None)
    assert (done.status, done.out) == (0, f"allocator {allocator.__version__}\n")


def test_without_a_command_it_shows_its_commands() -> None:
    done = call(lang=None, LANG="zh_CN.UTF-8")
    assert done.status == 0
    assert all(f" {command} " in done.out for command in COMMANDS)
    assert "展示方案" in done.out and "Who is where" not in done.out


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_helps_in_one_language(command: str, lang: str) -> None:
    done = call(command, "--help", lang=lang)
    assert done.status == 0
    assert "--json" in done.out and "--lang" in done.out
    assert ("显示用法" in done.out) == (lang == "zh")
    assert any("一" <= ch <= "鿿" for ch in done.out) == (lang == "zh")


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (("chekc",), "没有命令 chekc", "No such command 'chekc'"),
        (("check",), "缺少参数 SCENARIO", "SCENARIO"),
        (("check", "a", "b"), "多余的参数 b", "b"),
        (("check", "a", "--jsn"), "没有选项 --jsn", "--jsn"),
        (("solve", "a", "--seed", "x"), "'--seed' 的值有误", "--seed"),
        (("solve", "a", "--time-limit", "0"), "'--time-limit' 的值有误", "--time-limit"),
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


def test_names_that_the_output_cannot_encode_are_replaced(tmp_path: Path) -> None:
    child = program("check", str(write_scenario(tmp_path)), "--lang", "zh", PYTHONIOENCODING="ascii")
    out, err = child.communicate()
    assert (child.returncode, err) == (0, b"")
    assert out.endswith(b"ok\n")
