"""Several years' postings: the same on every machine, judged and solved by the rules."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import Counter
from itertools import permutations, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.rotation_instance import Instance
from benchmarks.rows.years import Years
from benchmarks.years_instance import TERMS, main, make
from benchmarks.years_score import score

ROOT = Path(__file__).resolve().parents[1]
sizes = st.integers(1, 12).flatmap(lambda groups: st.tuples(st.integers(4 * groups, 80), st.just(groups)))

#: Two groups; 0 and 1 are heads, 2 and 3 deputies, the rest cadres; last year all sat by parity.
SMALL = {
    "P": 8,
    "G": 2,
    "years": 2,
    "zone": [0, 1],
    "req": [[0], [0]],
    "kin": [[4, 5]],
    "most_cadres": 3,
    "terms": TERMS,
    "people": [
        {"id": k, "grade": grade, "skills": [0], "native": native, "prev": k % 2, "exp": years, "served": s}
        for k, (grade, native, years, s) in enumerate(
            [
                ("head", 3, 10, 1),
                ("head", 3, 12, 1),
                ("deputy", 3, 5, 3),
                ("deputy", 3, 7, 3),
                ("cadre", 3, 2, 1),
                ("cadre", 0, 1, 1),
                ("cadre", 3, 3, 4),
                ("cadre", 3, 4, 1),
            ]
        )
    ],
}
#: Heads and deputies change at once, heads once more; 6, who has served four years, leaves after the fifth.
FIRST, SECOND = [1, 0, 1, 0, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1, 0]
#: Seeds of instances of eight people whose best plan is dearer than without terms.
TINY = (5, 11)


def tiny(seed: int) -> Instance:
    """Return an instance of which all plans can be tried: nobody is native, a group needs one skill."""
    instance = make(8, 2, 2, seed)
    people = [{**one, "native": -1} for one in instance["people"]]
    return {**instance, "people": people, "req": [needs[:1] for needs in instance["req"]]}


def least(instance: Instance) -> int:
    """Return what the best of all plans costs that break nothing."""
    groups = range(instance["G"])
    cadres = instance["P"] - 2 * len(groups)
    postings = [
        [*heads, *deputies, *rest]
        for heads, deputies in product(permutations(groups), repeat=2)
        for rest in product(groups, repeat=cadres)
    ]
    first = [one for one in postings if not score({**instance, "years": 1}, [one])[1]]
    judged = (score(instance, plan) for plan in product(first, postings))
    return min(cost for cost, broken in judged if not broken)


def test_instances_are_those_that_figures_were_published_of():
    text = json.dumps(make(250, 40, 3, 1), sort_keys=True)
    assert (
        hashlib.sha256(text.encode()).hexdigest()
        == "cc215c86f7b34e8946b6d05d5f75a8c57b36b091fab9b3ab8c468196a6b73202"
    )


@given(sizes, st.integers(0, 1000))
def test_instances_are_well_formed(size, seed):
    instance = make(*size, 3, seed)
    people, groups = instance["people"], range(instance["G"])
    assert instance == make(*size, 3, seed)
    assert [one["id"] for one in people] == list(range(instance["P"])) == list(range(size[0]))
    assert all(len(set(needs)) == 4 and set(needs) <= set(range(6)) for needs in instance["req"])
    assert all(first < second < size[0] for first, second in instance["kin"])
    assert all(1 <= one["served"] <= 5 and one["native"] in groups for one in people)
    seats = Counter((one["grade"], one["prev"]) for one in people)
    assert all(seats["head", g] == seats["deputy", g] == 1 for g in groups)
    assert all(2 <= seats["cadre", g] <= instance["most_cadres"] for g in groups)


@pytest.mark.parametrize(
    ("words", "said"), [(["31", "8", "3"], "8 groups need 32 people"), (["32", "8", "0"], "a year at least")]
)
def test_what_cannot_be_made_is_refused(words, said, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("sys.argv", ["years_instance", *words, "1", str(tmp_path / "out.json")])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert said in capsys.readouterr().err


def test_a_plan_that_keeps_all_rules_is_priced():
    # First year: 12 + 7 + 2 + 3 beside 10 + 5 + 1 + 4, no cadre moves. Then 6 and 7 do: 10 + 7 + 2 + 4
    # beside 12 + 5 + 1 + 3.
    assert score(SMALL, [FIRST, SECOND]) == (24 - 20 + 20 + 23 - 21, {})


@pytest.mark.parametrize(
    ("year", "changes", "broken"),
    [
        (1, {0: 1, 1: 0}, {"term": 2}),
        (0, {2: 0, 3: 1}, {"term": 2}),
        (1, {6: 0, 7: 1}, {"term": 1}),
        (0, {0: 0}, {"one head": 2, "term": 2}),
        (1, {3: 1}, {"one deputy": 2}),
        (1, {7: 1}, {"two cadres": 1}),
        (1, {4: 1, 6: 0}, {"kin": 1, "term": 1}),
        (1, {5: 0, 6: 0}, {"native zone": 1, "kin": 1, "most cadres": 1, "two cadres": 2, "term": 1}),
        (1, {7: None}, {"seat": 1, "two cadres": 1}),
        (1, {7: 2}, {"seat": 1, "two cadres": 1}),
    ],
)
def test_each_breach_is_counted(year, changes, broken):
    plan = [list(FIRST), list(SECOND)]
    for number, seat in changes.items():
        plan[year][number] = seat
    assert score(SMALL, plan)[1] == broken


def test_a_skill_that_nobody_has_is_missing_every_year():
    assert score({**SMALL, "req": [[1], [0]]}, [FIRST, SECOND])[1] == {"skill": 2}


@pytest.mark.parametrize("plan", [[FIRST], [FIRST, SECOND, FIRST]])
def test_every_year_has_a_posting(plan):
    assert score(SMALL, plan)[1]["year"] == 1


@pytest.mark.parametrize(("seats", "missing"), [(FIRST[:-1], 1), ([*FIRST, 0], 1)])
def test_an_answer_of_the_wrong_length_breaks_a_rule(seats, missing):
    assert score({**SMALL, "years": 1}, [seats])[1]["seat"] == missing


@pytest.mark.slow
@pytest.mark.parametrize("module", ["years", "peers.cpsat_years"])
@pytest.mark.parametrize("seed", TINY)
def test_who_proves_finds_the_best_of_all_plans(module, seed, tmp_path):
    instance = tiny(seed)
    (tmp_path / "instance.json").write_text(json.dumps(instance), encoding="utf-8")
    command = [sys.executable, "-m", f"benchmarks.{module}", "--instance", tmp_path / "instance.json"]
    command += ["--time-limit", "20", "--out", tmp_path / "out.json"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    best = least(instance)
    assert score(instance, found["assign"]) == (best, {})
    assert (found["status"], found["bound"]) == ("optimal", pytest.approx(best))
    assert found["trace"][-1][1] == best


def test_terms_make_a_difference():
    for seed in TINY:
        instance = tiny(seed)
        assert least(instance) > least({**instance, "terms": {**TERMS, "deputy": 9, "cadre": 9}})


def test_a_row_is_judged():
    row = Years(8, 2, 2, 1)
    assert (row.key, row.title) == ("years-8x2x2-s1", "2 years 8 x 2, seed 1")
    assert row.judge({"assign": None}).value is None
    seats = [one["prev"] for one in row.instance["people"]]
    assert "term" in row.judge({"assign": [seats, seats]}).broken
