"""Write what the pages say of tables and of kinds of rules, from the program itself.

Run: python docs/reference.py

The tables go between the markers of the two pages on getting started; the pages on kinds are whole.
"""

from __future__ import annotations

import re
from collections import abc
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from allocator import api
from allocator.model.column_docs import column_doc
from allocator.model.reading.headers import chinese_headers
from allocator.model.tables import TABLES
from allocator.model.text import Language, Text
from allocator.report.scenario_summary import FieldLine, rule_kind_view
from allocator.rules.blanks import blanks
from allocator.rules.rule_sentences import rule_sentence

DOCS = Path(__file__).resolve().parent
LANGUAGES: tuple[Language, ...] = ("zh", "en")
MARKS = ("<!-- The tables: written by docs/reference.py -->", "<!-- The end of the tables -->")

TITLES: Mapping[str, Text] = {
    "units": Text(zh="单位", en="units"),
    "people": Text(zh="人员", en="people"),
    "links": Text(zh="单位之间的联系", en="links between units"),
    "ties": Text(zh="人员的关系", en="ties of people"),
    "postings": Text(zh="任职经历", en="postings so far"),
    "absences": Text(zh="离岗", en="absences"),
    "groups": Text(zh="组、片区", en="groups and zones"),
    "cases": Text(zh="案件", en="cases"),
    "indicators": Text(zh="指标", en="indicators"),
    "identities": Text(zh="身份认定", en="who is who"),
    "wishes": Text(zh="意愿", en="wishes"),
}
COLUMNS = Text(
    zh="列 | 中文列名（任一） | 单元格 | 含义", en="column | Chinese headers (any of them) | cell | meaning"
)
FIELDS = Text(zh="空 | 字段 | 填写 | 默认 | 含义", en="blank | field | cell | default | meaning")
REQUIRED = Text(zh="必填", en="required")
FORMS: Mapping[Any, Text] = {
    str: Text(zh="文字", en="text"),
    int: Text(zh="整数", en="a whole number"),
    float: Text(zh="数", en="a number"),
    bool: Text(zh="是或否；空为否", en="`true` or `false`; empty: `false`"),
    date: Text(
        zh="日期：`2025-03-01`、`2025年3月1日`、`2025.03`、`20250301`",
        en="a date: `2025-03-01`, `2025.03`, `20250301`",
    ),
    tuple: Text(zh="几项以分号隔开：`甲;乙`", en="several, parted by semicolons: `A;B`"),
    abc.Mapping: Text(
        zh="名称:等级，等级 1 至 5，分号隔开：`审理:3;法律:2`",
        en="name:level, levels 1 to 5: `law:3;audit:2`",
    ),
}


def main() -> None:
    for language in LANGUAGES:
        for path, text in pages(language).items():
            path.write_text(text, encoding="utf-8")


def pages(language: Language) -> Mapping[Path, str]:
    """Return the pages of a language that are written here, by path."""
    started, kinds = (DOCS / f"{name}.{language}.md" for name in ("getting-started", "kinds"))
    before, rest = started.read_text(encoding="utf-8").split(MARKS[0])
    tables = "\n".join(table_lines(language))
    held = f"{before}{MARKS[0]}\n\n{tables}\n{MARKS[1]}{rest.split(MARKS[1])[1]}"
    return {started: held, kinds: "\n".join(kind_lines(language)) + "\n"}


def table_lines(language: Language) -> Iterator[str]:
    """Yield a Markdown table for each table of a scenario: its columns, and what a cell may hold."""
    for table, model in TABLES.items():
        yield f"### `{table}.csv` · {TITLES[table](language)}\n"
        yield from _head(COLUMNS(language))
        for name, field in model.model_fields.items():
            column = field.alias or name
            form = _form(field.annotation, field.metadata)(language)
            if field.is_required():
                form = f"{REQUIRED(language)}{'；' if language == 'zh' else '; '}{form}"
            headers = "、".join(chinese_headers(table, column))
            yield f"| `{column}` | {headers} | {form} | {_cell(column_doc(table, column)(language))} |"
        yield ""


