"""Rule packs: YAML files of rules that extend one another, change or drop rules, and name exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.reading import YamlDocument, read_yaml, validate_yaml
from allocator.model.reading.settings_sheets import SheetDocument
from allocator.model.spec import Name, Strict
from allocator.model.text import Text
from allocator.rules.kinds import all_kinds
from allocator.rules.rule import Rule, Several, Waiver


@dataclass(frozen=True)
class YamlEntry:
    """The YAML entry of a rule or a draw: its fields, and their place in the file."""

    fields: Mapping[str, Any]
    document: YamlDocument | None = None
    path: tuple[str | int, ...] = ()

    @property
    def name(self) -> str:
        """The id of the entry, or its path if it has none."""
        return shorten(self.fields.get("id") or ".".join(str(part) for part in self.path))

    def fault(self, message: Text, key: str = "", **details: Any) -> Fault:
        """Return a fault at a field of the entry; without a file and line if the entry is from no file."""
        column = f"{self.name}.{key}" if key else self.name
        if self.document is None:
            return Fault(message, column=column, **details)
        steps = (int(step) if step.isdecimal() else step for step in key.split("."))
        path = (*self.path, *steps) if key else self.path
        if isinstance(self.document, SheetDocument):
            column = self.document.column_of(path)
        label = self.document.label_of(path)
        return Fault(message, label, self.document.line_of(path), column, **details)


#: Folder of ``scenarios`` and ``rules`` in an installed package; a checkout has both in its root folder.
INSTALLED = "bundled"
#: The folder that stands for packs inside a workbook.
_GIVEN = Path("<workbook>")
#: The number of folders above a scenario in which ``rules/`` is searched.
FOLDERS_UP = 3
#: The greatest length of a chain of packs that extend one another.
DEEPEST = 50


class Pack(Strict):
    """A rule pack as its YAML file has it.

    Attributes:
        pack: Its name; also the name of its file.
        title: Its title for people.
        source: The document, regulation or paper that its rules come from.
        extends: Packs whose rules it inherits.
        rules: Its own rules.
        change: Rules of the packs it extends, by id, with the fields that differ.
        drop: Ids of rules of those packs that it leaves out.
        waive: Named exceptions.
    """

    pack: Name
    title: Text = Text()
    source: str = ""
    about: Text = Text()
    extends: Several = ()
    rules: tuple[Mapping[str, Any], ...] = ()
    change: tuple[Mapping[str, Any], ...] = ()
    drop: Several = ()
    waive: tuple[Waiver, ...] = ()


@dataclass
class Rulebook:
    """All rules and waivers of a scenario's packs, the packs by file, and the bytes they were read from."""

    rules: dict[str, Rule] = field(default_factory=dict)
    entries: dict[str, YamlEntry] = field(default_factory=dict)
    waivers: list[tuple[Waiver, YamlEntry]] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    packs: dict[str, Pack] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class ImportSite:
    """The place that names a pack: the file, and the line and key in it."""

    file: str = "scenario.yaml"
    row: int = 0
    column: str = "rules"


def read_rulebook(
    names: Iterable[str], folder: Path, given: Mapping[str, YamlDocument] | None = None
) -> Rulebook:
    """Read the named packs and the packs that they extend; the rulebook collects the faults.

    Args:
        names: Packs by name (looked for beside the scenario and in ``rules/`` above it) or by path.
        folder: The scenario's folder.
        given: The documents of packs that a workbook holds, by file name; then the packs that come with the
            program are found from any folder.
    """
    reader = _PackReader(folder, given)
    for name in names:
        for rule_id, entry in reader.read(name, (), ImportSite()).items():
            reader.add(rule_id, entry)
    reader.leave_out_lapsed_waivers()
    for entry in reader.book.entries.values():
        reader.validate(entry)
    return reader.book


