"""Every ``$ allocator ...`` example of the documentation prints the output shown there.

A script of the documentation, ``$ python docs/...``, is run as well.

A block of the README with the info string ``python`` is run: each ``print(...)  # text`` prints that text.
A fenced block with the info string ``console`` is run line by line. The lines that follow a command must
appear in its output, in this order; ``...`` stands for any text, within a line or as a line of its own. A
command must exit with 0, unless ``$ echo $?`` after it shows another status. Other commands are for the
reader and are not run. The blocks of one document share a folder, so that a later block may read the files of
an earlier one. A block whose info string also says ``slow`` (and every later block that needs its files) runs
with the slow tests. ``allocator`` runs in this process, a script in one of its own.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest

from allocator.cli.main import run as run_command

ROOT = Path(__file__).resolve().parents[1]
#: The tutorials are run as a whole by ``test_tutorial.py``, with the cells that a reader types.
PAGES = [page for page in sorted((ROOT / "docs").rglob("*.md")) if not page.name.startswith("tutorial.")]
DOCUMENTS = [ROOT / "README.md", *PAGES]
FENCE = re.compile(r"^```console\b(?P<info>[^\n]*)\n(?P<body>.*?)^```\s*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block: where it stands, and the text between the fences."""

    document: Path
    line: int
    slow: bool
    body: str


@dataclass(frozen=True)
class Example:
    """One command of a block, and the lines that follow it."""

    command: str
    expected: tuple[str, ...]


def blocks(document: Path, text: str) -> Iterator[Block]:
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(document, line, "slow" in match["info"].split(), match["body"])


def examples(body: str) -> list[Example]:
    """Split a block into commands and what they print; a command goes on after a backslash."""
    parts = re.split(r"^\$ ", body.replace("\\\n", " "), flags=re.MULTILINE)[1:]
    commands = [part.splitlines() for part in parts]
    return [Example(lines[0].strip(), tuple(filter(None, map(str.rstrip, lines[1:])))) for lines in commands]


def missing(expected: tuple[str, ...], printed: str) -> str | None:
    """Return the first expected line that does not appear after the one before it, or None."""
    rest = iter(line.rstrip() for line in printed.splitlines())
    for line in expected:
        pattern = re.compile(".*".join(map(re.escape, line.split("..."))))
        if line.strip() != "..." and not any(pattern.fullmatch(candidate) for candidate in rest):
            return line
    return None


#: What each command is told of the screen that it writes to.
SETTINGS = {"LC_ALL": "C.UTF-8", "COLUMNS": "100", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}


def run_here(command: str, folder: Path) -> tuple[int, str]:
    """Run an ``allocator`` line in ``folder`` within this process: a start takes longer than most lines."""
    printed = StringIO()
    with (
        chdir(folder),
        patch.dict(os.environ, SETTINGS),
        patch.object(sys, "argv", ["allocator"]),
        patch.object(sys, "stdin", StringIO()),
        redirect_stdout(printed),
        redirect_stderr(printed),
    ):
        status = run_command(shlex.split(command)[1:])
    return status, printed.getvalue()


def run_script(command: str, folder: Path) -> tuple[int, str]:
    """Run a ``python docs/`` line in ``folder``; return its exit status and its output."""
    done = subprocess.run(
        [sys.executable, *shlex.split(command)[1:]],
        cwd=folder,
        env=os.environ | SETTINGS,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=900,
        check=False,
    )
    return done.returncode, done.stdout


def check(block: Block, folder: Path) -> None:
    """Run the block's commands in order, and compare what each prints and how it exits."""
    todo = examples(block.body)
    for example, after in zip(todo, [*todo[1:], Example("", ())], strict=True):
        if example.command.startswith("cp "):
            source, target = shlex.split(example.command)[1:]
            shutil.copy(folder / source, folder / target)
        if not example.command.startswith(("allocator ", "python docs/")):
            continue
        is_here = example.command.startswith("allocator ")
        status, printed = (run_here if is_here else run_script)(example.command, folder)
        wanted = int(after.expected[0]) if after.command == "echo $?" else 0
        assert status == wanted, f"$ {example.command}\nexit {status}, not {wanted}:\n{printed}"
        absent = missing(example.expected, printed)
        assert absent is None, f"$ {example.command}\ndoes not print {absent!r} here:\n{printed}"


