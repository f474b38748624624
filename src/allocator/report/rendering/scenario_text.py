"""Scenarios and rule kinds as text: the lists of them, the numbers of a scenario, one kind in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import yaml
from rich.console import RenderableType
from rich.table import Table

from allocator.model.text import Language
from allocator.report.rendering.console import add_column, number, pick, printable, table
from allocator.report.scenario_summary import (
    FieldLine,
    LayerLine,
    RuleKindView,
    ScenarioLine,
    ScenarioSummary,
)
from allocator.report.wording import TABLES
from allocator.rules.rule import Example

_NUMBERS = (("单位", "units"), ("人员", "people"), ("案件", "cases"), ("周期", "periods"), ("规则", "rules"))


_ABOUT = {
    "item": ("对象", "item"),
    "slot": ("去处", "slot"),
    "role": ("角色", "role"),
    "period": ("周期", "period"),
    "other": ("另一对象", "other item"),
    "part": ("分项", "part"),
}


def scenarios_table(lines: Iterable[ScenarioLine], language: Language) -> Table:
    """Return the table of scenarios: id, title, layers and sizes."""
    grid = table(pick(language, "示例场景", "Scenarios"))
    for heading in (("编号", "id"), ("名称", "title"), ("决定什么", "decides")):
        add_column(grid, pick(language, *heading))
    for heading in _NUMBERS:
        add_column(grid, pick(language, *heading), right=True)
    for line in lines:
        decides = pick(language, "、", ", ").join(one(language) for one in line.layers.values())
        counts = (line.counts["units"], line.counts["people"], line.counts["cases"], line.periods, line.rules)
        words = (line.id, line.title(language), decides)
        grid.add_row(*map(printable, words), *map(number, counts))
    return grid


def render_summary(summary: ScenarioSummary, language: Language) -> Iterator[str]:
    """Yield the numbers of a scenario, line by line."""
    invented = pick(language, "（合成数据）", " (synthetic)") if summary.synthetic else ""
    yield printable(f"{summary.title(language) or summary.scenario}{invented}")
    yield _tables(summary, language)
    for layer in summary.layers:
        yield printable(_layer(layer, language))
    packs = ", ".join(summary.packs) or "—"
    yield printable(pick(language, f"规则包：{packs}", f"rule packs: {packs}"))
    levels = ", ".join(f"{one.title(language)} {one.rules}" for one in summary.levels)
    yield printable(pick(language, f"规则：{levels}", f"rules: {levels}"))
    for waiver in summary.waivers:
        whom = ", ".join((*waiver.items, *waiver.slots))
        line = f"{waiver.rule} · {whom} · {waiver.reason(language)} · {waiver.until}"
        yield printable(pick(language, f"例外：{line}", f"exception: {line}"))


def _tables(summary: ScenarioSummary, language: Language) -> str:
    return ", ".join(f"{TABLES[table](language)} {number(count)}" for table, count in summary.counts.items())


def _layer(layer: LayerLine, language: Language) -> str:
    title = layer.title(language)
    named = f"{layer.name} ({title})" if title else layer.name
    size = f"{number(layer.items)} → {number(layer.slots)}"
    return pick(
        language,
        f"层 {named}：{size}，{layer.periods} 期，每个对象占 {layer.take}",
        f"layer {named}: {size}, periods {layer.periods}, each takes {layer.take}",
    )


def rule_kinds_table(views: Iterable[RuleKindView], language: Language) -> Table:
    """Return the table of all kinds, each with its sentence."""
    grid = table(pick(language, "规则种类", "Rule kinds"))
    add_column(grid, "kind")
    add_column(grid, pick(language, "含义", "what it asks for"))
    add_column(grid, pick(language, "级别", "levels"))
    for view in views:
        meaning = f"{view.summary(language)}\n{view.sentence(language)}"
        grid.add_row(view.name, meaning, levels(view, language))
    return grid


def render_rule_kind(view: RuleKindView, language: Language) -> Iterator[RenderableType]:
    """Yield the meaning of a kind, the subject of its breaches, its fields and its examples."""
    yield f"{view.name} · {view.summary(language)}"
    yield pick(language, f"写作：{view.sentence.zh}", f"sentence: {view.sentence.en}")
    yield view.meaning(language)
    yield pick(language, "级别：", "levels: ") + levels(view, language)
    about = ", ".join(pick(language, *_ABOUT.get(name, (name, name))) for name in view.about)
    yield pick(language, f"违反之处指明：{about}", f"a breach names: {about}")
    yield _field_table([field for field in view.fields if not field.common], "字段", "Fields", language)
    yield _field_table(
        [field for field in view.fields if field.common], "通用字段", "Of every kind", language
    )
    for example in view.examples:
        yield from _example(example, language)


def levels(view: RuleKindView, language: Language) -> str:
    """Return the levels at which the kind can stand."""
    if view.can_be_soft:
        return pick(language, "硬或 1、2、3……", "hard, or 1, 2, 3 ...")
    return pick(language, "只能是硬规则", "hard only")


def _field_table(fields: Iterable[FieldLine], zh: str, en: str, language: Language) -> Table:
    grid = table(pick(language, zh, en))
    for heading in (("字段", "field"), ("填写", "holds"), ("默认", "default"), ("含义", "meaning")):
        add_column(grid, pick(language, *heading))
    for field in fields:
        default = pick(language, "必填", "required") if field.required else field.default
        grid.add_row(field.name, field.type(language), default, field.meaning(language))
    return grid


def _example(example: Example, language: Language) -> Iterator[str]:
    yield pick(language, "示例：", "example:")
    yield from (f"    {line}" for line in example_yaml(example).splitlines())
    for plan in example.kept:
        yield pick(language, f"  守住：{plan}", f"  kept by:   {plan}")
    for plan in example.broken:
        yield pick(language, f"  违反：{plan}", f"  broken by: {plan}")


def example_yaml(example: Example) -> str:
    """Return the rule of an example as YAML."""
    text: str = yaml.safe_dump(_plain(example.rule), allow_unicode=True, sort_keys=False, width=100)
    return text.replace("'on':", "on:")  # quoted for readers of older YAML, where a bare `on` means true


def _plain(value: object) -> object:
    """Return tuples as lists: YAML has no tuples."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
