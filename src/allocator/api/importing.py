"""Imports rosters as they are into the folder of a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.errors import Fault, InputError, shorten
from allocator.messages.pydantic import CODES
from allocator.model.reading.files import atomic_write, unwritable_fault
from allocator.model.spec import scenario_name
from allocator.model.text import Text

if TYPE_CHECKING:
    from allocator.intake.import_outcome import Imported


def import_files(
    files: Sequence[Path | str], into: Path | str, *, year: int | None = None, preview: bool = False
) -> Imported:
    """Read rosters (.xlsx, .xls, .ods, .csv) and cadre forms (.lrmx, .lrm) into the folder of a scenario.

    Units, people, ties of kin and postings are merged by id. A file of the folder that the user may have
    edited (``scenario.yaml``, the rules, ``import.yaml``) is never overwritten. Identity numbers, telephone
    numbers and photos are not read.

    Args:
        files: The rosters, the forms, and folders of forms.
        into: The folder, which is made if it does not exist; its name is that of a new scenario.
        year: First year of the horizon of a new scenario; the present year if not given.
        preview: Whether nothing is written.

    Returns:
        What was taken for what, what was written, and the open questions. Rows with a question are not in
        the tables; all others are.

    Raises:
        InputError: No file can be read, the folder cannot be written or cannot be that of a scenario, or its
            ``import.yaml`` or tables have faults.
    """
    folder = Path(into)
    name = folder.resolve().name
    try:
        scenario_name(name)
    except ValueError:
        wrong = CODES["scenario_name"]
        raise InputError([Fault(wrong.message, shorten(folder, 200), allowed=wrong.allowed)]) from None
    if folder.exists() and not folder.is_dir():
        message = Text(zh="是文件，不是文件夹", en="is a file, not a folder")
        raise InputError([Fault(message, shorten(folder, 200))])
    from allocator.intake.importer import import_rosters

    imported = import_rosters([Path(file) for file in files], folder, name, year or date.today().year)
    if preview:
        return imported
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError([unwritable_fault(error, folder)]) from None
    for file, content in imported.contents.items():
        atomic_write(content, folder / file)
    return imported
