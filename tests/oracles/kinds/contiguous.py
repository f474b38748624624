"""contiguous: members are connected along links; each part beyond the allowed number is a breach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from oracles.scope import Scope
from oracles.world import World, several

LAYERS = ("zoning",)
NAMES = ("slot", "period")
BASELINE = True


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    rule: dict[str, Any] = {}
    if draw(st.booleans()):
        rule["link"] = draw(st.sampled_from(["liaises", ["adjacent", "liaises"]]))
    if draw(st.booleans()):
        rule["allow"] = draw(st.sampled_from([1, 2, "as_now"]))
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for slot in scope.slots:
        for period in scope.periods:
            now = _parts(scope, {s.item for s in scope.seats if (s.slot, s.period) == (slot, period)})
            extra = now - _allowed(scope, slot)
            if extra > 0:
                found[slot, period] += extra
    return found


def _allowed(scope: Scope, slot: str) -> int:
    allow = scope.rule.get("allow", 1)
    if allow != "as_now":
        return int(allow)
    today = scope.past
    if not scope.layer.past:
        today = Scope(scope.rule, scope.world, scope.world.baseline or frozenset()).everywhere
    return max(1, _parts(scope, {s.item for s in today if s.slot == slot}))


def _parts(scope: Scope, members: Iterable[str]) -> int:
    left, parts = set(members), 0
    kinds = several(scope.rule.get("link", "adjacent"))
    while left:
        parts += 1
        reached = {left.pop()}
        while reached:
            at = reached.pop()
            beside = {
                other
                for link in scope.world.links
                if link.kind in kinds and at in (link.source, link.target)
                for other in (link.source, link.target)
            }
            reached |= beside & left
            left -= beside
    return parts
