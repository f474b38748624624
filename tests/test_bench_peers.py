"""The peers solve the problem that the judge defines: their optimum is that of brute force."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import permutations, product
from pathlib import Path

import pytest

from benchmarks.peers import java_home
from benchmarks.rotation_instance import Instance, make
from benchmarks.rotation_score import score

ROOT = Path(__file__).resolve().parents[1]
#: People, groups and seed. In the second the rule of two cadres makes the best plan dearer.
SMALL = [(12, 2, 6), (8, 2, 42)]


def least(instance: Instance, objective: str) -> int:
    """Return what the best of all plans costs that break nothing."""
    judged = (score(instance, seats) for seats in plans(instance))
    return min(one.cost(objective) for one in judged if not one.broken)


def plans(instance: Instance) -> Iterator[list[int]]:
    """Yield every plan with a head and a deputy in each group."""
    groups = range(instance["G"])
    cadres = instance["P"] - 2 * len(groups)
    for heads, deputies in product(permutations(groups), repeat=2):
        for rest in product(groups, repeat=cadres):
            yield [*heads, *deputies, *rest]


def answer(module: str, instance: Instance, objective: str, folder: Path, limit: float = 20) -> dict:
    (folder / "instance.json").write_text(json.dumps(instance), encoding="utf-8")
    command = [sys.executable, "-m", f"benchmarks.peers.{module}", "--instance", folder / "instance.json"]
    rest = ["--objective", objective, "--time-limit", str(limit), "--out", folder / "out.json"]
    subprocess.run([*command, *rest], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return json.loads((folder / "out.json").read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("objective", ["sq", "mm"])
@pytest.mark.parametrize("module", ["cpsat", "mip"])
@pytest.mark.parametrize("size", SMALL)
def test_a_peer_that_proves_finds_the_best_of_all_plans(module, objective, size, tmp_path):
    instance = make(*size)
    found = answer(module, instance, objective, tmp_path)
    judged = score(instance, found["assign"])
    assert judged.broken == {}
    assert judged.cost(objective) == least(instance, objective)
    assert found["status"] == "optimal"
    assert found["bound"] == pytest.approx(judged.cost(objective), abs=1)
    assert found["trace"][-1][1] == pytest.approx(judged.cost(objective))


@pytest.mark.parametrize("module", ["cpsat", "mip"])
def test_a_peer_says_that_there_is_no_plan(module, tmp_path):
    instance = make(12, 2, 8)
    with pytest.raises(ValueError, match="empty"):
        least(instance, "sq")
    found = answer(module, instance, "sq", tmp_path)
    assert (found["assign"], found["status"], found["trace"]) == (None, "infeasible", [])


@pytest.mark.slow
@pytest.mark.parametrize("objective", ["sq", "mm"])
@pytest.mark.parametrize("size", SMALL)
def test_timefold_counts_as_the_judge_does(objective, size, tmp_path):
    if lacking := java_home.missing():
        pytest.skip(lacking)
    instance = make(*size)
    found = answer("timefold", instance, objective, tmp_path, limit=2)
    judged = score(instance, found["assign"])
    # It is a local search: what it ends with may break rules, but then it knows how many.
    if judged.broken:
        assert found["status"] == f"hard rules broken {sum(judged.broken.values())} times"
    else:
        assert judged.cost(objective) == found["trace"][-1][1] >= least(instance, objective)
