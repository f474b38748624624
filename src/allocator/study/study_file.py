"""Reads a study file strictly: all faults at once, and no path out of its folder and scenarios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.notation import listed
from allocator.model.reading import YamlDocument, read_yaml, validate_yaml
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.files import missing
from allocator.model.reading.scenario_location import SCORES, locate
from allocator.model.reading.yaml_file import KeyPath
from allocator.model.tables import TABLES
from allocator.model.text import Text
from allocator.rules.packs import bundled_home
from allocator.study.figure_faults import figure_faults
from allocator.study.scenario_facts import ScenarioFacts, read_facts
from allocator.study.study_folders import folder_faults, inner_folder
from allocator.study.study_spec import MOST_CELLS, StudyOption, StudySpec


@dataclass(frozen=True)
class Study:
    """A study that was read.

    Attributes:
        file: The study file.
        spec: Its content.
        scenarios: The folder or workbook of each scenario, by its name in the study.
        document: The parsed file, for the places of faults.
        facts: What is known of the scenarios; None without a table.
    """

    file: Path
    spec: StudySpec
    scenarios: Mapping[str, Path]
    document: YamlDocument
    facts: ScenarioFacts | None = None

    @property
    def folder(self) -> Path:
        """The folder of the study file."""
        return self.file.parent

    def table_files(self, option: StudyOption) -> Mapping[str, Path]:
        """Return the file that an option puts in place of each table."""
        return {name: self.folder / path for name, path in option.tables.items()}

    def place(self, scenario: str, option: str, seed: int) -> Path:
        """Return the folder or workbook that an option solves."""
        root, inside = self.scenarios[scenario], self.spec.all_options[option].folder
        return root / inner_folder(inside, seed) if inside else root

    def places(self, scenario: str) -> dict[Path, dict[str, tuple[int, ...]]]:
        """Return the options, with the seeds, that solve each folder or workbook of a scenario."""
        found: dict[Path, dict[str, tuple[int, ...]]] = {}
        for name, option in self.spec.all_options.items():
            for seed in option.seeds or self.spec.seeds:
                options = found.setdefault(self.place(scenario, name, seed), {})
                options[name] = (*options.get(name, ()), seed)
        return found


def read_study(path: Path | str) -> Study:
    """Read a study file.

    Raises:
        InputError: With every fault of the file, of the paths in it, and of its size.
    """
    file = Path(path)
    document = read_yaml(file, file.name)
    faults = FaultList()
    spec: StudySpec | None = None
    try:
        spec = validate_yaml(document, StudySpec)
    except InputError as error:
        faults.extend(error.faults)
    places = _PathChecks(document, file.parent)
    scenarios = _names(places.scenarios())
    homes = scenarios.values()
    places.tables(homes)
    table = places.facts(homes)
    faults.extend(places.faults)
    facts = None
    if spec is not None:
        faults.extend(_too_many(spec, document))
        faults.extend(figure_faults(spec, document))
        faults.extend(folder_faults(spec, document, scenarios))
        if spec.facts is not None and table is not None:
            facts = read_facts(spec.facts, table, scenarios, document, faults)
    faults.raise_if_any()
    assert spec is not None
    return Study(file, spec, scenarios, document, facts)


def _names(places: Mapping[str, Path]) -> dict[str, Path]:
    """Return the scenarios by name: the last part of the path, or all of it where two end alike."""
    last = {written: Path(written.replace("\\", "/")).name.removesuffix(".xlsx") for written in places}
    count = Counter(last.values())
    named = {}
    for written, place in places.items():
        short = last[written]
        is_clear = count[short] == 1 and short not in ("", ".", "..")
        named[short if is_clear else _as_one_word(written)] = place
    return named


def _as_one_word(path: str) -> str:
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "+".join(parts) or "scenario"


class _PathChecks:
    """Checks the paths of a study on its plain data, which may have other faults."""

    def __init__(self, document: YamlDocument, folder: Path) -> None:
        self._document, self._folder = document, folder
        self._data: Mapping[Any, Any] = document.data if isinstance(document.data, dict) else {}
        options = [one for _, one in _entries(self._data.get("options"))]
        self._all_inside = bool(options) and all(
            isinstance(one, dict) and one.get("folder") for one in options
        )
        self.faults: list[Fault] = []

    def scenarios(self) -> dict[str, Path]:
        """Return the place of each scenario by its path as written."""
        written = self._data.get("scenarios")
        found: dict[str, Path] = {}
        for k, one in enumerate([written] if isinstance(written, str) else _items(written)):
            if not isinstance(one, str):
                continue
            where = ("scenarios", k) if isinstance(written, list) else ("scenarios",)
            if one in found:
                self._fault(where, Text(zh="场景写了两次", en="names a scenario twice"), one)
                continue
            place = self._scenario(one, where)
            if place is not None:
                found[one] = place
        return found

    def _scenario(self, written: str, where: KeyPath) -> Path | None:
        if _is_absolute(written):
            message = Text(zh="须为相对于本文件的路径", en="must be a path from the folder of this file")
            self._fault(where, message, written)
            return None
        place = self._folder / written
        bundled = bundled_home() / "scenarios" / written
        if not _exists(place) and "/" not in written and _exists(bundled / "scenario.yaml"):
            return bundled
        if self._all_inside and _exists(place) and place.is_dir():
            return place
        try:
            locate(place)
        except InputError as error:
            first = error.faults[0]
            near = nearest(written, _near_scenarios(place)) or Path(first.nearest).name
            self._fault(where, first.message, written, nearest=near, allowed=first.allowed)
            return None
        return place

    def tables(self, scenarios: Iterable[Path]) -> None:
        """Check the files that options put in place of tables."""
        homes = [self._folder.resolve(), *(_home(place) for place in scenarios)]
        for name, option in _entries(self._data.get("options")):
            for table, written in _entries(option.get("tables") if isinstance(option, dict) else None):
                where = ("options", name, "tables", table)
                if not _is_table(str(table)):
                    message = Text(zh="没有这个表", en="is no table of a scenario")
                    names = [f"{one}.csv" for one in TABLES]
                    close = nearest(str(table), names)
                    self._fault(where, message, str(table), allowed=listed(names), nearest=close)
                elif isinstance(written, str):
                    self._table(written, where, homes)
            overridden = option.get("scenario") if isinstance(option, dict) else None
            packs = overridden.get("rules") if isinstance(overridden, dict) else None
            for k, pack in enumerate(_items(packs)):
                if isinstance(pack, str) and pack.endswith((".yaml", ".yml")):
                    self._inside(pack, ("options", name, "scenario", "rules", k), homes)

    def facts(self, scenarios: Iterable[Path]) -> Path | None:
        """Return the table of what is known of the scenarios, if it is there."""
        facts = self._data.get("facts")
        written = facts.get("table") if isinstance(facts, dict) else None
        if not isinstance(written, str):
            return None
        homes = [self._folder.resolve(), *(_home(place) for place in scenarios)]
        before = len(self.faults)
        self._table(written, ("facts", "table"), homes)
        return self._folder / written if len(self.faults) == before else None

    def _table(self, written: str, where: KeyPath, homes: list[Path]) -> None:
        path = self._inside(written, where, homes)
        if path is None:
            return
        if not _exists(path):
            fault = missing(path, written)
            near = Path(fault.nearest).name if fault.nearest else ""
            self._fault(where, fault.message, written, nearest=near)
        elif not path.is_file():
            self._fault(where, Text(zh="不是普通文件", en="is not a regular file"), written)

    def _inside(self, written: str, where: KeyPath, homes: list[Path]) -> Path | None:
        """Return a path if it stays in the study's folder or in that of a scenario, links followed."""
        path = self._folder / written
        try:
            real = path.resolve()
        except (OSError, RuntimeError, ValueError):
            real = Path()
        if _is_absolute(written) or not any(real.is_relative_to(home) for home in homes):
            message = Text(
                zh="不在本研究的文件夹或其场景中",
                en="leads out of the folder of the study and of its scenarios",
            )
            self._fault(where, message, written)
            return None
        return path

    def _fault(self, where: KeyPath, message: Text, found: str, **details: Any) -> None:
        document = self._document
        place = (document.label_of(where), document.line_of(where), document.column_of(where))
        self.faults.append(Fault(message, *place, shorten(found), **details))


