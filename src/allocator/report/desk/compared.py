"""方案比选 with other plans: what the comparison says, and the options side by side, for a proposal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from allocator.model.text import Text
from allocator.report.compare.comparison_sentences import comparison_sentences
from allocator.report.compare.comparison_tables import comparison_tables
from allocator.report.compare.option_staffing import PlaceRow
from allocator.report.compare.plan_comparison import PlanComparison, compare_options
from allocator.report.desk.desk_tables import Cell, DeskColumn, DeskView, text_cell, word_cell
from allocator.report.desk.ground_words import tight
from allocator.verify.plan_option import PlanOption

#: The name of the plan that is proposed.
_OWN = Text(zh="推荐方案", en="the plan proposed")
#: What a proposal says elsewhere, or what no reader of it asks.
_UNTOLD = frozenset({"人员与案件为合成数据。", "随机种子"})
#: The table of a comparison that the section shows: the options at a glance.
_GLANCE = "option-overview"


def with_options(view: DeskView, options: Sequence[PlanOption]) -> DeskView:
    """Return a desk view whose section of options compares the plan, the first option, with the others.

    Each option is judged anew by its own rules and by those of every other one.
    """
    found = compare_options(options)
    table = next(one for one in comparison_tables(found, every=True) if one.id == _GLANCE)
    first = DeskColumn(Text(zh=f"{options[0].label} {_OWN.zh}", en=f"{options[0].label} {_OWN.en}"))
    told = [row for row in table.rows if row[0].text.zh not in _UNTOLD]
    columns = (table.columns[0], first, *table.columns[2:])
    table = replace(table, columns=columns, rows=(*told, *_load_rows(found)))
    return replace(view, compared=tuple(_sentences(found)), compared_table=table)


def _sentences(found: PlanComparison) -> Iterator[Text]:
    for one in found.options:
        zh, en = one.name or _OWN.zh, one.name or _OWN.en
        yield Text(
            zh=f"方案{one.label}：{zh}，求解状态为{one.status_text.zh}。",
            en=f"Option {one.label}: {en}, status: {one.status_text('en')}.",
        )
    for text in comparison_sentences(found):
        if text.zh in _UNTOLD:
            continue
        yield Text(zh=tight(text.zh), en=text("en"))
    for mismatch in found.mismatches:
        zh, en = tight(mismatch.text.zh).rstrip("。"), mismatch.text("en").rstrip(".")
        yield Text(zh=f"{zh}。", en=f"{en}.")


def _load_rows(found: PlanComparison) -> Iterator[tuple[Cell, ...]]:
    """Yield the least and the greatest load of each layer in every option, over all periods."""
    for layer in found.layers:
        rows = [row for row in found.places if row.layer == layer.layer and row.place is not None]
        weighty = any(one.workload for row in rows for one in row.options if one is not None)
        cells = [_range_cell(rows, number, weighty=weighty) for number in range(len(found.options))]
        if any(not cell.is_empty for cell in cells):
            zh = "工作量" if weighty else "项数"
            en = "workload" if weighty else "number"
            named = Text(
                zh=f"{zh}（最低至最高）：{layer.title.zh}", en=f"{en}, least to most: {layer.title('en')}"
            )
            yield (text_cell(named), *cells)


def _range_cell(rows: Sequence[PlaceRow], option: int, *, weighty: bool) -> Cell:
    figures = [one for row in rows if (one := row.options[option]) is not None]
    loads = [one.workload if weighty else one.number for one in figures]
    return word_cell(f"{min(loads)}–{max(loads)}") if loads else Cell()
