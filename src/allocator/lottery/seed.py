"""The public seed of a draw: its one spelling, and the time at which it becomes known.

The spelling is a form such as ``digits:3`` and part of the commitment. Without it a drawer could try ``517``,
``3D: 517``, ``３Ｄ：517`` and so on until a result pleases. The form comes from ``seed_form`` of the draw, or
from the lottery that ``seed`` names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from allocator.errors import Fault, InputError, shorten, visible
from allocator.model.text import Text

ALLOWED_FORMS = "digits:N, hex:N (N 1-200), decimal:N (N 1-9)"
#: Characters of the longest text that is searched for a seed.
_MAX_SEED_LENGTH = 1000
_FORM = re.compile(r"(?:digits|hex):(?:[1-9]|[1-9]\d|1\d\d|200)|decimal:[1-9]")
#: Lotteries whose official results have one length and one order.
_LOTTERIES = (
    (re.compile(r"(?<![0-9A-Za-z])3D(?![0-9A-Za-z])", re.IGNORECASE), "digits:3"),
    (re.compile(r"排列(?:3|三)(?!\d)"), "digits:3"),
    (re.compile(r"排列(?:5|五)(?!\d)"), "digits:5"),
)
_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})日")


@dataclass(frozen=True)
class SeedForm:
    """A form of seeds.

    Attributes:
        kind: ``digits``, ``hex`` or ``decimal``.
        count: Number of characters; of decimals for ``decimal``.
    """

    kind: str
    count: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.count}"

    @property
    def example(self) -> str:
        """A seed of this form."""
        run = ("0123456789" * 20)[: self.count]
        forms = {"digits": run, "hex": ("0a1b2c3d4e5f6789" * 13)[: self.count], "decimal": f"3987.{run}"}
        return forms[self.kind]

    @property
    def text(self) -> Text:
        """The form in words."""
        n = self.count
        words = {
            "digits": (f"恰好 {n} 位数字（0-9，前导零照写）", f"exactly {n} digits 0-9, zeros in front kept"),
            "hex": (f"恰好 {n} 位十六进制（0-9、a-f 小写）", f"exactly {n} hexadecimal digits 0-9, a-f"),
            "decimal": (
                f"数，恰好 {n} 位小数，无千分位、无多余前导零",
                f"a number with exactly {n} decimals, no separators, no zeros in front",
            ),
        }
        zh, en = words[self.kind]
        return Text(zh=zh, en=en)

    @property
    def values(self) -> int | None:
        """The number of possible seeds; None where it is not counted."""
        base = {"digits": 10, "hex": 16}.get(self.kind)
        return None if base is None else base**self.count

    def fits(self, seed: str) -> bool:
        """Return whether a seed is spelt in this form, character by character."""
        patterns = {
            "digits": f"[0-9]{{{self.count}}}",
            "hex": f"[0-9a-f]{{{self.count}}}",
            "decimal": f"(?:0|[1-9][0-9]{{0,17}})[.][0-9]{{{self.count}}}",
        }
        return re.fullmatch(patterns[self.kind], seed) is not None

    def nearest(self, seed: str) -> str:
        """Return the most likely seed of this form for another spelling; empty where none is near."""
        if len(seed) > _MAX_SEED_LENGTH:
            return ""
        return next((one for one in self._candidates(_normalised(seed)) if self.fits(one)), "")

    def _candidates(self, plain: str) -> Iterator[str]:
        """Yield possible meanings of a normalised text, the likeliest first."""
        if self.kind == "hex":
            yield re.sub(r"[\s:_-]", "", plain.lower().removeprefix("0x"))
        elif self.kind == "decimal":
            yield re.sub(r"[\s,_]", "", plain).lstrip("0")
            yield from re.findall(r"\d+[.]\d+", plain)[::-1]
        else:
            runs = re.findall(r"\d+", _DATE.sub(" ", plain))
            yield "".join(runs)
            yield "".join(re.findall(r"\d+", plain.rpartition(":")[2]))
            yield from (run for run in reversed(runs) if len(run) == self.count)
            yield from (run[-self.count :] for run in runs[-1:] if not run[: -self.count].strip("0"))

    def check(self, seed: str) -> str:
        """Return a seed that is spelt in this form unchanged.

        Raises:
            InputError: The seed has another spelling; the fault names the nearest valid one.
        """
        if self.fits(seed):
            return seed
        message = Text(
            zh=f"不是承诺的种子写法；须为{self.text.zh}",
            en=f"is not the spelling of the seed that was committed to: {self.text.en}",
        )
        allowed = f"{self} ({self.example})"
        near = visible(self.nearest(seed))
        raise InputError([Fault(message, "", 0, "--seed", shorten(seed), allowed, near)])


#: The form of a rehearsal whose draw names none.
DEFAULT_FORM = SeedForm("digits", 6)


def read_form(text: str) -> SeedForm:
    """Return the form that a text names.

    Raises:
        ValueError: The text names no form.
    """
    if not _FORM.fullmatch(text):
        raise ValueError(text)
    kind, _, count = text.partition(":")
    return SeedForm(kind, int(count))


def form_of_source(source: Text) -> SeedForm | None:
    """Return the form of the one lottery that a source names; None if it names none or several."""
    named = [form for pattern, form in _LOTTERIES if pattern.search(_source_words(source))]
    return read_form(named[0]) if len(named) == 1 else None


def days_in(source: Text) -> set[date]:
    """Return the days that a source names."""
    parts = ([part for part in match if part] for match in _DATE.findall(_source_words(source)))
    texts = ("-".join(part.zfill(2) for part in found) for found in parts)
    return {day for day in map(_date_of, texts) if day is not None}


def _source_words(source: Text) -> str:
    return unicodedata.normalize("NFKC", f"{source.zh} {source.en}")


def _date_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _normalised(text: str) -> str:
    """Return a text with digits of any script as 0-9, without invisible characters."""
    hidden = ("Cf", "Cs")
    seen = (one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) not in hidden)
    digits = (str(unicodedata.decimal(one)) if one.isdecimal() else one for one in seen)
    return " ".join("".join(digits).translate(_NUMERALS).split())


#: China Standard Time: the offset of times without one, and of all times that are written.
CHINA_TIME = timezone(timedelta(hours=8))
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[ T]+(\d{2}:\d{2})(?::00)?\s*(Z|[+-]\d{2}:\d{2})?)?", re.IGNORECASE
)


def now() -> datetime:
    """Return the current time."""
    return datetime.now(CHINA_TIME)


def format_time(moment: datetime) -> str:
    """Return a time to the minute, as an audit file has it."""
    return moment.astimezone(CHINA_TIME).isoformat(timespec="minutes")


def read_time(text: str) -> datetime:
    """Return the time of a text such as ``2026-03-01 21:15``, or ``2026-03-01`` for the start of a day.

    Raises:
        ValueError: The text is no such time.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    day, clock, offset = match.groups()
    moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}{(offset or '').upper()}")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=CHINA_TIME)
    try:
        return moment.astimezone(CHINA_TIME)
    except OverflowError:
        raise ValueError(text) from None


def time_of_source(source: Text) -> datetime | None:
    """Return the start of the one day that a source names; None if it names none or several."""
    days = days_in(source)
    return start_of_day(next(iter(days))) if len(days) == 1 else None


def start_of_day(day: date) -> datetime:
    """Return the first moment of a day in China."""
    return datetime.combine(day, time(), CHINA_TIME)
