"""Panels with the same quota for each value of a text: at most one of a household."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from allocator.lottery.leximin_panels import Panels
from cli_world import call
from draw_world import brute_force_chances

QUOTA = "{each: person.household, count: ≤1, title: {zh: 同户, en: household}}"
PEOPLE = "id,household,sex\nA,H1,f\nB,H1,m\nC,H1,f\nD,H2,f\nE,H2,m\nF,H3,m\nG,,m\nH,,m\n"


def hearing(place: Path, quotas: str = QUOTA, people: str = PEOPLE, size: int = 3) -> Path:
    place.mkdir(exist_ok=True)
    (place / "people.csv").write_text(people, encoding="utf-8")
    (place / "scenario.yaml").write_text(
        f"""scenario: {place.name}
periods: [2026]
draws:
  hearing:
    kind: panel
    from: people
    size: {size}
    seed: {{zh: 2099-01-15 3D开奖号码, en: numbers of the 3D lottery of 2099-01-15}}
    quotas: [{quotas}]
""",
        encoding="utf-8",
    )
    return place


def test_no_panel_has_two_of_a_household_and_the_chances_are_as_equal_as_can_be(tmp_path: Path) -> None:
    scenario, audit = hearing(tmp_path / "mine"), tmp_path / "draw.json"
    committed = call("draw", scenario, "hearing", "-o", audit)
    assert committed.status == 0, committed.err
    assert "household" in committed.out and "2 × 0-1" in committed.out
    document = json.loads(audit.read_text(encoding="utf-8"))["committed"]
    whens = [quota["when"] for quota in document["rules"]["quotas"]]
    assert whens == ['person.household == "H1"', 'person.household == "H2"']
    types = document["pool"]
    for panel in document["lottery"]:
        by_household = [
            sum(count for count, one in zip(panel["counts"], types, strict=True) if q in one["quotas"])
            for q in range(2)
        ]
        assert max(by_household) <= 1
    panels = Panels((3, 2, 3), ((0,), (1,), ()), (0, 0), (1, 1), 3)
    found = brute_force_chances(panels)
    best = dict(zip(map(frozenset, panels.member), found, strict=True))
    for one in types:
        assert one["chance"][0] / one["chance"][1] == pytest.approx(best[frozenset(one["quotas"])], abs=1e-6)
    seed = "517"
    assert call("draw", scenario, "--audit", audit, "--seed", seed).status == 0
    verified = call("verify", scenario, audit)
    assert verified.status == 0 and "proved LEXIMIN" in verified.out
    drawn = set(json.loads(audit.read_text(encoding="utf-8"))["result"]["drawn"])
    assert len(drawn & set("ABC")) <= 1 and len(drawn & set("DE")) <= 1 and len(drawn) == 3


def draw(scenario: Path, audit: Path) -> None:
    """Commit to the hearing, then draw it."""
    assert call("draw", scenario, "hearing", "-o", audit).status == 0
    assert call("draw", scenario, "--audit", audit, "--seed", "517").status == 0


def test_it_goes_together_with_other_quotas(tmp_path: Path) -> None:
    women = "{when: person.sex == 'f', count: ≥2}"
    scenario, audit = hearing(tmp_path / "mine", f"{QUOTA}, {women}"), tmp_path / "draw.json"
    draw(scenario, audit)
    document = json.loads(audit.read_text(encoding="utf-8"))
    drawn = set(document["result"]["drawn"])
    assert "D" in drawn and len(drawn & {"A", "C"}) == 1
    assert call("verify", scenario, audit).status == 0


def test_who_moves_to_another_household_is_noticed(tmp_path: Path) -> None:
    scenario, audit = hearing(tmp_path / "mine"), tmp_path / "draw.json"
    draw(scenario, audit)
    hearing(scenario, people=PEOPLE.replace("G,,m", "G,H2,m"))
    assert call("verify", scenario, audit).status == 1


def test_at_least_one_of_each_value(tmp_path: Path) -> None:
    each = "{each: person.household, count: ≥1}"
    scenario, audit = hearing(tmp_path / "mine", each), tmp_path / "draw.json"
    draw(scenario, audit)
    drawn = set(json.loads(audit.read_text(encoding="utf-8"))["result"]["drawn"])
    assert all(drawn & household for household in ({*"ABC"}, {*"DE"}, {"F"}))


def test_where_there_are_too_few_households_the_ones_in_the_way_are_named(tmp_path: Path) -> None:
    people = "id,household,sex\nA,H1,f\nB,H1,m\nD,H2,f\nE,H2,m\n"
    done = call("draw", hearing(tmp_path / "mine", people=people), "hearing")
    assert done.status == 1
    assert 'household (person.household == "H1"): at most 1' in done.out + done.err


@pytest.mark.parametrize(
    "quota",
    [
        "{each: person.household}",
        "{each: person.household, counts: {H1: 1}}",
        "{each: person.household, when: 'true', count: 1}",
        "{each: person.household, by: person.sex, counts: {f: 1}}",
        "{each: person.houshold, count: 1}",
    ],
)
def test_a_quota_written_in_two_forms_or_wrongly_is_a_fault(tmp_path: Path, quota: str) -> None:
    done = call("check", hearing(tmp_path / "mine", quota))
    assert done.status == 2 and "quotas.0" in done.err
