"""The tags of a policy as it might be changed: every change switches some tags off and some on.

People to recruit are items that are excluded from everything until they are recruited; a rule with another
number is a rule of its own, which counts only if it is chosen. So a set of changes is a set of tags, and
whether a plan keeps these is one question to a ``ConsistencyChecker``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from allocator.errors import InputError
from allocator.explain.recruits import possible_recruits, row_of, with_people
from allocator.explain.relaxed_rules import other_seats, reads_seats, relaxed_rules, with_seats
from allocator.explain.remedies import RemedyChange
from allocator.explain.remedy_exceptions import waiver_of
from allocator.explain.tag_table import TagTable
from allocator.model.tables import Person
from allocator.model.text import Text
from allocator.program.program import BoolArray, IntArray, Subject
from allocator.rules.kinds.composition import Composition
from allocator.rules.kinds.exclude import Exclude
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule, Waiver, waived
from allocator.rules.scenario_binding import bind_context

#: Stands between the id of a rule and what was changed of it; no id of a pack has it.
MARK = "~"
#: Groups above which no seats are changed.
MOST_GROUPS = 60
_NONE = -1


class RemedyProgram:
    """A policy with all changes that may be made, and its tags.

    Attributes:
        policy: The policy with people to recruit and with changed rules.
        table: The tags of its hard rules.
        changes: The changes by number; exceptions are added as conflicts call for them.
        groups: Numbers of changes of which one at most can be made.
        chains: Numbers of changes that are made in this order, since they are alike.
    """

    def __init__(self, policy: Policy, copies: int = 2) -> None:
        self.original = policy
        self._costs = policy.context.scenario.spec.remedies
        self.changes: list[RemedyChange] = []
        self.groups: list[list[int]] = []
        self.chains: list[list[int]] = []
        self._variant_of: dict[str, tuple[str, int]] = {}  # by id of a changed rule: its rule and change
        self._replaced: dict[int, tuple[tuple[str, int], ...]] = {}  # by change: rules (and slot) that go
        self._recruit_of: dict[str, int] = {}
        self._rules: dict[int, tuple[Rule, ...]] = {}
        self._numbers: dict[RemedyChange, int] = {}
        people = possible_recruits(policy, copies)
        self.policy = self._widened(policy, people)
        try:
            self.table = TagTable.of(self.policy)
        except InputError:  # an expression needs a cell that nobody can fill in for a stranger
            self._forget()
            self.policy = self._widened(policy, ())
            self.table = TagTable.of(self.policy)
        self._index()

    def number_of(self, change: RemedyChange) -> int:
        """Return the number of a change, which is added if it is new."""
        if change not in self._numbers:
            self._numbers[change] = len(self.changes)
            self.changes.append(change)
        return self._numbers[change]

    def active(self, chosen: Iterable[int]) -> BoolArray:
        """Return ``[tags]`` whether each counts after some changes."""
        picked = [*chosen]
        found = self.kept_by_rule(picked)
        for number in picked:
            found[self.freed(number)] = False
        return found

    def kept_by_rule(self, chosen: Iterable[int]) -> BoolArray:
        """Return ``[tags]`` whether each is of a rule, and of people, that count after some changes."""
        picked = [*chosen]
        found = np.ones(len(self.table), dtype=np.bool_)
        for needs in self._needs:
            found &= (needs == _NONE) | np.isin(needs, picked)
        for number in picked:
            if self._replaced.get(number):
                found[self.freed(number)] = False
        return found

    def freed(self, number: int) -> BoolArray:
        """Return ``[tags]`` whether a change takes each away."""
        if number not in self._freed:
            self._freed[number] = self._found_freed(number)
        return self._freed[number]

    def add_exceptions(self, tags: Sequence[int]) -> None:
        """Add the exceptions that take away some tags of a conflict."""
        for tag in tags:
            for change in self._exceptions(tag):
                self.number_of(change)

    def ways(self, tags: Sequence[int]) -> tuple[list[int], list[int]]:
        """Return the changes that take away one of some tags, and those without which one does not count."""
        asked = np.asarray(tags, dtype=np.int64)
        making = [k for k in range(len(self.changes)) if self.freed(k)[asked].any()]
        unmaking = {int(k) for needs in self._needs for k in needs[asked].tolist() if k != _NONE}
        return making, sorted(unmaking)

    def base_id(self, tag: int) -> str:
        """Return the id of the rule of a tag as the scenario has it."""
        return self._bases[int(self.table.keys[tag, 0])]

    def changed_policy(self, chosen: Iterable[int]) -> Policy:
        """Return the original policy after some changes, as it would be bound from the changed files."""
        picked = [self.changes[k] for k in chosen]
        rows = {one.row for one in picked if one.kind == "recruit"}
        people = tuple(one for one in self._people if row_of(one) in rows)
        context = self.original.context
        scenario = with_people(context.scenario, people)
        takes = {one.layer: one.new for one in picked if one.kind == "take"}
        layers = {
            name: spec.model_copy(update={"take": type(spec.take).model_validate(takes[name])})
            if name in takes
            else spec
            for name, spec in scenario.spec.layers.items()
        }
        scenario = replace(scenario, spec=scenario.spec.model_copy(update={"layers": layers}))
        rules: dict[str, tuple[Rule, ...]] = {rule.id: (rule,) for rule in self.original.rules}
        for k in chosen:
            one = self.changes[k]
            if one.kind == "take":
                [rule] = rules[f"take.{one.layer}"]
                rules[rule.id] = (rule.model_copy(update={"places": layers[one.layer].take}),)
            elif one.kind == "relax":
                rules[one.rule] = tuple(v.model_copy(update={"id": one.rule}) for v in self._rules[k])
        waivers = tuple(w for one in picked if (w := waiver_of(one)) is not None)
        seats = {one.slots[0]: str(one.new) for one in picked if one.kind == "seats"}
        groups = {
            name: group.model_copy(update={"seats": seats[name]}) if name in seats else group
            for name, group in scenario.organisation.groups.items()
        }
        scenario = replace(scenario, organisation=replace(scenario.organisation, groups=groups))
        return replace(
            self.original,
            context=bind_context(scenario, context.baseline),
            rules=tuple(rule for found in rules.values() for rule in found),
            waivers=(*self.original.waivers, *waivers),
        )

    # -- the policy with all changes

    def _forget(self) -> None:
        self.changes.clear()
        self.groups.clear()
        self.chains.clear()
        for found in (self._variant_of, self._replaced, self._recruit_of, self._rules, self._numbers):
            found.clear()

    def _widened(self, policy: Policy, people: tuple[Person, ...]) -> Policy:
        context = bind_context(with_people(policy.context.scenario, people), policy.context.baseline)
        self._people = people
        further = [
            *self._recruited(people, {layer.name: layer.items for layer in context.layers.values()}),
            *(rule for one in policy.rules if self.may_relax(one) for rule in self._relaxed(one)),
            *self._reseated(policy),
        ]
        for name, layer in context.layers.items():
            take = layer.spec.take
            if take.least and f"take.{name}" in policy.scopes:
                new = "any" if take.most is None else f"0-{take.most}"
                made = RemedyChange(
                    "take", self._costs.take, layer=name, field="take", old=str(take), new=new
                )
                self._replaced[self.number_of(made)] = ((f"take.{name}", _NONE),)
        for rule in filter(self.may_relax, policy.rules):
            for until in self._days(rule):
                self.number_of(self._waiting(rule, until))
        rules = (*(rule for rule in policy.rules if rule.is_hard), *further)
        return replace(policy, context=context, rules=rules, waivers=self._with_waivers(policy, rules))

    def _with_waivers(self, policy: Policy, rules: Sequence[Rule]) -> tuple[Waiver, ...]:
        """Return the waivers for changed rules too, and one of nobody for each rule.

        A rule with any waiver writes a row for each pair, where it could write one for many people at once.
        """
        found = list(policy.waivers)
        for name, (base, _) in self._variant_of.items():
            found += [w.model_copy(update={"rule": name}) for w in policy.waivers if w.rule == base]
        nobody = Text(zh="无", en="nobody")
        found += [
            Waiver(rule=rule.id, items=("\0",), slots=("\0",), reason=nobody, until=date.max)
            for rule in rules
            if not rule.has_cuts and not isinstance(rule, Exclude)
        ]
        return tuple(found)

    def _recruited(self, people: Sequence[Person], items: dict[str, tuple[str, ...]]) -> Iterator[Rule]:
        chains: dict[tuple[str, ...], list[int]] = {}
        for person in people:
            layers = [name for name, known in items.items() if person.id in known]
            if not layers:
                continue
            change = RemedyChange("recruit", self._costs.recruit, row=row_of(person))
            number = self.number_of(change)
            chains.setdefault(change.substance, []).append(number)
            self._recruit_of[person.id] = number
            rules = [
                Exclude.model_validate(
                    {"id": "recruit", "kind": "exclude", "on": name, "item": person.id}
                ).model_copy(update={"id": f"{MARK}{person.id}.{name}"})
                for name in layers
            ]
            # an id with the mark cannot stand in a pack, and so cannot be that of a rule
            self._replaced[number] = tuple((rule.id, _NONE) for rule in rules)
            yield from rules
        self.chains += [found for found in chains.values() if len(found) > 1]

    def _relaxed(self, rule: Rule) -> Iterator[Rule]:
        group = []
        for one in relaxed_rules(rule, self.original.context):
            cost = self._costs.relax * rule.weight * one.units
            change = RemedyChange("relax", cost, rule.id, rule.on, field=one.field, old=one.old, new=one.new)
            if change in self._numbers:
                continue
            number = self.number_of(change)
            group.append(number)
            yield self._variant(one.rule, rule, number)
            self._replaced[number] = ((rule.id, _NONE),)
        if group:
            self.groups.append(group)

    def _reseated(self, policy: Policy) -> Iterator[Rule]:
        rules = [rule for rule in policy.rules if rule.is_hard and reads_seats(rule)]
        groups = policy.context.scenario.organisation.groups
        if not rules or len(groups) > MOST_GROUPS or not all(self.may_relax(rule) for rule in rules):
            return
        for name, group in groups.items():
            made = []
            for seats, units in other_seats(group, policy.context) if group.seats else ():
                change = RemedyChange(
                    "seats",
                    self._costs.seats * units,
                    slots=(name,),
                    field="seats",
                    old=group.seats,
                    new=seats,
                )
                if change in self._numbers:
                    continue
                number, gone = self.number_of(change), []
                made.append(number)
                for rule in rules:
                    layer = policy.context.layers[rule.on]
                    assert isinstance(rule, Composition)
                    if name in layer.slots and (other := with_seats(rule, name, seats, policy.context)):
                        yield self._variant(other, rule, number)
                        gone.append((rule.id, layer.slots.index(name)))
                self._replaced[number] = tuple(gone)
            if made:
                self.groups.append(made)

    def _variant(self, changed: Rule, rule: Rule, number: int) -> Rule:
        name = f"{rule.id}{MARK}{number}"
        found = changed.model_copy(update={"id": name})
        self._variant_of[name] = rule.id, number
        self._rules[number] = (*self._rules.get(number, ()), found)
        return found

    def may_relax(self, rule: Rule) -> bool:
        """Return whether a rule may give way: one of a pack, that states no fact and allows exceptions."""
        return (
            rule.is_hard
            and rule.id in self.original.entries
            and rule.waivable != "never"
            and rule.split_fact()[0] is None
        )

    def _days(self, rule: Rule) -> list[date]:
        return [period.end for period in self.original.context.layers[rule.on].periods]

    def _waiting(self, rule: Rule, until: date) -> RemedyChange:
        covered = self._days(rule).index(until) + 1
        return RemedyChange("wait", self._costs.wait * rule.weight * covered, rule.id, rule.on, until=until)

    # -- tags

    def _index(self) -> None:
        keys = self.table.keys
        self._rule_ids = [rule.id for rule in self.table.policy.rules]
        by_rule = np.full(len(self._rule_ids), _NONE, dtype=np.int64)
        for k, name in enumerate(self._rule_ids):
            if name in self._variant_of:
                by_rule[k] = self._variant_of[name][1]
        self._needs: list[IntArray] = [by_rule[keys[:, 0]] if len(keys) else np.zeros(0, dtype=np.int64)]
        if self._recruit_of:
            self._needs += [self._needed_item(keys[:, column]) for column in (1, 5)]
        self._bases = {
            k: self._variant_of[name][0] if name in self._variant_of else name
            for k, name in enumerate(self._rule_ids)
        }
        self._freed: dict[int, BoolArray] = {}

    def _needed_item(self, items: IntArray) -> IntArray:
        """Return ``[tags]`` the change that recruits the item of each tag."""
        found = np.full(len(items), _NONE, dtype=np.int64)
        rules = self.table.policy.rules
        for name, layer in self.policy.context.layers.items():
            own = [k for k, rule in enumerate(rules) if rule.on == name and not rule.id.startswith(MARK)]
            numbers = np.array([self._recruit_of.get(item, _NONE) for item in layer.items], dtype=np.int64)
            named = np.isin(self.table.keys[:, 0], own) & (items >= 0) & (items < len(numbers))
            found[named] = numbers[items[named]]
        return found

    def _found_freed(self, number: int) -> BoolArray:
        change, keys = self.changes[number], self.table.keys
        found = np.zeros(len(keys), dtype=np.bool_)
        for name, slot in self._replaced.get(number, ()):
            at = np.isin(keys[:, 0], [k for k, known in enumerate(self._rule_ids) if known == name])
            found |= at if slot == _NONE else at & (keys[:, 2] == slot)
        waiver = waiver_of(change)
        if waiver is None:
            return found
        layer = self.policy.context.layers[change.layer]
        rules = [k for k, base in self._bases.items() if base == change.rule]
        likely = np.isin(keys[:, 0], rules)
        if change.items:
            item = layer.items.index(change.items[0])
            likely &= (keys[:, 1] == item) | (keys[:, 5] == item)
        if change.slots:
            likely &= keys[:, 2] == layer.slots.index(change.slots[0])
        for tag in np.flatnonzero(likely).tolist():
            found[tag] = waived(waiver, Subject(*(int(k) for k in keys[tag, 1:])), layer)
        return found

    def _exceptions(self, tag: int) -> Iterator[RemedyChange]:
        base = self.base_id(tag)
        rule = next((one for one in self.original.rules if one.id == base), None)
        if rule is None or not self.may_relax(rule) or tag in self.table.lazy_tags:
            return
        subject, layer = (
            Subject(*(int(k) for k in self.table.keys[tag, 1:])),
            self.original.context.layers[rule.on],
        )
        last = subject.period if subject.period >= 0 else len(layer.periods) - 1
        items = {k for k in (subject.item, subject.other) if k >= 0} if "item" in rule.subject_dims else set()
        slots = (layer.slots[subject.slot],) if subject.slot >= 0 and "slot" in rule.subject_dims else ()
        if not items and not slots:
            return
        cost = self._costs.waive * rule.weight * (last + 1)
        for item in sorted(items) or [_NONE]:
            if item >= len(layer.items):  # somebody to recruit is chosen without a need for exceptions
                continue
            named = (layer.items[item],) if item >= 0 else ()
            yield RemedyChange("waive", cost, rule.id, rule.on, named, slots, layer.periods[last].end)
