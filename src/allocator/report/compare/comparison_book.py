"""Writes a comparison of options as an Excel workbook: a sheet for each table, options as columns."""

from __future__ import annotations

from collections.abc import Mapping

from allocator.model.text import Language, Text
from allocator.report.compare.comparison_sentences import comparison_sentences
from allocator.report.compare.comparison_tables import comparison_tables
from allocator.report.compare.plan_comparison import PlanComparison
from allocator.report.desk.desk_tables import DeskTable, TableId
from allocator.report.desk.export_sheets import SheetWriter
from allocator.report.rendering.console import pick

_SHEETS: Mapping[TableId, Text] = {
    "option-overview": Text(zh="方案比较", en="Options"),
    "option-rules": Text(zh="规则差异", en="Rules"),
    "option-rule-texts": Text(zh="规则异同", en="Rules that differ"),
    "option-judgements": Text(zh="交叉复核", en="Cross-judged"),
    "option-people": Text(zh="人员调动", en="People"),
    "option-units": Text(zh="片区变化", en="Units"),
    "option-places": Text(zh="配备与负荷", en="Staffing and loads"),
    "option-recusals": Text(zh="回避", en="Recusals"),
    "option-waivers": Text(zh="豁免事项", en="Exceptions"),
}
_ABOUT, _TITLE = Text(zh="说明", en="About"), Text(zh="方案比选", en="Comparison of options")
_SAYS, _SIGNS = Text(zh="结论", en="in short"), Text(zh="标记", en="signs")
_SIGNS_TEXT = Text(
    zh="▲ 新到，◇ 同处调整职务，▽ 不再任职，! 提示，✗ 不符合；颜色与标记含义相同。",
    en="▲ new there, ◇ another role in the same place, ▽ no longer in any, ! to be looked at, ✗ a fault;"
    " colours mean what the signs mean.",
)
_MISMATCH, _HASH = Text(zh="不对应", en="does not match"), Text(zh="方案摘要", en="hash of the plan")
_BLIND = Text(
    zh="姓名以代号代替，代号与姓名的对照表另存。", en="Codes stand for names; the key is kept apart."
)


def comparison_book(found: PlanComparison, language: Language, *, every: bool = False) -> bytes:
    """Return the workbook of a comparison: what it says, then its tables, each on a sheet of its own.

    Args:
        found: The comparison.
        language: Language of the words.
        every: Whether to list also the rows in which the options do not differ.
    """
    writer = SheetWriter(
        _TITLE(language), language, cautions=(), synthetic=False, footer=_footer(found, language)
    )
    writer.facts(writer.add_sheet(_ABOUT(language)), _TITLE, _lines(found))
    for table in comparison_tables(found, every=every):
        _write(writer, table, language)
    return writer.content([("format", found.format)])


def _lines(found: PlanComparison) -> list[tuple[Text, Text]]:
    options = [
        (
            Text(zh=one.label, en=one.label),
            Text(
                zh=f"{one.name} · {one.title.zh or one.title.en} · {one.status_text.zh}",
                en=f"{one.name} · {one.title('en')} · {one.status_text('en')}",
            ),
        )
        for one in found.options
    ]
    says = [(_SAYS, text) for text in comparison_sentences(found)]
    mismatches = [(_MISMATCH, one.text) for one in found.mismatches]
    hashes = [
        (_HASH, Text(zh=f"{one.label}：{one.plan_hash}", en=f"{one.label}: {one.plan_hash}"))
        for one in found.options
        if one.plan_hash
    ]
    blind = [(Text(zh="代号副本", en="blind copy"), _BLIND)] if found.is_blind else []
    return [*options, *blind, *says, *mismatches, (_SIGNS, _SIGNS_TEXT), *hashes]


def _write(writer: SheetWriter, table: DeskTable, language: Language) -> None:
    sheet = writer.add_sheet(_SHEETS[table.id](language))
    writer.write_table(sheet, table.title, table.notes, table.columns, table.rows)


def _footer(found: PlanComparison, language: Language) -> str:
    plans = [f"{one.label} {one.plan_hash[:8]}" for one in found.options if one.plan_hash]
    blind = pick(language, "代号副本", "blind copy") if found.is_blind else ""
    return " · ".join(filter(None, (pick(language, "方案比选", "options compared"), *plans, blind)))