def _form(annotation: Any, metadata: list[Any]) -> Text:
    """Return what a cell of a column may hold, with its limits."""
    origin = get_origin(annotation)
    if origin is Literal:
        words = "、".join(f"`{word}`" for word in get_args(annotation))
        return Text(zh=f"{words}（也可写 是、否）", en=words.replace("、", " or "))
    parts = [part for part in get_args(annotation) if part is not type(None)]
    if type(None) in get_args(annotation):
        inner = parts[0]
        return _form(*(inner.__origin__, inner.__metadata__[0].metadata)) if get_args(inner) else FORMS[inner]
    form = FORMS[origin or annotation]
    low = next((one.ge for one in metadata if getattr(one, "ge", None) is not None), None)
    high = next((one.le for one in metadata if getattr(one, "le", None) is not None), None)
    if low is None or high is None:
        return form
    if high >= 10**6:
        return Text(zh=f"{form.zh}，不小于 0", en=f"{form.en} from 0") if low == 0 else form
    return Text(zh=f"{form.zh}，{low} 至 {high}", en=f"{form.en} from {low} to {high}")


def kind_lines(language: Language) -> Iterator[str]:
    """Yield the page on the kinds of rules: the sentence of each, its blanks, and one in use."""
    yield HEADS["kinds"](language)
    kinds = api.rule_kinds()
    used, page = _in_use(), ".zh.md" if language == "zh" else ".md"
    for name, kind in kinds.items():
        view = rule_kind_view(kind)
        labels = {blank.path: blank.label for blank in blanks(kind)}
        yield f"## `{name}` · {view.summary(language)}\n"
        yield f"> {view.sentence(language)}\n"
        if name in used:
            sentence, scenario = used[name]
            yield f"{USED(language)}{sentence(language)} ([`{scenario}`](scenarios/{scenario}{page}))\n"
        yield f"{view.meaning(language)}\n"
        own = [line for line in view.fields if not line.common]
        if own:
            yield from _fields(own, labels, language)
    yield f"## {HEADS['common'](language)}\n"
    some = next(iter(kinds.values()))
    common = [line for line in rule_kind_view(some).fields if line.common]
    yield from _fields(common, {blank.path: blank.label for blank in blanks(some)}, language)


HEADS: Mapping[str, Text] = {
    "kinds": Text(
        zh="""# 规则句式

每一种规则是一个句子，【】中是要填的空，〔〕中的部分只在填了其中的空时才有。
`allocator rules 场景` 把一个场景的全部规则写成句子；写 YAML 时用“字段”一列的名称。
`allocator kinds 种类` 另有守住与违反的示例。

[Rules as sentences](kinds.en.md)
""",
        en="""# Rules as sentences

Every kind of rule is a sentence with blanks in 【】; what is in 〔〕 is said if its blanks are filled.
`allocator rules SCENARIO` prints the rules of a scenario as sentences. In YAML a blank has the name in the
column "field". `allocator kinds KIND` has examples, kept and broken.

[规则句式](kinds.zh.md)
""",
    ),
    "common": Text(zh="每种规则都有的空", en="The blanks of every kind"),
}
USED = Text(zh="例：", en="In use: ")


def _in_use() -> dict[str, tuple[Text, str]]:
    """Return for each kind the shortest sentence of the scenarios, with the scenario's id."""
    found: dict[str, tuple[Text, str]] = {}
    for name, place in api.bundled_scenarios().items():
        policy = api.bind(api.load(place))
        for rule in policy.rules:
            if rule.id not in policy.entries:
                continue
            sentence = rule_sentence(rule, policy.context.scenario)
            if rule.kind not in found or len(sentence.zh) < len(found[rule.kind][0].zh):
                found[rule.kind] = (sentence, name)
    return found


def _fields(lines: list[FieldLine], labels: Mapping[str, Text], language: Language) -> Iterator[str]:
    yield from _head(FIELDS(language))
    for line in lines:
        default = REQUIRED(language) if line.required else f"`{line.default}`" if line.default else ""
        label = labels[line.name](language) if line.name in labels else ""
        cells = (label, f"`{line.name}`", line.type(language), default, line.meaning(language))
        yield "| " + " | ".join(map(_cell, cells)) + " |"
    yield ""


def _head(words: str) -> Iterator[str]:
    yield f"| {words} |"
    yield "|" + "---|" * (words.count(" | ") + 1)


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


if __name__ == "__main__":
    main()
