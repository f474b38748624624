"""Faults of the figures of a study, at their places in the study file, found without a scenario."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.reading import YamlDocument, validate_yaml
from allocator.model.reading.yaml_file import KeyPath
from allocator.model.text import Text
from allocator.rules.kinds import all_kinds
from allocator.rules.policy import Policy
from allocator.study.figure_levels import FigureLevels, rule_fields
from allocator.study.figure_spec import FigurePart
from allocator.study.study_spec import StudySpec
from allocator.verify.figure_specs import split_sentence
from allocator.verify.figures import COUNTABLE_TABLES, measure_tables

#: Fields of a rule that the study gives itself.
_GIVEN = ("id", "level")


def figure_faults(spec: StudySpec, document: YamlDocument) -> Iterator[Fault]:
    """Yield the faults of figures and of the criteria that name them."""
    checks = _FigureChecks(spec, document)
    yield from checks.criteria()
    for name, figure in spec.figures.items():
        for other in figure.sum:
            if other not in spec.figures or not spec.figures[other].parts:
                message = Text(zh="没有此指标，或它本身是合计", en="is no figure with parts")
                known = [one for one, given in spec.figures.items() if given.parts]
                yield checks.fault(("figures", name, "sum", other), message, other, known)
        for k, part in enumerate(figure.parts):
            yield from checks.part(part, ("figures", name, "parts", k))


def table_faults(
    spec: StudySpec, document: YamlDocument, policy: Policy, figures: FigureLevels
) -> Iterator[Fault]:
    """Yield the faults of what figures count in tables, as a bound scenario shows them."""
    checks = _FigureChecks(spec, document)
    for part in (part for level in figures.levels for part in level.tables):
        asked = part.count or part.sum
        try:
            if asked is not None and measure_tables(policy, asked) < 0:
                message = Text(zh="不得为负数", en="must not be negative")
                yield checks.fault((*part.where, "sum", "value"), message, str(part.times))
        except InputError as error:
            for fault in error.faults:
                key = fault.column.rpartition(".")[2]
                where = (*part.where, *(("sum", key) if part.sum else (key,)))
                place = checks.fault(where, fault.message, fault.found or "")
                yield replace(place, allowed=fault.allowed, nearest=fault.nearest, detail=fault.detail)


class _FigureChecks:
    def __init__(self, spec: StudySpec, document: YamlDocument) -> None:
        self._spec, self._document = spec, document
        self._options = list(spec.all_options)

    def fault(self, where: KeyPath, message: Text, found: str, known: Iterable[str] = ()) -> Fault:
        """Return a fault at a key of the study file."""
        names, document = list(known), self._document
        place = (document.label_of(where), document.line_of(where), document.column_of(where))
        return Fault(message, *place, shorten(found), ", ".join(names[:30]), nearest(found, names))

    def criteria(self) -> Iterator[Fault]:
        """Yield a fault for each criterion whose figure is not defined, or named twice."""
        seen: set[str] = set()
        for k, criterion in enumerate(self._spec.criteria):
            where = ("criteria", k, "figure")
            if criterion.figure is None:
                continue
            if criterion.figure not in self._spec.figures:
                message = Text(zh="没有此指标", en="there is no such figure")
                yield self.fault(where, message, criterion.figure, self._spec.figures)
            elif criterion.figure in seen:
                yield self.fault(where, Text(zh="有重复", en="has a value twice"), criterion.figure)
            seen.add(criterion.figure)

    def part(self, part: FigurePart, where: KeyPath) -> Iterator[Fault]:
        """Yield the faults of one part."""
        for k, option in enumerate(part.only):
            yield from self._option(option, (*where, "only", k))
        if part.rule is None:
            source, _ = split_sentence(part.count or (part.sum.of if part.sum else ""))
            if part.distinct and source not in COUNTABLE_TABLES:
                message = Text(zh="distinct 只能用于表", en="`distinct` counts rows of tables alone")
                yield self.fault((*where, "distinct"), message, source, COUNTABLE_TABLES)
            return
        layers = part.rule.get("on")
        if isinstance(layers, Mapping):
            for option in layers:
                yield from self._option(str(option), (*where, "rule", "on", option))
        yield from self._rule(part, part.rule, where)

    def _option(self, option: str, where: KeyPath) -> Iterator[Fault]:
        if option not in self._options:
            message = Text(zh="没有此选项", en="there is no such option")
            yield self.fault(where, message, option, self._options)

    def _rule(self, part: FigurePart, rule: Mapping[str, Any], where: KeyPath) -> Iterator[Fault]:
        """Yield the faults of the fields of a rule, as its kind reads them."""
        for name in _GIVEN:
            if name in rule:
                message = Text(zh="由试算文件给定，不写", en="is given by the study, and not written")
                yield self.fault((*where, "rule", name), message, str(rule[name]))
        kinds, kind = all_kinds(), rule.get("kind")
        if not isinstance(kind, str) or kind not in kinds:
            message = Text(zh="没有此规则种类", en="there is no such rule kind")
            yield self.fault((*where, "rule", "kind"), message, str(kind), kinds)
            return
        if not kinds[kind].can_be_soft:
            message = Text(zh=f"{kind} 只能是硬规则", en=f"{kind} can only be hard")
            yield self.fault((*where, "rule", "kind"), message, kind)
            return
        option = next((one for one in self._options if part.counts_in(one)), "")
        own = {key: value for key, value in (rule_fields(part, option) or {}).items() if key not in _GIVEN}
        fields = {**own, "id": "figure", "level": 1}
        lines, begin = self._document.lines, (*where, "rule")
        inner = {path[len(begin) :]: line for path, line in lines.items() if path[: len(begin)] == begin}
        try:
            validate_yaml(YamlDocument(self._document.label, fields, inner, b""), kinds[kind])
        except InputError as error:
            for fault in error.faults:
                place = (*begin, *(int(one) if one.isdecimal() else one for one in fault.column.split(".")))
                yield Fault(
                    fault.message, self._document.label_of(place), self._document.line_of(place),
                    self._document.column_of(place), fault.found, fault.allowed, fault.nearest, fault.detail,
                )  # fmt: skip
