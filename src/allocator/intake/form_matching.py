"""Finds the cadre form of each person: by name, and among namesakes by the month of birth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from allocator.errors import Fault, InputError, shorten
from allocator.intake.cadre_form import FORM_SUFFIXES, PHOTO_SUFFIX, CadreForm, form_files, other_files
from allocator.intake.dates import read_date
from allocator.intake.form_output import FormFile, read_form
from allocator.model.reading.files import missing
from allocator.model.reading.identity import name_key
from allocator.model.tables import Person
from allocator.model.text import Text


@dataclass(frozen=True)
class FormFolder:
    """The forms of a folder, and the faults of those that cannot be read."""

    files: tuple[FormFile, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class MissingForm:
    """Somebody without a form of their own, and why."""

    person: str
    name: str
    reason: Text


def read_folder(folder: Path) -> FormFolder:
    """Read the forms of a folder and its subfolders; a form is called by its path within the folder.

    Raises:
        InputError: There is no such folder, or no form in it.
    """
    return read_forms((path, path.relative_to(folder).as_posix()) for path in forms_in(folder))


def forms_in(folder: Path) -> list[Path]:
    """Return the forms of a folder and its subfolders.

    Raises:
        InputError: There is no such folder, or no form in it.
    """
    if not folder.is_dir():
        raise InputError([missing(folder, shorten(folder, 200))])
    paths = list(form_files(folder))
    if not paths:
        message = Text(zh="文件夹中没有任免审批表", en="there is no cadre form in this folder")
        raise InputError([Fault(message, shorten(folder, 200), allowed=", ".join(FORM_SUFFIXES))])
    return paths


def read_forms(paths: Iterable[tuple[Path, str]]) -> FormFolder:
    """Read forms, each by its path and the name that it is called by."""
    files: list[FormFile] = []
    faults: list[Fault] = []
    for path, name in paths:
        try:
            files.append(read_form(path, name))
        except InputError as error:
            faults.extend(error.faults)
    return FormFolder(tuple(files), tuple(faults))


@dataclass
class GivenPaths:
    """The paths of an import: forms with their names, other files, and what there is to say about them."""

    forms: list[tuple[Path, str]] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


_LOCK = "~$"
_LOCKED = Text(
    zh="是打开文件时的锁定文件，不是表格，未读入",
    en="marks a file that is open; it is no table and is not read",
)


def sort_paths(paths: Iterable[Path]) -> GivenPaths:
    """Sort paths into forms, those of folders included, and other files; photos are left out."""
    given = GivenPaths()
    photos = 0
    for path in paths:
        if path.name.startswith(_LOCK):
            given.remarks.append(Fault(_LOCKED, shorten(path.name, 100)))
            continue
        suffix = path.suffix.lower()
        if path.is_dir():
            _add_folder(path, given)
        elif suffix in FORM_SUFFIXES:
            given.forms.append((path, path.name))
        elif suffix == PHOTO_SUFFIX:
            photos += 1
        else:
            given.others.append(path)
    if photos:
        en = f"{photos} {'photo' if photos == 1 else 'photos'}, never read"
        given.remarks.append(Fault(Text(zh=f"{photos} 张照片，不读入", en=en), PHOTO_SUFFIX))
    return given


def _add_folder(folder: Path, given: GivenPaths) -> None:
    """Add the forms of a folder; a folder without forms is a fault, and other files in it are remarked on."""
    try:
        given.forms.extend((path, path.relative_to(folder).as_posix()) for path in forms_in(folder))
    except InputError as error:
        given.faults.extend(error.faults)
        return
    if others := other_files(folder):
        message = Text(
            zh="不是任免审批表的文件，未读入", en="holds files that are no forms, which are not read"
        )
        given.remarks.append(Fault(message, folder.name, found=shorten(", ".join(others), 200)))


def month_of(form: CadreForm) -> tuple[int, int] | None:
    """Return year and month of birth of a form; None if they are not certain."""
    return _month(read_date(form.text("ChuShengNianYue")).day)


def _month(day: date | None) -> tuple[int, int] | None:
    return (day.year, day.month) if day else None


def match_forms(
    wanted: Sequence[str], people: Mapping[str, Person], forms: Iterable[FormFile]
) -> tuple[dict[str, FormFile], list[MissingForm]]:
    """Return the form of each wanted person, and those of whom none is certain.

    A form is of a person if the names are the same, blanks aside, and the months of birth do not differ. If
    several people or several forms are left, nobody is chosen.

    Args:
        wanted: Ids of the people whose forms are wanted.
        people: All people of the scenario by id.
        forms: The forms.
    """
    by_name: dict[str, list[FormFile]] = {}
    for file in forms:
        by_name.setdefault(name_key(file.form.text("XingMing")), []).append(file)
    namesakes: dict[str, list[Person]] = {}
    for person in people.values():
        namesakes.setdefault(name_key(person.name or person.id), []).append(person)
    matched: dict[str, FormFile] = {}
    unmatched: list[MissingForm] = []
    for one in wanted:
        person = people[one]
        name = person.name or one
        found = _form_of(person, by_name.get(name_key(name), ()), namesakes[name_key(name)])
        if isinstance(found, Text):
            unmatched.append(MissingForm(one, name, found))
        else:
            matched[one] = found
    return matched, unmatched


def _form_of(person: Person, files: Sequence[FormFile], namesakes: Sequence[Person]) -> FormFile | Text:
    if not files:
        return NO_FORM
    fitting = [file for file in files if _fits(person, file)]
    if not fitting:
        names = ", ".join(file.form.label for file in files)
        return Text(
            zh=f"{names} 同名，但出生年月与人员表不同",
            en=f"{names} has the name, but another month of birth than the table of people",
        )
    if len(fitting) > 1:
        names = ", ".join(file.form.label for file in fitting)
        return Text(zh=f"有几份表都可能是其本人的：{names}", en=f"several forms may be theirs: {names}")
    others = [one.id for one in namesakes if one.id != person.id and _fits(one, fitting[0])]
    if others:
        label, ids = fitting[0].form.label, ", ".join(others)
        return Text(
            zh=f"{label} 也可能是同名的 {ids} 的；请在人员表和表中写明出生年月",
            en=f"{label} may be of the namesake {ids}, too; give months of birth in the table and the form",
        )
    return fitting[0]


NO_FORM = Text(zh="没有其任免审批表", en="has no form in the folder")


def _fits(person: Person, file: FormFile) -> bool:
    own, written = _month(person.born), month_of(file.form)
    return own is None or written is None or own == written