class _PackReader:
    def __init__(self, folder: Path, given: Mapping[str, YamlDocument] | None) -> None:
        self.folder = folder
        self._given = given or {}
        self._bundled = None if given is None else bundled_home() / "rules"
        self.book = Rulebook()
        self.faults = self.book.faults
        self._read: dict[Path, dict[str, YamlEntry]] = {}
        self._dropped: set[str] = set()

    def read(self, name: str, chain: tuple[str, ...], site: ImportSite) -> dict[str, YamlEntry]:
        """Return the rules of a pack by id, the rules of the packs that it extends first."""
        path = self._find(name, site)
        if path is None:
            return {}
        if path.stem in chain:
            circle = " → ".join([*chain[chain.index(path.stem) :], path.stem])
            message = Text(zh="规则包循环继承", en="packs extend one another in a circle")
            self.faults.append(Fault(message, site.file, site.row, site.column, found=circle))
            return {}
        if len(chain) == DEEPEST:
            message = Text(zh="规则包继承层次过多", en="packs extend one another through too many steps")
            allowed = f"≤ {DEEPEST}"
            self.faults.append(Fault(message, site.file, site.row, site.column, allowed=allowed))
            return {}
        if path not in self._read:
            self._read[path] = self._rules_of(path, chain)
        return dict(self._read[path])

    def _rules_of(self, path: Path, chain: tuple[str, ...]) -> dict[str, YamlEntry]:
        """Return the rules of a pack from its file; ``read`` caches them."""
        try:
            document = self._given[path.name] if self._is_given(path) else read_yaml(path, path.name)
            pack = validate_yaml(document, Pack, "" if self._is_given(path) else path.name)
        except InputError as error:
            self.faults.extend(error.faults)
            return {}
        self.book.contents[path.name] = document.content
        self.book.packs[path.name] = pack
        entries: dict[str, YamlEntry] = {}
        for k, base in enumerate(pack.extends):
            site = ImportSite(path.name, document.line_of(("extends", k)), "extends")
            entries.update(self.read(base, (*chain, path.stem), site))
        self._apply(pack, document, entries)
        return entries

    def _apply(self, pack: Pack, document: YamlDocument, entries: dict[str, YamlEntry]) -> None:
        """Apply the changes, drops, rules and waivers of a pack to the rules that it inherits."""
        for k, change in enumerate(pack.change):
            entry = YamlEntry(change, document, ("change", k))
            if base := self._known(entries, str(change.get("id", "")), entry):
                entries[str(change["id"])] = replace(entry, fields={**base.fields, **change})
        for k, dropped in enumerate(pack.drop):
            if self._known(entries, dropped, YamlEntry({"id": dropped}, document, ("drop", k))):
                del entries[dropped]
                self._dropped.add(dropped)
        for k, fields in enumerate(pack.rules):
            entry = YamlEntry(fields, document, ("rules", k))
            rule_id = str(fields.get("id", f"rules.{k}"))
            if rule_id in entries:
                self.faults.append(_twice(entry, entries[rule_id]))
            entries[rule_id] = entry
        for k, waiver in enumerate(pack.waive):
            self.book.waivers.append((waiver, YamlEntry({"id": waiver.rule}, document, ("waive", k))))

    def _known(self, entries: Mapping[str, YamlEntry], rule_id: str, entry: YamlEntry) -> YamlEntry | None:
        if rule_id not in entries:
            message = Text(
                zh="被继承的规则包中没有此规则", en="no pack that this one extends has such a rule"
            )
            self.faults.append(entry.fault(message, found=rule_id, nearest=nearest(rule_id, entries)))
        return entries.get(rule_id)

    def _is_given(self, path: Path) -> bool:
        return path.parent == _GIVEN and path.name in self._given

    def _find(self, name: str, site: ImportSite) -> Path | None:
        if pack_file(name) in self._given:
            return _GIVEN / pack_file(name)
        candidates = list(_places(name, self.folder))
        if self._bundled is not None:
            candidates.append(self._bundled / f"{Path(name).name}.yaml")
        for path in candidates:
            if path.is_file():
                return path
        known = sorted({p.stem for place in candidates for p in place.parent.glob("*.yaml")} - {"scenario"})
        message = Text(zh="找不到规则包", en="there is no such rule pack")
        fault = Fault(
            message, site.file, site.row, site.column, found=shorten(name),
            allowed=", ".join(known[:30]), nearest=nearest(name, known),
        )  # fmt: skip
        self.faults.append(fault)
        return None

    def add(self, rule_id: str, entry: YamlEntry) -> None:
        """Add a rule to the book; its id must be unique in the scenario."""
        first = self.book.entries.get(rule_id)
        if first is not None and first != entry:
            self.faults.append(_twice(entry, first))
        self.book.entries[rule_id] = entry

    def leave_out_lapsed_waivers(self) -> None:
        """Leave out the exceptions from rules that a pack drops, and that no other pack keeps."""
        lapsed = self._dropped - self.book.entries.keys()
        self.book.waivers = [one for one in self.book.waivers if one[0].rule not in lapsed]

    def validate(self, entry: YamlEntry) -> None:
        """Check the rule's fields against its kind."""
        kinds, name = all_kinds(), entry.fields.get("kind")
        if not isinstance(name, str) or name not in kinds:
            message = Text(zh="没有此规则种类", en="there is no such rule kind")
            known = {"allowed": ", ".join(kinds), "nearest": nearest(str(name), kinds)}
            self.faults.append(entry.fault(message, "kind", found=str(name), **known))
            return
        try:
            rule = validate_yaml(_part(entry), kinds[name])
        except InputError as error:
            on_sheet = isinstance(entry.document, SheetDocument)
            self.faults.extend(
                fault if on_sheet else replace(fault, column=f"{entry.name}.{fault.column}".rstrip("."))
                for fault in error.faults
            )
            return
        if not rule.is_hard and not rule.can_be_soft:
            message = Text(zh=f"{name} 只能是硬规则", en=f"{name} can only be hard")
            self.faults.append(entry.fault(message, "level", found=str(rule.level), allowed="hard"))
        self.book.rules[rule.id] = rule