def _items(value: Any) -> list[Any]:
    return value[:2_000] if isinstance(value, list) else []


def _entries(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()


def _is_absolute(path: str) -> bool:
    return Path(path).is_absolute() or bool(PureWindowsPath(path).drive)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _is_table(name: str) -> bool:
    stem, _, suffix = name.rpartition(".")
    is_plain = Path(name).name == name and name.isprintable()
    return is_plain and suffix == "csv" and (stem in TABLES or (stem.startswith(SCORES) and stem != SCORES))


def _home(place: Path) -> Path:
    real = place.resolve()
    return real if real.is_dir() else real.parent


def _near_scenarios(place: Path) -> list[str]:
    """Return the paths, as a study writes them, of scenarios beside one that is not there."""
    try:
        return sorted(one.parent.name for one in place.parent.glob("*/scenario.yaml"))[:2_000]
    except (OSError, ValueError):
        return []


def _too_many(spec: StudySpec, document: YamlDocument) -> Iterator[Fault]:
    each = sum(
        len(option.seeds or spec.seeds) * len(option.limits or spec.limits)
        for option in spec.all_options.values()
    )
    count = len(spec.scenarios) * each
    if count > MOST_CELLS:
        message = Text(zh="求解次数过多", en="comes to too many cells")
        line = document.line_of(("scenarios",))
        yield Fault(message, document.label, line, "scenarios", str(count), f"≤ {MOST_CELLS}")
