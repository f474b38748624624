"""Counts that rule every plan out, in words: so many needed, so many may, so many short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from allocator.model.organisation import NamedEntity
from allocator.model.text import Language, Text
from allocator.rules.policy import Policy
from allocator.verify.imbalances import Imbalance

_MOST_NAMED = 5
#: What items of a table are counted as.
_COUNTED: Mapping[str, Text] = {
    "people": Text(zh="人", en="people"),
    "units": Text(zh="个单位", en="units"),
    "groups": Text(zh="个组", en="groups"),
    "cases": Text(zh="件", en="cases"),
}


def imbalance_text(one: Imbalance, policy: Policy) -> Text:
    """Return ``deputy lead: 8 needed, 6 may, 2 short`` in both languages."""
    return Text(zh=_zh(one, policy), en=_en(one, policy))


def _zh(one: Imbalance, policy: Policy) -> str:
    periods = f"{_when(one, policy, 'zh')}："
    count = _COUNTED[_table(one, policy)].zh
    roles = "、".join(what("zh") for what in _counted(one, policy))
    if one.too_many and not one.slots:
        barred = _barred(one, "，", f" {count}")
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
    return f"{periods}{who}（不合格：{_barred(one, '，', f' {count}')}）"


def _en(one: Imbalance, policy: Policy) -> str:
    periods = f"{_when(one, policy, 'en')}: "
    if one.too_many and not one.slots:
        barred = _barred(one, ", ", "")
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
    roles = ", ".join(what("en") for what in _counted(one, policy)) or _COUNTED[_table(one, policy)].en
    where = f"{slots}: " if (slots := _where(one, policy)) else ""
    who = f"{periods}{where}{roles}: {one.needs} needed, {one.supply} may, {one.off} short"
    if not one.barred:
        return who
    return f"{who} (barred: {_barred(one, ', ', '')})"


def _counted(one: Imbalance, policy: Policy) -> Iterator[Text]:
    """Yield what is counted: roles, or skills, grades and the like."""
    yield from (policy.context.words.roles.text(role) for role in one.roles)
    yield from one.what


def _where(one: Imbalance, policy: Policy) -> str:
    """Return the slots, where they are a few and not all."""
    is_all = len(one.slots) == len(policy.context.layers[one.layer].slots)
    return "" if is_all or len(one.slots) > _MOST_NAMED else ", ".join(slot.name for slot in one.slots)


def _when(one: Imbalance, policy: Policy, language: Language) -> str:
    """Return the periods; of a layer that is decided once, what it is called."""
    if one.periods:
        return ("、" if language == "zh" else ", ").join(one.periods)
    return policy.context.layers[one.layer].spec.title(language) or one.layer


def _table(one: Imbalance, policy: Policy) -> str:
    return policy.context.layers[one.layer].spec.items.table


def _barred(one: Imbalance, comma: str, unit: str) -> str:
    return comma.join(f"{rule} {number}{unit}" for rule, number in one.barred)


def _listed(people: Sequence[NamedEntity], comma: str, more: str) -> str:
    return comma.join(who.name for who in people[:_MOST_NAMED]) + (more if len(people) > _MOST_NAMED else "")
