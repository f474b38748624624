"""Loads scenarios and binds their rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from allocator.errors import Fault, InputError
from allocator.model.plan import Plan
from allocator.model.reading import input_error, load_scenario, read_spec, scenario_digest
from allocator.model.scenario import Scenario
from allocator.model.scores import Numbers, ScoreTable
from allocator.rules.overrides import override_faults, with_overrides
from allocator.rules.packs import read_rulebook
from allocator.rules.policy import Policy
from allocator.rules.rule_binding import bind_policy


def load(path: Path | str) -> Scenario:
    """Read a scenario folder (or workbook).

    Raises:
        InputError: With every fault of its files, rule packs among them.
    """
    try:
        return load_scenario(path)
    except InputError as error:
        raise input_error([*error.faults, *_pack_faults(path)]) from None


def _pack_faults(path: Path | str) -> list[Fault]:
    """Return what is wrong with the rule packs of a scenario whose tables are wrong: all is told at once."""
    found = read_spec(Path(path))
    return read_rulebook(found.spec.rules, found.folder).faults if found else []


def with_scores(
    scenario: Scenario, tables: Mapping[str, tuple[Sequence[str], Sequence[str], Numbers]]
) -> Scenario:
    """Return a scenario with score tables that lie in memory, beside those of its files.

    Args:
        scenario: What ``load`` returned.
        tables: By name, the ids of the rows, those of the columns, and ``[rows, columns]`` numbers: what
            ``scores-NAME.csv`` would hold, without the limits of a file.
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
        scenario: What ``load`` returned.
        baseline: A plan to start from; ``fewest_changes`` and rules that read a baseline stay close to it.
            What it names and the scenario does not have asks nothing (see ``verify.admit_baseline``).
        pins: Places settled beforehand, ``ITEM=SLOT``, with ``/ROLE`` and with ``@PERIOD`` or without.
        keep: Layers in which every slot that the baseline fills stays as it is.
        exclude: Who is kept out of where, ``ITEM``, ``ITEM=SLOT`` or ``ITEM=LAYER`` (these with ``/ROLE`` or
            without), each with ``@PERIOD`` or without. In a layer to keep, the seat of whoever is excluded
            is open, and only that.

    Raises:
        InputError: With every fault of the rules, or of what is asked beside them.
    """
    asked = {"pins": tuple(pins), "keep": tuple(keep), "exclude": tuple(exclude)}
    try:
        policy = bind_policy(scenario, baseline=baseline)
    except InputError as error:
        raise input_error([*override_faults(scenario, baseline, **asked), *error.faults]) from None
    return with_overrides(policy, **asked)
