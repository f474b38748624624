"""What the judge would find if somebody who moves kept the former seats, all else as planned.

A rule that sees one item or one slot at a time is asked once about many people whose seats do not touch; any
other rule is asked once for each person. So each finding is that of a plan in which one person alone stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from allocator.rules.expressions.fields import layer_references, layers_read
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Rule

#: Item, slot, role and period of an assignment, by index.
Taken = tuple[int, int, int, int]
#: Kinds whose breaches name one item and depend on the seats of that item alone (and on other layers).
_OF_ITEM = frozenset(
    {
        "avoid", "choice", "cooldown", "eligible", "elsewhere", "exclude", "follow", "max_term", "min_term",
        "pin", "prefer", "separate", "stability", "succession", "take", "wishes",
    }
)  # fmt: skip
#: Kinds whose breaches name one slot and depend on the members of that slot alone, in any period.
_OF_SLOT = frozenset({"apart", "compact", "composition", "contiguous", "cover", "turnover"})
#: Kinds that add up loads of the items in their scope, and see nobody else.
_LOADS = frozenset({"balance", "capacity", "fairness"})


@dataclass(frozen=True)
class SupposedStay:
    """Somebody who changes seats, and the seats that are kept instead.

    Attributes:
        item: The person, by index.
        period: The period of the change.
        planned: The assignments of the plan that the person is supposed not to take.
        kept: The assignments that the person is supposed to take instead.
    """

    item: int
    period: int
    planned: frozenset[Taken]
    kept: frozenset[Taken]

    @property
    def slots(self) -> frozenset[int]:
        """The slots whose members differ from those of the plan."""
        return frozenset(one[1] for one in self.kept ^ self.planned)


@dataclass(frozen=True)
class StayFinding:
    """What a rule finds in addition if somebody stays.

    Attributes:
        rule: The rule.
        added: The breaches that the plan does not have, or has with a smaller amount.
        cost: By how much the weighted sum of the amounts grows; negative if it shrinks.
    """

    rule: Rule
    added: tuple[Breach, ...]
    cost: int


def judge_stays(
    policy: Policy, roster: Roster, layer: str, stays: Sequence[SupposedStay]
) -> dict[SupposedStay, tuple[StayFinding, ...]]:
    """Return what each rule that reads a layer finds in addition if one person stays, person by person.

    Breaches that a waiver covers do not count.

    Args:
        policy: The bound policy.
        roster: The plan.
        layer: The layer in which people move.
        stays: The people, each with the period; all are judged apart.
    """
    judge = _StayJudge(policy, roster, layer, stays)
    found: dict[SupposedStay, list[tuple[int, StayFinding]]] = {one: [] for one in stays}
    for number, rule in enumerate(policy.rules):
        for stay, finding in judge.findings_together(rule):
            found[stay].append((number, finding))
    for stay, number, finding in judge.findings_alone():
        found[stay].append((number, finding))
    by_number = itemgetter(0)
    return {stay: tuple(one for _, one in sorted(parts, key=by_number)) for stay, parts in found.items()}


class _StayJudge:
    """Asks the rules that read a layer about supposed stays."""

    def __init__(self, policy: Policy, roster: Roster, layer: str, stays: Sequence[SupposedStay]) -> None:
        self._policy, self._roster, self._layer = policy, roster, layer
        self._stays = tuple(stays)
        self._by_period = tuple(map(self._supposed, _by_period(stays)))
        self._apart = tuple(map(self._supposed, _groups_apart(stays)))

    def _supposed(self, group: Sequence[SupposedStay]) -> tuple[Roster, Sequence[SupposedStay]]:
        planned = self._roster[self._layer].taken
        return self._roster.with_layer(self._layer, _with_stays(planned, group)), group

    def _breaches(self, rule: Rule, roster: Roster) -> list[Breach]:
        return list(self._policy.breaches(rule, roster))

    def findings_together(self, rule: Rule) -> Iterator[tuple[SupposedStay, StayFinding]]:
        """Yield what a rule finds that sees one item or one slot at a time; nothing for other rules."""
        sees = _sees(rule, self._layer)
        if sees == "item":
            yield from self._of_items(rule)
        elif sees == "slot":
            yield from self._of_slots(rule)

    def findings_alone(self) -> Iterator[tuple[SupposedStay, int, StayFinding]]:
        """Yield what every other rule that reads the layer finds, with the number of the rule."""
        asked = [
            (number, rule, self._breaches(rule, self._roster))
            for number, rule in enumerate(self._policy.rules)
            if self._layer in layers_read(rule) and not _sees(rule, self._layer)
        ]
        for stay in self._stays if asked else ():
            supposed, _ = self._supposed([stay])
            for number, rule, was in asked:
                if self._may_see(rule, stay):
                    finding = _finding(rule, was, self._breaches(rule, supposed))
                    if finding is not None:
                        yield stay, number, finding

    def _may_see(self, rule: Rule, stay: SupposedStay) -> bool:
        """Whether a rule may see a person: one that adds up loads sees those in its scope."""
        return rule.name not in _LOADS or stay.item in self._policy.scopes[rule.id].item_set

    def _of_items(self, rule: Rule) -> Iterator[tuple[SupposedStay, StayFinding]]:
        before = _by_item(self._breaches(rule, self._roster))
        for supposed, group in self._by_period:
            after = _by_item(self._breaches(rule, supposed))
            for stay in group:
                if finding := _finding(rule, before.get(stay.item, ()), after.get(stay.item, ())):
                    yield stay, finding

    def _of_slots(self, rule: Rule) -> Iterator[tuple[SupposedStay, StayFinding]]:
        before = _by_slot(self._breaches(rule, self._roster))
        for supposed, group in self._apart:
            after = _by_slot(self._breaches(rule, supposed))
            for stay in group:
                olds = [breach for slot in sorted(stay.slots) for breach in before.get(slot, ())]
                news = [breach for slot in sorted(stay.slots) for breach in after.get(slot, ())]
                if finding := _finding(rule, olds, news):
                    yield stay, finding


def _sees(rule: Rule, layer: str) -> str:
    """Return whether a rule sees one ``item`` or one ``slot`` of a layer at a time; empty for neither."""
    reads_itself = any(name == layer for _, name in layer_references(rule))
    if rule.on != layer or reads_itself:
        return ""
    each, over = getattr(rule, "each", None), rule.name
    if over == "capacity":
        return str(each) if each in ("item", "slot") else ""
    return "item" if over in _OF_ITEM else "slot" if over in _OF_SLOT else ""


def _with_stays(planned: Collection[Taken], group: Sequence[SupposedStay]) -> set[Taken]:
    found = set(planned)
    for one in group:
        found -= one.planned
    return found.union(*(one.kept for one in group))


def _by_period(stays: Iterable[SupposedStay]) -> Collection[Sequence[SupposedStay]]:
    """Return the stays of each period, in which nobody is there twice."""
    found: dict[int, list[SupposedStay]] = {}
    for one in stays:
        found.setdefault(one.period, []).append(one)
    return found.values()


def _groups_apart(stays: Iterable[SupposedStay]) -> Sequence[Sequence[SupposedStay]]:
    """Return groups of stays in which no two touch one slot or one item, each stay in the first that fits."""
    groups: list[list[SupposedStay]] = []
    slots: list[set[int]] = []
    items: list[set[int]] = []
    for one in stays:
        fits = (k for k, used in enumerate(slots) if not used & one.slots and one.item not in items[k])
        place = next(fits, len(groups))
        if place == len(groups):
            groups.append([])
            slots.append(set())
            items.append(set())
        groups[place].append(one)
        slots[place] |= one.slots
        items[place].add(one.item)
    return groups


def _by_item(breaches: Iterable[Breach]) -> Mapping[int, list[Breach]]:
    found: dict[int, list[Breach]] = {}
    for one in breaches:
        found.setdefault(one.subject.item, []).append(one)
    return found


def _by_slot(breaches: Iterable[Breach]) -> Mapping[int, list[Breach]]:
    found: dict[int, list[Breach]] = {}
    for one in breaches:
        found.setdefault(one.subject.slot, []).append(one)
    return found


def _finding(rule: Rule, before: Collection[Breach], after: Collection[Breach]) -> StayFinding | None:
    """Return what is found after and was not before; None if nothing changes."""
    known: dict[object, int] = {}
    for one in before:
        known[one.subject] = known.get(one.subject, 0) + one.amount
    added = tuple(one for one in after if one.amount > known.get(one.subject, 0))
    cost = rule.weight * (sum(one.amount for one in after) - sum(one.amount for one in before))
    return StayFinding(rule, added, cost) if added or cost else None
