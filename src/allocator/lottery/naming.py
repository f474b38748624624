"""People named in a line of a report: the first of them, and how many more there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from allocator.errors import shorten

MOST_NAMED = 20


def named(ids: Sequence[str], label: Mapping[str, str]) -> str:
    """Return ``name (id), name (id) ... (+3)``."""
    shown = ", ".join(one_named(name, label.get(name, name)) for name in ids[:MOST_NAMED])
    more = len(ids) - MOST_NAMED
    return f"{shown} ... (+{more})" if more > 0 else shown


def one_named(name: str, label: str) -> str:
    """Return ``name (id)``, or the id alone where there is no name."""
    return shorten(name) if label == name else f"{shorten(label, 40)} ({shorten(name, 40)})"


def percent(chance: float) -> str:
    """Return a chance as people read it."""
    return f"{100 * chance:.2f}%"
