"""Answers about seats of a plan: why here, why not there, and who else could have a seat if others move."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from allocator.api.explaining import asked_seat, candidates, must_hold_plan, seat_codes
from allocator.api.judging import verify
from allocator.model.plan import HARD, Plan
from allocator.model.run import witnesses_of
from allocator.rules.overrides import overrides_digest, with_plan_overrides
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.seat_specs import resolve_layer
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.observer import NULL_OBSERVER, Observer

if TYPE_CHECKING:
    from allocator.explain.alternative import Alternative, SeatReasons
    from allocator.explain.alternative_search import AlternativeSearch
    from allocator.explain.seat_chains import ChainRanking

#: Sees the first plan that was found, before its price is proved.
AlternativeListener = Callable[["Alternative"], None]


def seat_chains(
    policy: Policy,
    plan: Plan,
    slot: str,
    *,
    role: str = "",
    period: str = "",
    layer: str = "",
    seconds: float = 20.0,
    seed: int = 1,
    workers: int = 0,
    observer: Observer = NULL_OBSERVER,
    file: str = "plan",
) -> ChainRanking:
    """Rank the candidates for a seat as ``candidates`` does, and also those who can if others move, too.

    Args:
        policy: The bound policy, from ``bind``.
        plan: A plan for the policy.
        slot: The slot of the seat, by code or by a unique name.
        role: The role of the seat; if empty, the first role that is filled in the slot.
        period: The period of the seat; if empty, the first period in which the slot exists.
        layer: The layer of the seat, by name or title; if empty, the first layer with the slot.
        seconds: Time limit.
        seed: Seed of every random choice.
        workers: Number of threads; 0 for one per core.
        observer: May stop the search; what was found by then is returned.
        file: Name of the plan in faults.

    Raises:
        InputError: The plan or the seat refers to ids or names that the scenario does not have.
        InternalError: Two solvers contradict each other.
    """
    from allocator.explain.seat_chains import rank_chains

    ranking = candidates(policy, plan, slot, role=role, period=period, layer=layer, file=file)
    search = _search(policy, plan, seconds, seed, workers, observer, file)
    return rank_chains(search, ranking)


def why_not(
    policy: Policy,
    plan: Plan,
    item: str,
    slot: str,
    *,
    role: str = "",
    period: str = "",
    layer: str = "",
    seconds: float = 20.0,
    seed: int = 1,
    workers: int = 0,
    observer: Observer = NULL_OBSERVER,
    on_first: AlternativeListener | None = None,
    file: str = "plan",
) -> Alternative:
    """Return the cheapest plan in which an item has a seat, against the plan at hand.

    Args:
        policy: The bound policy, from ``bind``.
        plan: The plan at hand.
        item: The item, by code or by a unique name.
        slot: The slot, likewise.
        role: The role; if empty, any role of the slot.
        period: The period; if empty, the first period in which the slot exists.
        layer: The layer, by name or title; if empty, the first with the item and the slot.
        seconds: Time limit.
        seed: Seed of every random choice.
        workers: Number of threads; 0 for one per core.
        observer: May stop the search; what was found by then is returned.
        on_first: Called with the first plan that was found, before its price is proved.
        file: Name of the plan in faults.

    Raises:
        InputError: The plan or the seat refers to ids or names that the scenario does not have.
        InternalError: Two solvers contradict each other.
    """
    from allocator.explain.alternative import SeatDemand

    search = _search(policy, plan, seconds, seed, workers, observer, file)
    seat, index = asked_seat(search.policy, plan, item, slot, role=role, period=period, layer=layer)
    assert index is not None
    first = search.first(SeatDemand(seat, index, any_role=not role))
    if on_first is not None:
        on_first(first)
    return search.prove(first)


def why_here(
    policy: Policy,
    plan: Plan,
    item: str,
    *,
    slot: str = "",
    role: str = "",
    period: str = "",
    layer: str = "",
    seconds: float = 20.0,
    seed: int = 1,
    workers: int = 0,
    observer: Observer = NULL_OBSERVER,
    on_first: AlternativeListener | None = None,
    file: str = "plan",
) -> tuple[SeatReasons, ...]:
    """Return why an item has its seats: the cheapest plan without each, and the cheapest places elsewhere.

    Args:
        policy: The bound policy, from ``bind``.
        plan: The plan at hand.
        item: The item, by code or by a unique name.
        slot: The only slot to look at; empty for all that it has.
        role: The only role; empty for all.
        period: The only period; if empty, the first one of each unbroken stay.
        layer: The only layer; empty for all.
        seconds: Time limit for each seat.
        seed: Seed of every random choice.
        workers: Number of threads; 0 for one per core.
        observer: May stop the search; what was found by then is returned.
        on_first: Called with the first plan of each seat, before its price is proved.
        file: Name of the plan in faults.

    Returns:
        An answer for each seat; none if the item has none of those that are asked about.

    Raises:
        InputError: The plan or the call refers to ids or names that the scenario does not have.
        InternalError: Two solvers contradict each other.
    """
    from allocator.explain.seat_reasons import seat_reasons, seats_of
    from allocator.explain.seats import check_item

    search = _search(policy, plan, seconds, seed, workers, observer, file)
    bound = search.policy
    layer = resolve_layer(bound.context, layer)
    item, slot, role = seat_codes(bound, item, slot, role, layer)
    roster = Roster(bound.context.layers, plan.assignments)
    check_item(bound, item, layer)
    found = []
    for seat in seats_of(bound, roster, item, layer, period):
        own = bound.context.layers[seat.layer]
        if slot in ("", own.slots[seat.slot]) and role in ("", own.roles[seat.role]):
            if observer.stop_reason() is not None:
                break
            found.append(seat_reasons(search, seat, own.item_index[item], seconds, on_first))
    return tuple(found)


def has_seat(
    policy: Policy, plan: Plan, item: str, slot: str, *, role: str = "", period: str = "", layer: str = ""
) -> bool:
    """Return whether an item has a seat of a plan, all of them named as in ``why_not``.

    Raises:
        InputError: The call refers to ids or names that the scenario does not have.
    """
    seat, index = asked_seat(policy, plan, item, slot, role=role, period=period, layer=layer)
    assert index is not None
    layers = policy.context.layers
    roles = (seat.role,) if role else range(len(layers[seat.layer].roles))
    return Roster(layers, plan.assignments)[seat.layer].holds(index, seat.slot, seat.period, roles)


def _search(
    policy: Policy, plan: Plan, seconds: float, seed: int, workers: int, observer: Observer, file: str
) -> AlternativeSearch:
    from allocator.explain.alternative_search import AlternativeSearch
    from allocator.optimise.results import Options

    known = trusted_proofs(policy, plan, file)
    must_hold_plan(plan, file)
    bound = with_plan_overrides(policy, plan, file)
    return AlternativeSearch(bound, plan, Options(seconds, seed, workers), known, observer)


def trusted_proofs(policy: Policy, plan: Plan, file: str = "plan") -> tuple[Proof, ...]:
    """Return what a plan proves of all plans: nothing if its claims are not so, or of other rules.

    Args:
        policy: The bound policy, from ``bind``.
        plan: The plan.
        file: Name of the plan in faults.

    Raises:
        InputError: The plan refers to ids that the scenario does not have.
    """
    verdict = verify(policy, plan, file=file)
    own = overrides_digest(with_plan_overrides(policy, plan, file))
    if not verdict.holds or verdict.differs is not None or plan.run.get("beside", "") != own:
        return ()
    return tuple(
        Proof.of(one.level, one.cost, Bound(one.bound, *witnesses_of(one.proof.by, one.proof.confirmed)))
        for one in plan.score
        if one.level != HARD
    )
