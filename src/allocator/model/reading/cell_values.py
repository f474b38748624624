"""Values of cells: clean characters, dates, extra columns of one type, kinds of ties and links."""

from __future__ import annotations

import math
import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

from allocator.model.text import Text

#: Marks without width and marks of direction; the soft hyphen.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+")
_HAN = "[\u3400-\u9fff\U00020000-\U0003ffff]"
_PADDED = re.compile(rf"{_HAN}(?:\s+{_HAN})+")
_JOINERS = "-_./#@&+"
_WIDE = {
    ord(wide): chr(ord(wide) - 0xFEE0)
    for wide in map(chr, range(0xFF01, 0xFF5F))
    if chr(ord(wide) - 0xFEE0).isalnum() or chr(ord(wide) - 0xFEE0) in _JOINERS
} | {0x3000: " ", 0xA0: " "}
_WIDE_FOUND = re.compile("[" + "".join(map(re.escape, map(chr, _WIDE))) + "]")


def visible(text: str) -> str:
    """Return ``text`` without marks that have no width or only set the direction of writing."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def plain_id(text: str) -> str:
    """Return an id in its normal form: half-width letters and digits, composed visible characters."""
    if text.isascii():
        return text
    text = visible(text)
    if _WIDE_FOUND.search(text):
        text = text.translate(_WIDE)
    return unicodedata.normalize("NFC", text).strip()


def plain_name(text: str) -> str:
    """Return a name without the blanks that pad it: ``张　伟`` is ``张伟``."""
    if text.isascii():
        return text
    return "".join(text.split()) if _PADDED.fullmatch(text) else text


def plain_number(text: str) -> str:
    """Return a number in ASCII digits; ``３０`` is ``30``."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()


_DAY = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-|/([0-9]{1,2})/|\.([0-9]{1,2})\.|年([0-9]{1,2})月)([0-9]{1,2})日?"
)
_MONTH = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})|年([0-9]{1,2})月)")
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])?")
#: An age in brackets, or the midnight that a spreadsheet writes after a date.
_AGE = re.compile(r"(?:\([0-9]{1,3}岁\)|[ T]00?:00(?::00)?)$")
_SHORT_YEAR = re.compile(r"'?([0-9]{2})([-/.年])([0-9]{1,2})月?")
_SERIAL = re.compile(r"[1-6][0-9]{4}")
_YEAR = re.compile(r"[12][0-9]{3}年?")
_FIGURES = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_TEN = re.compile(r"([1-3]?)十([1-9]?)")
_CHINESE = re.compile("[〇零○一二三四五六七八九十]")
#: Day 0 of a spreadsheet's calendar.
_EXCEL = date(1899, 12, 30)

