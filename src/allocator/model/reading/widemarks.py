"""Full-width punctuation in YAML: a Chinese keyboard writes it, and the parser takes it for text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from allocator.errors import Fault, caret
from allocator.model.text import Text

_QUOTED = re.compile(r""""[^"\n]*"|'[^'\n]*'""")
_NAMES = {
    "：": "半角冒号加空格“: ” | a colon and a blank ': '",
    "，": "半角逗号“,” | a comma ','",
    "、": "半角逗号“,” | a comma ','",
    "；": "半角逗号“,” | a comma ','",
    "“": "半角引号 | a straight quote",
    "”": "半角引号 | a straight quote",
    "‘": "半角引号 | a straight quote",
    "’": "半角引号 | a straight quote",
    "－": "半角连字符“-” | a hyphen '-'",
    "—": "半角连字符“-” | a hyphen '-'",
    "–": "半角连字符“-” | a hyphen '-'",
    "［": "半角方括号“[” | a bracket '['",
    "］": "半角方括号“]” | a bracket ']'",
    "【": "半角方括号“[” | a bracket '['",
    "】": "半角方括号“]” | a bracket ']'",
    "｛": "半角花括号“{” | a brace '{'",
    "｝": "半角花括号“}” | a brace '}'",
    "＃": "半角井号“#” | a '#'",
    "\u3000": "半角空格 | a plain blank",
    "\u00a0": "半角空格 | a plain blank",
}
_KEY = r"[A-Za-z_][\w-]*"
_PLACES = (
    re.compile(rf"^\s*(?:-\s+)?{_KEY}(：)"),  # key：value
    re.compile(rf"[{{,，]\s*{_KEY}(：)"),  # {zh：...
    re.compile(rf"([，、；])\s*{_KEY}\s*[:：]"),  # ...，en: ...
    re.compile(r"\[[^\]\n]*?([，、；])"),  # [a，b]
    re.compile(r":\s+([“‘［【｛])"),  # key: “text”
    re.compile(r"^\s*([－—–＃])"),
    re.compile("^[ \t]*([\u3000\u00a0])"),
    re.compile(rf"{_KEY}:([\u3000\u00a0])"),
)
_LOOKED_BACK = 3


@dataclass(frozen=True)
class WideMark:
    """A full-width mark where the syntax needs a plain one: its row from 1, its column from 0, its line."""

    row: int
    column: int
    mark: str
    line: str

    @property
    def message(self) -> Text:
        """What is wrong, in both languages."""
        zh, en = _NAMES[self.mark].split(" | ")
        shown = f"“{self.mark}”" if self.mark.strip() else f"U+{ord(self.mark):04X}"
        return Text(
            zh=f"第 {self.column + 1} 字符是全角标点{shown}，应为{zh}",
            en=f"character {self.column + 1} is the full-width mark '{shown.strip('“”')}': write {en}",
        )


def wide_marks(text: str, first: int, last: int) -> Iterator[WideMark]:
    """Yield the full-width marks that stand for syntax in lines of a YAML text, from the last line up."""
    lines = text.split("\n")
    for row in range(min(last, len(lines)), max(first, 1) - 1, -1):
        line = lines[row - 1][:1000]
        bare = _QUOTED.sub(lambda found: "x" * len(found[0]), line).split(" #")[0]
        found = [match.start(1) for pattern in _PLACES for match in pattern.finditer(bare)]
        if found and not bare.lstrip().startswith("#"):
            column = min(found)
            yield WideMark(row, column, bare[column], line)


def told(fault: Fault, text: str, looked_back: int = _LOOKED_BACK) -> Fault:
    """Return a fault of a YAML text as that of the full-width mark that is likely its cause, if there is one.

    Args:
        fault: The fault, with its row.
        text: The YAML text.
        looked_back: How many lines above the fault's may hold the cause.
    """
    mark = next(wide_marks(text, fault.row - looked_back, fault.row), None) if fault.row else None
    if mark is None:
        return fault
    detail = caret(mark.line, mark.column)
    if looked_back:
        return replace(fault, row=mark.row, message=mark.message, detail=detail)
    message = Text(
        zh=f"{fault.message.zh}（{mark.message.zh}）", en=f"{fault.message.en} ({mark.message.en})"
    )
    return replace(fault, message=message, detail=detail)
