"""The content of ``scenario.yaml`` as rows of the sheets of settings, periods and layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from allocator.model.reading.settings_sheets import ANY, FLAGS, ITEMS, NESTED, SPREAD, dumped, source_text
from allocator.model.spec import ScenarioSpec
from allocator.model.text import Language


def settings_rows(
    spec: ScenarioSpec, data: Mapping[str, Any], language: Language
) -> dict[str, list[list[str]]]:
    """Return the rows of the sheets of settings, periods and layers, without their headers.

    Args:
        spec: The content of ``scenario.yaml``.
        data: The same content as YAML has it, for the parts that stay YAML.
        language: The language of the words.
    """
    periods = [[one.id, str(one.start), str(one.end), ""] for one in spec.periods]
    if spec.history is not None and not isinstance(spec.history, str):
        past = [[one.id, str(one.start), str(one.end), FLAGS["true"](language)] for one in spec.history]
        periods = [*past, *periods]
    layers = [_layer_row(spec, name, language) for name in spec.layers]
    return {"settings": [*_settings(spec, data, language)], "periods": periods, "layers": layers}


def _settings(spec: ScenarioSpec, data: Mapping[str, Any], language: Language) -> Iterator[list[str]]:
    def row(item: str, key: str = "", zh: str = "", en: str = "") -> list[str]:
        return [ITEMS[item](language), key, zh, en]

    yield row("scenario", zh=spec.scenario)
    yield row("title", zh=spec.title.zh, en=spec.title.en)
    yield row("source", zh=spec.source)
    yield row("about", zh=spec.about.zh, en=spec.about.en)
    yield row("synthetic", zh=FLAGS[str(spec.synthetic).lower()](language))
    yield row("today", zh=str(spec.today or ""))
    if isinstance(spec.history, str):
        yield row("history", zh=spec.history)
    yield from (row("grades", one.id, one.zh, one.en) for one in spec.grades)
    yield from (row("roles", name, text.zh, text.en) for name, text in spec.roles.items())
    yield from (row("levels", str(level), text.zh, text.en) for level, text in spec.levels.items())
    yield from (row("rules", zh=name) for name in spec.rules)
    for key in NESTED:
        for name, value in (data.get(key) or {}).items():
            yield row("yaml", f"{key}.{name}", dumped(value).strip())


def _layer_row(spec: ScenarioSpec, name: str, language: Language) -> list[str]:
    layer = spec.layers[name]
    roles = [spec.roles[role](language) if role in spec.roles else role for role in layer.roles]
    take = ANY(language) if str(layer.take) == "any" else str(layer.take)
    return [
        name, layer.title.zh, layer.title.en,
        source_text(layer.items, language), source_text(layer.slots, language),
        ("、" if language == "zh" else ", ").join(roles),
        SPREAD[layer.periods](language), take, layer.pairs,
    ]  # fmt: skip
