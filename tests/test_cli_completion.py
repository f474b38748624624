"""Completion of commands, options and values in bash, zsh and fish."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from unittest.mock import patch

import pytest

from allocator.cli.main import run


def asked_by_shell(**environment: str) -> str:
    """Return what the program answers to a shell."""
    answered, complaints = TextIOWrapper(BytesIO(), encoding="utf-8"), StringIO()
    settings = {"LC_ALL": "", "LC_MESSAGES": "", **environment}
    with patch.dict(os.environ, settings), redirect_stdout(answered), redirect_stderr(complaints):
        assert run([]) == 0
    assert complaints.getvalue() == ""
    answered.flush()
    return answered.buffer.getvalue().decode("utf-8")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell(shell: str) -> None:
    script = asked_by_shell(_ALLOCATOR_COMPLETE=f"{shell}_source")
    assert "_ALLOCATOR_COMPLETE=" in script and f"{shell}_complete" in script


def completed(*words: str) -> list[str]:
    """Return what bash would offer for the last word."""
    asked = {"COMP_WORDS": " ".join(("allocator", *words)), "COMP_CWORD": str(len(words))}
    offered = asked_by_shell(_ALLOCATOR_COMPLETE="bash_complete", **asked)
    return [line.removeprefix("plain,") for line in offered.splitlines()]


def test_commands_options_and_values_are_completed() -> None:
    commands = ["scenarios", "solve", "show", "stress", "study", "study report", "schema"]
    assert completed("s") == commands
    assert completed("solve", "--f") == ["--freeze", "--fewest-changes", "--free-changes"]
    assert completed("solve", "x", "--lang", "z") == ["zh"]
    assert completed("schema", "r") == ["rules"]
    assert completed("check", "some")[0].startswith("file,")


def test_fish_is_told_what_a_command_does_in_its_language() -> None:
    asked = {"COMP_WORDS": "allocator dr", "COMP_CWORD": "dr"}
    for lang, told in (("zh_CN", "公开抽签"), ("en_GB", "A public random draw")):
        assert told in asked_by_shell(_ALLOCATOR_COMPLETE="fish_complete", LANG=lang, **asked)


def test_bash_runs_the_script(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("this system has no bash")
    program = tmp_path / "allocator"
    paths = ", ".join(map(repr, sys.path))
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path[:] = [{paths}]\nfrom allocator.cli import main\nmain()\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    script = (
        f'PATH="{tmp_path}:$PATH"; eval "$(_ALLOCATOR_COMPLETE=bash_source allocator)"; '
        'COMP_WORDS=(allocator ver); COMP_CWORD=1; _allocator_completion allocator; echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run([bash, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["verify"]
