"""Keeps plans in a store, each with the scenario that it was made for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocator.api.plan_scenario import find_policy
from allocator.api.scenarios import bind, load
from allocator.api.studying import LoadedStudy
from allocator.errors import Fault, InputError, shorten
from allocator.model.plan import Plan
from allocator.model.reading.files import TABLE_BYTES, read_bytes, unwritable_fault
from allocator.model.reading.json_files import plan_text, read_plan
from allocator.model.reading.scenario_location import locate
from allocator.model.text import Text
from allocator.rules.policy import Policy
from allocator.store.kept_scenarios import KeptScenario, kept_scenario
from allocator.store.plan_states import PlanVersion
from allocator.store.store_words import LONGEST_NAME, NOT_IN_NAMES
from allocator.study.cell_results import CellResult
from allocator.study.cells import StudyCell
from allocator.study.variants import read_source

if TYPE_CHECKING:
    from allocator.store.store import Store


def scenario_to_keep(policy: Policy, place: Path | str) -> KeptScenario:
    """Return a scenario as it is kept: a folder as the files that are read, a workbook as it is.

    Args:
        policy: The bound policy of the scenario.
        place: Its folder or workbook.

    Raises:
        InputError: A file cannot be read, or was changed since the policy was bound.
    """
    source, given = read_source(Path(place)), locate(Path(place))
    contents, entry = source.raw, ""
    if given.workbook is not None:
        entry = given.workbook.name
        contents = {**source.raw, entry: read_bytes(given.workbook, entry, TABLE_BYTES)}
        if source.location.workbook is None:  # the workbook stands for the folder, and holds everything
            contents = {entry: contents[entry]}
    return kept_scenario(policy.context.scenario.name, policy.sha256, policy.files, contents, entry)


def keep_plan(
    store: Store,
    plan: Plan,
    scenario: KeptScenario,
    *,
    who: str,
    why: str = "",
    name: str = "",
    details: Mapping[str, Any] | None = None,
) -> PlanVersion:
    """Keep a plan, or an answer without one, and its scenario with it.

    Args:
        store: The open store.
        plan: The plan.
        scenario: The scenario that it was made for, from ``scenario_to_keep``.
        who: Who keeps it.
        why: The reason.
        name: The name under which it is kept; by default that of the scenario.
        details: Further data for the event, such as the command.

    Raises:
        InputError: The plan was made for another version of the scenario, a text cannot be kept, or the
            database fails.
    """
    from allocator.store.store import PlanToKeep

    if plan.scenario.sha256 != scenario.listing.sha256:
        message = Text(
            zh="方案是为场景的另一版本作出的，不能与此场景一同存入",
            en="the plan was made for another version of the scenario, and is not kept with this one",
        )
        raise InputError([Fault(message, plan.scenario.name, found=shorten(plan.scenario.sha256))])
    facts = {
        "status": plan.status,
        "score": [[one.level, one.cost, one.bound] for one in plan.score],
        "assignments": len(plan.assignments),
        **(details or {}),
    }
    made = PlanToKeep(name or plan.scenario.name, plan_text(plan).encode(), scenario, facts)
    return store.keep(made, who=who, why=why)


def keep_plan_file(
    store: Store,
    file: Path,
    *,
    who: str,
    why: str = "",
    name: str = "",
    scenario: Path | None = None,
    details: Mapping[str, Any] | None = None,
) -> PlanVersion:
    """Keep the plan of a file with its scenario, which is looked for as ``show`` does.

    Args:
        store: The open store.
        file: The plan file.
        who: Who keeps it.
        why: The reason.
        name: The name under which it is kept; by default that of the scenario.
        scenario: The scenario; None to look for it near the file, and in the store.
        details: Further data for the event.

    Raises:
        InputError: The file is no plan, or the version of the scenario that it was made for is not at hand.
    """
    plan = read_plan(file)
    if scenario is None and store.has_scenario(plan.scenario.sha256):
        kept = store.scenario(plan.scenario.sha256)
        return keep_plan(store, plan, kept, who=who, why=why, name=name, details=details)
    found = find_policy(plan, file)
    place = scenario or found.place
    policy = bind(load(scenario)) if scenario is not None else found.policy
    if policy is None or place is None or policy.sha256 != plan.scenario.sha256:
        message = Text(
            zh="方案所依据的场景版本不在手边，不能存入",
            en="the version of the scenario that the plan was made for is not at hand: it cannot be kept",
        )
        fault = Fault(message, file.name, found=shorten(plan.scenario.name), allowed="--scenario DIR")
        raise InputError([fault, *(found.unreadable[1].faults if found.unreadable else ())])
    kept = scenario_to_keep(policy, place)
    return keep_plan(store, plan, kept, who=who, why=why, name=name, details=details)


def keep_cell(
    store: Store,
    loaded: LoadedStudy,
    cell: StudyCell,
    result: CellResult,
    *,
    who: str,
    why: str = "",
    details: Mapping[str, Any] | None = None,
) -> PlanVersion | None:
    """Keep the plan of a study's cell under the name of its scenario and option; None if it has no plan.

    Args:
        store: The open store.
        loaded: The study.
        cell: The cell.
        result: Its result.
        who: Who ran the study.
        why: The reason.
        details: Further data for the event.

    Raises:
        InputError: The plan or the files that were solved cannot be read, or the database fails.
    """
    if not result.has_plan:
        return None
    plan = read_plan(loaded.plan_file(result))
    name = cell_plan_name(cell)
    facts = {
        "command": "study",
        "study": loaded.study.file.name,
        "option": cell.option,
        "seed": cell.seed,
        "limit": cell.seconds,
        "cell": cell.key,
        **(details or {}),
    }
    if store.has_scenario(plan.scenario.sha256):
        kept = store.scenario(plan.scenario.sha256)
    else:
        folder = loaded.store.variant_folder(cell.scenario, cell.option, cell.variant)
        entry = loaded.digests[cell.scenario, cell.option, cell.seed].entry
        contents = {one: read_bytes(folder / one, one, TABLE_BYTES) for one in _file_names(folder)}
        entry = entry if entry in contents else ""
        kept = kept_scenario(plan.scenario.name, plan.scenario.sha256, plan.scenario.files, contents, entry)
    return keep_plan(store, plan, kept, who=who, why=why, name=name, details=facts)


def cell_plan_name(cell: StudyCell) -> str:
    """Return the name under which the plans of a cell are kept: scenario and option."""
    words = f"{cell.scenario}+{cell.option}"
    return "".join("-" if one in NOT_IN_NAMES else one for one in words)[:LONGEST_NAME].strip()


def _file_names(folder: Path) -> list[str]:
    try:
        return sorted(one.name for one in folder.iterdir() if one.is_file())
    except OSError as error:
        raise InputError([unwritable_fault(error, folder)]) from None
