"""Faults of the options of a study, found before anything is solved, at their places in the study file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from allocator.errors import Fault, InputError, nearest
from allocator.model.reading import YamlDocument, validate_yaml
from allocator.model.reading.scenario_location import SCENARIO_FILE
from allocator.model.reading.spec_consistency import check_agreement
from allocator.model.reading.yaml_file import KeyPath, parse_yaml
from allocator.model.spec import ScenarioSpec
from allocator.model.text import Text
from allocator.rules.packs import Rulebook, read_rulebook
from allocator.study.figure_levels import RulePart, figure_levels
from allocator.study.study_file import Study
from allocator.study.study_spec import StudyOption, StudySpec
from allocator.study.variants import (
    OPTION_PACK,
    SourceFiles,
    option_pack,
    varied_settings,
    yaml_text,
)


class StudyFaults:
    """The faults of all options in all scenarios, each fault once.

    A scenario that has faults of its own is left out: its cells have them as their result.

    Args:
        study: The study.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._found: dict[object, Fault] = {}
        self._known: dict[str, None] = {}
        self._all_readable = True

    def look(self, name: str, source: SourceFiles, options: Iterable[str]) -> None:
        """Look for the faults of options in one scenario."""
        self._all_readable = self._all_readable and source.can_be_varied
        self._known.update(dict.fromkeys(source.book.rules))
        several = len(self._study.scenarios) > 1
        for option in options:
            for fault in OptionChecks(self._study, option, source).faults():
                key = (fault.row, fault.column, fault.message, fault.found)
                self._found.setdefault(key, _in_scenario(fault, name) if several else fault)

    @property
    def any(self) -> bool:
        """Whether an option has a fault."""
        return bool(self._found)

    def found(self) -> list[Fault]:
        """Return all faults, those of criteria last."""
        criteria = _criterion_faults(self._study, list(self._known)) if self._all_readable else ()
        return [*self._found.values(), *criteria]


def _in_scenario(fault: Fault, scenario: str) -> Fault:
    message = Text(
        zh=f"{fault.message.zh}（场景 {scenario}）", en=f"{fault.message.en} (in the scenario {scenario})"
    )
    return replace(fault, message=message)


def _criterion_faults(study: Study, known: Sequence[str]) -> Iterator[Fault]:
    """Yield a fault for each criterion whose rule no scenario has."""
    for k, criterion in enumerate(study.spec.criteria):
        if criterion.rule is not None and criterion.rule not in known:
            message = Text(zh="没有此规则", en="there is no such rule")
            yield _fault(study.document, ("criteria", k, "rule"), message, criterion.rule, known)


def _fault(
    document: YamlDocument, where: KeyPath, message: Text, found: str | None, known: Sequence[str] = ()
) -> Fault:
    near = nearest(found or "", known)
    place = (document.label_of(where), document.line_of(where), document.column_of(where))
    return Fault(message, *place, found, ", ".join(known[:30]), near)


