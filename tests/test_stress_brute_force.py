"""The fewest changes of ``stress`` against every plan of small worlds, counted as its documentation says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator import api
from seating_world import PEOPLE, PLACE, Facts, Rules, Seating, seats_of

SEATED = st.sampled_from(["", *PLACE])
WORLDS = st.builds(
    Facts,
    heads=st.tuples(*[st.booleans()] * 5),
    native=st.tuples(*[st.sampled_from([*PLACE.values(), "河口", "河口"])] * 5),
    past=st.tuples(*[SEATED] * 5),
    kin=st.lists(st.sampled_from([(0, 1), (1, 2), (3, 4)]), max_size=1),
)
RULES = Rules(away=(0, 1), kin=True)


def changed(before: Seating, after: Seating, leaves: int | None) -> int:
    """Return how many seats change hands; the seat of somebody who leaves is open."""
    return sum(
        was is not None and was != now
        for number, (was, now) in enumerate(zip(before, after, strict=True))
        if number != leaves
    )


def fewest(facts: Facts, seats: Seating, leaves: int | None) -> int | None:
    """Return the fewest changes that mend a plan; None if no plan is possible."""
    found = [
        changed(seats, other, leaves)
        for other, _ in facts.plans(RULES)
        if leaves is None or other[leaves] is None
    ]
    return min(found, default=None)


@pytest.mark.slow
@settings(max_examples=12)
@given(facts=WORLDS, tie=st.sampled_from([(0, 2), (0, 3), (2, 3), (1, 4)]))
def test_the_fewest_changes_are_those_of_all_plans(
    tmp_path_factory: pytest.TempPathFactory, facts: Facts, tie: tuple[int, int]
) -> None:
    place = facts.write(tmp_path_factory.mktemp("world") / "seating", RULES)
    policy = api.bind(api.load(place))
    plan = api.solve(policy, seconds=20, workers=1)
    if not plan.is_found:
        assert not [*facts.plans(RULES)]
        return
    seats = seats_of(plan)
    seated = [number for number, seat in enumerate(seats) if seat is not None]
    shocks = [api.Shock("leaves", (PEOPLE[number],)) for number in seated]
    shocks.append(api.Shock("tie", (PEOPLE[tie[0]], PEOPLE[tie[1]])))
    report = api.stress(policy, plan, shocks, seconds=20, workers=1)
    wanted = [fewest(facts, seats, number) for number in seated]
    tied = replace(facts, kin=[*facts.kin, tie])
    wanted.append(fewest(tied, seats, None))
    for result, least in zip(report.results, wanted, strict=True):
        assert result.is_proved, result
        if least is None:
            assert result.outcome == "impossible", (result, least)
        elif result.outcome == "holds":
            assert least == 0 and tied.costs(seats, RULES) is not None
        else:
            assert (result.outcome, result.changes, result.bound) == ("mended", least, least)
    without = [PEOPLE[number] for number, least in zip(seated, wanted, strict=False) if least is None]
    assert report.irreplaceable == tuple(without)
