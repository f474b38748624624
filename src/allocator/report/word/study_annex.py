"""Writes the report of a study as an annex in Word: what is found and proved, then the tables."""

from __future__ import annotations

import json
from collections.abc import Iterator

from allocator.model.text import Language, Text
from allocator.report.desk.desk_tables import DeskTable
from allocator.report.study_tables import study_tables
from allocator.report.study_view import StudyView
from allocator.report.study_words import ended_text, proof_lines, standing_lines, study_title
from allocator.report.suited_words import SUITED_TITLE, suited_lines
from allocator.report.word.proposal import Proposal
from allocator.report.word.sections import WordBlock, heading, paragraph
from allocator.report.word.writer import document_bytes

FORMAT = "allocator-study/1"
_MARK, _OPTIONS = Text(zh="附件", en="Annex"), Text(zh="备选做法", en="The options")
_FOUND, _STANDING = Text(zh="试算结果", en="What is found"), Text(zh="各场景结论", en="Scenario by scenario")


def study_annex(view: StudyView, language: Language) -> bytes:
    """Return the Word file of a study, in the styles of the proposal; single cells are in a workbook.

    Args:
        view: The study.
        language: Language of the words.
    """
    left_out = {"study-cells", *(() if view.suited is None else ("study-options",))}
    tables = [one for one in study_tables(view, compact=True) if one.id not in left_out]
    made = Proposal(
        title=study_title(view),
        blocks=tuple(_blocks(view)),
        annexes=tuple(block for table in tables for block in _table(table)),
        facts=json.dumps({"format": FORMAT}),
    )
    return document_bytes(made, language)


def _blocks(view: StudyView) -> Iterator[WordBlock]:
    yield paragraph("AnnexMark", _MARK)
    yield paragraph("AnnexTitle", study_title(view))
    yield paragraph("Body", Text())
    yield heading(1, _OPTIONS)
    for name, title in view.options.items():
        zh = title.zh if title.zh == name else f"{title.zh}（{name}）"
        en = title("en") if title("en") == name else f"{title('en')} ({name})"
        yield paragraph("Body", Text(zh=f"{zh}。", en=f"{en}."))
    yield heading(1, _FOUND)
    yield paragraph("Body", _sentence(ended_text(view)))
    for line in proof_lines(view.proofs):
        yield paragraph("Body", _sentence(line))
    suited = view.suited
    yield heading(1, _STANDING if suited is None else SUITED_TITLE)
    for line in standing_lines(view) if suited is None else suited_lines(view, suited):
        yield paragraph("Body", _sentence(line))
    yield paragraph("Body", Text())


def _sentence(text: Text) -> Text:
    return Text(zh=f"{text.zh}。", en=f"{text('en')[:1].upper()}{text('en')[1:]}.")


def _table(table: DeskTable) -> Iterator[WordBlock]:
    yield paragraph("TableTitle", table.title)
    yield WordBlock("TableText", table=table)
    for note in table.notes:
        yield paragraph("TableNote", Text(zh=f"注：{note.zh}", en=f"Note: {note('en')}"))
