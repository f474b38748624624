"""JSON: reports as plain data for ``--json``, and the schemas of files for editors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from allocator.lottery.kinds import all_draw_kinds
from allocator.model.plan import Plan
from allocator.model.run import RunProgress, RunRoute, RunStructure
from allocator.model.spec import ScenarioSpec
from allocator.model.tradeoff_set import TradeoffSet
from allocator.rules.kinds import all_kinds
from allocator.rules.packs import Pack
from allocator.study.study_spec import StudySpec

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_STRING: Schema = {"type": "string"}
#: Short forms of parts that are mappings in full.
_SHORTHAND: Mapping[str, Schema] = {
    "Text": _STRING,
    "Source": {
        "type": "string",
        "pattern": "^(units|people|groups|cases)( as [A-Za-z][A-Za-z0-9_]*)?( where .+)?$",
    },
    "Range": {"type": ["integer", "string"]},
    "Period": {"type": ["integer", "string"]},
}


def scenario_schema() -> Schema:
    """Return the schema of ``scenario.yaml``."""
    schema = ScenarioSpec.model_json_schema()
    kinds = all_draw_kinds()
    references, shared = models_json_schema([(kind, "validation") for kind in kinds.values()])
    mapping = {name: references[kind, "validation"]["$ref"] for name, kind in kinds.items()}
    named = schema["properties"]["draws"]["patternProperties"]
    for pattern in named:
        named[pattern] = {
            "oneOf": list(references.values()),
            "discriminator": {"propertyName": "kind", "mapping": mapping},
        }
    schema["anyOf"] = [
        {"required": [part], "properties": {part: {"minProperties": 1}}} for part in ("layers", "draws")
    ]
    return _finished({**schema, "$defs": {**schema.get("$defs", {}), **shared["$defs"]}}, "scenario.yaml")


def rules_schema() -> Schema:
    """Return the schema of a rule pack; ``kind`` decides which fields a rule has."""
    pack = Pack.model_json_schema()
    kinds = all_kinds()
    references, shared = models_json_schema([(kind, "validation") for kind in kinds.values()])
    mapping = {name: references[kind, "validation"]["$ref"] for name, kind in kinds.items()}
    definitions = {**pack.get("$defs", {}), **shared["$defs"]}
    pack["properties"]["rules"]["items"] = {
        "oneOf": list(references.values()),
        "discriminator": {"propertyName": "kind", "mapping": mapping},
    }
    pack["properties"]["change"]["items"] = {"type": "object", "required": ["id"]}
    return _finished({**pack, "$defs": definitions}, "rule pack")


#: Parts of ``run`` that older plans have a text for.
_ONCE_TEXT = ("route", "structure")


def plan_schema() -> Schema:
    """Return the schema of a plan, ``allocator-plan/1``; older plans carry text as route and structure."""
    schema = Plan.model_json_schema()
    parts: Mapping[str, type[BaseModel]] = {
        "route": RunRoute,
        "structure": RunStructure,
        "progress": RunProgress,
    }
    references, shared = models_json_schema([(part, "validation") for part in parts.values()])
    schema["properties"]["run"]["properties"] = {
        name: {"anyOf": [references[part, "validation"], *([_STRING] if name in _ONCE_TEXT else [])]}
        for name, part in parts.items()
    }
    return _finished({**schema, "$defs": {**schema.get("$defs", {}), **shared["$defs"]}}, "allocator-plan/1")


def study_schema() -> Schema:
    """Return the schema of a study file; a rule that an option adds is one of a rule pack."""
    schema, rules = StudySpec.model_json_schema(), rules_schema()
    option = schema["$defs"]["StudyOption"]["properties"]
    option["add"]["items"] = rules["properties"]["rules"]["items"]
    option["change"]["items"] = rules["properties"]["change"]["items"]
    return _finished({**schema, "$defs": {**rules["$defs"], **schema["$defs"]}}, "study")


def tradeoff_schema() -> Schema:
    """Return the schema of a set of plans, ``allocator-tradeoff/1``."""
    return _finished(TradeoffSet.model_json_schema(), "allocator-tradeoff/1")


SCHEMAS: Mapping[str, Callable[[], Schema]] = {
    "scenario": scenario_schema,
    "rules": rules_schema,
    "plan": plan_schema,
    "study": study_schema,
    "tradeoff": tradeoff_schema,
}


def _finished(schema: Schema, title: str) -> Schema:
    definitions = schema.get("$defs", {})
    for name, short in _SHORTHAND.items():
        if name in definitions:
            definitions[name] = {"anyOf": [short, definitions[name]]}
    return {"$schema": DIALECT, **schema, "title": title}


def to_json(value: Any) -> Any:
    """Return a report, or any part of one, as plain data; texts keep both languages."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(inner) for inner in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
