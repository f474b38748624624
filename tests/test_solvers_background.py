"""Branch and cut in the background: its branching variables, and its restarts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from allocator import api
from allocator.optimise.constrained_program import constrain
from allocator.program.structure import branching_variables
from allocator.solvers import background
from allocator.solvers.background import BackgroundMip, BackgroundMipParams
from benchmarks.rotation import write
from benchmarks.rotation_instance import make
from big_world import postings
from example_scenario import example_rule
from worlds import policy_of


class Recorded:
    """A process that only writes down what it is sent."""

    sent: ClassVar[list[dict[str, object]]] = []

    def __init__(self, _module: str, _hear: object) -> None:
        self.has_begun = self.is_running = False

    def begin(self, **arrays: object) -> None:
        self.has_begun = self.is_running = True
        self.sent.append(arrays)

    def close(self) -> None:
        self.is_running = False


@pytest.fixture
def race(monkeypatch: pytest.MonkeyPatch) -> BackgroundMip:
    """Return a search whose process is not begun; what it is sent is in ``Recorded.sent``."""
    monkeypatch.setattr(Recorded, "sent", [])
    monkeypatch.setattr(background, "WorkerProcess", Recorded)
    policy = postings(40, 8)
    program = policy.compile()
    whole = constrain(policy, program).subproblem(1).full()
    assert whole is not None
    return BackgroundMip(whole, program, 1)


def cutoffs() -> list[object]:
    return [arrays["cutoff"] for arrays in Recorded.sent]


def test_a_search_that_cannot_find_a_plan_begins_again_from_a_better_one(
    race: BackgroundMip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "MIP_PARAMS", BackgroundMipParams(10, restart_after=0.0))
    race.begin(2_700)
    race._receive({"searches": True})
    race.begin(2_600)
    race.bound = 700
    race.restart_if_stale(1_800)
    assert cutoffs() == [2_700.0]
    race.restart_if_stale(900)
    assert cutoffs() == [2_700.0, 900.0]
    assert [arrays["relaxes"] for arrays in Recorded.sent] == [True, False]


@pytest.mark.parametrize("why", ["has a plan", "is young", "has ended", "looks at the relaxation"])
def test_a_search_goes_on_where_that_may_lead_somewhere(
    why: str, race: BackgroundMip, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = 60.0 if why == "is young" else 0.0
    monkeypatch.setattr(background, "MIP_PARAMS", BackgroundMipParams(restart_after=after))
    race.begin(2_700)
    if why != "looks at the relaxation":
        race._receive({"searches": True})
    if why == "has a plan":
        race.values = np.zeros(1, dtype=np.int64)
    if why == "has ended":
        race.close()
    race.restart_if_stale(900)
    assert cutoffs() == [2_700.0]


@pytest.mark.parametrize(
    ("measure", "greatest_of"),
    [({"measure": "squares", "target": 3}, 0), ({"measure": "range"}, 6)],
)
def test_branches_are_on_decisions_and_on_what_bounds_many(
    measure: dict[str, object], greatest_of: int
) -> None:
    """A square follows from decisions; the greatest and the least load of each year are worth a branch."""
    rule = example_rule({"kind": "balance", "on": "posting", "load": 1, "level": 1, **measure})
    program = policy_of(postings(40, 8).context, rule).compile()
    found = branching_variables(program)
    assert found[: program.decisions.count].all()
    assert len(program) > program.decisions.count + greatest_of
    assert found[program.decisions.count :].sum() == greatest_of


class Heard(BackgroundMip):
    """A search that writes down its bounds, those after the relaxation apart."""

    relaxation, bounds = 0, ()

    def _receive(self, message: Any) -> None:
        super()._receive(message)
        if "relaxed" in message:
            self.relaxation = self.bound
        self.bounds = (*self.bounds, self.bound)


def test_slots_one_by_one_prove_more_than_the_relaxation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relaxation evens out loads by tenths of people; a slot alone cannot."""
    monkeypatch.setattr(background, "MIP_PARAMS", BackgroundMipParams(0, 0.0))
    write(tmp_path, make(60, 8, 1), "sq")
    policy = api.bind(api.load(tmp_path))
    program = policy.compile()
    whole = constrain(policy, program).subproblem(1).full()
    assert whole is not None
    race = Heard(whole, program, 1)
    race.begin()
    end = time.monotonic() + 60
    while race.is_running and race.bound <= race.relaxation + 10 and time.monotonic() < end:
        time.sleep(0.05)
    race.close()
    assert race.relaxation > 0 and list(race.bounds) == sorted(race.bounds)
    assert race.relaxation + 10 < race.bound <= 663
