"""Writes the results of shocks as an Excel workbook: one row for each shock, filtered and printed on A4."""

from __future__ import annotations

from allocator.model.text import Language, Text
from allocator.report.desk.desk_tables import Cell, DeskColumn, Tone
from allocator.report.desk.export_sheets import SheetWriter
from allocator.report.stress_view import ShockLine, StressView
from allocator.stress.stress_report import Outcome

_SHEET, _TITLE = Text(zh="抗变检验", en="Stress"), Text(zh="方案抗变检验", en="What a plan can stand")
_COLUMNS = (
    DeskColumn(Text(zh="类别", en="sort"), 10),
    DeskColumn(Text(zh="情形", en="if"), 24),
    DeskColumn(Text(zh="违反规则", en="rules broken"), 24),
    DeskColumn(Text(zh="结果", en="then"), 22),
    DeskColumn(Text(zh="变动席位", en="seats"), 8),
    DeskColumn(Text(zh="至少", en="at least"), 8),
    DeskColumn(Text(zh="席位变动", en="seats that change hands"), 40),
    DeskColumn(Text(zh="代价变化", en="change in cost"), 16),
)
_SORTS = {
    "leaves": Text(zh="人员离岗", en="somebody leaves"),
    "pair": Text(zh="同岗二人离岗", en="both holders leave"),
    "load": Text(zh="工作量增加", en="load grows"),
    "tie": Text(zh="新发现关系", en="a tie comes to light"),
}
_TONES: dict[Outcome, Tone] = {"impossible": "bad", "unknown": "warn"}


def stress_workbook(view: StressView, language: Language, *, footer: str) -> bytes:
    """Return the workbook of a stress report.

    Args:
        view: The results.
        language: Language of the words.
        footer: Text at the foot of each printed page, such as the hash of the plan.
    """
    writer = SheetWriter(view.title(language), language, cautions=(), synthetic=view.synthetic, footer=footer)
    sheet = writer.add_sheet(_SHEET(language))
    writer.write_table(
        sheet, _TITLE, (_summary(view),), _COLUMNS, [_row(line, language) for line in view.lines]
    )
    return writer.content(())


def _summary(view: StressView) -> Text:
    zh = "、".join(view.irreplaceable) or "无"
    en = ", ".join(view.irreplaceable) or "nobody"
    return Text(
        zh=f"不可替代：{zh}。可补救的最坏情形：变动席位 {view.worst} 个。",
        en=f"Irreplaceable: {en}. Worst case that can be mended: {view.worst} seats change hands.",
    )


def _row(line: ShockLine, language: Language) -> tuple[Cell, ...]:
    return (
        Cell(_SORTS[line.kind]),
        Cell(line.what),
        Cell(_joined(line.broken, language)),
        Cell(line.answer, tone=_TONES.get(line.outcome, "")),
        Cell(number=line.changes),
        Cell(number=line.bound),
        Cell(_joined(line.seats, language)),
        Cell(_joined(line.costs, language)),
    )


def _joined(parts: tuple[Text, ...], language: Language) -> Text:
    text = ("；" if language == "zh" else "; ").join(part(language) for part in parts)
    return Text(zh=text, en=text)
