"""The tutorial: its commands in their order, its cells typed into the workbook, and nothing else."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from test_docs import FENCE, ROOT, Block, check, examples

CELL = re.compile(r"^\| (?P<sheet>\S+) \| (?P<cell>[A-Z]+[0-9]+) \| (?P<text>.+) \|$", re.MULTILINE)
TABLE = re.compile(r"(?:^\| \S+ \| [A-Z]+[0-9]+ \| .+ \|\n)+", re.MULTILINE)
SENTENCES = {"zh": "句式", "en": "Sentences"}
WORKBOOK = {"zh": "清江.xlsx", "en": "qingjiang.xlsx"}
MADE = {"zh": ("方案.docx", "方案.xlsx", "方案.html"), "en": ("plan.docx", "plan.xlsx", "plan.html")}
MOST_COMMANDS, MOST_CELLS = 12, 40


def page(language: str) -> str:
    return (ROOT / "docs" / f"tutorial.{language}.md").read_text(encoding="utf-8")


def steps(text: str) -> Iterator[Block | str]:
    """Yield the blocks of commands and the tables of cells as they follow on the page."""
    found = [*FENCE.finditer(text), *TABLE.finditer(text)]
    for match in sorted(found, key=lambda one: one.start()):
        if match.re is TABLE:
            yield match[0]
        else:
            line = text.count("\n", 0, match.start()) + 1
            yield Block(ROOT / "docs" / "tutorial.md", line, False, match["body"])


def type_cells(book: Path, rows: str, sentences: str) -> None:
    """Type cells as a reader does: a sentence is chosen from the list by its beginning."""
    opened = openpyxl.load_workbook(book)
    offered = [cell.value for cell in opened[sentences]["A"][1:] if cell.value]
    for cell in CELL.finditer(rows):
        text: str | int = cell["text"]
        if str(text).endswith("…"):
            (text,) = (one for one in offered if one.startswith(str(text)[:-1]))
        opened[cell["sheet"]][cell["cell"]] = int(text) if str(text).isdecimal() else text
    opened.save(book)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_tutorial_leads_from_the_roster_to_verified_documents(language: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs" / "tutorial", tmp_path / "docs" / "tutorial")
    for step in steps(page(language)):
        if isinstance(step, str):
            type_cells(tmp_path / WORKBOOK[language], step, SENTENCES[language])
        else:
            check(step, tmp_path)
    assert all((tmp_path / name).stat().st_size for name in MADE[language])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_tutorial_is_short(language: str) -> None:
    todo = [*steps(page(language))]
    commands = [one for step in todo if isinstance(step, Block) for one in examples(step.body)]
    cells = [cell for step in todo if isinstance(step, str) for cell in CELL.finditer(step)]
    assert 0 < len([one for one in commands if one.command != "echo $?"]) <= MOST_COMMANDS
    assert 0 < len(cells) <= MOST_CELLS


def test_both_tutorials_have_the_same_steps() -> None:
    zh, en = ([type(step) for step in steps(page(language))] for language in ("zh", "en"))
    assert zh == en
