"""The tutorial: its commands in their order, its cells typed into the workbook, and nothing else."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import docx
import openpyxl
import pytest

from test_docs import FENCE, ROOT, Block, check, examples

CELL = re.compile(
    r"^\|(?: (?P<book>\S+\.xlsx) \|)? (?P<sheet>\S+) \| (?P<cell>[A-Z]+[0-9]+) \| (?P<text>.+) \|$",
    re.MULTILINE,
)
TABLE = re.compile(r"(?:^\|(?: \S+\.xlsx \|)? \S+ \| [A-Z]+[0-9]+ \| .+ \|\n)+", re.MULTILINE)
SENTENCES = {"zh": "句式", "en": "Sentences"}
WORKBOOK = {"zh": "清江.xlsx", "en": "qingjiang.xlsx"}
MADE = {
    "zh": ("方案.docx", "方案.xlsx", "方案.html", "比选.docx"),
    "en": ("plan.docx", "plan.xlsx", "plan.html", "options.docx"),
}
PROPOSAL = {"zh": "建议方案.docx", "en": "proposal.docx"}
OPTIONS = {
    "zh": ["A 推荐方案", "B 八年", "C 籍贯从宽"],
    "en": ["A the plan proposed", "B eight-years", "C native-wish"],
}
MOST_COMMANDS, MOST_CELLS = 15, 40


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


def type_cells(folder: Path, book: str, rows: str, sentences: str) -> None:
    """Type cells as a reader does: a sentence is chosen from the list by its beginning."""
    for name, cells in groupby(CELL.finditer(rows), lambda cell: cell["book"] or book):
        _type_cells_of(folder / name, cells, sentences)


def _type_cells_of(book: Path, cells: Iterable[re.Match[str]], sentences: str) -> None:
    opened = openpyxl.load_workbook(book)
    offered = [cell.value for cell in opened[sentences]["A"][1:] if cell.value]
    for cell in cells:
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
            type_cells(tmp_path, WORKBOOK[language], step, SENTENCES[language])
        else:
            check(step, tmp_path)
    assert all((tmp_path / name).stat().st_size for name in MADE[language])
    proposal = docx.Document(str(tmp_path / PROPOSAL[language]))
    headers = [[cell.text for cell in table.rows[0].cells] for table in proposal.tables]
    compared = [header[1:] for header in headers if header[1:] and header[-1].startswith("C ")]
    assert len(compared) == 2 and compared[0] == compared[1] == OPTIONS[language]


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
