"""Validates YAML data by a pydantic model, and reports faults with line, key path and nearest name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, PydanticInvalidForJsonSchema, ValidationError
from pydantic_core import ErrorDetails

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.messages.pydantic import NO_CHOICE, problem_of
from allocator.model.notation import listed
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.yaml_file import KeyPath, YamlDocument, told

ModelT = TypeVar("ModelT", bound=BaseModel)
Schema = Mapping[str, Any]


def validate_yaml(document: YamlDocument, model: type[ModelT], label: str = "") -> ModelT:
    """Return the document as an instance of ``model``.

    Args:
        document: The document, from ``read_yaml``.
        model: The model of the data.
        label: Name of the file as faults show it; the document's own label if empty.

    Raises:
        InputError: With every fault of the data.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        faults = FaultList()
        details = _telling(error.errors(include_url=False))
        found = _merged(_fault(detail, document, model, label) for detail in details)
        faults.extend(told(fault, document.text, looked_back=0) for fault in found)
        faults.raise_if_any()
        raise InputError(faults.kept) from None


def _merged(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Yield the faults, with one fault for a value that pydantic refuses as a choice and as a number."""
    places: dict[object, list[Fault]] = {}
    for number, fault in enumerate(faults):
        place = number if fault.found is None else (fault.row, fault.column, fault.found)
        places.setdefault(place, []).append(fault)
    for lookalike_ids in places.values():
        if len(lookalike_ids) > 1 and any(one.message == NO_CHOICE for one in lookalike_ids):
            allowed = dict.fromkeys(one.allowed for one in lookalike_ids if one.allowed)
            yield replace(lookalike_ids[0], message=NO_CHOICE, allowed="; ".join(allowed))
        else:
            yield from lookalike_ids


def _telling(details: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Yield the details, without that of a list that is too short only because its items are faulty."""
    above = {detail["loc"][:end] for detail in details for end in range(len(detail["loc"]))}
    for detail in details:
        if detail["type"] != "too_short" or detail["loc"] not in above:
            yield detail


def _fault(detail: ErrorDetails, document: YamlDocument, model: type[BaseModel], label: str) -> Fault:
    path, value = _place(detail["loc"], document.data)
    wrong = problem_of(detail)
    allowed, near = wrong.allowed, nearest(str(value), wrong.names)
    if detail["type"] == "missing":
        key = str(detail["loc"][-1])
        path, value = path if path[-1:] == (key,) else (*path, key), None  # an empty value counts as missing
    elif detail["type"] == "extra_forbidden":
        keys = _known_keys(model, detail["loc"][:-1])
        allowed, near = listed(keys), nearest(str(path[-1]) if path else "", keys)
        value = None
    found = None if value is None or isinstance(value, dict | list) else shorten(value)
    return Fault(
        wrong.message,
        label or document.label_of(path),
        document.line_of(path),
        document.column_of(path),
        found,
        allowed,
        near,
    )


def _place(loc: tuple[str | int, ...], data: Any) -> tuple[KeyPath, Any]:
    """Return the path in the file and the value there; some steps of ``loc`` exist in the model only."""
    path: list[str | int] = []
    for step in loc:
        inside = step in data if isinstance(data, dict) else isinstance(data, list) and _within(step, data)
        if inside:
            path.append(step)
            data = data[step]
    return tuple(path), data


def _within(step: str | int, items: list[Any]) -> bool:
    return isinstance(step, int) and step < len(items)


def _known_keys(model: type[BaseModel], loc: tuple[str | int, ...]) -> tuple[str, ...]:
    """Return the keys that ``model`` allows at ``loc``, by its JSON Schema."""
    schema = _json_schema(model)
    here: list[Schema] = list(_choices(schema, schema))
    for step in loc:
        deeper = [inner for part in here for inner in _inside(part, step, schema)]
        here = deeper or here
    return tuple(dict.fromkeys(key for part in here for key in part.get("properties", {})))


@cache
def _json_schema(model: type[BaseModel]) -> Schema:
    try:
        return model.model_json_schema()
    except PydanticInvalidForJsonSchema:
        return {"properties": dict.fromkeys(model.model_fields)}


def _inside(part: Schema, step: str | int, root: Schema) -> Iterator[Schema]:
    inner = part.get("items") if isinstance(step, int) else part.get("properties", {}).get(step)
    for schema in (inner, part.get("additionalProperties"), *part.get("patternProperties", {}).values()):
        if isinstance(schema, dict):
            yield from _choices(schema, root)


def _choices(schema: Schema, root: Schema) -> Iterator[Schema]:
    """Yield a schema and each of its alternatives, with references resolved."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        yield from _choices(root.get("$defs", {}).get(name, {}), root)
        return
    yield schema
    for key in ("anyOf", "oneOf", "allOf"):
        for inner in schema.get(key, ()):
            yield from _choices(inner, root)
