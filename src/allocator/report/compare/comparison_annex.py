"""A comparison of options as an annex in Word: what it says, the options at a glance, then the tables."""

from __future__ import annotations

import json
from collections.abc import Iterator

from allocator.model.text import Language, Text
from allocator.report.compare.comparison_sentences import comparison_sentences
from allocator.report.compare.comparison_tables import comparison_tables
from allocator.report.compare.plan_comparison import PlanComparison
from allocator.report.desk.desk_tables import DeskTable
from allocator.report.word.proposal import Proposal
from allocator.report.word.sections import WordBlock, heading, paragraph
from allocator.report.word.writer import document_bytes

_MARK, _TITLE = Text(zh="附件", en="Annex"), Text(zh="方案比选", en="Comparison of options")
_OPTIONS, _SAYS = Text(zh="备选方案", en="The options"), Text(zh="比选结论", en="What is found")
_GLANCE = Text(zh="主要指标", en="At a glance")
_MISMATCHES = Text(zh="不对应之处", en="What does not match")
_BLIND = Text(
    zh="本件为代号副本：姓名以代号代替，代号与姓名的对照表另存。",
    en="This is a blind copy: codes stand for names, and the key is kept apart.",
)


def comparison_annex(found: PlanComparison, language: Language, *, every: bool = False) -> bytes:
    """Return the Word file of a comparison, in the styles of the proposal: it can be bound to one.

    Args:
        found: The comparison.
        language: Language of the words.
        every: Whether to list also the rows in which the options do not differ.
    """
    overview, *others = comparison_tables(found, every=every)
    made = Proposal(
        title=_TITLE,
        blocks=tuple(_blocks(found, overview)),
        annexes=tuple(block for table in others for block in _table(table)),
        facts=json.dumps({"format": found.format}),
    )
    return document_bytes(made, language)


def _blocks(found: PlanComparison, overview: DeskTable) -> Iterator[WordBlock]:
    yield paragraph("AnnexMark", _MARK)
    yield paragraph("AnnexTitle", _TITLE)
    yield paragraph("Body", Text())
    if found.is_blind:
        yield paragraph("Caution", _BLIND)
    yield heading(1, _OPTIONS)
    for one in found.options:
        zh = (
            f"方案{one.label}（{one.name}）：{one.title.zh or one.title.en}，求解状态为{one.status_text.zh}。"
        )
        en = f"Option {one.label} ({one.name}): {one.title('en')}; status: {one.status_text('en')}."
        yield paragraph("Body", Text(zh=zh, en=en))
    yield heading(1, _SAYS)
    for text in comparison_sentences(found):
        yield paragraph("Body", text)
    yield heading(1, _GLANCE)
    yield WordBlock("TableText", table=overview)
    yield from _notes(overview)
    if found.mismatches:
        yield heading(1, _MISMATCHES)
        for mismatch in found.mismatches:
            zh, en = mismatch.text.zh.rstrip("。"), mismatch.text("en").rstrip(".")
            yield paragraph("Body", Text(zh=f"{zh}。", en=f"{en}."))
    yield paragraph("Body", Text())


def _table(table: DeskTable) -> Iterator[WordBlock]:
    yield paragraph("TableTitle", table.title)
    yield WordBlock("TableText", table=table)
    yield from _notes(table)


def _notes(table: DeskTable) -> Iterator[WordBlock]:
    for note in table.notes:
        yield paragraph("TableNote", Text(zh=f"注：{note.zh}", en=f"Note: {note('en')}"))
