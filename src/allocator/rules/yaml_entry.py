"""A rule as it is written in a pack, before it is read as one of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allocator.errors import Fault, shorten
from allocator.model.reading import YamlDocument
from allocator.model.text import Text


@dataclass(frozen=True)
class YamlEntry:
    """A rule as it is written: its fields, and where they stand."""

    fields: Mapping[str, Any]
    document: YamlDocument | None = None
    path: tuple[str | int, ...] = ()

    @property
    def name(self) -> str:
        """The rule's id, or where it stands if it has none."""
        return shorten(self.fields.get("id") or ".".join(str(part) for part in self.path))

    def fault(self, message: Text, key: str = "", **details: Any) -> Fault:
        """Return a fault at a field of the rule; a rule given with the call stands in no file."""
        column = f"{self.name}.{key}" if key else self.name
        if self.document is None:
            return Fault(message, column=column, **details)
        steps = (int(step) if step.isdecimal() else step for step in key.split("."))
        line = self.document.line_of((*self.path, *steps) if key else self.path)
        return Fault(message, self.document.label, line, column, **details)
