"""A package with one more module for as long as a test runs, as if its file lay in the package's folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import invalidate_caches
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@contextmanager
def new_module(package: ModuleType, name: str, source: str, folder: Path, found: Any) -> Iterator[str]:
    """Yield the dotted name of the new module, which is not imported yet.

    Args:
        package: The package whose modules are discovered.
        name: Name of the new module.
        source: Its content.
        folder: Where the file is written.
        found: The cached function that discovers the modules; its cache is cleared before and after.
    """
    (folder / f"{name}.py").write_text(source, "utf-8")
    dotted = f"{package.__name__}.{name}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(package, "__path__", [*package.__path__, str(folder)])
        invalidate_caches()
        found.cache_clear()
        yield dotted
    sys.modules.pop(dotted, None)
    found.cache_clear()
