"""Lines of a résumé (简历): from when to when, where and in which post, at study or at work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from allocator.intake.dates import ReadDate, read_date
from allocator.model.text import Text


@dataclass(frozen=True)
class ResumeLine:
    """One spell of a résumé.

    Attributes:
        number: Line of the text, counted from 1.
        start: First day of the first month.
        end: Last day of the last month; None if the spell is open.
        text: What follows the dates, without the spells inside it.
        kind: ``work`` or ``study``.
        within: Spells inside this one (其间), such as studies beside the work.
    """

    number: int
    start: date
    end: date | None
    text: str
    kind: Literal["work", "study"] = "work"
    within: tuple[ResumeLine, ...] = ()


@dataclass(frozen=True)
class UnreadLine:
    """A line of a résumé that was not read, and why."""

    number: int
    text: str
    reason: Text


@dataclass
class Resume:
    """The spells of a résumé in their order, and the lines that were not read."""

    lines: list[ResumeLine] = field(default_factory=list)
    unread: list[UnreadLine] = field(default_factory=list)


NO_DATES = Text(zh="行首没有起止年月", en="does not begin with its months")
BAD_DATE = Text(zh="起止年月无法认定", en="has a month that is not certain")
BACKWARDS = Text(zh="止在起之前", en="ends before it begins")
NO_TEXT = Text(zh="只有起止年月，没有单位和职务", en="has its months and nothing else")

_MONTH = r"(?:19|20)[0-9]{2}\s*(?:[.．/年-]\s*[0-9]{1,2}\s*月?|[01][0-9])"
_DASH = r"\s*(?:至(?!今)|到|[-‐‑–—―－～~─一]{1,4})\s*"
_STILL = r"(?:至今|今|现在|迄今|目前)"
#: From, an optional end, and the rest. ``至今`` is tried before the separator 至, which would leave 今.
_SPELL = re.compile(
    rf"\s*(?P<start>{_MONTH})(?:\s*(?:至今|迄今)|{_DASH}(?:(?P<end>{_MONTH})|{_STILL}(?![\u3400-\u9fff]天|年)|(?=\s|$)))"
    rf"[\s:：,，]*(?P<text>.*)",
    re.DOTALL,
)
#: A single month in place of a spell: ``2004.09  参加工作``.
_SINGLE = re.compile(rf"\s*(?P<start>{_MONTH})(?P<text>(?:\s|[:：,，起]|参加).*)", re.DOTALL)
_WITHIN = re.compile(r"[（(]\s*(?:其间|期间|其中|间)\s*[:：]?")
_WITHIN_LINE = re.compile(r"\s*[（(]?\s*(?:其间|期间|其中)\s*[:：]?(.*)", re.DOTALL)

_STUDY = re.compile("学习|进修|中专|大专|专科|学士|硕士|博士|毕业|就读|函授|自考|在读|攻读|脱产")
_STUDY_END = re.compile("(?:学生|本科|研究生|学员|专业)$")
_WORK = re.compile("工作|支教|讲师|教师|教授|教员|老师|辅导员|博士后|校长|院长|任教")


def is_study(text: str) -> bool:
    """Return whether the text of a spell tells of study; anything else is work."""
    return bool((_STUDY.search(text) or _STUDY_END.search(text.strip())) and not _WORK.search(text))


def read_resume(text: str) -> Resume:
    """Read a résumé: ``2012.05--2015.08  驻市教育局纪检监察组副组长``, a line for each spell.

    An end may be missing or 至今; a line without a month continues the one before; spells in brackets that
    begin with 其间 are inside the spell before them.

    Args:
        text: The lines, ended by any kind of line end.
    """
    resume = Resume()
    for number, line in _logical_lines(text):
        if found := _WITHIN_LINE.match(line):
            _add_within(resume, number, found[1].rstrip("）) "), line)
            continue
        body, inner = line, ""
        if (nested := _WITHIN.search(line)) and line.endswith((")", "）")):
            body, inner = line[: nested.start()], line[nested.end() : -1]
        read = _spell(number, body)
        if isinstance(read, UnreadLine):
            resume.unread.append(replace(read, text=line))
            continue
        resume.lines.append(read)
        if inner:
            _add_within(resume, number, inner, inner)
    return resume


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of each line, with the lines that continue it."""
    held: tuple[int, str] | None = None
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        plain = line.strip().replace("\u3000", " ")
        if not plain:
            continue
        begins = _SPELL.match(plain) or _SINGLE.match(plain) or _WITHIN_LINE.match(plain)
        unclosed = held is not None and _is_unclosed(held[1])
        if held is not None and (unclosed or not begins):
            held = (held[0], f"{held[1]}{plain}")
            continue
        if held is not None:
            yield held
        held = (number, plain)
    if held is not None:
        yield held


def _is_unclosed(line: str) -> bool:
    """Return whether a bracket of a line is not closed."""
    return sum(map(line.count, "（(")) > sum(map(line.count, "）)"))


def _spell(number: int, line: str) -> ResumeLine | UnreadLine:
    """Read one spell."""
    found = _SPELL.fullmatch(line)
    if found is None and (found := _SINGLE.fullmatch(line)):
        start = end = found["start"]
    elif found:
        start, end = found["start"], found["end"] or ""
    else:
        return UnreadLine(number, line, NO_DATES)
    first, last = _month(start), _month(end) if end else None
    if first.day is None or (last is not None and last.day is None):
        return UnreadLine(number, line, BAD_DATE)
    text = found["text"].strip(" \t,，;；:：")
    if not text:
        return UnreadLine(number, line, NO_TEXT)
    if last is not None and last.last is not None and last.last < first.day:
        return UnreadLine(number, line, BACKWARDS)
    kind: Literal["work", "study"] = "study" if is_study(text) else "work"
    return ResumeLine(number, first.day, last.last if last else None, text, kind)


def _month(text: str) -> ReadDate:
    """Read a month of a résumé, where ``2012.1`` is January: writers of forms do not pad months."""
    plain = re.sub(r"[\s月]", "", text)
    year, rest = plain[:4], re.sub(r"[^0-9]", "", plain[4:])
    return read_date(f"{year}.{rest.zfill(2)}") if rest else ReadDate(None)


def _add_within(resume: Resume, number: int, inner: str, line: str) -> None:
    """Add the spells of a bracket to the spell before it."""
    if not resume.lines:
        resume.unread.append(UnreadLine(number, line, NO_DATES))
        return
    spells: list[ResumeLine] = []
    for part in re.split(r"[;；](?=\s*(?:19|20)[0-9]{2})", inner):
        plain = part.strip(" ；;，,")
        read = _spell(number, plain) if plain else None
        if isinstance(read, ResumeLine):
            spells.append(read)
        elif read is not None:
            resume.unread.append(read)
    last = resume.lines[-1]
    resume.lines[-1] = replace(last, within=(*last.within, *spells))
