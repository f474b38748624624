"""Short texts in Chinese and English: every title, reason and message exists in both."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

Language = Literal["zh", "en"]


class Text(BaseModel):
    """A text in both languages; a missing one falls back on the other.

    In YAML either ``{zh: 片区式, en: Zone mode}`` or one plain string for both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    zh: str = ""
    en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain_string(cls, value: Any) -> Any:
        return {"zh": value, "en": value} if isinstance(value, str) else value

    def __call__(self, language: Language) -> str:
        """Return the text in ``language``, or in the other language if that text is empty."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)