class OptionChecks:
    """The checks of one option in one scenario.

    Args:
        study: The study.
        name: The name of the option.
        source: The files of the scenario.
    """

    def __init__(self, study: Study, name: str, source: SourceFiles) -> None:
        self._document = study.document
        self._name, self._source = name, source
        self._option: StudyOption = study.spec.all_options[name]
        self._spec = study.spec

    def faults(self) -> list[Fault]:
        """Return the faults of the option; none where the scenario itself has faults."""
        if self._source.location.workbook is not None and self._option.changes_anything:
            message = Text(
                zh="此工作簿有误或没有设置表，只能照原样求解；要改规则、表格或设置，请先改正（check）或用文件夹场景",
                en="this workbook has faults or no sheet of settings, and is solved as it is; to vary rules, "
                "tables or settings, mend it (see check) or use a folder",
            )
            return [_fault(self._document, ("options", self._name), message, None)]
        if not self._source.can_be_varied or not self._option.changes_anything:
            return []
        faults = list(self._settings_faults())
        return faults or list(self._rule_faults())

    def _settings_faults(self) -> Iterator[Fault]:
        """Yield the faults that the option's settings cause."""
        if not self._option.scenario:
            return
        assert self._source.document is not None
        try:
            validate_yaml(self._source.document, ScenarioSpec)
        except InputError:
            return
        text = yaml_text(varied_settings(self._source, self._option))
        document = parse_yaml(text.encode(), SCENARIO_FILE)
        try:
            found: Iterable[Fault] = list(check_agreement(document, validate_yaml(document, ScenarioSpec)))
        except InputError as error:
            found = error.faults
        for fault in found:
            path = ("options", self._name, "scenario", *_path(fault.column))
            yield self._at(fault, path)

    def _rule_faults(self) -> Iterator[Fault]:
        """Yield the faults that the option's rules cause."""
        if not (self._option.changes_rules or "rules" in self._option.scenario):
            return
        settings = varied_settings(self._source, self._option)
        names = [str(name) for name in settings.get("rules") or ()]
        folder = self._source.location.folder
        book = read_rulebook(names, folder) if "rules" in self._option.scenario else self._source.book
        unknown = {} if book.faults else dict(self._unknown_rules(book))
        if not book.faults and self._option.changes_rules:
            book = self._book_of_option(book)
        yield from unknown.values()
        for fault in book.faults:
            if fault.found not in unknown:
                yield self._placed(fault)

    def _unknown_rules(self, book: Rulebook) -> Iterator[tuple[str, Fault]]:
        """Yield the id and the fault of each rule to change or drop that the scenario lacks."""
        message = Text(zh="场景中没有此规则", en="the scenario has no such rule")
        begin, option = ("options", self._name), self._option
        places: list[tuple[str, KeyPath]] = [
            *((_id(one), (*begin, "change", k, "id")) for k, one in enumerate(option.change)),
            *((rule, (*begin, "weights", rule)) for rule in option.weights),
            *((rule, (*begin, "drop", k)) for k, rule in enumerate(option.drop)),
        ]
        for rule, path in places:
            if rule not in book.rules:
                yield rule, _fault(self._document, path, message, rule, list(book.rules))

    def _book_of_option(self, book: Rulebook) -> Rulebook:
        given = {name: parse_yaml(content, name) for name, content in book.contents.items()}
        settings = varied_settings(self._source, self._option)
        names = [str(name).rpartition("/")[2] for name in settings.get("rules") or ()]
        data = option_pack(self._option, names)
        label, content = self._document.label, self._document.content
        pack = YamlDocument(label, data, self._lines(), content)
        given[f"{OPTION_PACK}.yaml"] = pack
        return read_rulebook([OPTION_PACK], self._source.location.folder, given)

    def _lines(self) -> dict[KeyPath, int]:
        """Return the line of each part of the option's pack in the study file."""
        begin = ("options", self._name)
        lines: dict[KeyPath, int] = {(): self._document.line_of(begin)}
        changed = len(self._option.change)
        weighted = list(self._option.weights)
        for path, line in self._document.lines.items():
            if path[:2] != begin or len(path) < 3:
                continue
            part, *rest = path[2:]
            if part == "weights" and rest and rest[0] in weighted:
                k = changed + weighted.index(str(rest[0]))
                lines["change", k] = lines["change", k, "weight"] = line
            elif part in ("change", "drop"):
                lines[(part, *rest)] = line
            elif part == "add":
                lines[("rules", *rest)] = line
        return lines

    def place_bound(self, fault: Fault) -> Fault:
        """Return a fault that binding the varied scenario has found, at its place in the study file.

        A fault in a table that the option replaces stays at its row in that file.
        """
        if fault.file == SCENARIO_FILE:
            return self._at(fault, ("options", self._name, "scenario", *_path(fault.column)))
        if fault.file in self._option.tables:
            return replace(fault, file=self._option.tables[fault.file])
        return self._placed(fault)

    def _placed(self, fault: Fault) -> Fault:
        """Return a fault of the rules at its place in the study file."""
        for level in figure_levels(self._spec, self._name).levels:
            for part in level.rules:
                if fault.column == part.id or fault.column.startswith(f"{part.id}."):
                    rest = _path(fault.column[len(part.id) + 1 :])
                    return self._at(fault, (*part.where, *_written(self._spec, part, rest)))
        if fault.file == SCENARIO_FILE:
            return self._at(fault, ("options", self._name, "scenario", "rules"))
        for rule, path in self._rule_places():
            if fault.column == rule or fault.column.startswith(f"{rule}."):
                rest = _path(fault.column[len(rule) + 1 :])
                return self._at(fault, (*path, *rest) if path[2] != "weights" else path)
        if fault.file == self._document.label:
            return replace(fault, column=f"options.{self._name}.{fault.column}")
        where = ":".join(str(part) for part in (fault.file, fault.row, fault.column) if part)
        message = Text(zh=f"{fault.message.zh}（{where}）", en=f"{fault.message.en} ({where})")
        return self._at(replace(fault, message=message), ("options", self._name))

    def _rule_places(self) -> Iterator[tuple[str, KeyPath]]:
        """Yield the id of each rule that the option writes, with its place; longer ids first."""
        option, begin = self._option, ("options", self._name)
        places: list[tuple[str, KeyPath]] = []
        for part, entries in (("change", option.change), ("add", option.add)):
            places.extend((_id(one), (*begin, part, k)) for k, one in enumerate(entries))
        places.extend((rule, (*begin, "weights", rule)) for rule in option.weights)
        yield from sorted((one for one in places if one[0]), key=lambda one: -len(one[0]))

    def _at(self, fault: Fault, path: KeyPath) -> Fault:
        document = self._document
        return replace(
            fault,
            file=document.label_of(path),
            row=document.line_of(path),
            column=document.column_of(path),
        )


def _id(entry: Mapping[str, Any]) -> str:
    return str(entry.get("id", ""))


def _written(spec: StudySpec, part: RulePart, path: KeyPath) -> KeyPath:
    """Return the key of a part of a figure that a field of its rule is written under."""
    given = spec.figures[part.figure].parts[int(part.where[-1])]
    if given.rule is not None:
        return ("rule", *path)
    if given.count:
        return ("count",)
    return ("sum", "value" if path[:1] == ("cost",) else "of")


def _path(column: str) -> tuple[str | int, ...]:
    return tuple(int(part) if part.isdecimal() else part for part in column.split(".") if part)
