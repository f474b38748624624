"""Pairs of items: by lists of ids, by ties, by a condition on two items, by acquaintance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from oracles.expressions import TWO_ITEM_TESTS
from oracles.kinds._strength import strength
from oracles.scope import Scope
from oracles.world import Tie, World, several, value

CHOOSING = ("pairs", "ties", "when", "acquainted")


def chosen_pairs(draw: Any, world: World, on: str, *, least: int = 1) -> dict[str, Any]:
    """Draw the fields that choose pairs, at least ``least`` of them."""
    layer = world.layers[on]
    fields: dict[str, Any] = {
        "pairs": st.lists(
            st.lists(st.sampled_from(layer.items), min_size=2, max_size=3, unique=True),
            min_size=1,
            max_size=2,
        ),
        "when": st.sampled_from(TWO_ITEM_TESTS[layer.of_items]),
    }
    if layer.of_items == "people":
        fields["ties"] = st.sampled_from(["kin", ["kin", "classmate"]])
        if world.ties_alone:
            fields["acquainted"] = st.sampled_from([0.3, 0.5, 0.8])
    if layer.of_items == "units":
        fields["ties"] = st.sampled_from(["adjacent", ["adjacent", "liaises"]])
    names = draw(st.lists(st.sampled_from(sorted(fields)), min_size=least, max_size=2, unique=True))
    if "acquainted" in fields and draw(st.booleans()):
        names = ["acquainted"]  # acquaintance would else hardly ever be drawn: few worlds have ties alone
    rule = {name: draw(fields[name]) for name in names}
    if "acquainted" in rule and draw(st.booleans()):
        rule["hops"] = draw(st.integers(1, 3))
    return rule


def pairs(scope: Scope, period: int) -> set[tuple[str, str]]:
    """Return the pairs of a period, both of them items of the rule, each pair once and sorted."""
    return {
        (one, two)
        for one, two in combinations(sorted(scope.items), 2)
        if _is_pair(scope.rule, scope, one, two, period)
    }


def _is_pair(rule: Mapping[str, Any], scope: Scope, one: str, two: str, period: int) -> bool:
    world, layer = scope.world, scope.layer
    listed = any(one in ids and two in ids for ids in rule.get("pairs", ()))
    tied = any(
        tie.kind in several(rule.get("ties")) and tie.holds(period) for tie in _between(world, one, two)
    )
    if layer.once:
        tied = any(tie.kind in several(rule.get("ties")) for tie in _between(world, one, two))
    when = rule.get("when")
    held = when is not None and any(
        value(when, world.see(layer, item=a, other=b)) for a, b in ((one, two), (two, one))
    )
    known = "acquainted" in rule and strength(world, one, two, rule.get("hops", 2)) >= rule["acquainted"]
    return listed or tied or held or known


def _between(world: World, one: str, two: str) -> Iterable[Tie]:
    return (tie for tie in (*world.ties, *world.links) if {tie.source, tie.target} == {one, two})
