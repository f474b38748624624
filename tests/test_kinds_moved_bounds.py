"""The comparison with its check detects every bound in a kind's code that is moved by one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from allocator.rules.kinds import all_kinds
from allocator.rules.rule import Rule
from moved_bounds import Site, moved, written_for
from worlds import Trial, amounts_of, differences, plans_of, policy_of, trials


def sites_of(trial: Trial) -> set[Site]:
    """Return where the kind's code uses its writer on a trial."""
    with moved() as used:
        policy_of(plans_of(trial.kind, trial.number).context, trial.rule()).compile()
    return set(used)


def is_noticed(trial: Trial, site: Site, shift: int) -> bool:
    """Return whether program and check differ on some plan when the bound at ``site`` is moved."""
    plans, amounts = plans_of(trial.kind, trial.number), amounts_of(trial.kind, trial.number)
    with moved(site, shift):
        return bool(len(differences(policy_of(plans.context, trial.rule()), plans, amounts)))


def unnoticed(kind: type[Rule]) -> list[str]:
    """Return the uses of a writer that no example reaches, and the moves that no example notices."""
    own = trials({kind.name: kind})
    reached: Mapping[Trial, set[Site]] = {trial: sites_of(trial) for trial in own}
    sites = sorted(set().union(*reached.values()))
    told = [f"never used: {use}" for use in written_for(kind) if not any(use.holds(site) for site in sites)]
    for site in sites:
        for level in sorted({trial.level for trial in own if site in reached[trial]}, key=str):
            tried = [trial for trial in own if trial.level == level and site in reached[trial]]
            for shift in (1, -1):
                if not any(is_noticed(trial, site, shift) for trial in tried):
                    told.append(f"moved by {shift:+} at level {level}: {site}")
    return told


@pytest.mark.slow
@pytest.mark.parametrize("kind", all_kinds().values(), ids=all_kinds())
def test_every_bound_moved_by_one_is_noticed(kind: type[Rule]) -> None:
    assert unnoticed(kind) == []


def test_a_moved_bound_moves_the_program() -> None:
    [trial, *_] = trials({"pin": all_kinds()["pin"]})
    [site] = sites_of(trial)
    assert site.method == "at_least"
    assert not is_noticed(trial, site, 0)
    assert is_noticed(trial, site, 1)
