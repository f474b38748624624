"""Finds the rule kinds: every module under ``rules/kinds`` that is not private holds one."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from allocator.rules import kinds
from allocator.rules.kind import Rule


@cache
def all_kinds() -> Mapping[str, type[Rule]]:
    """Return every rule kind by name, in the order of their names."""
    found: dict[str, type[Rule]] = {}
    for module in sorted(pkgutil.iter_modules(kinds.__path__), key=lambda m: m.name):
        if module.name.startswith("_"):
            continue
        for value in vars(import_module(f"{kinds.__name__}.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Rule) and "name" in vars(value):
                found[value.name] = value
    return found
