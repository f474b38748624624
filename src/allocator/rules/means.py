"""What a field of a rule means, in both languages, written on the field itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from allocator.model.text import Text

#: Where a schema says, in both languages, what a text in it stands for: a CEL expression over what.
HOLDS = "x-holds"
#: Where a schema has its description in Chinese.
CHINESE = "x-zh"


@dataclass(frozen=True)
class Doc:
    """Metadata of a field: ``periods: Annotated[int, Means(zh=..., en=...)]``.

    The JSON Schema has the English words as the field's description and the Chinese ones beside it.
    """

    zh: str
    en: str

    @property
    def text(self) -> Text:
        """The meaning as a text in both languages."""
        return Text(zh=self.zh, en=self.en)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = dict(handler(core))
        holds = schema.get(HOLDS)
        en = f"{self.en} ({holds['en']})" if holds else self.en
        zh = f"{self.zh}（{holds['zh']}）" if holds else self.zh
        return {**schema, "description": en, CHINESE: zh}


def meaning(metadata: Iterable[Any]) -> Text:
    """Return what a field of this metadata means; an empty text if it does not say."""
    return next((mark.text for mark in metadata if isinstance(mark, Doc)), Text())