def parameters() -> list[object]:
    found = [block for file in DOCUMENTS for block in blocks(file, file.read_text(encoding="utf-8"))]
    return [
        pytest.param(
            block,
            id=f"{block.document.relative_to(ROOT)}:{block.line}",
            marks=[pytest.mark.slow] if block.slow else [],
        )
        for block in found
    ]


PYTHON = re.compile(r"^```python\n(?P<body>.*?)^```\s*$", re.MULTILINE | re.DOTALL)
PRINTED = re.compile(r"^print\(.*\)  # (?P<text>.*)$", re.MULTILINE)


@pytest.mark.parametrize("body", PYTHON.findall((ROOT / "README.md").read_text(encoding="utf-8")))
def test_a_program_of_the_readme_prints_what_stands_beside_it(body: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs" / "first-plan", tmp_path / "docs" / "first-plan")
    done = subprocess.run(
        [sys.executable, "-c", body], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == PRINTED.findall(body)


def test_the_readme_has_a_program_and_the_rules_of_the_first_plan() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rules = (ROOT / "docs" / "first-plan" / "rotation.yaml").read_text(encoding="utf-8")
    assert len(PYTHON.findall(text)) == 1
    assert f"```yaml\n{rules}```\n" in text
    assert len(rules.splitlines()) == 10


#: What a reader has beside a page.
FOLDERS = (
    "scenarios",
    "rules",
    "docs/first-plan",
    "docs/first-reasons",
    "docs/two-years",
    "docs/first-study",
    "docs/ten-faults",
    "docs/trade-off",
    "docs/tutorial",
)


@pytest.fixture(scope="session")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Return what gives each document a folder of its own with the scenarios and the rules."""

    @cache
    def made(document: Path) -> Path:
        place = tmp_path_factory.mktemp("docs")
        for name in FOLDERS:
            shutil.copytree(ROOT / name, place / name)
        return place

    return made


@pytest.mark.unmeasured
@pytest.mark.parametrize("block", parameters())
def test_example(block: Block, folder_of: Callable[[Path], Path]) -> None:
    check(block, folder_of(block.document))


def test_a_block_is_split_into_commands_and_their_output() -> None:
    fenced = "```console slow\n$ allocator show \\\n    plan.json\nfirst\n\n$ make demo\n```\n"
    text = f"# Title\n\n{fenced}\n```yaml\na: 1\n```\n"
    (block,) = blocks(ROOT / "README.md", text)
    assert (block.line, block.slow) == (3, True)
    assert examples(block.body) == [
        Example("allocator show      plan.json", ("first",)),
        Example("make demo", ()),
    ]


@pytest.mark.parametrize(
    ("expected", "absent"),
    [
        ((), None),
        (("level 1   12",), None),
        (("...", "level 2 ...", "done"), None),
        (("level ... 12", "done"), None),
        (("done", "level 1   12"), "level 1   12"),
        (("level 1",), "level 1"),
        (("level 3 ...",), "level 3 ..."),
    ],
)
def test_expected_lines_appear_in_order(expected: tuple[str, ...], absent: str | None) -> None:
    assert missing(expected, "level 1   12\nlevel 2   7  \ndone\n") == absent


def test_the_exit_status_is_part_of_the_example(tmp_path: Path) -> None:
    right = Block(ROOT / "README.md", 1, False, "$ allocator no-such-command\n$ echo $?\n2\n")
    check(right, tmp_path)
    with pytest.raises(AssertionError, match="exit 2, not 0"):
        check(Block(right.document, 1, False, "$ allocator no-such-command\n"), tmp_path)
