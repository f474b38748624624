"""方案比选 with other plans: what the comparison says, and the options side by side, for a proposal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from allocator.model.text import Text
from allocator.report.compare.comparison_sentences import comparison_sentences
from allocator.report.compare.comparison_tables import comparison_tables
from allocator.report.compare.option_staffing import PlaceRow
from allocator.report.compare.plan_comparison import PlanComparison, compare_options
from allocator.report.desk.desk_tables import Cell, DeskTable, DeskView, text_cell, word_cell
from allocator.report.desk.ground_words import tight
from allocator.verify.plan_option import PlanOption

#: The name of the plan that is proposed.
_OWN = Text(zh="推荐方案", en="the plan proposed")
#: What a proposal says elsewhere, or what no reader of it asks.
_UNTOLD = frozenset({"人员与案件为合成数据。", "随机种子"})
#: The tables of a comparison that the section shows: the options at a glance, and what each asks.
_SHOWN = ("option-overview", "option-rule-texts")


def with_options(view: DeskView, options: Sequence[PlanOption]) -> DeskView:
    """Return a desk view whose section of options compares the plan, the first option, with the others.

    Each option is judged anew by its own rules and by those of every other one. The rules that differ stand
    there as sentences, without their ids.
    """
    found = compare_options(options)
    tables = comparison_tables(found, every=True)
    glance, *rules = (_named(one, options[0]) for one in tables if one.id in _SHOWN)
    told = [row for row in glance.rows if row[0].text.zh not in _UNTOLD]
    glance = replace(glance, rows=(*told, *_load_rows(found)))
    rules = [replace(one, columns=one.columns[1:], rows=tuple(row[1:] for row in one.rows)) for one in rules]
    return replace(view, compared=tuple(_sentences(found)), compared_tables=(glance, *rules))


def _named(table: DeskTable, own: PlanOption) -> DeskTable:
    """Return a table in which the column of the first option is called the plan proposed."""
    name = Text(zh=f"{own.label} {_OWN.zh}", en=f"{own.label} {_OWN.en}")
    columns = [
        replace(one, title=name) if one.title.zh.split(" ")[0] == own.label else one for one in table.columns
    ]
    return replace(table, columns=tuple(columns))


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
        if mismatch.kind == "files":  # the table of rules says what differs in words of the reader
            continue
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
