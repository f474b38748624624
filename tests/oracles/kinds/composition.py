"""composition: each slot has in each period the numbers of grades or roles that a notation gives."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.scope import Scope
from oracles.world import World

LAYERS = ("turn", "posting", "casework")
NAMES = ("slot", "period")
MANY = 99
#: What is written, and which word asks for how many, from and to. A role that a layer does not have is none of its.
BY_GRADE = {
    "1正": {"head": (1, 1)},
    "≤1副+2干部": {"deputy": (0, 1), "cadre": (2, 2)},
    "0-1正+≥1干部": {"head": (0, 1), "cadre": (1, MANY)},
    "1-2 heads": {"head": (1, 2)},
}
BY_ROLE = {
    "posting": {
        "1 lead + ≤1 member": {"lead": (1, 1), "member": (0, 1)},
        "1 lead + 1正": {"lead": (1, 1), "head": (1, 1)},
    },
    "casework": {"1 chief": {"chief": (1, 1)}, "0-1 chief + ≥1 aide": {"chief": (0, 1), "aide": (1, MANY)}},
}


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    written = [*BY_GRADE, *BY_ROLE.get(on, ())]
    if world.layers[on].of_slots == "groups":
        written += ["seats", "seats"]
    names = draw(st.sampled_from([["atleast"], ["atmost"], ["exactly"], ["atleast", "atmost"]]))
    chosen = draw(st.sampled_from(written))
    return dict.fromkeys(names, chosen)


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    layer, world = scope.layer, scope.world
    for slot in scope.slots:
        for period in scope.periods:
            if (slot, period) not in layer.open:
                continue
            seats = [s for s in scope.seats if (s.slot, s.period) == (slot, period)]
            for field in ("atleast", "atmost", "exactly"):
                written = scope.rule.get(field, "")
                if written == "seats":
                    written = world.tables["groups"][slot]["seats"]
                known = BY_GRADE | BY_ROLE.get(layer.name, {})
                for word, (least, most) in known.get(written, {}).items():
                    count = len({s.item for s in seats if word in (s.role, _grade(world, layer, s.item))})
                    if field != "atmost":
                        found[slot, period] += max(0, least - count)
                    if field != "atleast":
                        found[slot, period] += max(0, count - most)
    return +found


def _grade(world: World, layer: Any, item: str) -> str:
    return str(world.tables[layer.of_items][item].get("grade", ""))
