"""The language of a call: that of ``--lang``, which may stand before the command too, else of the locale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import cast

from allocator.model.text import Language


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return the language of ``--lang``, else of the locale: Chinese for ``zh*``, otherwise English."""
    for given, following in pairwise([*arguments, ""]):
        asked = following if given == "--lang" else given.removeprefix("--lang=")
        if (given == "--lang" or given != asked) and asked in ("zh", "en"):
            return cast(Language, asked)
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, names), "").lower().startswith("zh") else "en"
