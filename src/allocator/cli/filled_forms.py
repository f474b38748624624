"""Writes the cadre forms of a plan, and prints which were filled and whose are missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from allocator import api
from allocator.cli.output import FINE, NO, Output
from allocator.errors import Fault, InputError
from allocator.model.text import Text
from allocator.report.rendering.console import printable


def fill_forms(
    plan: api.Plan,
    policy: api.Policy | None,
    forms: Path,
    into: Path,
    output: Output,
    *,
    layer: str | None,
    period: str | None,
) -> int:
    """Fill the forms of everybody whose post changes; return 1 if the form of anybody is missing.

    Raises:
        InputError: The scenario of the plan is not at hand, or a folder or a choice is wrong.
    """
    if policy is None:
        message = Text(
            zh="填写任免审批表需要场景（可用 --scenario DIR）",
            en="cadre forms need the scenario of the plan (see --scenario DIR)",
        )
        raise InputError([Fault(message, "--forms")])
    made = api.fill_forms(plan, policy, forms, into, layer=layer, period=period)
    output.data(
        {
            "folder": str(into),
            "periods": made.periods,
            "filled": [_without_path(one) for one in made.filled],
            "missing": made.missing,
            "faults": [fault.as_json() for fault in made.faults],
        }
    )
    output.report(printable(line(output.language)) for line in _lines(made, into))
    for fault in made.faults:
        output.eprint(fault)
    return NO if made.missing else FINE


def _without_path(one: api.FilledForm) -> dict[str, object]:
    """Return a filled form for JSON; the path is left out, which may hold an identity number."""
    return {
        "person": one.person,
        "name": one.name,
        "form": one.label,
        "appointed": one.appointed,
        "removed": one.removed,
        "reason": one.reason,
        "replaced": one.replaced,
    }


def _lines(made: api.FilledForms, into: Path) -> Iterator[Text]:
    """Yield the lines of the report: each form that was filled, then everybody without one."""
    for one in made.filled:
        zh = [f"拟任 {one.appointed}" if one.appointed else "", f"拟免 {one.removed}" if one.removed else ""]
        en = [f"to {one.appointed}" if one.appointed else "", f"from {one.removed}" if one.removed else ""]
        yield Text(
            zh=f"{one.name}：{'，'.join(filter(None, zh))}（{one.label}）",
            en=f"{one.name}: {', '.join(filter(None, en))} ({one.label})",
        )
        for text in one.replaced.values():
            yield Text(zh=f"  取代原来填写的“{text}”", en=f"  in place of '{text}', which stood there")
    for none in made.missing:
        yield Text(
            zh=f"未填：{none.name}（{none.person}），{none.reason.zh}",
            en=f"not filled: {none.name} ({none.person}) {none.reason.en}",
        )
    filled, missing, when = len(made.filled), len(made.missing), "、".join(made.periods)
    zh = [f"{filled} 份", f"{when} 期" if when else "", f"缺 {missing} 份" if missing else ""]
    en = [
        f"{filled} form{'' if filled == 1 else 's'}",
        f"period {when}" if when else "",
        f"{missing} missing" if missing else "",
    ]
    yield Text(
        zh=f"已写入 {into}：{'，'.join(filter(None, zh))}",
        en=f"written to {into}: {', '.join(filter(None, en))}",
    )
