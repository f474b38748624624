"""Five counties, each made impossible in four ways: the answer names what was planted, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from allocator import api
from allocator.report.impossible_view import ImpossibleView, impossible_view
from allocator.report.rendering.impossible_text import render_impossible, render_supply
from cli_world import call
from impossible_worlds import COUNTIES, WAYS, bound, county, planted

CASES = [
    pytest.param(name, way, id=f"{name}-{way}", marks=[] if name == COUNTIES[0] else [pytest.mark.slow])
    for name in COUNTIES
    for way in WAYS
]


@pytest.mark.parametrize(("name", "way"), CASES)
def test_the_answer_names_exactly_what_was_planted(name: str, way: str, tmp_path: Path) -> None:
    folder, want = planted(name, way, tmp_path / "county")
    policy = bound(folder)
    diagnosis = api.diagnose(policy, seconds=20)
    assert diagnosis.status == "impossible" and diagnosis.found.is_complete
    [conflict] = diagnosis.found.conflicts
    assert {*conflict.rules} == want.rules
    assert conflict.is_minimal and conflict.is_confirmed
    view = impossible_view(policy, diagnosis)
    for language in ("zh", "en"):
        text = "\n".join(
            (*render_supply(view.supply, language), *render_impossible(view, language, every=True))
        )
        assert _named(view, policy, want.table) == want.names and all(one in text for one in want.names)
        _is_in_words(text, policy)


def _named(view: ImpossibleView, policy: api.Policy, table: str) -> set[str]:
    """Return the names of a table that the subjects of the conflict have."""
    said = " ".join(one.zh + one.en for part in view.conflicts[0].parts for one in part.subjects)
    organisation = policy.context.scenario.organisation
    return {one.name for one in getattr(organisation, table).values() if one.name in said}


def _is_in_words(text: str, policy: api.Policy) -> None:
    """Check that a text has no id of a rule, layer, person, group or unit, and no name of a field."""
    ids = {rule.id for rule in policy.rules} | {*policy.context.scenario.organisation.entities}
    ids |= {*policy.context.layers, "take", "None"}
    said = {word for rule in policy.rules for word in re.findall(r"\w+", rule.why.en)}
    found = [one for one in ids - said if re.search(rf"(?<![\w.-]){re.escape(one)}(?![\w-])", text)]
    assert not found, (found, text)
    assert "_" not in text and "==" not in text


def test_the_command_answers_no_with_the_same_conflict(tmp_path: Path) -> None:
    folder, want = planted(COUNTIES[0], "kin", tmp_path / "county")
    done = call("explain", folder, "--open", "1", lang="zh")
    assert done.status == 1
    assert all(f"{name} · 2026" in done.out for name in want.names)


@pytest.mark.slow
@pytest.mark.parametrize("name", COUNTIES)
def test_a_county_has_a_plan_before_anything_is_planted(name: str, tmp_path: Path) -> None:
    policy = bound(county(name).write(tmp_path / "county"))
    assert api.diagnose(policy, seconds=20).status == "possible"