#: The accepted forms of a date, for the fault of a cell that is no date.
FORMS = "YYYY-MM-DD, YYYY年M月D日, YYYY-MM"


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A date as a cell writes it.

    Attributes:
        day: The day, or the first day of the month; None if the cell is no date.
        month_only: Whether the cell names no day of the month.
        question: The question to the user about a cell that is nearly a date.
        guess: The day that such a cell may mean.
    """

    day: date | None
    month_only: bool = False
    question: Text | None = None
    guess: str = ""

    @property
    def last(self) -> date | None:
        """The day, or the last day of the month."""
        if self.day is None or not self.month_only:
            return self.day
        return self.day.replace(day=monthrange(self.day.year, self.day.month)[1])


@lru_cache(maxsize=50_000)
def read_day(text: str) -> WrittenDay:
    """Return the date in ``text``, written in any of the accepted forms."""
    plain = _AGE.sub("", unicodedata.normalize("NFKC", text).strip()).strip()
    if _CHINESE.search(plain) and "年" in plain:
        plain = _TEN.sub(lambda found: f"{found[1] or 1}{found[2] or 0}", plain.translate(_FIGURES))
    for pattern in (_DAY, _COMPACT):
        if (found := pattern.fullmatch(plain)) and found[pattern.groups]:
            year, month, day = (part for part in found.groups() if part)
            well_formed = ("年" in plain) == plain.endswith("日")
            return WrittenDay(_date(year, month, day) if well_formed else None)
    if found := _MONTH.fullmatch(plain) or _COMPACT.fullmatch(plain):
        year, month = (part for part in found.groups() if part)
        if plain == f"{year}.1":
            return WrittenDay(None, question=_JANUARY_OR_OCTOBER)
        first = _date(year, month, "1")
        return WrittenDay(first, first is not None)
    return _nearly(plain)


def parse_day(text: str) -> date | None:
    """Return the date in ``text``, or None if ``text`` is no date or names a month only."""
    written = read_day(text)
    return None if written.month_only else written.day


def _nearly(plain: str) -> WrittenDay:
    """Return a cell that is no date, with a question to the user if the cell is nearly a date."""
    if _SHORT_YEAR.fullmatch(plain):
        return WrittenDay(None, question=_TWO_FIGURES)
    if _SERIAL.fullmatch(plain):
        day = _EXCEL + timedelta(days=int(plain))
        return WrittenDay(None, question=_NUMBER_OF_A_DAY, guess=day.isoformat())
    return WrittenDay(None, question=_YEAR_ONLY if _YEAR.fullmatch(plain) else None)


_TWO_FIGURES = Text(zh="年份只有两位，请写四位", en="has a year of two figures; write four")
_YEAR_ONLY = Text(zh="只有年份，请写明月份", en="gives only a year; say the month too")
_NUMBER_OF_A_DAY = Text(
    zh="像是表格软件的日期序号，请写成日期",
    en="looks like the number of a day in a spreadsheet; write the date",
)
_JANUARY_OR_OCTOBER = Text(
    zh="是 1 月还是 10 月？请写成 .01 或 .10", en="is it January or October? write .01 or .10"
)


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


Value = int | float | bool | date | str | None

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]+)?")
_TRUTH = {"true": True, "false": False, "是": True, "否": False}
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def typed_column(cells: Sequence[str]) -> list[Value]:
    """Return the cells as whole numbers, else decimals, else truth values, else days, else text.

    An empty cell is None, in a text column an empty string. Numbers with leading zeros are codes and
    stay text.
    """
    filled = {cell for cell in cells if cell}
    for convert in (_integer, _decimal, _truth, _day) if filled else ():
        values = {cell: convert(cell) for cell in filled}
        if None not in values.values():
            return [values.get(cell) for cell in cells]
    return list(cells)


def _integer(cell: str) -> Value:
    number = plain_number(cell)
    return int(number) if _INTEGER.fullmatch(number) else None


def _decimal(cell: str) -> Value:
    plain = plain_number(cell)
    number = float(plain) if _DECIMAL.fullmatch(plain) else math.inf
    return number if math.isfinite(number) else None


def _truth(cell: str) -> Value:
    return _TRUTH.get(cell.casefold())


def _day(cell: str) -> Value:
    try:
        return date.fromisoformat(cell) if _ISO_DAY.fullmatch(cell) else None
    except ValueError:
        return None


_NAMES: Mapping[str, Mapping[str, str]] = {
    "ties": {
        "spouse": "配偶 夫妻 夫妻关系 爱人 丈夫 妻子",
        "kin": "亲属 亲戚 近亲属 亲属关系 血亲 直系血亲 旁系血亲 父子 父女 母子 母女 兄弟 姐妹 兄妹 姐弟",
        "in_law": "姻亲 近姻亲 姻亲关系",
        "friend": "朋友 好友",
        "business": "经济往来 业务往来",
        "interest": "利害关系",
        "leads": "分管",
        "superior": "上下级 上下级关系",
        "comrade": "战友",
        "mentor": "指导 师徒 导师",
        "classmate": "同学",
        "colleague": "同事",
        "neighbour": "邻居 邻里",
        "fellow_native": "同乡 老乡",
        "served_together": "共事",
        "served_at": "任职于 曾任职",
        "works_in": "所在单位",
        "native_of": "籍贯",
        "graduated_from": "毕业于",
        "party_to": "涉案",
        "lies_in": "位于",
    },
    "links": {
        "adjacent": "相邻 毗邻 邻接 接壤",
        "stationed_in": "派驻 驻在",
        "member_of": "隶属 成员",
        "liaises": "对口联系 联络",
        "contact": "联系",
    },
}


@cache
def chinese_kinds(table: str = "") -> Mapping[str, str]:
    """Return the kinds of ``ties`` or ``links``, or of both, by their Chinese names."""
    tables = [table] if table else list(_NAMES)
    return {name: kind for one in tables for kind, names in _NAMES[one].items() for name in names.split()}


def kind_of_tie(name: str, table: str = "") -> str:
    """Return the kind of tie or link of a Chinese name; any other name is a kind of its own."""
    plain = plain_id(name)
    return chinese_kinds(table).get(plain, plain)
