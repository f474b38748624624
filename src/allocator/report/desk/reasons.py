"""The reasons of an assignment: the rules that bear on it and hold for it, each checked by the judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from allocator.model.layer import Layer
from allocator.model.plan import Assignment
from allocator.model.text import Text
from allocator.report.desk.desk_input import DeskInput
from allocator.report.desk.desk_tables import Reason
from allocator.rules.rule import Breach, Rule

#: Item, slot, role and period of an assignment, by index.
Place = tuple[int, int, int, int]
#: Kinds that judge each seat by itself; a breach elsewhere says nothing about a seat.
_BY_SEAT = frozenset({"avoid", "elsewhere", "eligible", "follow", "prefer"})
#: Kinds in the order in which their rules are named; those that are not listed come last.
_ORDER = {
    name: 2 * k
    for k, name in enumerate(
        (
            "pin",
            "wishes",
            "prefer",
            "follow",
            "avoid",
            "elsewhere",
            "apart",
            "separate",
            "eligible",
            "max_term",
        )
    )
}
#: Kinds that speak for a seat; one that says who may have a role does so, too.
_FOR = frozenset({"follow", "pin", "prefer", "together", "wishes"})
#: Kinds that are no reason of any single seat: they say what is not done, or how the layer is built.
_NEVER = frozenset({"exclude", "partners", "take", "together"})


class ReasonFinder:
    """Finds the reasons of assignments of one plan.

    A rule is a reason of an assignment if its scope covers the assignment, if it says something about it (a
    pin of somebody else does not), and if the judge finds no breach that the assignment may have a part in.
    A breach that an exception excuses counts as a breach here.
    """

    def __init__(self, source: DeskInput) -> None:
        self._source = source

    def reasons(self, assignment: Assignment) -> tuple[Reason, ...]:
        """Return the rules that bear on an assignment and hold, those about the person first."""
        layer = self._source.layers[assignment.layer]
        place = (
            layer.item_index[assignment.item],
            layer.slot_index[assignment.slot],
            layer.roles.index(assignment.role),
            layer.period_index[assignment.period],
        )
        return self.reasons_at(layer, place)

    def reasons_at(self, layer: Layer, place: Place) -> tuple[Reason, ...]:
        """Return the reasons of an assignment that is given by index."""
        found = (
            Reason(
                rule.id,
                self.sentence(rule),
                _is_of_person(rule),
                speaks_for=rule.name in _FOR or (rule.name == "eligible" and bool(rule.role)),
                is_unbroken=not self._source.breaches[rule.id],
                is_hard=rule.is_hard,
            )
            for rule in self._by_layer.get(layer.name, ())
            if self._bears_on(rule, layer, place) and not self._breaches[rule.id].concerns(place)
        )
        return tuple(sorted(found, key=lambda one: (not one.is_of_person, self._rank(one.rule))))

    def _rank(self, rule: str) -> int:
        """Return the place of a rule among the reasons: what speaks for the seat, then what does not bar."""
        name, chosen = self._kinds[rule]
        return _ORDER.get(name, 2 * len(_ORDER)) - chosen

    def sentence(self, rule: Rule) -> Text:
        """Return a rule as a sentence: its reason, or else the sentence of its kind, filled."""
        return self._sentences[rule.id]

    @cached_property
    def _sentences(self) -> Mapping[str, Text]:
        """Each rule as a sentence; to fill one takes a millisecond, and thousands of reasons cite it."""
        policy = self._source.policy
        return {rule.id: policy.reason(rule) for rule in policy.rules}

    @cached_property
    def _kinds(self) -> Mapping[str, tuple[str, bool]]:
        """The kind of each rule, and whether it is about certain roles only."""
        return {rule.id: (rule.name, bool(rule.role)) for rule in self._source.policy.rules}

    @cached_property
    def _by_layer(self) -> Mapping[str, tuple[Rule, ...]]:
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in self._source.policy.rules:
            if rule.name not in _NEVER:
                found[rule.on] = (*found.get(rule.on, ()), rule)
        return found

    @cached_property
    def _breaches(self) -> Mapping[str, _BreachIndex]:
        """The breaches of each rule by what they are about."""
        found = self._source.breaches
        return {
            rule.id: _BreachIndex(found[rule.id], by_seat=rule.name in _BY_SEAT)
            for rule in self._source.policy.rules
        }

    def _bears_on(self, rule: Rule, layer: Layer, place: Place) -> bool:
        item, slot, role, period = place
        scope = self._source.policy.scopes[rule.id]
        is_covered = (
            item in scope.item_set
            and slot in scope.slot_set
            and role in scope.roles
            and period in scope.periods
        )
        says_something = _SAYS.get(rule.name)
        return is_covered and (says_something is None or says_something(self._source, rule, layer, place))


class _BreachIndex:
    """The breaches of a rule by the item that they name; those without an item in a list of their own."""

    def __init__(self, breaches: Iterable[Breach], *, by_seat: bool) -> None:
        self._by_seat = by_seat
        self._of_item: dict[int, list[Breach]] = {}
        self._others: list[Breach] = []
        for breach in breaches:
            named = {one for one in (breach.subject.item, breach.subject.other) if one >= 0}
            for one in named:
                self._of_item.setdefault(one, []).append(breach)
            if not named:
                self._others.append(breach)

    def concerns(self, place: Place) -> bool:
        """Return whether any breach may be about an assignment.

        A breach of the same item counts wherever and whenever it is, unless the kind judges seat by seat:
        somebody who left a place broke a rule about staying. A breach without an item counts if its slot,
        role and period are those of the assignment or not named.
        """
        of_item = self._of_item.get(place[0], ())
        if any(not self._by_seat or _is_at(breach, place) for breach in of_item):
            return True
        return any(_is_at(breach, place) for breach in self._others)


def _is_at(breach: Breach, place: Place) -> bool:
    subject = breach.subject
    _, slot, role, period = place
    return subject.slot in (-1, slot) and subject.role in (-1, role) and subject.period in (-1, period)


def _is_of_person(rule: Rule) -> bool:
    """Whether a rule looks at people one by one, not at what a place holds."""
    each = getattr(rule, "each", None)
    return "item" in rule.subject_dims if each is None or rule.name == "keep" else each == "item"


def _is_named(source: DeskInput, rule: Rule, layer: Layer, place: Place) -> bool:
    """Whether a pin names the item and the slot."""
    named = dict(rule)
    return (named["item"], named["slot"]) == (layer.items[place[0]], layer.slots[place[1]])


def _has_wish(source: DeskInput, rule: Rule, layer: Layer, place: Place) -> bool:
    """Whether the item has a wish for the period."""
    item, period = layer.items[place[0]], layer.period_id(place[3])
    return any(one.item == item and one.period in ("", period) for one in source.organisation.wishes)


def _held_before(source: DeskInput, rule: Rule, layer: Layer, place: Place) -> bool:
    """Whether the item held a place in the period before, so that staying or leaving means something."""
    return bool(source.held(layer, place[0], place[3] - 1))


def _stays_here(source: DeskInput, rule: Rule, layer: Layer, place: Place) -> bool:
    """Whether the item was in the slot in the period before."""
    return any(slot == place[1] for slot, _ in source.held(layer, place[0], place[3] - 1))


def _is_new_here(source: DeskInput, rule: Rule, layer: Layer, place: Place) -> bool:
    return not _stays_here(source, rule, layer, place)


def _has_baseline(source: DeskInput, rule: Rule, layer: Layer, place: Place) -> bool:
    return source.policy.context.baseline is not None


#: When a kind says something about an assignment that its scope covers; the other kinds always do.
_SAYS: Mapping[str, Callable[[DeskInput, Rule, Layer, Place], bool]] = {
    "cooldown": _is_new_here,
    "keep": _has_baseline,
    "min_term": _held_before,
    "pin": _is_named,
    "stability": _stays_here,
    "turnover": _held_before,
    "wishes": _has_wish,
}
