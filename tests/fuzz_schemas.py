"""Random data that a JSON Schema describes, with hostile values here and there."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from fuzz_expressions import expression
from fuzz_values import NUMBERS, WORDS, value

Schema = Mapping[str, Any]
#: What rules and scenarios name most; so that generated ones are often about something.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "on": ("posting", "zoning", "casework"),
    "layer": ("posting", "zoning", "casework"),
    "role": ("lead", "member", "chief"),
    "roles": ("lead", "member"),
    "during": ("2026", "2027"),
    "ties": ("kin",),
    "item": ("P1", "U1"),
    "slot": ("G1", "Z1"),
    "link": ("adjacent",),
    "items": ("people", "units", "people where person.age > 3"),
    "slots": ("groups", "cases", 'groups where group.kind == "team"'),
    "periods": ("once",),
}


def instance(schema: Schema, root: Schema, draw: Random, name: str = "", deep: int = 4) -> Any:
    """Return data for a schema; about one value in twenty is of any kind at all."""
    if draw.random() < 0.05 or deep < 0:
        return plain(value(draw), draw)
    if name in _NAMES and draw.random() < 0.8:
        return draw.choice(_NAMES[name])
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    chosen = _chosen(schema, draw)
    if isinstance(chosen, Mapping):
        return instance(chosen, root, draw, name, deep - 1)
    return _of_type(schema, root, draw, deep) if chosen is None else chosen


def _chosen(schema: Schema, draw: Random) -> Any:
    """Return one of the schemas or words between which a schema leaves the choice; None if it leaves none."""
    choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("enum", ())]
    if "const" in schema:
        choices = [schema["const"]]
    return draw.choice(choices) if choices else None


def _of_type(schema: Schema, root: Schema, draw: Random, deep: int) -> Any:
    kind = schema.get("type", "string")
    kind = draw.choice(kind) if isinstance(kind, list) else kind
    if kind == "string":
        return _expression(schema["x-holds"]["en"], draw) if "x-holds" in schema else draw.choice(WORDS)
    if kind in ("integer", "number"):
        return _number(schema, draw)
    if kind == "boolean":
        return draw.random() < 0.5
    if kind == "array":
        items = schema.get("items", {})
        return [instance(items, root, draw, deep=deep - 1) for _ in range(draw.randrange(4))]
    return _mapping(schema, root, draw, deep) if kind == "object" else None


def _number(schema: Schema, draw: Random) -> Any:
    """Return a number: small, at an end of the range, or hostile."""
    ends = [schema[key] for key in ("minimum", "maximum") if key in schema]
    if draw.random() < 0.2:
        return plain(draw.choice(NUMBERS)[:60], draw)
    return draw.choice((*ends, 0, 1, 2, 3, 9, 10**9, -(10**9)))


def _expression(holds: str, draw: Random) -> str:
    """Return an expression, mostly of the type that a field holds."""
    gives = holds.rpartition("gives ")[2]
    sorts = {"true": "B", "text": "T", "a list": "L"}
    right = next((sort for word, sort in sorts.items() if gives.startswith(word)), "N")
    return expression(draw, right if draw.random() < 0.9 else "BNTL")


def _mapping(schema: Schema, root: Schema, draw: Random, deep: int) -> dict[str, Any]:
    required = set(schema.get("required", ()))
    chosen = {
        key: instance(part, root, draw, key, deep - 1)
        for key, part in schema.get("properties", {}).items()
        if key in required or draw.random() < 0.3
    }
    more = schema.get("additionalProperties")
    for inner in (more, *schema.get("patternProperties", {}).values()):
        if isinstance(inner, Mapping) and draw.random() < 0.7:
            names = (
                draw.choice(("a", "b", "lead", "member", "law", "sum", value(draw)[:40])) for _ in range(2)
            )
            chosen |= {key: instance(inner, root, draw, deep=deep - 1) for key in names}
    return chosen


def plain(text: str, draw: Random) -> Any:
    """Return a hostile text as a number, a truth value, nothing, a list, a mapping or itself."""
    kind = draw.randrange(6)
    if kind < 3:
        try:
            return int(text[:60]) if kind else float(text)
        except ValueError:
            return text
    return {
        3: text,
        4: draw.choice((True, False, None, [], {})),
        5: draw.choice(([text], {text: text}, text)),
    }[kind]


def altered(data: Any, draw: Random) -> Any:
    """Return a copy of data with one value, somewhere in it, changed, left out or said twice."""
    if isinstance(data, dict) and data and draw.random() < 0.95:
        key = draw.choice(list(data))
        made = {**data, key: altered(data[key], draw)}
        if draw.random() < 0.05:
            del made[key]
        if draw.random() < 0.05:
            made[value(draw)[:40]] = data[key]
        return made
    if isinstance(data, list) and data and draw.random() < 0.95:
        at = draw.randrange(len(data))
        middle = draw.choice(([altered(data[at], draw)], [altered(data[at], draw)], [], [data[at]] * 2))
        return [*data[:at], *middle, *data[at + 1 :]]
    if isinstance(data, int) and draw.random() < 0.5:
        return data + draw.choice((-1, 1, 10**9, 2**63, -(2**64)))
    return plain(value(draw), draw)
