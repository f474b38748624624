"""Scenarios in numbers, and rule kinds read from their classes, laid out."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from allocator.model.plan import HARD, Level
from allocator.model.text import Text
from allocator.report.wording import level_text
from allocator.rules.expressions.fields import HOLDS, doc_text
from allocator.rules.policy import Policy
from allocator.rules.rule import Example, Rule, Waiver
from allocator.rules.rule_sentences import kind_sentence

#: Tables that are counted only where they have rows.
_SELDOM = ("absences", "indicators", "identities", "wishes")
TABLES = ("units", "people", "groups", "cases")


@dataclass(frozen=True)
class LayerLine:
    """A layer with its numbers of items, slots and periods."""

    name: str
    title: Text
    items: int
    slots: int
    periods: int
    take: str


@dataclass(frozen=True)
class LevelCount:
    """A level with its number of rules."""

    level: Level
    title: Text
    rules: int


@dataclass(frozen=True)
class ScenarioSummary:
    """A scenario in numbers."""

    scenario: str
    title: Text
    synthetic: bool
    counts: Mapping[str, int]
    layers: tuple[LayerLine, ...]
    packs: tuple[str, ...]
    levels: tuple[LevelCount, ...]
    waivers: tuple[Waiver, ...]


def scenario_summary(policy: Policy) -> ScenarioSummary:
    """Return the numbers of a scenario whose rules are bound."""
    scenario = policy.context.scenario
    return ScenarioSummary(
        scenario=scenario.name,
        title=scenario.spec.title,
        synthetic=scenario.spec.synthetic,
        counts=_counts(policy),
        layers=_layers(policy),
        packs=scenario.spec.rules,
        levels=_levels(policy),
        waivers=policy.waivers,
    )


def _counts(policy: Policy) -> dict[str, int]:
    organisation = policy.context.scenario.organisation
    tables = ("units", "people", "groups", "cases", "postings", "ties", "links")
    counts = {table: len(getattr(organisation, table)) for table in tables}
    seldom = {table: len(getattr(organisation, table)) for table in _SELDOM}
    return {**counts, **{table: count for table, count in seldom.items() if count}}


def _layers(policy: Policy) -> tuple[LayerLine, ...]:
    return tuple(
        LayerLine(name, layer.spec.title, *layer.shape[:2], layer.shape[3], str(layer.spec.take))
        for name, layer in policy.context.layers.items()
    )


def _levels(policy: Policy) -> tuple[LevelCount, ...]:
    counted = Counter(rule.plan_level for rule in policy.rules)
    titles = policy.context.scenario.spec.levels
    soft = sorted(level for level in counted if level != HARD)
    levels: list[Level] = [HARD, *soft]
    return tuple(LevelCount(level, level_text(level, titles), counted[level]) for level in levels)


@dataclass(frozen=True)
class ScenarioLine:
    """A scenario that comes with the program.

    Attributes:
        id: Its id, which ``new --like`` takes.
        title: Its title.
        about: Which parts of it are real and which are invented.
        layers: The titles of its layers, by name.
        counts: Numbers of units, people, groups and cases.
        periods: Number of periods.
        rules: Number of rules in its packs.
        kinds: Number of rules by kind, in falling order.
        packs: The packs that ``scenario.yaml`` names.
    """

    id: str
    title: Text
    about: Text
    layers: Mapping[str, Text]
    counts: Mapping[str, int]
    periods: int
    rules: int
    kinds: Mapping[str, int]
    packs: tuple[str, ...]


def scenario_line(name: str, policy: Policy) -> ScenarioLine:
    """Return the numbers of a bundled scenario."""
    spec, organisation = policy.context.scenario.spec, policy.context.scenario.organisation
    written = [rule for rule in policy.rules if rule.id in policy.entries]
    return ScenarioLine(
        id=name,
        title=spec.title,
        about=spec.about,
        layers={layer: one.title for layer, one in spec.layers.items()},
        counts={table: len(getattr(organisation, table)) for table in TABLES},
        periods=len(spec.periods),
        rules=len(written),
        kinds=dict(Counter(rule.kind for rule in written).most_common()),
        packs=spec.rules,
    )


Schema = Mapping[str, Any]

_TEXT = Text(zh="文字", en="text")
_WHOLE = Text(zh="整数", en="whole number")
_MAPPING = Text(zh="键: 值", en="mapping")
#: Models with a short form in YAML, instead of a mapping.
_SHORT = {
    "Text": Text(zh="文字，或 {zh, en}", en="text, or {zh, en}"),
    "Range": Text(zh="1、0-1、2-3、≥2、≤3 或 any", en="1, 0-1, 2-3, ≥2, ≤3 or any"),
}


@dataclass(frozen=True)
class FieldLine:
    """A field of a rule: its path, its type, its default and its meaning.

    ``common`` fields are those that every kind has.
    """

    name: str
    type: Text
    default: str
    required: bool
    meaning: Text
    common: bool


@dataclass(frozen=True)
class RuleKindView:
    """A rule kind laid out; its sentence has the names of its blanks in 【】."""

    name: str
    summary: Text
    sentence: Text
    about: tuple[str, ...]
    can_be_soft: bool
    meaning: Text
    fields: tuple[FieldLine, ...]
    examples: tuple[Example, ...]


def rule_kind_view(kind: type[Rule]) -> RuleKindView:
    """Return a kind laid out; its own fields come first, then those that every rule has."""
    lines = list(_fields(kind, kind.model_json_schema()))
    lines.sort(key=lambda line: line.common)
    return RuleKindView(
        name=kind.name,
        summary=kind.summary,
        sentence=kind_sentence(kind),
        about=kind.subject_dims,
        can_be_soft=kind.can_be_soft,
        meaning=_prose(kind),
        fields=tuple(lines),
        examples=kind.examples,
    )


def _fields(model: type[BaseModel], root: Schema, path: str = "") -> Iterator[FieldLine]:
    """Yield the fields of a model; the fields of a nested model follow the field that holds it."""
    schema = root if not path else root["$defs"][model.__name__]
    for name, info in model.model_fields.items():
        if name == "kind" and not path:
            continue
        part = schema["properties"][info.alias or name]
        default = "" if info.is_required() else _shown(info.get_default(call_default_factory=True))
        yield FieldLine(
            name=path + name,
            type=_type(part, root),
            default=default,
            required=info.is_required(),
            meaning=doc_text(info.metadata),
            common=not path and name in Rule.model_fields,
        )
        for inner in _models(info.annotation):
            yield from _fields(inner, root, f"{path}{name}.")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a field may hold, except those with a short form."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation.__name__ not in _SHORT:
            yield annotation
        return
    for part in getattr(annotation, "__args__", ()):
        yield from _models(part)


def _type(schema: Schema, root: Schema) -> Text:
    """Return the type of a field in a few words."""
    if "$ref" in schema:
        return _SHORT.get(str(schema["$ref"]).rpartition("/")[2], _MAPPING)
    if "const" in schema:
        return _same(str(schema["const"]))
    if "enum" in schema:
        return _same(" | ".join(str(value) for value in schema["enum"]))
    if HOLDS in schema:
        return Text(**schema[HOLDS])
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        words = [_type(choice, root) for choice in choices if choice.get("type") != "null"]
        skipped = _WHOLE if _TEXT in words else None  # a number is accepted as text, too
        kept = list(dict.fromkeys(word for word in words if word != skipped))
        return Text(zh=" | ".join(word.zh for word in kept), en=" | ".join(word.en for word in kept))
    return _plain_type(schema, root)


def _plain_type(schema: Schema, root: Schema) -> Text:
    kind = str(schema.get("type", "any"))
    if kind == "array":
        inner = _type(schema.get("items") or {}, root)
        return Text(zh=f"列表：{inner.zh}", en=f"list of {inner.en}")
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    limits = f" {low}..{high}" if low is not None and high is not None else ""
    words = _WORDS.get(kind, _same(kind))
    return Text(zh=words.zh + limits, en=words.en + limits)


def _same(words: str) -> Text:
    return Text(zh=words, en=words)


_WORDS = {
    "integer": _WHOLE,
    "number": Text(zh="数", en="number"),
    "string": _TEXT,
    "boolean": _same("true | false"),
    "object": _MAPPING,
    "any": Text(zh="任意", en="any"),
}


def _shown(value: Any) -> str:
    """Return a default as YAML would write it; empty for an empty value."""
    if value is None or value in ((), "") or isinstance(value, Text | Mapping):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _prose(kind: type[Rule]) -> Text:
    """Return the meaning of a kind: its docstring, and its text in Chinese."""
    english = inspect.cleandoc(kind.__doc__ or "").replace("``", "`")
    return Text(zh=kind.doc_zh, en=english)
