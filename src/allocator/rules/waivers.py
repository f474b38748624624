"""Waivers: named exceptions from a rule, each with a reason and a day on which it ends."""

from __future__ import annotations

from datetime import date

from allocator.model.layer import Layer
from allocator.model.spec import Strict
from allocator.model.text import Text
from allocator.program.tags import Subject
from allocator.rules.rule import Several


class Waiver(Strict):
    """An exception from ``rule`` for some items, slots or both, for periods that end by ``until``.

    In YAML ``{rule: native-place, items: P017, slots: Z2-case, reason: ..., until: 2026-12-31}``.
    """

    rule: str
    items: Several = ()
    slots: Several = ()
    reason: Text
    until: date


def waived(waiver: Waiver, subject: Subject, layer: Layer) -> bool:
    """Return whether the waiver covers a subject: its item (or other item), its slot and its period.

    What is of no one period is of the whole horizon: the waiver must last until its end.
    """
    last = subject.period if subject.period >= 0 else len(layer.periods) - 1
    if layer.periods[last].end > waiver.until:
        return False
    items = {layer.items[i] for i in (subject.item, subject.other) if 0 <= i < len(layer.items)}
    slots = {layer.slots[subject.slot]} if subject.slot >= 0 else set()
    return _matches(waiver.items, items) and _matches(waiver.slots, slots)


def _matches(named: tuple[str, ...], found: set[str]) -> bool:
    return not named or not found.isdisjoint(named)
