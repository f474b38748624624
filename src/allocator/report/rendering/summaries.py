"""The summary of a scenario as lines: the answer of `check`."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.model.text import Language
from allocator.report.rendering.console import number, pick, printable
from allocator.report.summary import LayerLine, Summary
from allocator.report.words import TABLES


def render_summary(summary: Summary, language: Language) -> Iterator[str]:
    """Yield what a scenario holds, a line for each kind of thing."""
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


def _tables(summary: Summary, language: Language) -> str:
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
