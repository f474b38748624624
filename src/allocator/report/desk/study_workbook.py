"""Writes the report of a study as an Excel workbook: what is found, then a sheet for each table."""

from __future__ import annotations

from collections.abc import Mapping

from allocator.model.text import Language, Text
from allocator.report.desk.desk_tables import TableId
from allocator.report.desk.export_sheets import SheetWriter
from allocator.report.study_tables import study_tables
from allocator.report.study_view import StudyView
from allocator.report.study_words import ended_text, proof_lines, study_title
from allocator.report.suited_words import suited_lines

_SHEETS: Mapping[TableId, Text] = {
    "study-suited": Text(zh="何处宜用", en="What suits where"),
    "study-options": Text(zh="各场景各选项", en="Options by scenario"),
    "study-pairs": Text(zh="两两比较", en="By pairs"),
    "study-criteria": Text(zh="逐项比较", en="By criterion"),
    "study-cells": Text(zh="逐次结果", en="Cells"),
    "study-failures": Text(zh="失败", en="Failures"),
}
_ABOUT, _STUDY = Text(zh="说明", en="About"), Text(zh="试算", en="study")
_ENDED, _PROOFS = Text(zh="进度", en="ended"), Text(zh="证明", en="proofs")
_SUITED = Text(zh="何处宜用", en="what suits where")


def study_workbook(view: StudyView, language: Language) -> bytes:
    """Return the workbook of a study; the same results give the same bytes.

    Args:
        view: The study.
        language: Language of the words.
    """
    title = study_title(view)
    writer = SheetWriter(title(language), language, cautions=(), synthetic=False, footer=title(language))
    lines = [(_STUDY, Text(zh=view.name, en=view.name)), (_ENDED, ended_text(view))]
    lines += [(_PROOFS, line) for line in proof_lines(view.proofs)]
    if view.suited is not None:
        lines += [(_SUITED, line) for line in suited_lines(view, view.suited)]
    writer.facts(writer.add_sheet(_ABOUT(language)), title, lines)
    for table in study_tables(view):
        sheet = writer.add_sheet(_SHEETS[table.id](language))
        writer.write_table(sheet, table.title, table.notes, table.columns, table.rows)
    return writer.content(())
