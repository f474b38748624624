"""Imports rosters as they are into a scenario: the folder of its tables, or the workbook that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.api.sheet_importing import import_into_workbook, target_workbook, write_beside
from allocator.api.workbooks import SUFFIX
from allocator.errors import Fault, InputError, shorten
from allocator.messages.pydantic import CODES
from allocator.model.spec import scenario_name
from allocator.model.text import Language, Text

if TYPE_CHECKING:
    from allocator.intake.import_outcome import Imported


def import_files(
    files: Sequence[Path | str],
    into: Path | str,
    *,
    year: int | None = None,
    preview: bool = False,
    language: Language = "en",
) -> Imported:
    """Read rosters (.xlsx, .xls, .ods, .csv) and cadre forms (.lrmx, .lrm) into a scenario.

    Units, people, ties of kin and postings are merged by id. A file of the folder that the user may have
    edited (``scenario.yaml``, the rules, ``import.yaml``) is never overwritten. Identity numbers, telephone
    numbers and photos are not read. Into a workbook rows are merged sheet by sheet; its drop-downs, notes,
    widths and other sheets are kept, and ``import.yaml`` lies beside it.

    Args:
        files: The rosters, the forms, and folders of forms.
        into: The folder of the scenario or its workbook (``.xlsx``), made if it does not exist; its name is
            that of a new scenario. A folder whose tables are in a workbook stands for the workbook.
        year: First year of the horizon of a new scenario; the present year if not given.
        preview: Whether nothing is written.
        language: The language of the sheets of a new workbook.

    Returns:
        What was taken for what, what was written, and the open questions. Rows with a question are not in
        the tables; all others are.

    Raises:
        InputError: No file can be read, the folder or workbook cannot be written or cannot be that of a
            scenario, or its ``import.yaml`` or tables have faults.
    """
    paths, target, first = [Path(file) for file in files], Path(into), year or date.today().year
    if path := target_workbook(target, paths):
        name = _checked_name(path, path.stem)
        return import_into_workbook(paths, path, name, first, language, preview=preview)
    name = _checked_name(target, target.resolve().name)
    if target.exists() and not target.is_dir():
        message = Text(zh="是文件，不是文件夹", en="is a file, not a folder")
        raise InputError([Fault(message, shorten(target, 200), allowed=f"FOLDER, NAME{SUFFIX}")])
    from allocator.intake.importer import import_rosters

    imported = import_rosters(paths, target, name, first)
    if not preview:
        write_beside(imported.contents, target)
    return imported


def _checked_name(target: Path, name: str) -> str:
    try:
        return scenario_name(name)
    except ValueError:
        wrong = CODES["scenario_name"]
        raise InputError([Fault(wrong.message, shorten(target, 200), allowed=wrong.allowed)]) from None
