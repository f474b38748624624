"""A solve that is killed at any moment leaves a whole checkpoint or none; another solve resumes from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from allocator import api
from cli_world import call
from killed_world import (
    Watched,
    assert_no_worse,
    at_random,
    even_map,
    kill_after,
    rivals,
    solving,
    wait_for_news,
)

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
@pytest.mark.parametrize("write", [rivals, even_map])
def test_what_is_killed_three_times_goes_on_and_gets_no_worse(
    write: Callable[[Path], Path], tmp_path: Path
) -> None:
    scenario, folder = write(tmp_path / "scenario"), tmp_path / "out"
    folder.mkdir()
    out = folder / "plan.json"
    watched = Watched(api.bind(api.load(scenario)), out)
    for number in range(3):
        since = watched.file.stat().st_mtime_ns if watched.file.exists() else 0
        process = solving(scenario, "-o", out, "--resume", "--time-limit", "30")
        wait_for_news(watched.file, since)
        assert kill_after(process, at_random(number, 0.0, 0.1)), "it ended before"
        watched.look()
    assert len(watched.seen) == 3
    done = call("solve", scenario, "-o", out, "--resume", "--time-limit", "0.3")
    assert done.status == 0 and "going on from plan.json.part" in done.err
    assert [file.name for file in folder.iterdir()] == ["plan.json"]
    plan = api.read_plan(out)
    assert_no_worse(watched.seen[-1], plan)
    assert api.verify(watched.policy, plan).holds


@pytest.mark.slow
def test_what_is_killed_at_twenty_random_moments_goes_on_and_gets_no_worse(tmp_path: Path) -> None:
    scenario, out = ROOT / "scenarios" / "badaojiang-pool", tmp_path / "plan.json"
    watched = Watched(api.bind(api.load(scenario)), out)
    for number in range(20):
        process = solving(scenario, "-o", out, "--resume", "--time-limit", "300")
        if not kill_after(process, at_random(number, 0.5, 8.0)):
            break
        watched.look()
    assert watched.seen
    if not out.exists():
        assert solving(scenario, "-o", out, "--resume", "--time-limit", "120").wait() == 0
    plan = api.read_plan(out)
    assert [file.name for file in tmp_path.iterdir()] == ["plan.json"]
    assert_no_worse(watched.seen[-1], plan)
    assert api.verify(watched.policy, plan).holds
