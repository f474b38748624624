"""The kinds of draws, one file each, found by their presence; helpers begin with ``_``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache

from allocator.discovery import named_classes
from allocator.lottery.draw_kind import Draw


@cache
def all_draw_kinds() -> Mapping[str, type[Draw]]:
    """Return every kind of draw by name, in the order of their names."""
    return {one.name: one for one in named_classes(sys.modules[__name__]) if issubclass(one, Draw)}
