"""Calendar days as people write them: ``2025-02-03``, ``2025/2/3`` or ``2025年2月3日``."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache

_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})-|/([0-9]{1,2})/|年([0-9]{1,2})月)([0-9]{1,2})日?")


@lru_cache(maxsize=50_000)
def parse_day(text: str) -> date | None:
    """Return the day that ``text`` writes, or None if it is no day of the calendar."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found or ("年" in found[0]) != found[0].endswith("日"):
        return None
    month = found[2] or found[3] or found[4]
    try:
        return date(int(found[1]), int(month), int(found[5]))
    except ValueError:
        return None
