"""The exception that a change adds to a pack of rules, and what it is used for. Loads no solver."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from allocator.explain.remedies import RemedyChange
from allocator.model.plan import Assignment
from allocator.model.text import Text
from allocator.rules.policy import Policy
from allocator.rules.rule import Waiver, waived
from allocator.verify.judge import judge

#: The reason that an exception has until somebody writes one.
REASON = Text(zh="待批", en="to be approved")


def waiver_of(change: RemedyChange) -> Waiver | None:
    """Return the exception that a change adds; None for other changes."""
    if change.kind not in ("waive", "wait") or change.until is None:
        return None
    return Waiver(rule=change.rule, items=change.items, slots=change.slots, reason=REASON, until=change.until)


def found_shortfalls(
    policy: Policy, changes: Sequence[RemedyChange], plan: Iterable[Assignment]
) -> tuple[Text, ...]:
    """Return for each change what a plan leaves unkept because of it; empty for what is no exception.

    Args:
        policy: The policy after the changes.
        changes: The changes.
        plan: A plan that keeps it.
    """
    given = [waiver_of(one) for one in changes]
    kept = tuple(one for one in policy.waivers if one not in given)
    judged = judge(replace(policy, waivers=kept), plan)
    breaches = {one.rule.id: one.breaches for one in judged.findings}
    found = []
    for change, waiver in zip(changes, given, strict=True):
        details = [
            one.detail
            for one in (breaches.get(change.rule, ()) if waiver is not None else ())
            if waiver is not None and waived(waiver, one.subject, policy.context.layers[change.layer])
        ]
        said = [one for one in dict.fromkeys(details) if one]
        found.append(Text(zh="；".join(one.zh for one in said), en="; ".join(one.en for one in said)))
    return tuple(found)
