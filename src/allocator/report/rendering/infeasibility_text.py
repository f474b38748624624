"""Why there is no plan, as lines: slots with too few people, rules in conflict, the cheapest ways out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from allocator.explain.infeasibility_reasons import Reasons
from allocator.model.notation import scenario_roles
from allocator.model.scenario import NamedEntity
from allocator.model.text import Language, Text
from allocator.report.impossible_view import impossible_view
from allocator.report.json_schemas import to_json
from allocator.report.rendering.console import pick, printable
from allocator.report.rendering.impossible_text import render_conflicts, render_supply
from allocator.report.score_view import rule_reasons
from allocator.report.supply_sentences import balance_sentences
from allocator.rules.policy import Policy
from allocator.verify.imbalances import Imbalance, find_imbalances
from allocator.verify.slot_shortages import BarredPerson, SlotShortage, find_slot_shortages

#: Recusals that are named at most.
MOST_WAIVERS = 20
#: Slots, and people of each slot, that are named at most.
MOST_SLOTS, MOST_PEOPLE = 10, 12


_MOST_NAMED = 5
#: Counting words for the items of a table.
_COUNTED: Mapping[str, Text] = {
    "people": Text(zh="人", en="people"),
    "units": Text(zh="个单位", en="units"),
    "groups": Text(zh="个组", en="groups"),
    "cases": Text(zh="件", en="cases"),
}


def render_shortages(found: Sequence[SlotShortage], policy: Policy, language: Language) -> Iterator[str]:
    """Yield the demand of each slot, who is eligible, and who is barred by which rule."""
    if found:
        yield pick(language, "人手不足：", "without enough people:")
    for one in found[:MOST_SLOTS]:
        yield printable(f"  {_shortage_line(one, policy, language)}")
        yield from (printable(f"    {_barred_line(who, language)}") for who in one.barred[:MOST_PEOPLE])
        if len(one.barred) > MOST_PEOPLE:
            more = len(one.barred) - MOST_PEOPLE
            yield pick(language, f"    ……另有 {more} 人", f"    ... and {more} more")
    if len(found) > MOST_SLOTS:
        more = len(found) - MOST_SLOTS
        yield pick(language, f"  ……另有 {more} 处", f"  ... and {more} more")


def _shortage_line(one: SlotShortage, policy: Policy, language: Language) -> str:
    """Return ``Bribery case C7 · 2026: needs 3, 1 may: Sun; chief needs 1, nobody may``."""
    name = one.slot.name if one.slot.name == one.slot.id else f"{one.slot.name} {one.slot.id}"
    where = f"{name} · {one.period}" if one.period else name
    parts = [
        pick(language, f"需 {one.needs} 人，", f"needs {one.needs}, ") + _eligible_text(one.may, language)
    ]
    roles_of = scenario_roles(policy.context.scenario.spec)
    for demand in one.demands:
        roles = ", ".join(roles_of[role](language) or role for role in demand.roles)
        if roles:
            needs = pick(language, f"{roles}需 {demand.needs} 人，", f"{roles} needs {demand.needs}, ")
            parts.append(needs + _eligible_text(demand.may, language))
    if not one.demands:
        parts.append(pick(language, "各角色分不开", "but not in different roles at once"))
    colon, comma = pick(language, "：", ": "), pick(language, "；", "; ")
    return f"{where}{colon}{comma.join(parts)}"


def _eligible_text(people: Sequence[NamedEntity], language: Language) -> str:
    if not people:
        return pick(language, "无人可选", "nobody may")
    names = pick(language, "、", ", ").join(one.name for one in people[:MOST_PEOPLE])
    more = pick(language, "等", ", ...") if len(people) > MOST_PEOPLE else ""
    return pick(language, f"可选 {len(people)} 人：{names}{more}", f"{len(people)} may: {names}{more}")


def _barred_line(one: BarredPerson, language: Language) -> str:
    """Return ``Wang: kin (Wang - kin of - Zhao), native``."""
    left, right = pick(language, "（", " ("), pick(language, "）", ")")
    reasons = [
        rule + (f"{left}{text(language)}{right}" if text(language) else "") for rule, text in one.rules
    ]
    colon, comma = pick(language, "：", ": "), pick(language, "，", ", ")
    return f"{one.who.name}{colon}{comma.join(reasons)}"


def imbalance_text(one: Imbalance, policy: Policy) -> Text:
    """Return ``deputy lead: 8 needed, 6 may, 2 short`` in both languages."""
    return Text(zh=_zh(one, policy), en=_en(one, policy))


def _zh(one: Imbalance, policy: Policy) -> str:
    periods = f"{_when(one, policy, 'zh')}："
    count = _COUNTED[_table(one, policy)].zh
    roles = "、".join(what("zh") for what in _counted_things(one, policy))
    if one.too_many and not one.slots:
        barred = _barred_counts(one, "，", f" {count}")
        return (
            f"{periods}{_listed(one.people, '、', '等')}须有位置，却无处可去"
            + (f"（不合格：{barred}）" if barred else "")
            + ("；离岗者列入 absences.csv，或" if _table(one, policy) == "people" else "；")
            + "将该层 take 改为 0-1"
        )
    if one.too_many:
        return (
            f"{periods}{one.needs} {count}须有位置，可用位置 {one.supply} 个，多出 {one.off} {count}"
            f"（增设席位，或将该层 take 改为 0-1）"
        )
    where = f"{slots}：" if (slots := _where(one, policy).replace(", ", "、")) else ""
    who = f"{where}{roles}需 {one.needs} {count}，合格 {one.supply} {count}，缺 {one.off} {count}"
    if not one.barred:
        return f"{periods}{who}"
    return f"{periods}{who}（不合格：{_barred_counts(one, '，', f' {count}')}）"


def _en(one: Imbalance, policy: Policy) -> str:
    periods = f"{_when(one, policy, 'en')}: "
    if one.too_many and not one.slots:
        barred = _barred_counts(one, ", ", "")
        return (
            f"{periods}{_listed(one.people, ', ', ', ...')} must have a place, none is open"
            + (f" (barred: {barred})" if barred else "")
            + (": list who is away in absences.csv, or" if _table(one, policy) == "people" else ":")
            + " `take: 0-1` in the layer"
        )
    if one.too_many:
        return (
            f"{periods}{one.needs} must have a place, there are {one.supply}: {one.off} too many "
            "(more seats, or `take: 0-1` in the layer)"
        )
    roles = ", ".join(what("en") for what in _counted_things(one, policy)) or _COUNTED[_table(one, policy)].en
    where = f"{slots}: " if (slots := _where(one, policy)) else ""
    who = f"{periods}{where}{roles}: {one.needs} needed, {one.supply} may, {one.off} short"
    if not one.barred:
        return who
    return f"{who} (barred: {_barred_counts(one, ', ', '')})"


def _counted_things(one: Imbalance, policy: Policy) -> Iterator[Text]:
    """Yield the things that are counted: roles, skills or grades."""
    yield from (policy.context.words.roles.text(role) for role in one.roles)
    yield from one.what


def _where(one: Imbalance, policy: Policy) -> str:
    """Return the names of the slots, if they are few and not all."""
    is_all = len(one.slots) == len(policy.context.layers[one.layer].slots)
    return "" if is_all or len(one.slots) > _MOST_NAMED else ", ".join(slot.name for slot in one.slots)


def _when(one: Imbalance, policy: Policy, language: Language) -> str:
    """Return the periods; the title of a layer that is decided once."""
    if one.periods:
        return ("、" if language == "zh" else ", ").join(one.periods)
    return policy.context.layers[one.layer].spec.title(language) or one.layer


def _table(one: Imbalance, policy: Policy) -> str:
    return policy.context.layers[one.layer].spec.items.table


def _barred_counts(one: Imbalance, comma: str, unit: str) -> str:
    return comma.join(f"{rule} {number}{unit}" for rule, number in one.barred)


def _listed(people: Sequence[NamedEntity], comma: str, more: str) -> str:
    return comma.join(who.name for who in people[:_MOST_NAMED]) + (more if len(people) > _MOST_NAMED else "")


def infeasibility_data(policy: Policy, reasons: Reasons) -> dict[str, Any]:
    """Return for ``--json`` what a report says: nothing is cut short, and texts are in both languages."""
    whys = rule_reasons(policy)
    view = None if reasons.diagnosis is None else impossible_view(policy, reasons.diagnosis, ())
    return {
        "supply": to_json(find_imbalances(policy)),
        "shortages": to_json(find_slot_shortages(policy)),
        "blocked": to_json(reasons.blocked),
        "conflict": [{"rule": rule, "why": to_json(whys.get(rule, Text()))} for rule in reasons.rules],
        "conflicts": [] if view is None else to_json(view.conflicts),
        "is_complete": view is not None and view.is_complete,
        "repairs": to_json(reasons.repairs),
        "waivers": to_json(reasons.waivers),
        "fewest": reasons.fewest,
        "cut_short": reasons.cut_short,
    }


def render_infeasibility(policy: Policy, reasons: Reasons, language: Language) -> Iterator[str]:
    """Yield slots without enough people, what maps rule out, rules in conflict and the cheapest ways out."""
    if reasons.cut_short:
        yield pick(
            language,
            "已按要求停止查找原因：以下未必是全部，所列规则也未必都有关",
            "stopped looking for reasons as asked: there may be more of them, and fewer rules may matter",
        )
    yield from render_supply(balance_sentences(policy), language)
    yield from render_shortages(find_slot_shortages(policy), policy, language)
    if reasons.diagnosis is not None:
        yield from render_conflicts(impossible_view(policy, reasons.diagnosis, ()), language)
    if reasons.repairs:
        yield pick(language, "代价最小的出路：", "the cheapest way out:")
    for repair in reasons.repairs:
        yield printable(f"  {repair.rule}: {repair.text(language)}")
    if reasons.waivers:
        yield _waivers_line(len(reasons.waivers), reasons.fewest, language)
    for waiver in reasons.waivers[:MOST_WAIVERS]:
        yield printable(f"  {waiver.rule}: {waiver.text(language)}")
    if (more := len(reasons.waivers) - MOST_WAIVERS) > 0:
        yield pick(language, f"  ……另有 {more} 处", f"  ... and {more} more")


def _waivers_line(count: int, fewest: bool, language: Language) -> str:
    """Return that ``count`` waivers suffice, and whether fewer do not."""
    if fewest:
        return pick(
            language,
            f"或豁免回避，最少 {count} 处：",
            f"or recusals to waive, {count} at least:",
        )
    return pick(language, f"或豁免回避 {count} 处：", f"or recusals to waive, {count} that would do:")
