"""The proposal of a plan: its sections and annexes as blocks, in both languages, without a format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from allocator.model.text import Language, Text
from allocator.report.desk.desk_tables import DeskView
from allocator.report.desk.ground_words import in_quotes
from allocator.report.plan_view import PlanView
from allocator.report.word.annexes import annex_blocks, annex_list, annexes_of
from allocator.report.word.facts import proposal_facts
from allocator.report.word.persons import reason_blocks
from allocator.report.word.sections import (
    WordBlock,
    heading,
    options_blocks,
    paragraph,
    plan_blocks,
    present_blocks,
    waiver_blocks,
)

_SYNTHETIC = Text(zh="本件所涉人员、案件均为虚构。", en="All people and cases in this document are invented.")
_BLIND = Text(
    zh="本件为代号副本：姓名以代号代替，代号与姓名的对照表另存。",
    en="This is a blind copy: codes stand for names, and the key is kept apart.",
)
_SECTIONS = (
    Text(zh="现状", en="The present state"),
    Text(zh="方案比选", en="Options compared"),
    Text(zh="推荐方案", en="The plan proposed"),
    Text(zh="逐人理由及依据", en="Reasons, person by person"),
    Text(zh="豁免事项", en="Exceptions"),
)


@dataclass(frozen=True)
class Signing:
    """Who signs a proposal, and the day in words; either may be empty."""

    name: str = ""
    day: Text = field(default_factory=Text)

    @classmethod
    def of(cls, name: str | None, day: date | None) -> Signing:
        """Return a signature with its date in words: ``2026年3月1日``, ``1 March 2026``."""
        words = Text()
        if day is not None:
            month = _MONTHS.split()[day.month - 1]
            words = Text(zh=f"{day.year}年{day.month}月{day.day}日", en=f"{day.day} {month} {day.year}")
        return cls(name or "", words)


_MONTHS = "January February March April May June July August September October November December"


@dataclass(frozen=True)
class Proposal:
    """A proposal.

    Attributes:
        title: The title.
        blocks: The text, from the cautions to the signature.
        annexes: The annexes, on pages on their side.
        facts: What reading back needs to know, as JSON.
    """

    title: Text
    blocks: tuple[WordBlock, ...]
    annexes: tuple[WordBlock, ...]
    facts: str


def proposal_of(view: DeskView, plan: PlanView, language: Language, signing: Signing = Signing()) -> Proposal:
    """Return the proposal of a plan.

    Args:
        view: The plan as the tables of the desk.
        plan: The plan laid out, for the proofs of its levels.
        language: Language of the document, which the facts for reading back are about.
        signing: Who signs, and when.
    """
    title = Text(zh=f"{view.title.zh or view.title.en}建议方案", en=f"{view.title('en')}: proposal")
    annexes = annexes_of(view)
    blocks = (
        *_cautions(view),
        paragraph("Title", title),
        paragraph("Body", Text()),
        paragraph("Body", _opening(view)),
        *_body(view, plan),
        *annex_list([name for name, _ in annexes]),
        *_signature(signing),
    )
    tables = [table for _, group in annexes for table in group]
    return Proposal(title, blocks, tuple(annex_blocks(annexes)), proposal_facts(view, tables, language))


def _cautions(view: DeskView) -> Iterator[WordBlock]:
    for one in view.cautions:
        yield paragraph("Caution", Text(zh=f"警告：{one.zh}。", en=f"Warning: {one('en')}."))
    if view.synthetic:
        yield paragraph("Caution", _SYNTHETIC)
    if view.is_blind:
        yield paragraph("Caution", _BLIND)


def _opening(view: DeskView) -> Text:
    proof = Text(zh="", en="")
    if view.plan_hash:
        short = view.plan_hash[:16]
        proof = Text(zh=f"方案摘要 {short}。", en=f" Hash of the plan: {short}.")
    if view.record is not None:
        record = view.record.text
        proof = Text(zh=f"{proof.zh}{record.zh}。", en=f"{proof.en} {record.en}.")
    named = in_quotes(view.title)
    return Text(
        zh=f"本方案依据场景{named.zh}的数据和规则编制，求解状态为{view.status.zh}。文中各项数字均由方案逐项重新"
        f"计算，规则符合情况逐条复核。{proof.zh}",
        en=f"This proposal was made from the data and the rules of the scenario {named.en}; status:"
        f" {view.status('en')}. Every figure is counted anew from the plan, and every rule has been checked."
        f"{proof.en}",
    )


def _body(view: DeskView, plan: PlanView) -> Iterator[WordBlock]:
    made = (
        present_blocks(view),
        options_blocks(view),
        plan_blocks(view, plan),
        reason_blocks(view),
        waiver_blocks(view),
    )
    for title, blocks in zip(_SECTIONS, made, strict=True):
        yield heading(1, title)
        yield from blocks


def _signature(signing: Signing) -> Iterator[WordBlock]:
    """Yield name and date, four characters from the right; the shorter line is centred on the longer."""
    if not signing.name and not signing.day:
        return
    yield paragraph("Body", Text())
    name = Text(zh=signing.name, en=signing.name)
    wide = [_twips(one.zh) for one in (name, signing.day)]
    for one, width in zip((name, signing.day), wide, strict=True):
        if one:
            yield replace(paragraph("Signature", one), indent=4 * _CHARACTER + (max(wide) - width) // 2)


#: Twips of a character of 16 pt less 0.25 pt.
_CHARACTER = 315


def _twips(text: str) -> int:
    return int(sum(1.0 if ord(one) > 0x2E7F else 0.5 for one in text) * _CHARACTER)


#: Characters of a title on one line; endings of words after which a line of a title may break.
_TITLE_LINE = 19
_ENDINGS = (
    "市", "县", "区", "省", "机构", "机关", "中心", "小组", "专班", "工作", "模式", "任期", "片区", "”", "）",
    "与", "和", "、", "的", "年",
)  # fmt: skip


def title_lines(title: str) -> list[str]:
    """Return a title on lines that make a trapezoid (two) or a diamond (three), broken between words."""
    count = 1 if len(title) <= _TITLE_LINE else 2 if len(title) <= 2 * _TITLE_LINE else 3
    if count == 1:
        return [title]
    if count == 2:
        cut = _break_near(title, (len(title) + 2) // 2)
        return [title[:cut], title[cut:]]
    first = _break_near(title, round(len(title) * 0.3))
    second = _break_near(title, round(len(title) * 0.7))
    return [title[:first], title[first:second], title[second:]]


def _break_near(title: str, wanted: int) -> int:
    """Return the place nearest to a wanted one at which a line may end, or the wanted one itself."""
    places = [k for k in range(2, len(title) - 1) if _may_break(title, k) and abs(k - wanted) <= 6]
    return min(places, key=lambda k: (abs(k - wanted), k), default=wanted)


def _may_break(title: str, place: int) -> bool:
    before, after = title[:place], title[place:]
    inside = before.count("“") > before.count("”") or before.count("（") > before.count("）")
    return before.endswith(_ENDINGS) and not inside and after[0] not in "”）、的"
