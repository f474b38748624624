"""Finds the kinds of draws: every module under ``draw/kinds`` that is not private holds one."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from allocator.draw import kinds
from allocator.draw.kind import Draw


@cache
def all_draws() -> Mapping[str, type[Draw]]:
    """Return every kind of draw by name, in the order of their names."""
    found: dict[str, type[Draw]] = {}
    for module in sorted(pkgutil.iter_modules(kinds.__path__), key=lambda m: m.name):
        if module.name.startswith("_"):
            continue
        for value in vars(import_module(f"{kinds.__name__}.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Draw) and "name" in vars(value):
                found[value.name] = value
    return found
