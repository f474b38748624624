"""What a study says is proved, against every plan of small worlds, counted as the documentation says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from allocator.api import study_cell
from allocator.study.cell_results import CellResult
from allocator.study.dominance import is_proved_better, is_proved_worse
from seating_world import PLACE, Facts, Rules, by_level
from study_world import cell

Costs = tuple[int, ...]
CODES = ("level:1", "level:2", "rule:keep", "rule:heads", "rule:away")
SEATED = st.sampled_from(["", *PLACE])
WORLDS = st.builds(
    Facts,
    heads=st.tuples(*[st.booleans()] * 5),
    native=st.tuples(*[st.sampled_from([*PLACE.values(), "河口"])] * 5),
    past=st.tuples(*[SEATED] * 5),
    kin=st.lists(st.sampled_from([(0, 1), (1, 2), (3, 4)]), max_size=1),
)
SOFT = st.builds(
    Rules,
    away=st.sampled_from([(1, 1), (2, 1), (2, 4)]),
    kin=st.booleans(),
    members=st.sampled_from([1, 2]),
)
OPTIONS = st.builds(
    Rules,
    keep=st.sampled_from([0, 1, 1, 3]),
    away=st.sampled_from([(0, 1), (1, 1), (2, 0), (2, 1), (2, 4)]),
    heads=st.sampled_from([0, 3, 3]),
    kin=st.booleans(),
    members=st.sampled_from([1, 1, 2]),
)
CRITERIA = st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True)


@dataclass(frozen=True)
class Said:
    """What the cell of an option said, and what is true of its plans.

    Attributes:
        result: The result of the cell.
        told: Its messages, the last being its answer.
        plans: Every plan of the option: its costs by level under the option's rules, and by criterion.
    """

    result: CellResult
    told: list[Mapping[str, Any]]
    plans: list[tuple[Costs, Costs]]

    def could_end_with(self, message: Mapping[str, Any]) -> list[Costs]:
        """Return the criteria of every plan that is best at the levels that a message says are proved."""
        proved: list[int] = []
        for one in (one for one in message["score"] if one["level"] != "hard"):
            if one["cost"] != one["bound"]:
                break
            proved.append(one["cost"])
        levels = [one["level"] for one in message["score"] if one["level"] != "hard"][: len(proved)]
        chosen = [(tuple(own[level - 1] for level in levels), costs) for own, costs in self.plans]
        assert min(own for own, _ in chosen) == tuple(proved)
        return [costs for own, costs in chosen if own == tuple(proved)]


def counted(facts: Facts, seats: Any, base: Rules, criteria: list[str]) -> Costs:
    """Return the criteria of a plan, counted by the scenario's own rules."""
    costs = facts.soft_costs(seats, base)
    first, second = by_level(costs, base)
    known = {"level:1": first, "level:2": second, **{f"rule:{rule}": cost for rule, cost in costs.items()}}
    return tuple(known[code] for code in criteria)


def solve_option(
    place: Path, facts: Facts, base: Rules, rules: Rules, name: str, criteria: list[str]
) -> Said:
    """Solve a cell as a study does, and look at every plan of its option."""
    told: list[Mapping[str, Any]] = []
    folder = facts.write(place / name / "seating", rules)
    request = {
        "scenario": str(folder),
        "yardstick": str(place / "base" / "seating"),
        "criteria": criteria,
        "seconds": 20,
        "seed": 1,
        "workers": 1,
    }
    answer = study_cell.solve_cell(request, told.append)
    asked = cell(name, seed=1, criteria=tuple(criteria))
    kept = {key: value for key, value in answer.items() if key != "plan_text"}
    result = CellResult.model_validate({**kept, "key": asked.key})
    plans = [
        (by_level(costs, rules), counted(facts, seats, base, criteria)) for seats, costs in facts.plans(rules)
    ]
    return Said(result, [*told, {**answer, "bounds": list(result.bounds)}], plans)


#: All may stay where they were, unless relatives serve apart: then one of the two in G1 has to leave.
RELATIVES = Facts((True, True, False, False, False), ("河口",) * 5, ("G1", "G2", "G1", "G2", ""), [(0, 2)])
#: One head serves at home: either stays there, or hands over to the fifth, who is a head as well.
AT_HOME = Facts((True, True, False, False, True), ("城东", *("河口",) * 4), ("G1", "G2", "G1", "G2", ""))


@pytest.mark.slow
@settings(max_examples=20)
@example(RELATIVES, Rules(), [Rules(), Rules(kin=True)], ["level:1", "level:2"], True)
@example(AT_HOME, Rules(), [Rules(), Rules(away=(0, 1))], ["level:1", "level:2"], True)
@given(WORLDS, SOFT, st.lists(OPTIONS, min_size=2, max_size=3), CRITERIA, st.just(False))
def test_what_is_proved_is_true_of_every_plan(
    tmp_path_factory: pytest.TempPathFactory,
    facts: Facts,
    base: Rules,
    options: list[Rules],
    criteria: list[str],
    is_sure: bool,
) -> None:
    place = tmp_path_factory.mktemp("study")
    facts.write(place / "base" / "seating", base)
    said = [
        solve_option(place, facts, base, rules, f"option-{number}", criteria)
        for number, rules in enumerate(options)
    ]
    verdicts = 0
    for one in said:
        if one.result.outcome == "infeasible":
            assert not one.plans
            continue
        assert one.result.outcome == "solved"
        for message in one.told:
            possible = one.could_end_with(message)
            for costs in possible:
                assert all(bound <= cost for bound, cost in zip(message["bounds"], costs, strict=True)), (
                    message
                )
            for other in (other for other in said if other.result.has_plan and other is not one):
                best = [cost for cost in other.result.costs if cost is not None]
                if is_proved_worse(message["bounds"], best):
                    verdicts += 1
                    assert all(costs != tuple(best) and _nowhere_below(costs, best) for costs in possible)
        assert one.result.costs in one.could_end_with(one.told[-1])
        for other in (other for other in said if other.result.has_plan and other is not one):
            if is_proved_better(other.result, one.result):
                verdicts += 1
                assert all(costs > other.result.costs for costs in one.could_end_with(one.told[-1]))
    assert verdicts or not is_sure


def _nowhere_below(costs: Costs, others: list[int]) -> bool:
    return all(cost >= other for cost, other in zip(costs, others, strict=True))
