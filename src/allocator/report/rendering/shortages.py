"""Slots without enough people, as lines: how many are asked for, who may be there, who may not and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.model.notation import scenario_roles
from allocator.model.organisation import NamedEntity
from allocator.model.text import Language
from allocator.report.rendering.console import pick, printable
from allocator.rules.policy import Policy
from allocator.verify.slot_shortages import BarredPerson, SlotShortage

#: At most so many slots, and so many people of each, are named.
MOST_SLOTS, MOST_PEOPLE = 10, 12


def render_shortages(found: Sequence[SlotShortage], policy: Policy, language: Language) -> Iterator[str]:
    """Yield what each slot needs, who may be there, and who is barred by which rule."""
    if found:
        yield pick(language, "人手不足：", "without enough people:")
    for one in found[:MOST_SLOTS]:
        yield printable(f"  {_head(one, policy, language)}")
        yield from (printable(f"    {_barred(who, language)}") for who in one.barred[:MOST_PEOPLE])
        if len(one.barred) > MOST_PEOPLE:
            more = len(one.barred) - MOST_PEOPLE
            yield pick(language, f"    ……另有 {more} 人", f"    ... and {more} more")
    if len(found) > MOST_SLOTS:
        more = len(found) - MOST_SLOTS
        yield pick(language, f"  ……另有 {more} 处", f"  ... and {more} more")


def _head(one: SlotShortage, policy: Policy, language: Language) -> str:
    """Say ``Bribery case C7 · 2026: needs 3, 1 may: Sun; chief needs 1, nobody may``."""
    name = one.slot.name if one.slot.name == one.slot.id else f"{one.slot.name} {one.slot.id}"
    where = f"{name} · {one.period}" if one.period else name
    parts = [pick(language, f"需 {one.needs} 人，", f"needs {one.needs}, ") + _may(one.may, language)]
    roles_of = scenario_roles(policy.context.scenario.spec)
    for demand in one.demands:
        roles = ", ".join(roles_of[role](language) or role for role in demand.roles)
        if roles:
            needs = pick(language, f"{roles}需 {demand.needs} 人，", f"{roles} needs {demand.needs}, ")
            parts.append(needs + _may(demand.may, language))
    if not one.demands:
        parts.append(pick(language, "各角色分不开", "but not in different roles at once"))
    colon, comma = pick(language, "：", ": "), pick(language, "；", "; ")
    return f"{where}{colon}{comma.join(parts)}"


def _may(people: Sequence[NamedEntity], language: Language) -> str:
    if not people:
        return pick(language, "无人可选", "nobody may")
    names = pick(language, "、", ", ").join(one.name for one in people[:MOST_PEOPLE])
    more = pick(language, "等", ", ...") if len(people) > MOST_PEOPLE else ""
    return pick(language, f"可选 {len(people)} 人：{names}{more}", f"{len(people)} may: {names}{more}")


def _barred(one: BarredPerson, language: Language) -> str:
    """Say ``Wang: kin (Wang - kin of - Zhao), native``."""
    left, right = pick(language, "（", " ("), pick(language, "）", ")")
    reasons = [
        rule + (f"{left}{text(language)}{right}" if text(language) else "") for rule, text in one.rules
    ]
    colon, comma = pick(language, "：", ": "), pick(language, "，", ", ")
    return f"{one.who.name}{colon}{comma.join(reasons)}"
