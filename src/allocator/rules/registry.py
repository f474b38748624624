"""Finds the rule kinds: every module under ``rules/kinds`` that is not private holds one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from allocator.discovery import named_classes
from allocator.rules import kinds
from allocator.rules.rule import Rule


@cache
def all_kinds() -> Mapping[str, type[Rule]]:
    """Return every rule kind by name, in the order of their names."""
    return {one.name: one for one in named_classes(kinds) if issubclass(one, Rule)}
