"""Words of the grounds of a change: quotation marks, blanks, and what each ground says in a word or two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from allocator.model.text import Text
from allocator.report.desk.desk_tables import joined

_HAN = r"[\u3000-\u9fff\uff00-\uffef]"
_BLANK = re.compile(rf"(?<={_HAN}) +| +(?={_HAN})")
_SINGLE = str.maketrans("“”", "‘’")


def in_quotes(sentence: Text) -> Text:
    """Return a sentence in the quotation marks of each language; Chinese ones inside it become single."""
    inside = tight(sentence.zh or sentence.en).translate(_SINGLE)
    return Text(zh=f"“{inside}”", en=f"'{sentence('en')}'")


def tight(text: str) -> str:
    """Return a Chinese text without the blanks around its characters."""
    return _BLANK.sub("", text)


def dates_in_words(text: str) -> str:
    """Return a Chinese text with its dates in words: ``2026年3月1日``."""
    return _DAY.sub(lambda found: f"{found[1]}年{int(found[2])}月{int(found[3])}日", text)


_DAY = re.compile(r"(?<![\w-])([0-9]{4})-([0-9]{2})-([0-9]{2})(?![\w-])")
LACKING = Text(zh="补缺", en="fills a gap")
BY_OTHERS = Text(zh="随他人调整", en="follows others")
LINKED = Text(zh="随其他安排", en="by another layer")
AHEAD = Text(zh="以后周期所需", en="for later periods")
BETTER = Text(zh="留任代价更高", en="staying costs more")
NOT_SHOWN = Text(zh="未见必要", en="not shown to be needed")
_BY_RULE = Text(zh="规则所限", en="by rule")
_RECUSED = Text(zh="回避", en="recusal")
#: What forces a move, by the kind of the rule.
_FORCED: Mapping[str, Text] = {
    "max_term": Text(zh="任期届满", en="term over"),
    "turnover": Text(zh="轮换比例", en="share that rotates"),
    **dict.fromkeys(("apart", "avoid", "elsewhere", "exclude"), _RECUSED),
    **dict.fromkeys(("capacity", "composition"), Text(zh="超职数", en="too many there")),
}


def forced_label(kinds: Iterable[str]) -> Text:
    """Return what forces a move in a word or two, by the kinds of the rules against staying."""
    return joined(list(dict.fromkeys(_FORCED.get(kind, _BY_RULE) for kind in kinds)))
