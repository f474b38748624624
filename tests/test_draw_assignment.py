"""Assignments by lot: compared with brute force; their chances, refusals and plans."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from allocator import api
from allocator.lottery import CannotDraw
from allocator.lottery.findings import LotteryNumbers
from allocator.lottery.kinds._assignment_audit import pair_chances
from allocator.lottery.plra_flow import ScaledFlow, birkhoff_decomposition
from allocator.program.network import Network
from allocator.solvers.adapters.flow import cheapest_flow
from cli_world import call
from lot_world import CASES, all_assignments, best_means, write_lot

BOUNDS = ("1/2", "2/3", "0.8", "1")


@pytest.mark.parametrize("number", range(24))
def test_no_lottery_costs_less(tmp_path: Path, number: int) -> None:
    """Level by level the lottery costs in the mean what the best one over all assignments does."""
    random = Random(number)
    share, different = random.choice(BOUNDS), random.choice((1, 3, 5))
    draw = f'probability: "{share}", different: {different}'
    folder = write_lot(tmp_path, random, draw, mixed=number % 2 == 1)
    scenario = api.load(folder)
    best = best_means(api.bind(scenario), float(Fraction(share)), different)
    if best is None:
        with pytest.raises(CannotDraw):
            api.commit(api.draws(scenario)["teams"])
        return
    committed = api.commit(api.draws(scenario)["teams"]).committed
    assert [one.cost[0] / one.cost[1] for one in committed.expected] == pytest.approx(best, abs=1e-4)
    assert [one.bound[0] / one.bound[1] for one in committed.expected] == pytest.approx(best, abs=1e-4)
    assert max(pair_chances(committed).values()) <= Fraction(share) + Fraction(1, 10**6)
    assert len(committed.lottery) >= different
    assert committed.route == "flow" or number % 2 == 1 or different > 1


def test_both_routes_are_taken(tmp_path: Path) -> None:
    routes = {}
    for mixed in (False, True):
        folder = write_lot(tmp_path, Random(3), "probability: 0.8, different: 2", mixed=mixed)
        routes[mixed] = api.commit(api.draws(api.load(folder))["teams"]).committed.route
    assert routes == {False: "flow", True: "mixture"}


def many_cases(tmp_path: Path, draw: str) -> api.Policy:
    """Return a scenario of the size of a conference: 176 cases, 146 people, scores of four values."""
    chance = np.random.default_rng(5)
    scores = chance.choice([0, 25, 50, 100], size=(176, 146), p=[0.1, 0.5, 0.2, 0.2])
    people, cases = [f"P{i}" for i in range(146)], [f"C{k}" for k in range(176)]
    files = {
        "scenario.yaml": "scenario: conference\nperiods: [2026]\nlayers:\n"
        "  casework: {items: people, slots: cases, periods: once, take: 0-6, pairs: score.fit > 0}\n"
        f"rules: [fit]\ndraws:\n  teams: {{kind: assignment, on: casework, seed: 2099-01-15 3D, {draw}}}\n",
        "fit.yaml": "pack: fit\nrules:\n"
        "  - {id: team, kind: capacity, on: casework, atleast: 3, atmost: 3}\n"
        "  - {id: fit, kind: prefer, on: casework, cost: 100 - score.fit, level: 1}\n",
        "people.csv": "\n".join(["id", *people]),
        "cases.csv": "\n".join(["id", *cases]),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return api.with_scores(api.load(tmp_path), {"fit": (cases, people, scores)})


def test_draws_come_about_as_often_as_they_should(tmp_path: Path) -> None:
    """Over 10,000 seeds: assignments by chi-squared, and each pair within 5.5 standard deviations."""
    audit = api.commit(api.draws(many_cases(tmp_path, "probability: 0.5, different: 50"))["teams"])
    committed, samples = audit.committed, 10_000
    drawn = Counter(
        audit.kind.decide(committed, LotteryNumbers(audit.commitment, str(seed))).assignment
        for seed in range(samples)
    )
    total = sum(one.tickets for one in committed.lottery)
    expected = np.array([one.tickets for one in committed.lottery]) * samples / total
    counted = np.array([drawn[k] for k in range(len(expected))])
    statistic = float(((counted - expected) ** 2 / expected).sum())
    assert chi2.sf(statistic, len(expected) - 1) > 1e-4
    seen = np.zeros(len(committed.pairs))
    for k, one in enumerate(committed.lottery):
        seen[list(one.pairs)] += counted[k]
    chances = np.array([pair.tickets / total for pair in committed.pairs])
    assert set(chances.tolist()) == {0.5}
    assert np.abs(seen - samples * chances).max() < 5.5 * np.sqrt(samples * 0.25)


def test_spread_chances_are_the_best_of_their_grid(tmp_path: Path) -> None:
    """Perturbed maximisation: a chance moved by one step from one person to another is worth no more."""
    scenario = many_cases(tmp_path, "probability: 0.5, different: 2, perturb: 0.5, worth: score.fit")
    committed = api.commit(api.draws(scenario)["teams"]).committed
    plain = api.commit(api.draws(many_cases(tmp_path, "probability: 0.5, different: 2"))["teams"]).committed
    scores = scenario.organisation.scores["fit"]
    rows = {name: k for k, name in enumerate(scores.rows)}
    columns = {name: k for k, name in enumerate(scores.columns)}
    found, before = np.zeros(scores.values.shape), np.zeros(scores.values.shape)
    for table, one in ((found, committed), (before, plain)):
        for (item, slot, _), chance in pair_chances(one).items():
            table[rows[slot], columns[item]] = chance
    worth = scores.values

    def value(chances: np.ndarray) -> float:
        return float((worth * (chances - 0.5 * chances**2)).sum())

    assert value(found) > value(before)
    assert found.max() <= 0.5 and np.allclose(found.sum(axis=1), 3)
    step, loads = 1 / 40, found.sum(axis=0)
    gains = worth * (1 - (found + step / 2))  # what the next step of a pair is worth, with strength a half
    losses = worth * (1 - (found - step / 2))
    for case in range(len(worth)):
        up = np.flatnonzero((worth[case] > 0) & (found[case] < 0.5 - 1e-9) & (loads < 6 - 1e-9))
        down = np.flatnonzero(found[case] > 1e-9)
        assert gains[case, up].max(initial=-1) <= losses[case, down].min() + 1e-9
    assert committed.expected[0].bound == plain.expected[0].cost


@st.composite
def chances(draw: st.DrawFn) -> tuple[Network, ScaledFlow]:
    """Draw a small network with a sum of flows through it."""
    nodes, count = 4, draw(st.integers(2, 8))
    ends = [draw(st.permutations(range(nodes)))[:2] for _ in range(count)]
    lower = np.array([draw(st.integers(-1, 1)) for _ in range(count)])
    upper = lower + np.array([draw(st.integers(0, 2)) for _ in range(count)])
    tails, heads = (np.array(side) for side in zip(*ends, strict=True))
    ground = np.full(nodes - 1, nodes - 1)
    network = Network(
        tails=np.concatenate([tails, np.arange(nodes - 1)]),
        heads=np.concatenate([heads, ground]),
        lower=np.concatenate([lower, np.full(nodes - 1, -9)]),
        upper=np.concatenate([upper, np.full(nodes - 1, 9)]),
        nodes=nodes,
    )
    flows = []
    for _ in range(draw(st.integers(1, 4))):
        price = np.array([draw(st.integers(-5, 5)) for _ in network.tails])
        flow = cheapest_flow(network, price)
        assert flow is not None
        flows.append(flow)
    return network, ScaledFlow(np.sum(flows, axis=0), len(flows))


@given(chances(), st.integers(0, 9))
def test_what_is_peeled_off_adds_up(given_chances: tuple[Network, ScaledFlow], seed: int) -> None:
    network, wanted = given_chances
    flows = list(birkhoff_decomposition(network, wanted, np.random.default_rng(seed)))
    assert len(flows) == wanted.rounds
    assert np.sum(flows, axis=0).tolist() == wanted.flow.tolist()
    for flow in flows:
        assert ((network.lower <= flow) & (flow <= network.upper)).all()


def refused(folder: Path, lang: str = "en") -> str:
    done = call("draw", folder, lang=lang)
    assert done.status == 1, done.err
    return done.out


def test_a_bound_below_team_over_people_is_refused(tmp_path: Path) -> None:
    """The cases that need more are named, with the least bound, and with that it can be drawn."""
    folder = write_lot(tmp_path, Random(1), "probability: 0.3, different: 1")
    text = refused(folder)
    assert "  C1 (team): needs 2 of 4 candidates: a probability of at least 1/2\n" in text
    least = text.split("the least change:\n  probability: ")[1].strip()
    assert "probability 改为" in refused(folder, "zh")
    scenario = (folder / "scenario.yaml").read_text("utf-8")
    (folder / "scenario.yaml").write_text(scenario.replace("0.3", least), "utf-8")
    assert call("draw", folder).status == 0
    less = f"{float(least) - 0.01:g}"
    (folder / "scenario.yaml").write_text(scenario.replace("0.3", less), "utf-8")
    refused(folder)


def test_more_assignments_than_there_are(tmp_path: Path) -> None:
    folder = write_lot(tmp_path, Random(8), "probability: 1, different: 2000")
    there = len(all_assignments(api.bind(api.load(folder)))[0])
    text = refused(folder)
    assert f"there are only {there} different assignments, and 2000 are asked for" in text
    assert text.endswith(f"different: {there}\n")


def test_rules_that_no_assignment_keeps(tmp_path: Path) -> None:
    folder = write_lot(tmp_path, Random(1), "probability: 1")
    pack = (folder / "fit.yaml").read_text("utf-8")
    (folder / "fit.yaml").write_text(pack.replace("atleast: 2, atmost: 2", "atleast: 4, atmost: 4"), "utf-8")
    assert "no assignment keeps the hard rules" in refused(folder)


def test_spread_chances_under_rules_that_are_no_network(tmp_path: Path) -> None:
    draw = "probability: 0.8, different: 2, perturb: 0.5, worth: score.cost"
    text = refused(write_lot(tmp_path, Random(3), draw, mixed=True))
    assert "rules about pairs, team sizes and loads alone; these are others: apart, even\n" in text
    assert text.endswith("leave out perturb\n")


def test_rules_that_are_looked_at_plan_by_plan(tmp_path: Path) -> None:
    folder = write_lot(tmp_path, Random(3), "probability: 0.8, different: 2")
    with (folder / "fit.yaml").open("a", encoding="utf-8") as pack:
        pack.write("  - {id: whole, kind: contiguous, on: casework}\n")
    assert "cannot be drawn under: whole\n" in refused(folder)


@pytest.mark.parametrize(
    ("draw", "fault"),
    [
        ("probability: 1.5", "draws.teams.probability: should be a number from 0 to 1"),
        ("probability: 0", "probability must be above 0"),
        ("probability: 0.123", "with a denominator of at most 100"),
        ("probability: half", "draws.teams.probability: should be a number from 0 to 1"),
        ("probability: true", "draws.teams.probability: should be a number from 0 to 1"),
        ("probability: 1/0", "draws.teams.probability: should be a number from 0 to 1"),
        ("probability: 0.5, perturb: 0.5", "perturb and worth stand together"),
        ("probability: 0.5, perturb: 0.5, worth: score.cots", "did you mean 'score.cost'?"),
        ("probability: 0.5, perturb: 0.5, worth: score.cost - 20", "nothing may be worth less than 0"),
        ("probability: 0.5, different: 0", "draws.teams.different"),
    ],
)
def test_what_cannot_be_meant(tmp_path: Path, draw: str, fault: str) -> None:
    folder = write_lot(tmp_path, Random(1), draw)
    done = call("check", folder)
    assert done.status == 2 and fault in done.err, done.err
    assert "scenario.yaml:7" in done.err


def test_a_layer_that_is_none(tmp_path: Path) -> None:
    folder = write_lot(tmp_path, Random(1), "probability: 0.5")
    text = (folder / "scenario.yaml").read_text("utf-8")
    (folder / "scenario.yaml").write_text(text.replace("on: casework", "on: caswork"), "utf-8")
    done = call("check", folder)
    assert done.status == 2 and "did you mean 'casework'?" in done.err


def test_drawn_as_a_plan(tmp_path: Path) -> None:
    folder = write_lot(tmp_path, Random(1), "probability: 0.8, different: 4")
    audit, plan = tmp_path / "draw.json", tmp_path / "plan.json"
    refused_plan = call("draw", folder, "--plan", plan)
    assert refused_plan.status == 2 and "there is no plan to write" in refused_plan.err and not plan.exists()
    assert call("draw", folder, "-o", audit).status == 0
    done = call("draw", folder, "--audit", audit, "--seed", "517", "--plan", plan)
    assert done.status == 0
    assert call("verify", folder, plan).status == 0 and call("verify", folder, audit).status == 0
    written = json.loads(plan.read_text("utf-8"))
    assert len(written["assignments"]) == 2 * CASES
    for one in written["assignments"]:
        assert f"({one['item']})" in done.out or one["item"] in done.out


def test_a_result_that_is_none_of_the_lottery(tmp_path: Path) -> None:
    folder = write_lot(tmp_path, Random(1), "probability: 0.8, different: 4")
    audit = tmp_path / "draw.json"
    assert call("draw", folder, "-o", audit).status == 0
    assert call("draw", folder, "--audit", audit, "--seed", "517").status == 0
    text = audit.read_text("utf-8")
    said = json.loads(text)["result"]["assignment"]
    audit.write_text(text.replace(f'"assignment": {said}', '"assignment": 9999'), "utf-8")
    done = call("verify", folder, audit)
    assert done.status == 1 and "the seed gives another result" in done.out
