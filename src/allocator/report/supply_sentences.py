"""Supply against demand in sentences: who is needed, who is there, and who is barred by what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from allocator.model.notation import scenario_roles
from allocator.model.scenario import NamedEntity
from allocator.model.text import Language, Text
from allocator.report.rule_numbers import RuleNames
from allocator.rules.policy import Policy
from allocator.verify.imbalances import Imbalance, find_imbalances
from allocator.verify.slot_shortages import SlotShortage, find_slot_shortages

#: Slots, and people, that a sentence names at most.
MOST_NAMED = 6
#: Counting words for the items of a table.
COUNTED: Mapping[str, Text] = {
    "people": Text(zh="人", en="people"),
    "units": Text(zh="个单位", en="units"),
    "groups": Text(zh="个组", en="groups"),
    "cases": Text(zh="件", en="cases"),
}


def supply_sentences(policy: Policy) -> tuple[Text, ...]:
    """Return what counting alone shows to be impossible; each sentence proves that there is no plan."""
    words = _SupplyWords(policy)
    shortages = [words.of_slot(one) for one in find_slot_shortages(policy)]
    return (*balance_sentences(policy), *shortages)


def balance_sentences(policy: Policy) -> tuple[Text, ...]:
    """Return the sentences about the people and places of a whole rule, without those about single slots."""
    words = _SupplyWords(policy)
    return tuple(dict.fromkeys(words.of_rule(one) for one in find_imbalances(policy)))


@dataclass(frozen=True, eq=False)
class _SupplyWords:
    policy: Policy

    @cached_property
    def rules(self) -> RuleNames:
        """The names of the rules."""
        return RuleNames(self.policy)

    def of_rule(self, one: Imbalance) -> Text:
        """Return ``2026, North: deputies: 12 needed, 10 there, 2 more barred by rule 3 "..."``."""
        return Text(zh=self._of_rule(one, "zh"), en=self._of_rule(one, "en"))

    def _of_rule(self, one: Imbalance, language: Language) -> str:
        count = COUNTED[self._table(one.layer)](language)
        where = self._places(one.slots, one.layer, language)
        parts = [self._when(one, language), *([where] if where else [])]
        head = (" " if language == "zh" else ", ").join(parts) + ("：" if language == "zh" else ": ")
        if one.too_many and not one.slots:
            names = _listed(one.people, language)
            barred = self._barred(one.barred, count, language, more=False)
            if language == "zh":
                return f"{head}{names}须有位置，却无处可去{barred}"
            return f"{head}{names} must have a place, and none is open{barred}"
        if one.too_many:
            if language == "zh":
                return f"{head}{one.needs} {count}须有位置，只有 {one.supply} 个，多出 {one.off} {count}"
            return f"{head}{one.needs} {count} must have a place, there are {one.supply}: {one.off} too many"
        roles = ("、" if language == "zh" else ", ").join(what(language) for what in self._counted(one))
        barred = self._barred(one.barred, count, language)
        if language == "zh":
            return (
                f"{head}{roles}需 {one.needs} {count}，有 {one.supply} {count}，缺 {one.off} {count}{barred}"
            )
        roles = roles or count
        return f"{head}{roles}: {one.needs} needed, {one.supply} there, {one.off} short{barred}"

    def of_slot(self, one: SlotShortage) -> Text:
        """Return a slot's demands, who is eligible, and who is barred by what."""
        return Text(zh=self._of_slot(one, "zh"), en=self._of_slot(one, "en"))

    def _of_slot(self, one: SlotShortage, language: Language) -> str:
        head = one.slot.name + (f" {one.period}" if one.period else "") + ("：" if language == "zh" else ": ")
        parts = [self._demand("", one.needs, one.may, language)]
        roles_of = scenario_roles(self.policy.context.scenario.spec)
        for demand in one.demands:
            names = ("、" if language == "zh" else ", ").join(
                roles_of[role](language) or role for role in demand.roles
            )
            if names:
                parts.append(self._demand(names, demand.needs, demand.may, language))
        if not one.demands:
            parts.append("但不能同时各任其职" if language == "zh" else "but not in different roles at once")
        barred: dict[str, int] = {}
        for person in one.barred:
            for rule, _ in person.rules:
                barred[rule] = barred.get(rule, 0) + 1
        count = COUNTED[self._table(one.layer)](language)
        return (
            head
            + ("；" if language == "zh" else "; ").join(parts)
            + self._barred(tuple(barred.items()), count, language)
        )

    @staticmethod
    def _demand(role: str, needs: int, may: Sequence[NamedEntity], language: Language) -> str:
        names = _listed(may, language)
        if language == "zh":
            return f"{role}需 {needs} 人，" + (f"可选 {len(may)} 人（{names}）" if may else "无人可选")
        who = f"{len(may)} may ({names})" if may else "nobody may"
        return f"{role} needs {needs}, {who}" if role else f"needs {needs}, {who}"

    def _barred(
        self, barred: Sequence[tuple[str, int]], count: str, language: Language, *, more: bool = True
    ) -> str:
        if not barred:
            return ""
        if language == "zh":
            parts = [f"{number} {count}因{self.rules.name(rule)('zh')}不能任" for rule, number in barred]
            return ("；另有 " if more else "；") + "，".join(parts)
        parts = [
            f"{number}{' more' if more else ''} barred by {self.rules.name(rule)('en')}"
            for rule, number in barred
        ]
        return ", " + ", ".join(parts)

    def _counted(self, one: Imbalance) -> Iterator[Text]:
        yield from (self.policy.context.words.roles.text(role) for role in one.roles)
        yield from one.what

    def _places(self, slots: Sequence[NamedEntity], layer: str, language: Language) -> str:
        """Return the names of the slots; of the area that they make up, if it has no other slot."""
        if not slots or len(slots) == len(self.policy.context.layers[layer].slots):
            return ""
        parents = self._parents(slots, layer)
        if parents:
            return ("、" if language == "zh" else ", ").join(parents)
        return _listed(slots, language)

    def _parents(self, slots: Sequence[NamedEntity], layer: str) -> list[str]:
        """Return the names of the areas whose slots these are; none if they are not whole areas."""
        organisation = self.policy.context.scenario.organisation
        found, ids = dict[str, list[str]](), {one.id for one in slots}
        for slot in self.policy.context.layers[layer].slots:
            group = organisation.groups.get(slot)
            found.setdefault(group.parent or "" if group is not None else "", []).append(slot)
        whole = [
            parent for parent, members in found.items() if parent and len(members) > 1 and ids >= {*members}
        ]
        covered = {slot for parent in whole for slot in found[parent]}
        return [organisation.label(parent) for parent in whole] if whole and covered == ids else []

    def _when(self, one: Imbalance, language: Language) -> str:
        if one.periods:
            return ("、" if language == "zh" else ", ").join(one.periods)
        return self.policy.context.layers[one.layer].spec.title(language) or one.layer

    def _table(self, layer: str) -> str:
        return self.policy.context.layers[layer].spec.items.table


def _listed(named: Sequence[NamedEntity], language: Language) -> str:
    names = ("、" if language == "zh" else ", ").join(one.name for one in named[:MOST_NAMED])
    if len(named) <= MOST_NAMED:
        return names
    return names + (f"等 {len(named)} 个" if language == "zh" else f" and {len(named) - MOST_NAMED} more")
