"""Rule packs: YAML files of rules that extend one another, change or drop rules, and name exceptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.reading import YamlDocument, read_yaml, validate_yaml
from allocator.model.spec import Name, Strict
from allocator.model.text import Text
from allocator.rules.draft import Draft
from allocator.rules.kind import Rule, Several
from allocator.rules.registry import all_kinds
from allocator.rules.waivers import Waiver

#: Folders above a scenario in which ``rules/`` is looked for.
FOLDERS_UP = 3
#: Through how many steps packs may extend one another.
DEEPEST = 50


class Pack(Strict):
    """A pack as it is written.

    Attributes:
        pack: Its name; also the name of its file.
        title: What people call it.
        source: The document, regulation or paper that its rules come from.
        extends: Packs whose rules it takes over.
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
    """All rules and waivers of a scenario's packs, and the bytes that they were read from."""

    rules: dict[str, Rule] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    waivers: list[tuple[Waiver, Draft]] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Asker:
    """Where a pack is asked for by name: the file, and the line and key in it."""

    file: str = "scenario.yaml"
    row: int = 0
    column: str = "rules"


def read_rulebook(names: tuple[str, ...], folder: Path) -> Rulebook:
    """Read the named packs and those that they extend; what is wrong is kept beside the rules that are sound.

    Args:
        names: Packs by name (looked for beside the scenario and in ``rules/`` above it) or by path.
        folder: The scenario's folder.
    """
    reader = _Reader(folder)
    for name in names:
        for rule_id, draft in reader.read(name, (), Asker()).items():
            reader.add(rule_id, draft)
    for draft in reader.book.drafts.values():
        reader.validate(draft)
    return reader.book


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.book = Rulebook()
        self.faults = self.book.faults
        self._read: dict[Path, dict[str, Draft]] = {}

    def read(self, name: str, chain: tuple[str, ...], asker: Asker) -> dict[str, Draft]:
        """Return the rules of a pack by id, those of the packs that it extends first."""
        path = self._find(name, asker)
        if path is None:
            return {}
        if path.stem in chain:
            circle = " → ".join([*chain[chain.index(path.stem) :], path.stem])
            message = Text(zh="规则包循环继承", en="packs extend one another in a circle")
            self.faults.append(Fault(message, asker.file, asker.row, asker.column, found=circle))
            return {}
        if len(chain) == DEEPEST:
            message = Text(zh="规则包继承层次过多", en="packs extend one another through too many steps")
            allowed = f"≤ {DEEPEST}"
            self.faults.append(Fault(message, asker.file, asker.row, asker.column, allowed=allowed))
            return {}
        if path not in self._read:
            self._read[path] = self._rules_of(path, chain)
        return dict(self._read[path])

    def _rules_of(self, path: Path, chain: tuple[str, ...]) -> dict[str, Draft]:
        """Read a pack, once however many others extend it."""
        try:
            document = read_yaml(path, path.name)
            pack = validate_yaml(document, Pack, path.name)
        except InputError as error:
            self.faults.extend(error.faults)
            return {}
        self.book.contents[path.name] = document.content
        drafts: dict[str, Draft] = {}
        for k, base in enumerate(pack.extends):
            asker = Asker(path.name, document.line_of(("extends", k)), "extends")
            drafts.update(self.read(base, (*chain, path.stem), asker))
        self._apply(pack, document, drafts)
        return drafts

    def _apply(self, pack: Pack, document: YamlDocument, drafts: dict[str, Draft]) -> None:
        """Change, drop and add rules as the pack says."""
        for k, change in enumerate(pack.change):
            draft = Draft(change, document, ("change", k))
            if base := self._known(drafts, str(change.get("id", "")), draft):
                drafts[str(change["id"])] = replace(draft, fields={**base.fields, **change})
        for k, dropped in enumerate(pack.drop):
            if self._known(drafts, dropped, Draft({"id": dropped}, document, ("drop", k))):
                del drafts[dropped]
        for k, fields in enumerate(pack.rules):
            draft = Draft(fields, document, ("rules", k))
            rule_id = str(fields.get("id", f"rules.{k}"))
            if rule_id in drafts:
                self.faults.append(_twice(draft, drafts[rule_id]))
            drafts[rule_id] = draft
        for k, waiver in enumerate(pack.waive):
            self.book.waivers.append((waiver, Draft({"id": waiver.rule}, document, ("waive", k))))

    def _known(self, drafts: Mapping[str, Draft], rule_id: str, draft: Draft) -> Draft | None:
        if rule_id not in drafts:
            message = Text(
                zh="被继承的规则包中没有此规则", en="no pack that this one extends has such a rule"
            )
            self.faults.append(draft.fault(message, found=rule_id, nearest=nearest(rule_id, drafts)))
        return drafts.get(rule_id)

    def _find(self, name: str, asker: Asker) -> Path | None:
        candidates = list(_places(name, self.folder))
        for path in candidates:
            if path.is_file():
                return path
        known = sorted({p.stem for place in candidates for p in place.parent.glob("*.yaml")} - {"scenario"})
        message = Text(zh="找不到规则包", en="there is no such rule pack")
        fault = Fault(
            message, asker.file, asker.row, asker.column, found=shorten(name),
            allowed=", ".join(known[:30]), nearest=nearest(name, known),
        )  # fmt: skip
        self.faults.append(fault)
        return None

    def add(self, rule_id: str, draft: Draft) -> None:
        """Take a rule into the book; its id is unique in the scenario."""
        first = self.book.drafts.get(rule_id)
        if first is not None and first != draft:
            self.faults.append(_twice(draft, first))
        self.book.drafts[rule_id] = draft

    def validate(self, draft: Draft) -> None:
        """Check the rule's fields against its kind."""
        kinds, name = all_kinds(), draft.fields.get("kind")
        if not isinstance(name, str) or name not in kinds:
            message = Text(zh="没有此规则种类", en="there is no such rule kind")
            known = {"allowed": ", ".join(kinds), "nearest": nearest(str(name), kinds)}
            self.faults.append(draft.fault(message, "kind", found=str(name), **known))
            return
        try:
            rule = validate_yaml(_part(draft), kinds[name])
        except InputError as error:
            self.faults.extend(
                replace(fault, column=f"{draft.name}.{fault.column}".rstrip(".")) for fault in error.faults
            )
            return
        if not rule.is_hard and not rule.can_be_soft:
            message = Text(zh=f"{name} 只能是硬规则", en=f"{name} can only be hard")
            self.faults.append(draft.fault(message, "level", found=str(rule.level), allowed="hard"))
        self.book.rules[rule.id] = rule


def _places(name: str, folder: Path) -> Iterator[Path]:
    """Yield where a pack may be: a path as given, beside the scenario, or in ``rules/`` above it."""
    if name.endswith((".yaml", ".yml")):
        yield folder / name
        return
    above = [folder, *folder.resolve().parents][: FOLDERS_UP + 1]
    yield folder / f"{name}.yaml"
    yield from (parent / "rules" / f"{name}.yaml" for parent in above)


def _twice(draft: Draft, first: Draft) -> Fault:
    line = first.document.line_of(first.path) if first.document else 0
    label = first.document.label if first.document else ""
    message = Text(
        zh=f"规则编号重复（首见于 {label} 第 {line} 行）",
        en=f"a rule of this id already stands in {label}, line {line}",
    )
    return draft.fault(message, "id", found=str(draft.fields.get("id")))


def _part(draft: Draft) -> YamlDocument:
    """Return a rule as a document of its own, with the lines of the file that it stands in."""
    if draft.document is None:
        return YamlDocument("", dict(draft.fields), {}, b"")
    depth = len(draft.path)
    lines = {path[depth:]: line for path, line in draft.document.lines.items() if path[:depth] == draft.path}
    return YamlDocument(draft.document.label, dict(draft.fields), lines, draft.document.content)
