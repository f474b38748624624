"""Chinese column names in expressions: names are plain letters there, so the right one is offered."""

from __future__ import annotations

import re

from allocator.errors import caret
from allocator.model.reading.headers import standard_name
from allocator.model.text import Text
from allocator.rules.axis import Types
from allocator.rules.facts import PREFIXES
from allocator.rules.selectors import SelectorError

_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_NAME = re.compile(r"\b([A-Za-z_]\w*)\s*\.\s*([^\W\d_a-zA-Z]\w*)")
_WIDE = re.compile("[“”‘’（）＝＆｜！，＞＜]")
_PLAIN = dict(zip("“”‘’（）＝＆｜！，＞＜", "\"\"''()=&|!,><", strict=True))


def chinese_name(text: str, types: Types) -> SelectorError | None:
    """Return what is wrong with an expression that has Chinese column names or full-width punctuation.

    Args:
        text: The expression.
        types: The variables that it may use.
    """
    bare = _QUOTED.sub(lambda found: "x" * len(found[0]), text)
    if mark := _WIDE.search(bare):
        plain = _PLAIN[mark[0]]
        message = Text(
            zh=f"全角标点“{mark[0]}”，应为半角 {plain}", en=f"full-width '{mark[0]}': write {plain}"
        )
        return SelectorError(message, detail=_shown(text, mark.start()))
    found = _NAME.search(bare)
    if found is None:
        return None
    prefix, header = found[1], found[2]
    tables = [table for table, name in PREFIXES.items() if name == prefix] or list(PREFIXES)
    standard = (standard_name(table, header, {}) for table in tables)
    names = [f"{prefix}.{name}" for name in standard if f"{prefix}.{name}" in types]
    message = Text(
        zh=f"表达式中的列名须为英文字母：“{header}”",
        en=f"a column is named in plain letters in an expression, not '{header}'",
    )
    allowed = "" if names else f"scenario.yaml: columns: {{{tables[0]}: {{{header}: NAME}}}}"
    detail = _shown(text, found.start(2))
    return SelectorError(message, detail=detail, near=next(iter(names), ""), allowed=allowed)


def _shown(text: str, place: int) -> str:
    """Return the line of a place in an expression with a caret under it."""
    begin = text.rfind("\n", 0, place) + 1
    return caret(text[begin:].split("\n", 1)[0], place - begin)
