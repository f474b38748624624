"""What a call asks beside the scenario, as a digest: bounds that were proved under it hold under it alone."""

from __future__ import annotations

from collections.abc import Iterable

from allocator.model.reading import scenario_digest
from allocator.rules.policy import Policy


def overrides_digest(policy: Policy, *more: str) -> str:
    """Return the digest of pins, exclusions, kept layers, the baseline and ``more``; empty without any."""
    implied = {f"take.{name}" for name in policy.context.layers}
    given = [rule for rule in policy.rules if rule.id not in policy.entries and rule.id not in implied]
    parts: list[tuple[str, str]] = [(f"rule {rule.id}", rule.model_dump_json()) for rule in given]
    if policy.context.baseline is not None:
        seats = sorted(seat.model_dump_json() for seat in policy.context.baseline.assignments)
        parts.append(("baseline", "\n".join(seats)))
    parts.extend((one, "") for one in more)
    return scenario_digest(_encoded(parts)) if parts else ""


def _encoded(parts: Iterable[tuple[str, str]]) -> Iterable[tuple[str, bytes]]:
    return ((name, content.encode()) for name, content in parts)
