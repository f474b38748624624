"""composition: each slot has in each period the numbers of grades or roles that a notation gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from oracles.expressions import SLOT_PERIOD_NUMBERS
from oracles.scope import Scope
from oracles.world import World, value

LAYERS = ("turn", "posting", "casework")
NAMES = ("slot", "period")
MANY = 99
#: Notations, each with the least and the greatest number of each grade or role.
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
    numbers = st.sampled_from([1, 2, *SLOT_PERIOD_NUMBERS[world.layers[on].of_slots]])
    words = st.dictionaries(st.sampled_from(["head", "cadre"]), numbers, min_size=1)
    names = draw(st.sampled_from([["atleast"], ["atmost"], ["exactly"], ["atleast", "atmost"]]))
    chosen = draw(st.sampled_from(written) | words)
    return dict.fromkeys(names, chosen)


def refused(rule: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields that are refused beside a notation that names roles."""
    named = {text for texts in BY_ROLE.values() for text in texts}
    return ("role",) if any(rule.get(name) in [*named] for name in ("atleast", "atmost", "exactly")) else ()


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
                for word, (least, most) in _bounds(scope, written, slot, period).items():
                    count = len({s.item for s in seats if word in (s.role, _grade(world, layer, s.item))})
                    short = least - count if field != "atmost" else 0
                    over = count - most if field != "atleast" else 0
                    found[slot, period] += max(0, short, over)
    return +found


def _bounds(scope: Scope, written: Any, slot: str, period: int) -> Mapping[str, tuple[int, int]]:
    if isinstance(written, Mapping):
        seen = scope.world.see(scope.layer, slot=slot, period=period)
        numbers = {word: max(0, value(number, seen)) for word, number in written.items()}
        return {word: (number, number) for word, number in numbers.items()}
    return (BY_GRADE | BY_ROLE.get(scope.layer.name, {})).get(written, {})


def _grade(world: World, layer: Any, item: str) -> str:
    return str(world.tables[layer.of_items][item].get("grade", ""))
