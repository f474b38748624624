"""A plan as data: what ``allocator show --json`` prints, as a file."""

from __future__ import annotations

import json
from typing import ClassVar

from allocator.errors import visible_json
from allocator.model.text import Text
from allocator.report.exporters import Exporter, ExportRequest, Medium, Option
from allocator.report.json_schemas import to_json
from allocator.report.plan_view import pick_layer


class JsonExporter(Exporter):
    """Every part of a plan view, with texts in both languages."""

    name: ClassVar[str] = "json"
    suffixes: ClassVar[tuple[str, ...]] = (".json",)
    title: ClassVar[Text] = Text(zh="数据", en="data")
    medium: ClassVar[Medium] = "data"
    options: ClassVar[frozenset[Option]] = frozenset({"layer", "period"})

    def write(self, request: ExportRequest) -> bytes:
        """Return the view of a plan, or of one layer, as JSON."""
        view = pick_layer(request.view, request.layer) if request.layer is not None else request.view
        return visible_json(json.dumps(to_json(view), ensure_ascii=False, indent=2) + "\n").encode()
