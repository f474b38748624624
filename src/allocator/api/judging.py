"""Judges plans, and who could have a seat of one; never asks the solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.errors import Fault, InputError
from allocator.model.plan import Plan
from allocator.rules.overrides import with_plan_overrides
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.seat_specs import resolve_code, resolve_layer
from allocator.verify import (
    Disagreement,
    Judgement,
    OtherVersion,
    check_references,
    judge,
    listing_disagreements,
    other_version,
    plan_inconsistencies,
    score_disagreements,
)

if TYPE_CHECKING:
    from allocator.explain import Ranking


@dataclass(frozen=True)
class Verdict:
    """What the checks say of a plan.

    Attributes:
        judgement: What every rule finds.
        disagreements: Where the plan's own score is not so.
        differs: What differs where the plan was made for another version of the scenario.
    """

    judgement: Judgement
    disagreements: tuple[Disagreement, ...]
    differs: OtherVersion | None = None

    @property
    def other_scenario(self) -> bool:
        """Whether the plan was made for another version of the scenario."""
        return self.differs is not None

    @property
    def holds(self) -> bool:
        """Whether the plan breaks no hard rule and claims nothing that is not so."""
        return not self.judgement.broken and not self.disagreements


def verify(policy: Policy, plan: Plan, *, file: str = "plan") -> Verdict:
    """Judge a plan, and what it claims, by code that shares nothing with the solver.

    An answer without a plan does not hold. Of a plan of another version of the scenario its levels and rules
    are told among the differences, not held against it. Pins and exclusions that it was asked for are judged.

    Raises:
        InputError: The plan names what the scenario does not have.
    """
    check_references(policy, plan, file)
    policy = with_plan_overrides(policy, plan, file)
    differs = other_version(policy, plan)
    claims = list(plan_inconsistencies(plan))
    if not plan.is_found and not plan.assignments:
        return Verdict(Judgement(()), tuple(claims), differs)
    if differs is None:
        claims += listing_disagreements(policy, plan)
    judgement = judge(policy, plan.assignments)
    claims += score_disagreements(plan, judgement)
    return Verdict(judgement, tuple(dict.fromkeys(claims)), differs)


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
    query = SeatQuery(slot=slot, role=role, period=period, layer=layer, item=item)
    seat = find_seat(policy, Roster(policy.context.layers, plan.assignments), query)
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
