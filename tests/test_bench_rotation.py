"""The reference posting problem: the same on every machine, well formed, and judged by its rules."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.rotation_instance import main, make
from benchmarks.rotation_score import score

sizes = st.integers(1, 12).flatmap(lambda groups: st.tuples(st.integers(4 * groups, 80), st.just(groups)))

#: Two groups of two zones. 0 and 1 are heads, 2 and 3 deputies, the rest cadres; last year all sat right.
SMALL = {
    "P": 8,
    "G": 2,
    "zone": [0, 1],
    "req": [[0, 1, 2, 3], [0, 1, 2, 3]],
    "target": 20,
    "kin": [[4, 6]],
    "people": [
        {"id": k, "grade": grade, "skills": skills, "native": native, "prev": k % 2, "exp": years}
        for k, (grade, skills, native, years) in enumerate(
            [
                ("head", [0, 1], 3, 10),
                ("head", [0, 1], 3, 12),
                ("deputy", [2, 3], 3, 5),
                ("deputy", [2, 3], 3, 5),
                ("cadre", [0], 3, 2),
                ("cadre", [0], 0, 1),
                ("cadre", [1], 3, 3),
                ("cadre", [1], 3, 4),
            ]
        )
    ],
}
#: The heads change places, 4 and 5 too, and nothing is broken.
GOOD = [1, 0, 0, 1, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("people", "groups", "seed", "digest"),
    [
        (60, 8, 1, "b64e82961de4effd8c4c97ab53b3caf4f2a9e2798a33f1d7c38a7239bff2a12e"),
        (250, 40, 1, "f22328782a723dd041d07beb3647390039921747febead7c34f64f5bf3748f15"),
        (250, 40, 2, "9bae3edbc30d7a5348bde05dca53da9cdadeb64aecc03baf9fcd3401443abf81"),
        (1000, 160, 1, "eab4d2fc4d439bbe3a59e9c0f5fd98409481765105343ecdae6aa7b3d441995f"),
    ],
)
def test_instances_are_those_that_figures_were_published_of(people, groups, seed, digest):
    text = json.dumps(make(people, groups, seed), sort_keys=True)
    assert hashlib.sha256(text.encode()).hexdigest() == digest


@given(sizes, st.integers(0, 1000))
def test_instances_are_well_formed(size, seed):
    instance = make(*size, seed)
    people, groups = instance["people"], range(instance["G"])
    assert instance == make(*size, seed)
    assert (len(people), len(groups)) == (instance["P"], instance["G"]) == size
    assert [one["id"] for one in people] == list(range(size[0]))
    assert all(len(set(needs)) == 4 and set(needs) <= set(range(6)) for needs in instance["req"])
    assert all(1 <= len(set(one["skills"])) <= 3 for one in people)
    assert all(first < second < size[0] for first, second in instance["kin"])
    assert all(one < other for one, other in pairwise(instance["kin"]))
    assert instance["total_exp"] == sum(one["exp"] for one in people)
    for year in ("prev", "prev2"):
        seats = Counter((one["grade"], one[year]) for one in people)
        assert all(seats["head", g] == seats["deputy", g] == 1 and seats["cadre", g] >= 2 for g in groups)


def test_too_few_people_are_refused(capsys, tmp_path):
    with pytest.raises(ValueError, match="8 groups need 32 people at least, not 31"):
        make(31, 8, 1)
    main_with = ["rotation_instance", "31", "8", "1", str(tmp_path / "out.json")]
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as left:
        patch.setattr("sys.argv", main_with)
        main()
    assert left.value.code == 2
    assert "32 people" in capsys.readouterr().err


def test_a_plan_that_keeps_all_rules_is_priced():
    found = score(SMALL, GOOD)
    assert found.broken == {}
    # 2 heads, 2 deputies who stay, 4 and 7 move: 0 -> 1, 1 -> 0, 4 -> 1, 7 -> 0.
    assert found.moved == 4
    # Group 0 has 12 + 5 + 3 + 4, group 1 has 10 + 5 + 2 + 1.
    assert (found.squares, found.spread) == (4**2 + 2**2, 6)
    assert (found.cost("sq"), found.cost("mm")) == (200 + 20, 40 + 600)


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({0: 0}, {"one head": 2, "head of last year": 1, "skill": 1}),
        ({2: 1}, {"one deputy": 2, "skill": 2}),
        ({6: 1}, {"two cadres": 1, "kin": 1}),
        ({5: 0, 6: 1}, {"native zone": 1, "kin": 1}),
        ({0: 0, 1: 1}, {"head of last year": 2}),
        ({4: 0, 6: 1}, {}),
        ({4: 0, 7: 1}, {"kin": 1, "skill": 0}),
        ({7: None}, {"seat": 1, "two cadres": 1}),
        ({7: 2}, {"seat": 1, "two cadres": 1}),
        ({7: -1}, {"seat": 1, "two cadres": 1}),
    ],
)
def test_each_breach_is_counted(changes, broken):
    seats = [changes.get(k, seat) for k, seat in enumerate(GOOD)]
    assert score(SMALL, seats).broken == {rule: times for rule, times in broken.items() if times}


@pytest.mark.parametrize(("seats", "missing"), [(GOOD[:-1], 1), ([*GOOD, 0], 1), ([], 8)])
def test_an_answer_of_the_wrong_length_breaks_a_rule(seats, missing):
    assert score(SMALL, seats).broken["seat"] == missing