def pack_file(name: str) -> str:
    """Return the file name of a pack by its name or path."""
    return Path(name).name if name.endswith((".yaml", ".yml")) else f"{name}.yaml"


def bundled_home() -> Path:
    """Return the folder that contains the ``scenarios`` and ``rules`` of the program."""
    package = Path(__file__).resolve().parents[1]
    installed = package / INSTALLED
    return installed if installed.is_dir() else package.parents[1]


def _places(name: str, folder: Path) -> Iterator[Path]:
    """Yield the possible files of a pack: the path as given, beside the scenario, in ``rules/`` above it."""
    if name.endswith((".yaml", ".yml")):
        yield folder / name
        return
    above = [folder, *folder.resolve().parents][: FOLDERS_UP + 1]
    yield folder / f"{name}.yaml"
    yield from (parent / "rules" / f"{name}.yaml" for parent in above)


def _twice(entry: YamlEntry, first: YamlEntry) -> Fault:
    line = first.document.line_of(first.path) if first.document else 0
    label = first.document.label if first.document else ""
    message = Text(
        zh=f"规则编号重复（首见于 {label} 第 {line} 行）",
        en=f"a rule of this id already stands in {label}, line {line}",
    )
    return entry.fault(message, "id", found=str(entry.fields.get("id")))


def _part(entry: YamlEntry) -> YamlDocument:
    """Return a rule as a document of its own, with its line numbers in the file of the pack."""
    if entry.document is None:
        return YamlDocument("", dict(entry.fields), {}, b"")
    depth = len(entry.path)
    lines = {path[depth:]: line for path, line in entry.document.lines.items() if path[:depth] == entry.path}
    document = entry.document
    if isinstance(document, SheetDocument):
        columns = {path[depth:]: one for path, one in document.columns.items() if path[:depth] == entry.path}
        return SheetDocument(document.label, dict(entry.fields), lines, document.content, columns=columns)
    return YamlDocument(document.label, dict(entry.fields), lines, document.content)
