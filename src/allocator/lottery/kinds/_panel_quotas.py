"""Quotas as a scenario writes them, and whom of a pool each counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import model_validator

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.lottery.scenario_view import ScenarioView
from allocator.model.spec import Range, Strict
from allocator.model.text import Text
from allocator.rules.axis import Axis
from allocator.rules.means import Doc
from allocator.rules.rule import FieldError


class Quota(Strict):
    """How many of those for whom a condition holds; or, for each value of a text, of those who have it.

    ``by`` has a number for each value that ``counts`` names, ``each`` the same ``count`` for every value that
    anybody has: at most one of each ``person.household``. Whoever has an empty text is then not counted.
    """

    when: Annotated[str, Doc(zh="条件（CEL）", en="A condition (CEL) over one of the pool.")] = ""
    count: Annotated[Range | None, Doc(zh="符合条件者的人数", en="How many of those.")] = None
    by: Annotated[
        str, Doc(zh="得出文字的 CEL，如 person.grade", en="CEL that gives a text, such as person.grade.")
    ] = ""
    counts: Annotated[
        Mapping[str, Range],
        Doc(zh="各个值的人数；未列的值不限", en="How many of each value; of others, any number."),
    ] = {}
    each: Annotated[
        str,
        Doc(
            zh="得出文字的 CEL，如 person.household；每个非空的值各自符合 count",
            en="CEL that gives a text, such as person.household: `count` holds for each value "
            "but the empty one.",
        ),
    ] = ""
    title: Annotated[Text, Doc(zh="名称", en="What people call it.")] = Text()

    @model_validator(mode="after")
    def _one_form(self) -> Quota:
        written = (bool(self.when), bool(self.each), bool(self.by), bool(self.counts))
        forms = {
            (True, False, False, False): self.count is not None,
            (False, True, False, False): self.count is not None,
            (False, False, True, True): self.count is None,
        }
        if not forms.get(written, False):
            raise FieldError(
                zh="名额写 when 和 count，或者 by 和 counts，或者 each 和 count",
                en="a quota has `when` and `count`, or `by` and `counts`, or `each` and `count`",
            )
        return self


@dataclass(frozen=True, eq=False)
class Counted:
    """A quota: its name, its condition, how many it asks for, and those of the pool whom it counts."""

    title: Text
    when: str
    count: Range
    ids: frozenset[str]


def read_quota(quota: Quota, field: str, axis: Axis, view: ScenarioView) -> Iterator[Counted]:
    """Yield a quota, or each of those that the values of a text make, with whom it counts.

    Raises:
        InputError: An expression is wrong, or asks for at most so many of a value that nobody has.
    """
    if quota.each and quota.count is not None:
        values = view.values(quota.each, "STRING", f"{field}.each", axis)
        yield from _of_each(quota, quota.count, dict(zip(axis.ids, values, strict=True)))
        return
    if quota.count is not None:
        holds = view.holds(quota.when, f"{field}.when", axis)
        ids = frozenset(name for name, held in zip(axis.ids, holds, strict=True) if held)
        yield Counted(quota.title or Text(zh=quota.when, en=quota.when), quota.when, quota.count, ids)
        return
    texts = dict(zip(axis.ids, view.values(quota.by, "STRING", f"{field}.by", axis), strict=True))
    known = sorted(set(texts.values()))
    for value, count in quota.counts.items():
        if value not in known:
            raise InputError([_nobody(view, f"{field}.counts.{value}", value, known)])
        title = Text(zh=f"{quota.title.zh} {value}".strip(), en=f"{quota.title.en} {value}".strip())
        ids = frozenset(name for name, text in texts.items() if text == value)
        yield Counted(title, f'{quota.by} == "{value}"', count, ids)


def _of_each(quota: Quota, count: Range, texts: Mapping[str, str]) -> Iterator[Counted]:
    """Yield the quota of each value, but those that no panel can break: more people are then alike."""
    having: dict[str, set[str]] = {}
    for name, text in texts.items():
        if text:
            having.setdefault(text, set()).add(name)
    title = quota.title or Text(zh=quota.each, en=quota.each)
    for value, names in sorted(having.items()):
        if count.least > 0 or (count.most is not None and len(names) > count.most):
            when = f"{quota.each} == {json.dumps(value, ensure_ascii=False)}"
            yield Counted(title, when, count, frozenset(names))


def _nobody(view: ScenarioView, field: str, value: str, known: list[str]) -> Fault:
    message = Text(zh="候选池中没有此值", en="nobody in the pool has this value")
    allowed = ", ".join(shorten(one, 30) for one in known[:20])
    return view.fault(message, field, found=shorten(value), allowed=allowed, nearest=nearest(value, known))
