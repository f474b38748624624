"""A seat that changes hands, in words: period, place and role, who leaves and who comes."""

from __future__ import annotations

from allocator.model.notation import scenario_roles
from allocator.model.text import Text
from allocator.rules.policy import Policy
from allocator.verify.diff import SeatChange


def seat_change_text(policy: Policy, seat: SeatChange) -> Text:
    """Return a seat that changes hands in words; a seat that nobody takes is vacant."""
    when = "" if seat.period is None else f"{seat.period} "
    role = Text() if seat.role is None else scenario_roles(policy.context.scenario.spec)[seat.role]
    left, came = ([one.name for one in some] for some in (seat.left, seat.came))
    return Text(
        zh=f"{when}{seat.place.name}{role.zh}：{'、'.join(left) or '无'} → {'、'.join(came) or '空缺'}",
        en=f"{when}{seat.place.name} {role.en}".rstrip()
        + f": {', '.join(left) or 'nobody'} → {', '.join(came) or 'vacant'}",
    )
