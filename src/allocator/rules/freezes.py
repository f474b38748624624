"""Freezes: parts of the baseline that stay as they are, by layer, person, unit, slot, period or condition.

A freeze is written ``WHAT``, ``WHAT@PERIODS`` or ``@PERIODS``. ``WHAT`` is a layer, somebody, a unit, a slot
or a condition in CEL, such as ``person.grade == "head"``. ``PERIODS`` is a period, a day in one, or a range
``FIRST..LAST`` that may be open at either end. Everything that the baseline decides about it stays; what the
baseline leaves open may be filled, and so may the seats of people who are excluded or no longer there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from allocator.errors import Fault, nearest, shorten
from allocator.model.layer import Layer
from allocator.model.spec import Period
from allocator.model.text import Text
from allocator.rules.context import RuleContext, layer_types
from allocator.rules.day_ranges import DayRange, read_days
from allocator.rules.expressions.selectors import SelectorError
from allocator.rules.expressions.variables import side_prefixes
from allocator.rules.kept_layers import is_by_item, keep_rule, missing_baseline, open_seats
from allocator.rules.kinds.exclude import Exclude
from allocator.rules.kinds.pin import Pin
from allocator.rules.rule import Rule
from allocator.rules.scope import Scope
from allocator.rules.seat_specs import MAX_FAULTS, resolve_code, resolve_layer

FREEZE = "--freeze"
FORMS = 'LAYER, ITEM, UNIT, SLOT, person.grade == "head", ...@PERIOD, ...@FIRST..LAST'
#: A comparison of a grade, and a quoted text in it.
_GRADES = re.compile(r"""\.grade\s*(?:[=!]=\s*|in\s*\[)(?:["'][^"'\\]*["'](?:\s*,\s*)?)+""")
_QUOTED = re.compile(r"""["']([^"'\\]*)["']""")
_WRONG = Text(zh="没有写明什么不变", en="does not say what stays")
#: What a text must have to be read as a condition: operators, calls or quoted texts.
_CONDITION = re.compile(r"""[=<>!&|"'()\[\]]|\bin\b""")


@dataclass(frozen=True)
class Freeze:
    """A freeze with ids in place of names.

    Attributes:
        code: The freeze as plans carry it.
        rules: The hard rules that keep what it names.
    """

    code: str
    rules: tuple[Rule, ...]


def find_freezes(
    context: RuleContext, texts: Iterable[str], exclusions: Sequence[Exclude], faults: list[Fault]
) -> tuple[Freeze, ...]:
    """Return the freezes of a call, each once.

    Args:
        context: The bound scenario, with the baseline.
        texts: The freezes as the call gives them.
        exclusions: The rules of the call's exclusions, whose seats are open.
        faults: Receives a fault for each freeze that names nothing, and one if there is no baseline.
    """
    found: dict[str, Freeze] = {}
    given = list(dict.fromkeys(texts))
    if given and context.baseline is None:
        faults.append(missing_baseline(FREEZE))
    for text in given:
        if len(faults) >= MAX_FAULTS:
            break
        number = sum(len(one.rules) for one in found.values()) + 1
        reader = _FreezeReader(context, text, exclusions, number)
        freeze = reader.read(faults)
        if freeze is not None and freeze.code not in found:
            found[freeze.code] = freeze
    return tuple(found.values())


class _FreezeReader:
    """Reads one freeze."""

    def __init__(self, context: RuleContext, text: str, exclusions: Sequence[Exclude], number: int) -> None:
        self.context = context
        self.text = text.strip()
        self.exclusions = exclusions
        self.number = number
        self.rules: list[Rule] = []

    def read(self, faults: list[Fault]) -> Freeze | None:
        """Return the freeze; None, with a fault, if it names nothing."""
        if not self.text:
            faults.append(self._fault(_WRONG, allowed=FORMS))
            return None
        what, days, when = self._split()
        before = len(faults)
        if when and days is None:
            faults.append(self._unknown_period(when))
            return None
        if days is not None and not any(map(days.covers, self._periods())):
            message = Text(zh="没有周期全在此范围内", en="no period is within these days")
            faults.append(self._fault(message, allowed=_listed(one.id for one in self._periods())))
            return None
        code = self._freeze(what, days, faults)
        if len(faults) > before or code is None:
            return None
        return Freeze(code + (f"@{days.text}" if days is not None else ""), tuple(self.rules))

    def _split(self) -> tuple[str, DayRange | None, str]:
        """Return what is frozen, in which days, and the text of the periods."""
        wide = self.text.translate(str.maketrans("＠", "@"))
        if "@" in wide:
            what, _, when = wide.rpartition("@")
            days = read_days(when.strip(), self._periods())
            if days is not None or not _CONDITION.search(when):
                return what.strip(), days, when.strip() or "@"
        elif wide not in self._names() and (days := read_days(wide, self._periods())) is not None:
            return "", days, wide
        return self.text, None, ""

    def _names(self) -> set[str]:
        return {*self.context.layers, *self.context.items, *self.context.slots}

    def _periods(self) -> Sequence[Period]:
        return self.context.scenario.spec.periods

    def _freeze(self, what: str, days: DayRange | None, faults: list[Fault]) -> str | None:
        """Add the rules of what is frozen, and return its code."""
        layers = self.context.layers
        if not what:
            for name in layers:
                self._add(name, days, Text(zh="各层", en="all layers"))
            return ""
        layer = resolve_layer(self.context, what)
        if layer in layers:
            title = layers[layer].spec.title
            self._add(layer, days, Text(zh=title.zh or layer, en=title.en or layer))
            return layer
        organisation = self.context.scenario.organisation
        homes = {one.unit for one in organisation.people.values() if one.id in self.context.items}
        known = {*self.context.items, *self.context.slots, *(homes - {""})}
        before = len(faults)
        code = resolve_code(self.context, what, known, FREEZE, faults)
        if len(faults) > before:
            return None
        if code in known:
            self._freeze_entity(code, days)
            return code
        if _CONDITION.search(what):
            return self._freeze_where(_with_grade_ids(self.context, what), days, faults)
        called = sorted({*layers, *known, *map(organisation.label, known)})
        message = Text(zh="没有此层、人员、单位或去处", en="there is no such layer, person, unit or slot")
        faults.append(self._fault(message, allowed=FORMS, nearest=nearest(what, called)))
        return None

    def _freeze_entity(self, code: str, days: DayRange | None) -> None:
        """Add the rules that keep an item, a slot, and the people of a unit where they are."""
        label = self.context.scenario.organisation.label(code)
        named, literal = Text(zh=label, en=label), json.dumps(code, ensure_ascii=False)
        for name, layer in self.context.layers.items():
            item, slot = (side_prefixes(side)[0] for side in (layer.spec.items, layer.spec.slots))
            if code in layer.item_index:
                self._add(name, days, named, each="item", items=f"{item}.id == {literal}")
            if code in layer.slot_index:
                self._add(name, days, named, each="slot", slots=f"{slot}.id == {literal}")
            if layer.spec.items.table == "people" and self._has_people(layer, code):
                own = Text(zh=f"{label}的人员", en=f"the people of {label}")
                self._add(name, days, own, each="item", items=f"{item}.unit == {literal}")

    def _has_people(self, layer: Layer, unit: str) -> bool:
        people = self.context.scenario.organisation.people
        return any(people[one].unit == unit for one in layer.items)

    def _freeze_where(self, text: str, days: DayRange | None, faults: list[Fault]) -> str | None:
        """Add the rules that keep the items, slots or seats for which a condition holds."""
        errors: list[SelectorError] = []
        is_known = False
        why = Text(zh=text, en=text)
        for name, layer in self.context.layers.items():
            side = self._side(layer, text, errors)
            is_known = is_known or bool(side)
            if side == "pair":
                self._pin_where(name, days, text)
            elif side:
                self._add(name, days, why, each=side, **{f"{side}s": text})
        if not is_known:
            error = next((one for one in errors if one.nearest), errors[0])
            fault = self._fault(error.message, allowed=error.allowed, nearest=error.nearest)
            faults.append(replace(fault, found=None, detail=error.detail))
            return None
        if not self.rules:
            message = Text(zh="没有符合此条件的", en="nothing meets this condition")
            faults.append(self._fault(message))
        return text

    def _side(self, layer: Layer, text: str, errors: list[SelectorError]) -> str:
        """Return whether a condition is about items, slots or pairs of both; empty if about neither."""
        for side in ("item", "slot", "pair"):
            try:
                self.context.compiler.compile(text, layer_types(self.context, layer, side), "BOOL")
            except SelectorError as error:
                errors.append(error)
                continue
            return side
        return ""

    def _pin_where(self, name: str, days: DayRange | None, text: str) -> None:
        """Pin each seat of the baseline for which a condition about item and slot holds."""
        layer = self.context.layers[name]
        scope = Scope(keep_rule(self.context, name, id="freeze"), self.context)
        holds, opened = scope.where(text), open_seats(name, self.exclusions)
        for i, s, r, t in scope.baseline_seats():
            period, role = layer.periods[t], layer.roles[r]
            if min(i, s) < 0 or not holds[i, s, t] or not layer.can_be(i, s, t):
                continue
            if days is not None and not days.covers(period):
                continue
            if any(one.names(layer, i, s, r, t) for one in opened):
                continue
            fields: dict[str, Any] = {"kind": "pin", "on": name, "id": self._id(), "why": _why(text, text)}
            fields |= {"item": layer.items[i], "slot": layer.slots[s], "role": [role] if role else []}
            self.rules.append(Pin.model_validate({**fields, "during": [] if layer.once else [period.id]}))

    def _add(
        self,
        layer: str,
        days: DayRange | None,
        what: Text,
        *,
        each: str = "",
        items: str = "",
        slots: str = "",
    ) -> None:
        """Add the rule that keeps a part of a layer; none if there is nothing of it in these days."""
        bound = self.context.layers[layer]
        covered = [one.id for one in bound.periods if days is None or days.covers(one)]
        if not covered:
            return
        rule = keep_rule(
            self.context,
            layer,
            id=self._id(),
            why=_why(what.zh, what.en),
            vacated=open_seats(layer, self.exclusions),
            each=each or ("item" if is_by_item(bound) else "slot"),
            items=items,
            slots=slots,
            during=[] if bound.once or days is None else covered,
        )
        scope = Scope(rule, self.context)
        if len(scope.items) and len(scope.slots):
            self.rules.append(rule)

    def _id(self) -> str:
        return f"freeze.{self.number + len(self.rules)}"

    def _unknown_period(self, when: str) -> Fault:
        ids = [one.id for one in self._periods()]
        message = Text(zh="没有此周期或日期", en="there is no such period or day")
        return self._fault(message, allowed=_listed(ids), nearest=nearest(when, ids))

    def _fault(self, message: Text, *, allowed: str = "", nearest: str = "") -> Fault:
        return Fault(message, column=FREEZE, found=shorten(self.text), allowed=allowed, nearest=nearest)


def _with_grade_ids(context: RuleContext, text: str) -> str:
    """Return a condition with the ids of grades in place of words, as in ``person.grade == "正"``."""

    def coded(found: re.Match[str]) -> str:
        grades = context.words.ladder
        return _QUOTED.sub(lambda one: f'"{grades.id_of(one[1]) or one[1]}"', found[0])

    return _GRADES.sub(coded, text)


def _why(zh: str, en: str) -> Text:
    return Text(zh=f"照基准方案不变：{zh}", en=f"as in the baseline: {en}")


def _listed(ids: Iterable[str]) -> str:
    every = list(ids)
    return ", ".join(every[:20]) + (", ..." if len(every) > 20 else "")
