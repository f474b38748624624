"""Loads scenarios and binds their rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from allocator.errors import Fault, InputError
from allocator.model.plan import Plan
from allocator.model.reading import input_error, load_scenario, read_spec, scenario_digest
from allocator.model.scenario import Numbers, Scenario, ScoreTable
from allocator.rules.overrides import override_faults, with_overrides
from allocator.rules.packs import read_rulebook
from allocator.rules.policy import Policy
from allocator.rules.rule_binding import bind_policy


def load(path: Path | str) -> Scenario:
    """Read a scenario folder (or workbook).

    Raises:
        InputError: With every fault of its files, rule packs included.
    """
    try:
        return load_scenario(path)
    except InputError as error:
        raise input_error([*error.faults, *_pack_faults(path)]) from None


def _pack_faults(path: Path | str) -> list[Fault]:
    """Return the faults of the rule packs of a faulty scenario, so that all faults are reported at once."""
    found = read_spec(Path(path))
    return read_rulebook(found.spec.rules, found.folder).faults if found else []


def with_scores(
    scenario: Scenario, tables: Mapping[str, tuple[Sequence[str], Sequence[str], Numbers]]
) -> Scenario:
    """Return a scenario with score tables from memory, besides those of its files.

    Args:
        scenario: The scenario, from ``load``.
        tables: Score tables by name: ids of the rows, ids of the columns, and numbers ``[rows, columns]``.
            Each has the content of a ``scores-NAME.csv``, without the size limits of a file.
    """
    made = {
        name: ScoreTable(tuple(rows), tuple(cols), values) for name, (rows, cols, values) in tables.items()
    }
    organisation = replace(scenario.organisation, scores={**scenario.organisation.scores, **made})
    digest = scenario_digest(
        [("scenario", scenario.sha256.encode()), *((n, made[n].content) for n in sorted(made))]
    )
    files = {f"scores-{name}": sha256(made[name].content).hexdigest() for name in sorted(made)}
    return replace(scenario, organisation=organisation, sha256=digest, files={**scenario.files, **files})


def bind(
    scenario: Scenario,
    *,
    baseline: Plan | None = None,
    pins: Iterable[str] = (),
    keep: Iterable[str] = (),
    exclude: Iterable[str] = (),
) -> Policy:
    """Bind the scenario's rules to its tables.

    Args:
        scenario: The scenario, from ``load``.
        baseline: A plan to start from; ``fewest_changes`` and rules that read a baseline stay close to it.
            Ids that the scenario does not have are ignored (see ``verify.check_baseline``).
        pins: Fixed assignments ``ITEM=SLOT``, optionally with ``/ROLE`` and ``@PERIOD``.
        keep: Layers in which every slot that the baseline fills stays unchanged.
        exclude: Forbidden assignments: ``ITEM``, ``ITEM=SLOT`` or ``ITEM=LAYER`` (the last two optionally
            with ``/ROLE``), each optionally with ``@PERIOD``. In a kept layer, an exclusion opens only the
            seat of the excluded item.

    Raises:
        InputError: With every fault of the rules and of the overrides.
    """
    asked = {"pins": tuple(pins), "keep": tuple(keep), "exclude": tuple(exclude)}
    try:
        policy = bind_policy(scenario, baseline=baseline)
    except InputError as error:
        raise input_error([*override_faults(scenario, baseline, **asked), *error.faults]) from None
    return with_overrides(policy, **asked)
