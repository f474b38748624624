"""Variants: the files of a scenario with an option applied, as a folder that every command can read."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from allocator.errors import InputError
from allocator.model.notation import scenario_words
from allocator.model.plan import HARD
from allocator.model.reading import YamlDocument, load_scenario, read_spec, read_yaml, scenario_digest
from allocator.model.reading.files import TABLE_BYTES, read_bytes, unwritable_fault
from allocator.model.reading.scenario_location import SCENARIO_FILE, Location, locate
from allocator.model.reading.scenario_sources import WorkbookSource, open_source
from allocator.model.reading.yaml_file import parse_yaml, plain_value
from allocator.rules.packs import Rulebook, read_rulebook
from allocator.rules.rule_sheets import scenario_rulebook
from allocator.study.figure_levels import NO_FIGURES, FigureLevels
from allocator.study.study_spec import StudyOption

#: The pack that holds the changes of an option, and that with the rules of the study's figures.
OPTION_PACK, FIGURE_PACK = "study-option", "study-figures"


@dataclass(frozen=True)
class Variant:
    """A scenario with an option applied.

    Attributes:
        files: The content of each file by name.
        entry: The workbook to load; empty to load the folder.
    """

    files: Mapping[str, bytes]
    entry: str = ""

    @cached_property
    def sha256(self) -> str:
        """Digest of all files."""
        return scenario_digest(sorted(self.files.items()))


@dataclass(frozen=True)
class SourceFiles:
    """What is read of a scenario to make its variants.

    Attributes:
        location: Where it is.
        tables: The content of each table by file name.
        document: Its ``scenario.yaml``; None where it cannot be read.
        book: Its rules; with faults where it has any.
        raw: All files as they are.
    """

    location: Location
    tables: Mapping[str, bytes]
    document: YamlDocument | None
    book: Rulebook
    raw: Mapping[str, bytes] = field(repr=False)

    @property
    def can_be_varied(self) -> bool:
        """Whether settings and rules can be read, so that an option can be applied."""
        return self.document is not None and not self.book.faults

    @property
    def settings(self) -> dict[Any, Any]:
        """The settings as plain data; empty where they cannot be read."""
        data = self.document.data if self.document is not None else None
        return data if isinstance(data, dict) else {}


def read_source(place: Path) -> SourceFiles:
    """Read the files of a scenario, be they sound or not.

    Raises:
        InputError: There is no scenario at ``place``, or a file cannot be read.
    """
    location = locate(place)
    if location.workbook is not None:
        return _read_workbook(location)
    names = [f"{table}.csv" for table in (*location.tables, *location.scores)]
    tables = {name: read_bytes(location.folder / name, name, TABLE_BYTES) for name in names}
    try:
        document = read_yaml(location.folder / SCENARIO_FILE, SCENARIO_FILE)
    except InputError:
        text = {name: _content(location.folder / name) for name in location.names if name == SCENARIO_FILE}
        return SourceFiles(location, tables, None, Rulebook(), {**text, **tables})
    data = document.data if isinstance(document.data, dict) else {}
    book = read_rulebook(_texts(data.get("rules")), location.folder)
    raw = {SCENARIO_FILE: document.content, **tables, **book.contents}
    return SourceFiles(location, tables, document, book, raw)


def _read_workbook(location: Location) -> SourceFiles:
    """Return the folder for which a workbook stands; else the workbook as it is, with the packs it names."""
    book = location.workbook
    assert book is not None
    folder = _folder_of(location, book)
    if folder is not None:
        return folder
    spec = read_spec(book)
    packs = read_rulebook(spec.spec.rules, spec.folder).contents if spec is not None else {}
    beside = {SCENARIO_FILE: location.folder / SCENARIO_FILE}
    texts = {name: _content(path) for name, path in beside.items() if name in location.names}
    raw = {book.name: _content(book), **texts, **packs}
    return SourceFiles(location, {}, None, Rulebook(), raw)


def _folder_of(location: Location, book: Path) -> SourceFiles | None:
    """Return the files of the folder for which a workbook stands; None with faults, or if there is none."""
    try:
        scenario = load_scenario(book)
        source = open_source(location)
    except InputError:
        return None
    rules = scenario_rulebook(scenario)
    if not isinstance(source, WorkbookSource) or not source.stands_for_folder or rules.faults:
        return None
    source.take_words(scenario.spec.columns, scenario_words(scenario.spec))
    texts = [source.read(table) for table in (*source.tables, *source.scores)]
    tables = {text.digest_name: text.content for text in texts}
    settings = source.document().content
    raw = {SCENARIO_FILE: settings, **tables}
    digests = {name: sha256(content).hexdigest() for name, content in raw.items()}
    if digests != dict(scenario.files):
        return None
    document = parse_yaml(settings, SCENARIO_FILE)
    return SourceFiles(replace(location, workbook=None), tables, document, rules, {**raw, **rules.contents})


def _content(path: Path) -> bytes:
    return read_bytes(path, path.name, TABLE_BYTES)


def _texts(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    return [str(one) for one in items if isinstance(one, str | int)]


def make_variant(
    source: SourceFiles,
    option: StudyOption,
    tables: Mapping[str, Path],
    *,
    own_rules: bool = False,
    figures: FigureLevels = NO_FIGURES,
) -> Variant:
    """Apply an option to a scenario; one that cannot be read stays as it is, for the reader to refuse.

    Args:
        source: The scenario.
        option: The option.
        tables: The file in place of each table that the option replaces.
        own_rules: Whether the rules stay those of the scenario, so that plans of all options can be compared.
        figures: The study's figures, whose rules are put above the levels of the scenario.

    Raises:
        InputError: A file cannot be read.
    """
    if source.location.workbook is not None:
        return Variant(source.raw, source.location.workbook.name)
    if not source.can_be_varied:
        return Variant(source.raw)
    assert source.document is not None
    data, packs = varied_settings(source, option), dict(source.book.contents)
    if "rules" in option.scenario:
        packs = dict(read_rulebook(_texts(data.get("rules")), source.location.folder).contents)
    names = [Path(name).name for name in _texts(data.get("rules"))]
    if option.changes_rules and not own_rules:
        packs[f"{OPTION_PACK}.yaml"] = yaml_text(option_pack(option, names)).encode()
        names = [OPTION_PACK]
    if figures.levels and not own_rules:
        documents = {name: parse_yaml(content, name) for name, content in packs.items()}
        book = read_rulebook(names, source.location.folder, documents)
        packs[f"{FIGURE_PACK}.yaml"] = yaml_text(figure_pack(figures, book, names)).encode()
        names, data = [FIGURE_PACK], {**data, "levels": _titled_levels(data.get("levels"), figures)}
    if names != _texts(data.get("rules")):
        data = {**data, "rules": names}
    same = data == source.settings
    settings = source.document.content if same else yaml_text(data).encode()
    replaced = {name: _content(path) for name, path in tables.items()}
    return Variant({SCENARIO_FILE: settings, **source.tables, **replaced, **packs})


def varied_settings(source: SourceFiles, option: StudyOption) -> dict[Any, Any]:
    """Return the settings of a scenario with those of an option."""
    changed = merged(source.settings, option.scenario)
    assert isinstance(changed, dict)
    return changed


def merged(base: Any, change: Any) -> Any:
    """Return plain data with another's values: mappings key by key, null removes a key."""
    if not isinstance(base, dict) or not isinstance(change, Mapping):
        return change
    result = dict(base)
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(base[key], value) if key in base else value
    return result


