"""The sheets of rules and waivers: a row is a sentence to choose with its blanks as cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from allocator.model.text import Language, Text
from allocator.rules.blank_values import phrase
from allocator.rules.blanks import Blank, blanks
from allocator.rules.kinds import all_kinds
from allocator.rules.rule import Rule, Waiver
from allocator.rules.rule_blanks import blanks_of
from allocator.rules.rule_sentences import kind_sentence, rule_sentence
from allocator.rules.sentences import paths_in
from allocator.rules.wordbook import Wordbook

#: The number of columns for the blanks of a sentence; further blanks share one column.
NUMBERED = 6
LANGUAGES: tuple[Language, Language] = ("zh", "en")
#: The longest text that a drop-down shows.
_LONGEST = 250


def _headers() -> Mapping[str, Text]:
    numbered = {str(k): Text(zh=f"空{k}", en=f"Blank {k}") for k in range(1, NUMBERED + 1)}
    return {
        "id": Text(zh="编号", en="Id"),
        "sentence": Text(zh="句式", en="Sentence"),
        "on": Text(zh="层", en="Layer"),
        **numbered,
        "more": Text(zh="其他空", en="Other blanks"),
        "role": Text(zh="角色", en="Role"),
        "items": Text(zh="对象范围", en="Which items"),
        "slots": Text(zh="去处范围", en="Which slots"),
        "during": Text(zh="周期范围", en="Periods"),
        "level": Text(zh="级别", en="Level"),
        "weight": Text(zh="权重", en="Weight"),
        "why.zh": Text(zh="缘由", en="Reason in Chinese"),
        "why.en": Text(zh="英文缘由", en="Reason"),
        "pack": Text(zh="规则包", en="Rule pack"),
        "read": Text(zh="通读（不读入）", en="Read aloud (not read)"),
    }


RULE_HEADERS: Mapping[str, Text] = _headers()
WAIVER_HEADERS: Mapping[str, Text] = {
    "rule": Text(zh="规则编号", en="Rule"),
    "items": Text(zh="对象", en="Items"),
    "slots": Text(zh="去处", en="Slots"),
    "reason.zh": Text(zh="理由", en="Reason in Chinese"),
    "reason.en": Text(zh="英文理由", en="Reason"),
    "until": Text(zh="有效期至", en="Until"),
    "pack": Text(zh="规则包", en="Rule pack"),
}


@cache
def own_blanks(kind: type[Rule]) -> tuple[Blank, ...]:
    """Return the blanks of a kind alone, those of its sentence first, in the order of the sentence."""
    own = {blank.path: blank for blank in blanks(kind) if not blank.common}
    said = dict.fromkeys(path for path in paths_in(kind.sentence.template("zh")) if path in own)
    return tuple(own[path] for path in (*said, *(path for path in own if path not in said)))


@cache
def choice_text(kind: type[Rule], language: Language) -> str:
    """Return the sentence of a kind with its numbered blanks, short enough for a drop-down."""
    text = kind_sentence(kind)(language)
    for number, blank in enumerate(own_blanks(kind)[:NUMBERED], start=1):
        label = blank.label(language)
        text = text.replace(f"【{label}】", f"【{number} {label}】", 1)
    if len(text) > _LONGEST:
        text = re.sub(r"〔[^〔〕]*〕", "", text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


@cache
def kinds_by_text() -> Mapping[str, type[Rule]]:
    """Return the kinds by the keys of their names and sentences."""
    found: dict[str, type[Rule]] = {}
    for name, kind in all_kinds().items():
        texts = [name, *(choice_text(kind, one) for one in LANGUAGES)]
        found |= {
            sentence_key(text): kind for text in (*texts, kind_sentence(kind).zh, kind_sentence(kind).en)
        }
    return found


def sentence_key(text: str) -> str:
    """Return the key by which sentences are compared: without blanks and numbers."""
    return re.sub(r"[\s\d]+", "", text).casefold()


def column_of(kind: type[Rule], path: str) -> str:
    """Return the key of the column that holds a blank."""
    numbered = [blank.path for blank in own_blanks(kind)[:NUMBERED]]
    if path in numbered:
        return str(numbered.index(path) + 1)
    return path if path in RULE_HEADERS else "more"


def rule_rows(packs: Mapping[str, Mapping[str, Rule]], book: Wordbook, language: Language) -> list[list[str]]:
    """Return the rows of the sheet of rules, without its header.

    Args:
        packs: The rules of each pack by id.
        book: The words of the scenario.
        language: The language of the words.
    """
    return [_row(rule, pack, book, language) for pack, rules in packs.items() for rule in rules.values()]


def _row(rule: Rule, pack: str, book: Wordbook, language: Language) -> list[str]:
    kind, values = type(rule), blanks_of(rule, book, language)
    cells = {
        "sentence": choice_text(kind, language),
        "pack": pack,
        "read": rule_sentence(rule, book)(language),
    }
    labels = {blank.path: blank.label(language) for blank in own_blanks(kind)}
    colon = "：" if language == "zh" else ": "
    for path, text in values.items():
        column = column_of(kind, path)
        if column == "more":
            before = f"{cells[column]}\n" if column in cells else ""
            cells[column] = f"{before}{labels.get(path, path)}{colon}{text}"
        else:
            cells[column] = text
    cells["level"] = phrase(rule.level)(language)
    return [cells.get(column, "") for column in RULE_HEADERS]


def waiver_rows(waivers: Sequence[tuple[Waiver, str]], book: Wordbook) -> list[list[str]]:
    """Return the rows of the sheet of waivers, without its header; each waiver comes with its pack."""
    return [
        [
            waiver.rule,
            "、".join(map(book.unique_name, waiver.items)),
            "、".join(map(book.unique_name, waiver.slots)),
            waiver.reason.zh,
            waiver.reason.en,
            str(waiver.until),
            pack,
        ]
        for waiver, pack in waivers
    ]
