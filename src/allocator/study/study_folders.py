"""Options that solve folders of their own inside those of the scenarios, such as one for each mode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PureWindowsPath

from allocator.errors import Fault, InputError, shorten
from allocator.model.reading import YamlDocument
from allocator.model.reading.scenario_location import locate
from allocator.model.text import Text
from allocator.study.study_spec import SEED, StudyOption, StudySpec


def inner_folder(written: str, seed: int) -> str:
    """Return the folder of an option inside that of a scenario."""
    return written.replace(SEED, str(seed))


def folder_faults(spec: StudySpec, document: YamlDocument, scenarios: Mapping[str, Path]) -> Iterator[Fault]:
    """Yield one fault at most for each option whose folder is not inside a scenario, links followed."""
    for name, option in spec.options.items():
        if option.folder:
            found = next(_faults_of(spec, option, scenarios), None)
            if found is not None:
                where = ("options", name, "folder")
                place = (document.label_of(where), document.line_of(where), document.column_of(where))
                message, near, allowed = found
                yield Fault(message, *place, shorten(option.folder), allowed, near)


def _faults_of(
    spec: StudySpec, option: StudyOption, scenarios: Mapping[str, Path]
) -> Iterator[tuple[Text, str, str]]:
    """Yield what is wrong with an option's folder: message, nearest and allowed names."""
    for name, root in scenarios.items():
        home = root.resolve()
        for seed in option.seeds or spec.seeds:
            inside = inner_folder(option.folder, seed)
            place = root / inside
            if not _is_inside(inside, place, home):
                zh, en = "不在场景的文件夹中", "leads out of the folder of a scenario"
                yield Text(zh=zh, en=en), "", ""
                continue
            try:
                locate(place)
            except InputError as error:
                first = error.faults[0]
                zh = f"{first.message.zh}（场景 {name}，种子 {seed}）"
                en = f"{first.message.en} (in the scenario {name}, seed {seed})"
                near = Path(first.nearest).name
                yield Text(zh=zh, en=en), near, first.allowed


def _is_inside(written: str, place: Path, home: Path) -> bool:
    try:
        real = place.resolve()
    except (OSError, RuntimeError, ValueError):
        return False
    is_absolute = Path(written).is_absolute() or bool(PureWindowsPath(written).drive)
    return not is_absolute and real.is_relative_to(home)