def option_pack(option: StudyOption, bases: Iterable[str]) -> dict[str, Any]:
    """Return the pack that changes, drops and adds the rules of an option."""
    weights = [{"id": rule, "weight": weight} for rule, weight in option.weights.items()]
    parts = {
        "change": [*map(dict, option.change), *weights],
        "drop": list(option.drop),
        "rules": list(map(dict, option.add)),
    }
    return {"pack": OPTION_PACK, "extends": list(bases), **{key: one for key, one in parts.items() if one}}


def figure_pack(figures: FigureLevels, book: Rulebook, bases: Iterable[str]) -> dict[str, Any]:
    """Return the pack that puts the rules of figures above all levels of a rulebook."""
    moved = [
        {"id": rule.id, "level": rule.level + len(figures.levels)}
        for rule in book.rules.values()
        if rule.level != HARD
    ]
    rules = [dict(part.fields) for level in figures.levels for part in level.rules]
    parts = {"change": moved, "rules": rules}
    return {"pack": FIGURE_PACK, "extends": list(bases), **{key: one for key, one in parts.items() if one}}


def _titled_levels(levels: Any, figures: FigureLevels) -> dict[Any, Any]:
    """Return the titles of levels with those of the figures above them."""
    own = levels if isinstance(levels, dict) else {}
    moved = {
        level + len(figures.levels) if isinstance(level, int) else level: title
        for level, title in own.items()
    }
    return {**{level: title.model_dump() for level, title in figures.titles.items()}, **moved}


class _Dumper(yaml.SafeDumper):
    """Writes texts so that the strict reader reads texts again."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if isinstance(plain_value(text), str) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def yaml_text(data: Any) -> str:
    """Return plain data as YAML."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6)


def write_variant(variant: Variant, folder: Path) -> None:
    """Write the files of a variant into a folder of their own, once; all of them or none.

    Raises:
        InputError: They cannot be written.
    """
    if folder.is_dir():
        return
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        begun = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".begun-"))
        try:
            for name, content in variant.files.items():
                (begun / name).write_bytes(content)
            begun.chmod(0o755)
            os.replace(begun, folder)
        except BaseException:
            shutil.rmtree(begun, ignore_errors=True)
            raise
    except OSError as error:
        if not folder.is_dir():  # another run may have written it at the same time
            raise InputError([unwritable_fault(error, folder)]) from None
