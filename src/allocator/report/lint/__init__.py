"""Lints: each examines a bound policy for one kind of doubt.

A doubt is not wrong for certain, but likely not meant.
A lint is a public function of a public module here: it takes the policy and yields faults, and is found by
its presence.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from types import FunctionType, ModuleType

from allocator.errors import Fault
from allocator.model.text import Text
from allocator.report import lint
from allocator.rules.policy import Policy

Lint = Callable[[Policy], Iterator[Fault]]


@cache
def all_lints() -> tuple[Lint, ...]:
    """Return the lints in the order of their names, whatever modules they are in."""
    found: dict[str, Lint] = {}
    for module in pkgutil.iter_modules(lint.__path__):
        if not module.name.startswith("_"):
            found |= _lints_of(import_module(f"{lint.__name__}.{module.name}"))
    return tuple(found[name] for name in sorted(found))


def _lints_of(module: ModuleType) -> Mapping[str, Lint]:
    """Return the public functions that a module defines itself, by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__ and name[0] != "_"
    }


def find_doubts(policy: Policy) -> tuple[Fault, ...]:
    """Return all doubts about a scenario and its rules; the doubts about its tables come first.

    Raises:
        InputError: An expression of a rule cannot be evaluated.
    """
    policy.check_expressions()
    found = (doubt for one in all_lints() for doubt in one(policy))
    return (*policy.context.scenario.doubts, *found)


def doubt_count_text(doubts: Sequence[Fault]) -> Text:
    """Return ``ok`` or ``ok, with 3 doubts``."""
    if not doubts:
        return Text(zh="通过", en="ok")
    number = sum(doubt.count for doubt in doubts)
    return Text(zh=f"通过，另有 {number} 处存疑", en=f"ok, with {number} doubt{'s' * (number > 1)}")
