"""Assigns reviewers (people) to papers (cases) under conflicts of interest, as a scenario with rules.

Run: python benchmarks/casework.py --instance FILE.in [--team 3] [--load 12] [--min-load N]
         [--fair | --q 0.5 | --pm 0.5] [--out out.json]
     python benchmarks/casework.py --made 10000 --people 2000 [--team 3] [--load 20]

FILE.in has a line "papers reviewers", then a row of scores for each paper, 0 for a conflict. The answer has
the pairs (paper, reviewer), the worst paper's score and the total score, each with its bound, the route, and
the seconds of the whole command: imports, reading, rules, solving. With ``--q`` the answer is drawn from a
lottery in which no pair has a higher probability; total and bound are then expected values. ``--pm`` evens
out the probabilities further (perturbed maximisation).
"""

from __future__ import annotations

import time

START = time.perf_counter()

import argparse  # noqa: E402
import json  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

from allocator import api  # noqa: E402
from allocator.lottery import CannotDraw  # noqa: E402
from allocator.model.plan import Plan  # noqa: E402
from allocator.model.scenario import Scenario  # noqa: E402

#: Units in a score of 1: the solver gets whole numbers.
UNIT = 10_000
SCENARIO = """
scenario: casework
periods: [2026]
layers:
  casework: {{items: people, slots: cases, periods: once, take: 0-{load}, pairs: score.fit > 0}}
rules: [fit]
"""
PACK = """
pack: fit
rules:
  - {{id: team, kind: capacity, on: casework, atleast: {team}, atmost: {team}}}
  - {{id: fit, kind: prefer, on: casework, cost: {best} - score.fit, level: {last}}}
"""
DRAW = """
draws:
  lot: {{kind: assignment, on: casework, probability: "{q}", different: 100{spread}}}
"""
SPREAD = ", perturb: {beta}, worth: score.fit"
FAIR = "  - {{id: worst-off, kind: fairness, on: casework, load: score.fit, target: {target}, level: 1}}\n"
LEAST = "  - {{id: least, kind: capacity, on: casework, each: item, atleast: {least}}}\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instance", type=Path)
    parser.add_argument(
        "--made", type=int, metavar="CASES", help="make an instance, a tenth of its pairs allowed"
    )
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--team", type=int, default=3)
    parser.add_argument("--load", type=int, default=12)
    parser.add_argument("--min-load", type=int, default=0)
    parser.add_argument("--fair", action="store_true", help="the worst-off case first, then the total")
    parser.add_argument("--q", help="the greatest probability of a pair, such as 0.5")
    parser.add_argument("--pm", help="how far chances are spread beyond that, 0 to 1")
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    scores = read(given.instance) if given.instance else made(given.made or 442, given.people)
    with tempfile.TemporaryDirectory() as folder:
        scenario = written(Path(folder), scores, given)
        if given.q or given.pm:
            try:
                answer = drawn(scenario, scores)
            except CannotDraw as refusal:
                sys.exit("\n".join(text.en for text in (*refusal.reasons, *refusal.remedies)))
        else:
            plan = api.solve(api.bind(scenario), seconds=given.time_limit, confirm="off")
            answer = told(plan, scores, given.fair)
    answer["seconds"] = round(time.perf_counter() - START, 2)
    answer["memory"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)
    if given.out:
        given.out.write_text(json.dumps(answer), encoding="utf-8")
    shown = {key: value for key, value in answer.items() if key != "pairs"}
    print(f"{scores.shape[0]} x {scores.shape[1]}: {shown}")


def read(file: Path) -> np.ndarray:
    """Return the scores of a file, ``[cases, people]``, in units."""
    head, _, body = file.read_text(encoding="ascii").partition("\n")
    cases, people = map(int, head.split())
    return np.rint(np.array(body.split(), dtype=float).reshape(cases, people) * UNIT).astype(np.int64)


