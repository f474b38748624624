"""The one spelling of a public seed: a form such as ``digits:3``, which is part of the commitment.

Whoever draws could otherwise try ``517``, ``3D: 517``, ``３Ｄ：517`` ... until a result pleases. The form
is read from ``seed_form`` of the draw, or follows from the lottery that ``seed`` names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from allocator.errors import Fault, InputError, shorten, visible
from allocator.model.text import Text

DEFAULT = "digits:6"
ALLOWED = "digits:N, hex:N, decimal:N, dated:N, text"
#: Longest seed in characters.
LONGEST = 1000
_FORM = re.compile(r"text|(?:digits|hex):(?:[1-9]|[1-9]\d|1\d\d|200)|dated:[1-9]\d?|decimal:[1-9]")
#: Lotteries whose published numbers have one length, as the official results print them.
_LOTTERIES = (
    (re.compile(r"(?<![0-9A-Za-z])3D(?![0-9A-Za-z])|排列(?:3|三)(?!\d)", re.IGNORECASE), "digits:3"),
    (re.compile(r"排列(?:5|五)(?!\d)|Pai ?lie ?5|Permutation 5", re.IGNORECASE), "digits:5"),
    (re.compile(r"双色球|大乐透|Double Color Ball|Super Lotto", re.IGNORECASE), "digits:14"),
)
_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})日")


@dataclass(frozen=True)
class SeedForm:
    """A form of seeds: the kind, and how many characters it counts (0 for ``text``)."""

    kind: str
    count: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.count}" if self.count else self.kind

    @property
    def example(self) -> str:
        """A seed of this form."""
        run = ("0123456789" * 20)[: self.count]
        forms = {
            "digits": run,
            "hex": ("0a1b2c3d4e5f6789" * 13)[: self.count],
            "decimal": f"3987.{run[::-1]}",
            "dated": f"2030-01-15 {run}",
        }
        return forms.get(self.kind, "Taken from the results: 517")

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
            "dated": (
                f"日期（年-月-日）、一个空格、恰好 {n} 位数字",
                f"a date (YYYY-MM-DD), one space, exactly {n} digits 0-9",
            ),
        }
        zh, en = words.get(self.kind, ("一行文字（NFKC 形式，首尾无空格）", "a line of text (NFKC, trimmed)"))
        return Text(zh=zh, en=en)

    @property
    def values(self) -> int | None:
        """How many seeds there can be; None where that is not counted."""
        base = {"digits": 10, "dated": 10, "hex": 16}.get(self.kind)
        return None if base is None else base**self.count

    def fits(self, seed: str) -> bool:
        """Return whether a seed is spelt in this form, character by character."""
        if self.kind == "text":
            return 0 < len(seed) <= LONGEST and seed.isprintable() and seed == _one_line(seed)
        if not re.fullmatch(self._pattern, seed):
            return False
        return self.kind != "dated" or _day(seed[:10]) is not None

    @property
    def _pattern(self) -> str:
        n = self.count
        return {
            "digits": f"[0-9]{{{n}}}",
            "hex": f"[0-9a-f]{{{n}}}",
            "decimal": f"(?:0|[1-9][0-9]{{0,17}})[.][0-9]{{{n}}}",
            "dated": f"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} [0-9]{{{n}}}",
        }[self.kind]

    def nearest(self, seed: str) -> str:
        """Return the seed of this form that another spelling most likely means; empty where none is near."""
        if len(seed) > LONGEST:
            return ""
        plain = _plain(seed)
        return next((one for one in self._candidates(plain) if self.fits(one)), "")

    def _candidates(self, plain: str) -> Iterator[str]:
        """Yield what a plain text may mean, the likeliest first."""
        runs = re.findall(r"\d+", plain)
        if self.kind == "text":
            yield plain
        elif self.kind == "hex":
            yield re.sub(r"[\s:_-]", "", plain.lower().removeprefix("0x"))
        elif self.kind == "decimal":
            yield re.sub(r"[\s,_]", "", plain).lstrip("0")
            yield from re.findall(r"\d+[.]\d+", plain)[::-1]
        elif self.kind == "dated" and (found := _DATE.search(plain)):
            year, month, day = (int(part) for part in found.groups() if part)
            digits = "".join(re.findall(r"\d+", plain[found.end() :]))
            yield f"{year:04}-{month:02}-{day:02} {digits}"
        elif self.kind == "digits":
            rest = _DATE.sub(" ", plain)
            yield "".join(re.findall(r"\d+", rest))
            yield from (run for run in reversed(runs) if len(run) == self.count)
            yield from (run[-self.count :] for run in runs[-1:] if not run[: -self.count].strip("0"))

    def check(self, seed: str) -> str:
        """Return a seed as it is, if it is spelt in this form.

        Raises:
            InputError: It is not; with the nearest seed that is.
        """
        if self.fits(seed):
            return seed
        message = Text(
            zh=f"不是承诺的种子写法；须为{self.text.zh}",
            en=f"is not the spelling of the seed that was committed to: {self.text.en}",
        )
        allowed = f"{self} ({self.example})"
        raise InputError(
            [Fault(message, "", 0, "--seed", shorten(seed), allowed, visible(self.nearest(seed)))]
        )


def read_form(text: str) -> SeedForm:
    """Return the form that a text names.

    Raises:
        ValueError: It names none.
    """
    if not _FORM.fullmatch(text):
        raise ValueError(text)
    kind, _, count = text.partition(":")
    return SeedForm(kind, int(count or 0))


def form_of_source(source: Text) -> SeedForm:
    """Return the form of the numbers of the lottery that a source names, or the default."""
    words = unicodedata.normalize("NFKC", f"{source.zh} {source.en}")
    named = [form for pattern, form in _LOTTERIES if pattern.search(words)]
    return read_form(named[0] if len(named) == 1 else DEFAULT)


def days_in(source: Text) -> set[date]:
    """Return the days that the words about a source name."""
    words = unicodedata.normalize("NFKC", f"{source.zh} {source.en}")
    texts = ("-".join(part for part in match if part) for match in _DATE.findall(words))
    padded = ("-".join(part.zfill(2) for part in text.split("-")) for text in texts)
    return {day for day in map(_day, padded) if day is not None}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _plain(text: str) -> str:
    """Return a text with digits of any script as 0-9, without marks that are not seen."""
    seen = (
        one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) not in ("Cf", "Cs")
    )
    digits = (str(unicodedata.decimal(one)) if one.isdecimal() else one for one in seen)
    return _one_line("".join(digits).translate(_NUMERALS))


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
