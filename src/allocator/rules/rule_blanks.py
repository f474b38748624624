"""Rules as the text of their blanks, and the blanks of a sheet as rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from allocator.errors import Fault, InputError
from allocator.model.reading import YamlDocument, validate_yaml
from allocator.model.text import Language, Text
from allocator.rules.blank_values import BlankError, BlankValues
from allocator.rules.blanks import Blank, blanks
from allocator.rules.expressions.fields import layer_references
from allocator.rules.rule import Rule
from allocator.rules.sentences import has_value, is_set, value_at
from allocator.rules.wordbook import Wordbook


def blanks_of(rule: Rule, book: Wordbook, language: Language = "zh") -> dict[str, str]:
    """Return the values of the blanks that a rule fills, as text in a language."""
    values = BlankValues(book, rule.on, dict(layer_references(rule)))
    found = {}
    for blank in blanks(type(rule)):
        value = value_at(rule, blank.path)
        if isinstance(value, BaseModel) and blank.takes != "span":
            continue
        if is_set(rule, blank.path) or (blank.required and has_value(rule, blank.path)):
            found[blank.path] = values.write(blank, value, language)
    return found


def rule_from_blanks(
    kind: type[Rule], values: Mapping[str, str], book: Wordbook
) -> tuple[dict[str, Any], list[Fault]]:
    """Return a rule as YAML has it from the values of its blanks, and the fault of each wrong blank.

    Args:
        kind: The kind of the rule.
        values: The text of each filled blank, by the path of its field; empty texts are left out.
        book: The words of the scenario.
    """
    given = {path: text.strip() for path, text in values.items() if text.strip()}
    faults: list[Fault] = []
    fields: dict[str, Any] = {"kind": kind.name}
    known = {blank.path: blank for blank in blanks(kind)}
    for path in given.keys() - known.keys():
        faults.append(Fault(Text(zh="该种规则没有此空", en="the kind has no such blank"), column=path))
    layer, there = _layers(given, known, book)
    reader = BlankValues(book, layer, there)
    for path, blank in known.items():
        if path in given:
            try:
                _put(fields, path, reader.read(blank, given[path]))
            except BlankError as error:
                faults.append(_fault(path, error))
        elif blank.required and _is_wanted(blank, given):
            faults.append(Fault(Text(zh="此空须填写", en="this blank must be filled"), column=path))
    if not faults:
        faults = _refused(kind, fields)
    return fields, faults


def _fault(path: str, error: BlankError) -> Fault:
    return Fault(
        error.message,
        column=path,
        found=error.found,
        allowed=error.allowed,
        nearest=error.nearest,
        detail=error.detail,
    )


def _layers(
    given: Mapping[str, str], known: Mapping[str, Blank], book: Wordbook
) -> tuple[str, dict[str, str]]:
    """Return the layer of the rule, and the layers that its parts name."""
    reader = BlankValues(book, "", {})
    found = {}
    for path, blank in known.items():
        if blank.takes == "layer" and path in given:
            try:
                found[path] = str(reader.read(blank, given[path]))
            except BlankError:
                found[path] = ""
    layer = found.pop("on", "")
    return layer, {path.rpartition(".")[0]: name for path, name in found.items()}


def _is_wanted(blank: Blank, given: Mapping[str, str]) -> bool:
    """Whether a required blank is missing: one of a part is only if the part has another value."""
    part = blank.path.rpartition(".")[0]
    if part:
        return any(path.startswith(f"{part}.") for path in given)
    return not any(path.startswith(f"{blank.path}.") for path in given)


def _put(fields: dict[str, Any], path: str, value: Any) -> None:
    *parts, name = path.split(".")
    for part in parts:
        inner = fields.get(part)
        fields[part] = fields = inner if isinstance(inner, dict) else {}
    fields[name] = value


def _refused(kind: type[Rule], fields: dict[str, Any]) -> list[Fault]:
    try:
        rule = validate_yaml(YamlDocument("", fields, {}, b""), kind)
    except InputError as error:
        return list(error.faults)
    if not rule.is_hard and not rule.can_be_soft:
        return [Fault(Text(zh="此种规则只能是硬规则", en="the kind can only be hard"), column="level")]
    return []
