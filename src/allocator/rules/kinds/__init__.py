"""The rule kinds, one file each; a new file here is discovered by its presence."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache

from allocator.discovery import named_classes
from allocator.rules.rule import Rule


@cache
def all_kinds() -> Mapping[str, type[Rule]]:
    """Return every rule kind by name, in the order of their names: one for each public module here."""
    return {one.name: one for one in named_classes(sys.modules[__name__]) if issubclass(one, Rule)}
