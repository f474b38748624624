"""Discovery of kinds: the classes with a ``name`` in the public modules of a package."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType


def named_classes(package: ModuleType) -> Iterator[type]:
    """Yield the classes that define ``name``, by module in alphabetical order, without private ones."""
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        if module.name.startswith("_"):
            continue
        for value in vars(import_module(f"{package.__name__}.{module.name}")).values():
            if isinstance(value, type) and "name" in vars(value):
                yield value