def made(cases: int, people: int) -> np.ndarray:
    """Return random scores, ``[cases, people]`` in units; a tenth of all pairs is allowed."""
    chance = np.random.default_rng(1)
    scores = chance.integers(1, 101, size=(cases, people)) * (UNIT // 100)
    return np.where(chance.random((cases, people)) < 0.1, scores, 0)


def written(folder: Path, scores: np.ndarray, given: argparse.Namespace) -> Scenario:
    """Write a scenario into a folder and load it; scores, often millions, stay in memory."""
    cases, people = ([f"{letter}{k}" for k in range(n)] for letter, n in zip("CP", scores.shape, strict=True))
    best, team = int(scores.max()), given.team
    pack = PACK.format(team=team, best=best, last=2 if given.fair else 1)
    pack += FAIR.format(target=team * best) if given.fair else ""
    pack += LEAST.format(least=given.min_load) if given.min_load else ""
    draw = ""
    if given.q or given.pm:
        spread = SPREAD.format(beta=given.pm) if given.pm else ""
        draw = DRAW.format(q=given.q or 1, spread=spread)
    (folder / "scenario.yaml").write_text(SCENARIO.format(load=given.load) + draw, encoding="utf-8")
    (folder / "fit.yaml").write_text(pack, encoding="utf-8")
    (folder / "people.csv").write_text("\n".join(["id", *people]), encoding="utf-8")
    (folder / "cases.csv").write_text("\n".join(["id", *cases]), encoding="utf-8")
    return api.with_scores(api.load(folder), {"fit": (cases, people, scores)})


def drawn(scenario: Scenario, scores: np.ndarray) -> dict[str, object]:
    """Commit to a lottery and draw from it; total, worst score and bound are expected values."""
    audit = api.reveal(api.commit(api.draws(scenario)["lot"], rehearsal=True), "000517")
    committed = audit.committed
    assert audit.result is not None
    drawn = audit.kind.assignments(committed, audit.result) or ()
    chances = np.zeros(scores.shape)
    total = sum(one.tickets for one in committed.lottery)
    for pair in committed.pairs:
        chances[int(pair.slot[1:]), int(pair.item[1:])] = pair.tickets / total
    means = (chances * scores).sum(axis=1) / UNIT
    [level] = committed.expected
    most = len(drawn) * int(scores.max())
    return {
        "pairs": [[int(one.slot[1:]), int(one.item[1:])] for one in drawn],
        "bound": (most - level.bound[0] / level.bound[1]) / UNIT,
        "route": committed.route,
        "total": round(float(means.sum()), 4),
        "worst": round(float(means.min()), 4),
        "likeliest": round(float(chances.max()), 4),
        "entropy": round(float(-(chances[chances > 0] * np.log(chances[chances > 0])).sum()), 1),
        "assignments": len(committed.lottery),
    }


def told(plan: Plan, scores: np.ndarray, fair: bool) -> dict[str, object]:
    """Return the pairs of a plan, its total and worst score, and their bounds."""
    pairs = [[int(one.slot[1:]), int(one.item[1:])] for one in plan.assignments]
    fits = np.zeros(len(scores))
    for case, person in pairs:
        fits[case] += scores[case, person]
    most = len(pairs) * int(scores.max())
    figures = {"status": plan.status, "total": float(fits.sum() / UNIT), "worst": float(fits.min() / UNIT)}
    bounds = dict(
        zip(("worst", "total") if fair else ("total",), bounds_of(plan, most, pairs, scores), strict=True)
    )
    route = plan.run["route"]["levels"][0]["solver"]
    return {"pairs": pairs, "bound": bounds["total"], "bounds": bounds, "route": route, **figures}


def bounds_of(plan: Plan, most: int, pairs: list[list[int]], scores: np.ndarray) -> Iterator[float]:
    """Yield the bound of each level as a score."""
    soft = [score for score in plan.score if score.level != "hard"]
    for score in soft:
        is_worst = len(soft) == 2 and score is soft[0]
        target = most // len(scores) if is_worst else most
        yield (target - score.bound) / UNIT


if __name__ == "__main__":
    main()
