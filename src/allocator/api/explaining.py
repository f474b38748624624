"""Explains why a policy has no plan, ranks the candidates for a seat, and prices rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.plan import Plan
from allocator.model.text import Text
from allocator.rules.overrides import with_plan_overrides
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Rule
from allocator.rules.seat_specs import resolve_code, resolve_layer
from allocator.solvers.observer import NULL_OBSERVER, Observer
from allocator.verify import check_references, judge

if TYPE_CHECKING:
    from allocator.explain import Ranking, Reasons, Seat
    from allocator.explain.conflicts import Diagnosis
    from allocator.explain.remedies import RemedySet
    from allocator.explain.rule_price import RulePrice

#: Called before the solve without a rule: the number of those done, the number of all, and the rule.
RuleListener = Callable[[int, int, Rule], None]


def explain(policy: Policy, *, seconds: float = 30.0, observer: Observer = NULL_OBSERVER) -> Reasons:
    """Return why a policy has no plan: the rules in conflict, and the cheapest repairs.

    Args:
        policy: The bound policy, from ``bind``, that ``solve`` found infeasible.
        seconds: Time limit.
        observer: May stop the search; the reasons found until then are returned.
    """
    from allocator.explain import why_infeasible

    return why_infeasible(policy, seconds=seconds, observer=observer)


def diagnose(policy: Policy, *, seconds: float = 30.0, observer: Observer = NULL_OBSERVER) -> Diagnosis:
    """Return whether a policy has a plan that keeps its hard rules, and its minimal conflicts if not.

    Args:
        policy: The bound policy, from ``bind``.
        seconds: Time limit.
        observer: May stop the search; what was found until then is returned.

    Raises:
        InternalError: Two solvers contradict each other.
    """
    from allocator.explain.diagnosis import find_diagnosis

    return find_diagnosis(policy, seconds, observer)


def remedies(
    policy: Policy,
    *,
    seconds: float = 20.0,
    diagnosis: Diagnosis | None = None,
    observer: Observer = NULL_OBSERVER,
) -> RemedySet:
    """Return the cheapest ways out of a policy without a plan: changes of its files, each at a price.

    Args:
        policy: The bound policy, from ``bind``.
        seconds: Time limit.
        diagnosis: What ``diagnose`` found; the search begins with its conflicts.
        observer: May stop the search; what was found until then is returned.
    """
    from allocator.explain.remedy_search import find_remedies

    known = None if diagnosis is None else diagnosis.found
    return find_remedies(policy, seconds, known, observer)


def candidates(
    policy: Policy,
    plan: Plan,
    slot: str,
    *,
    role: str = "",
    period: str = "",
    layer: str = "",
    item: str = "",
    file: str = "plan",
) -> Ranking:
    """Rank the candidates for a seat of a plan, each with the breaches and costs of the move to the seat.

    Args:
        policy: The bound policy, from ``bind``.
        plan: A plan for the policy.
        slot: The slot of the seat, by code or by a unique name.
        role: The role of the seat; if empty, the first role that is filled in the slot.
        period: The period of the seat; if empty, the first period in which the slot exists.
        layer: The layer of the seat, by name or title; if empty, the first layer with the slot (and with the
            item and the role, if given).
        item: The only item to rank, by code or name; empty for all items.
        file: Name of the plan in faults.

    Raises:
        InputError: The plan or the seat refers to ids or names that the scenario does not have.
    """
    from allocator.explain import rank_candidates

    check_references(policy, plan, file)
    policy = with_plan_overrides(policy, plan, file)
    seat, index = asked_seat(policy, plan, item, slot, role=role, period=period, layer=layer)
    return rank_candidates(policy, plan.assignments, seat, None if index is None else [index])


def asked_seat(
    policy: Policy, plan: Plan, item: str, slot: str, *, role: str, period: str, layer: str
) -> tuple[Seat, int | None]:
    """Return the seat that a call asks about, and the item by index; None without an item.

    Args:
        policy: The policy, with the overrides of the plan.
        plan: The plan.
        item: The item, by code or by a unique name; empty for none.
        slot: The slot, likewise.
        role: The role; if empty, the first one that is filled in the slot.
        period: The period; if empty, the first one in which the slot exists.
        layer: The layer, by name or title; if empty, the first one that fits.

    Raises:
        InputError: The call refers to ids or names that the scenario does not have.
    """
    from allocator.explain import SeatQuery, find_seat

    layer = resolve_layer(policy.context, layer)
    item, slot, role = seat_codes(policy, item, slot, role, layer)
    query = SeatQuery(slot=slot, role=role, period=period, layer=layer, item=item)
    seat = find_seat(policy, Roster(policy.context.layers, plan.assignments), query)
    return seat, policy.context.layers[seat.layer].item_index[item] if item else None


def must_hold_plan(plan: Plan, file: str) -> None:
    """Refuse a file that holds an answer without a plan, where something is to be compared with the plan.

    Raises:
        InputError: It holds no assignments.
    """
    if not plan.assignments:
        message = Text(zh="文件中没有方案，无从比较", en="the file holds no plan to compare with")
        raise InputError([Fault(message, file)])


def seat_codes(policy: Policy, item: str, slot: str, role: str, layer: str) -> tuple[str, str, str]:
    """Return the codes of an item, a slot and a role, each given by code or by name.

    Raises:
        InputError: Several items, or several slots, have the given name.
    """
    named = [one for one in policy.context.layers.values() if layer in ("", one.name)]
    faults: list[Fault] = []
    items = dict.fromkeys(code for one in named for code in one.items)
    slots = dict.fromkeys(code for one in named for code in one.slots)
    found = (
        resolve_code(policy.context, item, items, "--item", faults),
        resolve_code(policy.context, slot, slots, "--slot", faults),
        policy.context.words.roles.id_of(role) or role,
    )
    if faults:
        raise InputError(faults)
    return found


def priced_rules(policy: Policy, names: Sequence[str] = (), *, soft: bool = False) -> list[Rule]:
    """Return the rules whose price is asked for, each once.

    Args:
        policy: The bound policy, from ``bind``.
        names: Ids of rules, hard ones too.
        soft: Whether all soft rules are, too.

    Raises:
        InputError: The policy has no such rule; with every unknown id.
    """
    known = {rule.id: rule for rule in policy.rules if rule.id in policy.entries}
    faults = [
        Fault(
            Text(zh="没有这条规则", en="there is no such rule"),
            column="--rule",
            found=shorten(name),
            allowed=", ".join([*known][:40]),
            nearest=nearest(name, known),
        )
        for name in names
        if name not in known
    ]
    if faults:
        raise InputError(faults)
    return [rule for rule in known.values() if rule.id in names or (soft and not rule.is_hard)]


def rule_prices(
    policy: Policy,
    plan: Plan,
    rules: Sequence[Rule],
    *,
    seconds: float = 20.0,
    seed: int = 1,
    workers: int = 0,
    observer: Observer = NULL_OBSERVER,
    on_rule: RuleListener | None = None,
    file: str = "plan",
) -> list[RulePrice]:
    """Solve anew without each of some rules, and compare with the plan: what each rule costs.

    Args:
        policy: The bound policy, from ``bind``.
        plan: The plan, from which each solve starts.
        rules: The rules, from ``priced_rules``.
        seconds: Time limit of each solve.
        seed: Seed of every random choice.
        workers: Number of threads; 0 for one per core.
        observer: May stop the call; the prices found by then are returned.
        on_rule: Called before each solve with the number of those done, the number of all, and the rule.
        file: Name of the plan in faults.

    Raises:
        InputError: The plan refers to ids that the scenario does not have, or holds no assignments.
        InternalError: A new plan breaks a hard rule.
    """
    from allocator.explain.rule_pricing import price_rule
    from allocator.optimise.results import Options

    check_references(policy, plan, file)
    must_hold_plan(plan, file)
    policy = with_plan_overrides(policy, plan, file)
    judged = judge(policy, plan.assignments)
    found = []
    for number, rule in enumerate(rules):
        if observer.stop_reason() is not None:
            break
        if on_rule is not None:
            on_rule(number, len(rules), rule)
        found.append(price_rule(policy, plan, judged, rule, Options(seconds, seed, workers), observer))
    return found
