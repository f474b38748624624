"""Finds the kinds of draws: every module under ``draw/kinds`` that is not private holds one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from allocator.discovery import named_classes
from allocator.lottery import kinds
from allocator.lottery.kind import Draw


@cache
def all_draws() -> Mapping[str, type[Draw]]:
    """Return every kind of draw by name, in the order of their names."""
    return {one.name: one for one in named_classes(kinds) if issubclass(one, Draw)}
