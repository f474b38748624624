"""Explains: why there is no plan, who fits a seat, and what it would cost to give it to somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.errors import Fault, InputError
from allocator.model.plan import Plan
from allocator.rules.overrides import with_plan_overrides
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.seat_specs import resolve_code, resolve_layer
from allocator.solvers.observer import NULL_OBSERVER, Observer
from allocator.verify import check_references

if TYPE_CHECKING:
    from allocator.explain import Ranking, Reasons, SeatPrice


def explain(policy: Policy, *, seconds: float = 30.0, observer: Observer = NULL_OBSERVER) -> Reasons:
    """Return why a policy has no plan: rules that cannot hold together, and the cheapest ways out.

    Args:
        policy: What ``bind`` returned; ``solve`` found it infeasible.
        seconds: Time limit.
        observer: May stop the search: the reasons found by then are returned.
    """
    from allocator.explain import why_infeasible

    return why_infeasible(policy, seconds=seconds, observer=observer)


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
    """Rank who could have a seat of a plan, were nothing else to change, with what speaks against each.

    Args:
        policy: What ``bind`` returned.
        plan: A plan for it.
        slot: The slot of the seat, by code or by a name that it alone bears.
        role: Its role; the first that somebody holds there if not given.
        period: Its period; the first in which the slot exists if not given.
        layer: Its layer, by name or title; the first that has the slot (and the item and the role) if not
            given.
        item: Look at this item alone, given by code or name.
        file: What the plan is called in faults.

    Raises:
        InputError: The plan or the seat names what the scenario does not have.
    """
    from allocator.explain import SeatQuery, find_seat, rank_candidates

    check_references(policy, plan, file)
    policy = with_plan_overrides(policy, plan, file)
    layer = resolve_layer(policy.context, layer)
    item, slot, role = _codes(policy, item, slot, role, layer)
    asked = SeatQuery(slot=slot, role=role, period=period, layer=layer, item=item)
    seat = find_seat(policy, Roster(policy.context.layers, plan.assignments), asked)
    only = [policy.context.layers[seat.layer].item_index[item]] if item else None
    return rank_candidates(policy, plan.assignments, seat, only)


def _codes(policy: Policy, item: str, slot: str, role: str, layer: str) -> tuple[str, str, str]:
    """Return the codes of an item, a slot and a role that may be given by names.

    Raises:
        InputError: Several bear such a name.
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


def price(
    policy: Policy,
    plan: Plan,
    ranking: Ranking,
    *,
    seconds: float = 20.0,
    seed: int = 1,
    workers: int = 0,
    observer: Observer = NULL_OBSERVER,
    file: str = "plan",
) -> SeatPrice:
    """Solve anew with the first candidate of a ranking pinned to its seat, and compare with the plan.

    Args:
        policy: What ``bind`` returned.
        plan: The plan that the ranking is of; the solve begins from it.
        ranking: What ``candidates`` returned for one item.
        seconds: Time limit.
        seed: Seed of every random choice.
        workers: Threads, 0 for as many as there are cores.
        observer: May stop the solve, from another thread.
        file: What the plan is called in faults.

    Raises:
        InputError: The plan names what the scenario does not have.
        InternalError: What was found breaks a hard rule.
    """
    from allocator.explain.seat_pricing import solve_pinned
    from allocator.optimise.results import Options

    check_references(policy, plan, file)
    policy = with_plan_overrides(policy, plan, file)
    options, item = Options(seconds, seed, workers), ranking.candidates[0].item
    return solve_pinned(policy, plan.assignments, ranking.seat, item, options, observer)
