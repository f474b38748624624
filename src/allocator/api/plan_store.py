"""Keeps scenarios and plans in a store: kept, found, judged before they are submitted, and written again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from allocator.api.judging import verify
from allocator.api.plan_scenario import find_policy
from allocator.api.scenarios import bind, load
from allocator.api.studying import LoadedStudy
from allocator.errors import Fault, InputError, shorten
from allocator.model.plan import Plan
from allocator.model.reading.files import TABLE_BYTES, atomic_write, read_bytes, unwritable_fault
from allocator.model.reading.json_files import parse_plan, plan_digest, plan_text, read_plan
from allocator.model.reading.scenario_location import locate
from allocator.model.text import Text
from allocator.report.desk.desk_tables import PlanRecord
from allocator.report.kept_plans_view import record_of
from allocator.rules.policy import Policy
from allocator.store.kept_scenarios import KeptScenario, kept_scenario
from allocator.store.plan_states import PUBLISH, STEPS, SUBMIT, PlanVersion
from allocator.store.references_to_plans import find_version, find_versions
from allocator.store.store_words import LONGEST_NAME, NOT_IN_NAMES
from allocator.study.cell_results import CellResult
from allocator.study.cells import StudyCell
from allocator.study.variants import read_source

if TYPE_CHECKING:
    from allocator.store.store import Store
    from allocator.store.store_check import StoreCheck


def open_store(
    place: str | Path, *, create: bool = False, writes: bool = False, verify: bool = True
) -> Store:
    """Open a store; the caller closes it, best by ``with``.

    Args:
        place: A file, or ``postgresql://USER@HOST/DATABASE``.
        create: Whether a store is made where there is none.
        writes: Whether something will be added.
        verify: Whether the whole chain is verified first, as it is before anything is added.

    Raises:
        InputError: It cannot be opened, or is no store.
        ChainError: The chain does not verify.
    """
    from allocator.store.store import Store

    return Store(place, create=create, writes=writes, verify=verify)


def check_store(store: Store, *, printed_head: str = "") -> StoreCheck:
    """Verify a store: its chain, everything that it keeps, every step, and a head that was printed.

    Args:
        store: The open store.
        printed_head: The head on a document, such as ``12:3f2a9c1b2d4e5f60``.

    Raises:
        InputError: ``printed_head`` is no head, or the database fails.
    """
    from allocator.store.store_check import check_store

    return check_store(store, printed_head)


def back_up(store: Store, file: Path | str) -> None:
    """Write a store to one new file, which is a store itself.

    Raises:
        InputError: The file is there, or cannot be written.
        ChainError: The store does not verify.
    """
    from allocator.store.store_backup import back_up

    back_up(store, Path(file))


def load_backup(file: Path | str, place: str | Path) -> Store:
    """Make a new store of a backup, and return it open.

    Raises:
        InputError: The backup cannot be read, or there is a store already.
        ChainError: The backup does not verify.
    """
    from allocator.store.store_backup import load_backup

    return load_backup(Path(file), place)


def export_events(store: Store, file: Path | str | None = None) -> str:
    """Return the chain as text, an event on each line as JSON, and write it to a file if one is given.

    Raises:
        InputError: The file cannot be written, or the database fails.
    """
    text = "".join(json.dumps(vars(one), ensure_ascii=False) + "\n" for one in store.events())
    if file is not None:
        atomic_write(text.encode(), Path(file))
    return text


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


def find_kept(store: Store, reference: str) -> PlanVersion:
    """Return the version of a plan that a reference means.

    Args:
        store: The open store.
        reference: ``name`` (its newest version), ``name@version``, the beginning of a plan's hash, or a plan
            file that is kept.

    Raises:
        InputError: There is none, with the nearest; or it may mean several.
    """
    return find_version(store.versions(), _by_file(reference))


def _by_file(reference: str) -> str:
    """Return the hash of a plan file; of anything else the reference as it is."""
    return plan_digest(read_plan(reference)) if is_plan_file(reference) else reference


def plan_record(store: Store, plan: Plan) -> PlanRecord:
    """Return the record of a plan for a document: its versions in the store, and the head of the chain.

    Args:
        store: The open store.
        plan: The plan, kept or not.

    Raises:
        InputError: The database fails.
    """
    digest = plan_digest(plan)
    return record_of(store.head(), [one for one in store.versions() if one.plan == digest])


def is_plan_file(reference: str) -> bool:
    """Whether a reference is a file rather than a name or a hash."""
    path = Path(reference)
    return path.suffix.lower() == ".json" or path.is_file()


@dataclass(frozen=True)
class KeptPlan:
    """A plan with the policy that it was made for.

    Attributes:
        reference: How it is called: name and version, or the name of the file.
        plan: The plan.
        policy: The policy.
    """

    reference: str
    plan: Plan
    policy: Policy


def kept_plan(store: Store, version: PlanVersion) -> KeptPlan:
    """Return a kept plan with its policy, made of the scenario that is kept with it.

    Raises:
        InputError: The scenario cannot be read by this version of the program.
        ChainError: What is kept was changed.
    """
    plan = parse_plan(store.content(version.plan), version.reference)
    return KeptPlan(version.reference, plan, kept_policy(store, version.scenario))


def kept_policy(store: Store, digest: str) -> Policy:
    """Return the policy of a scenario that is kept.

    Raises:
        InputError: The scenario cannot be read by this version of the program.
        ChainError: It is not there, or was changed.
    """
    kept = store.scenario(digest)
    with TemporaryDirectory() as place:
        # Two folders deep: whoever looks for the scenario of a plan looks into one.
        folder = Path(place) / "kept"
        folder.mkdir()
        for name, content in kept.contents.items():
            (folder / name).write_bytes(content)
        return bind(load(folder / kept.listing.entry))


def referenced_plan(store: Store, reference: str, scenario: Path | None = None) -> KeptPlan:
    """Return the plan of a reference; a plan file need not be kept.

    Args:
        store: The open store.
        reference: As in ``find_kept``, or any plan file.
        scenario: The scenario of a file that is not kept; None to look for it.

    Raises:
        InputError: There is none, it may mean several, or the scenario of a file is not at hand.
    """
    if not is_plan_file(reference):
        return kept_plan(store, find_versions(store.versions(), reference)[0])
    file = Path(reference)
    plan = read_plan(file)
    if kept := [one for one in store.versions() if one.plan == plan_digest(plan)]:
        return kept_plan(store, kept[-1])
    if store.has_scenario(plan.scenario.sha256):
        return KeptPlan(file.stem, plan, kept_policy(store, plan.scenario.sha256))
    policy = bind(load(scenario)) if scenario is not None else find_policy(plan, file).policy
    if policy is None:
        message = Text(zh="未找到方案的场景", en="the scenario of the plan is not at hand")
        raise InputError(
            [Fault(message, file.name, found=shorten(plan.scenario.name), allowed="--scenario DIR")]
        )
    return KeptPlan(file.stem, plan, policy)


def change_state(
    store: Store,
    reference: str,
    step: str,
    *,
    who: str,
    why: str = "",
    details: Mapping[str, Any] | None = None,
) -> PlanVersion:
    """Take a step with a kept plan: submit, return, approve, publish or void it.

    To be submitted, it must hold: it breaks no hard rule and makes no false claim. Whoever submitted it
    cannot approve it. What is published stays as it is; a later version that is published voids it.

    Args:
        store: The open store.
        reference: As in ``find_kept``.
        step: ``submitted``, ``returned``, ``approved``, ``published`` or ``voided``.
        who: Who takes it.
        why: The reason; needed for all but to submit.
        details: Further data for the event.

    Raises:
        InputError: The step is not allowed, or the plan does not hold.
    """
    version, chosen = find_kept(store, reference), STEPS[step]
    facts = dict(details or {})
    if chosen is SUBMIT:
        _check_holds(kept_plan(store, version))
    if chosen is PUBLISH:
        facts.update(_changes(store, version))
    return store.step(version, chosen, who=who, why=why, details=facts)


def _check_holds(kept: KeptPlan) -> None:
    """Refuse to submit an answer without a plan, and a plan that does not hold."""
    if not kept.plan.is_found:
        message = Text(zh="没有方案，不能送审", en="is an answer without a plan, and cannot be submitted")
        raise InputError([Fault(message, kept.reference, found=kept.plan.status)])
    verdict = verify(kept.policy, kept.plan, file=kept.reference)
    if verdict.holds:
        return
    broken = ", ".join(one.rule.id for one in verdict.judgement.broken)
    message = Text(zh="违反硬规则，不能送审", en="breaks hard rules, and cannot be submitted")
    faults = [Fault(message, kept.reference, found=shorten(broken, 200))] if broken else []
    raise InputError([*faults, *(Fault(one.message, kept.reference) for one in verdict.disagreements)])


def _changes(store: Store, version: PlanVersion) -> dict[str, Any]:
    """Return how many assignments differ from the published version of the name, if there is one."""
    published = [one for one in store.versions(version.name) if one.state == "published"]
    if not published:
        return {}
    new, old = (
        Counter(parse_plan(store.content(one.plan), one.reference).assignments)
        for one in (version, published[-1])
    )
    return {"added": (new - old).total(), "removed": (old - new).total()}


def restore_plan(store: Store, version: PlanVersion, file: Path | str) -> tuple[Path, ...]:
    """Write a kept plan to a file, and the files of its scenario beside it, byte for byte as they are kept.

    Args:
        store: The open store.
        version: The version of the plan.
        file: The file of the plan; its folder is made if it is not there.

    Returns:
        The files that were written.

    Raises:
        InputError: A file is there already with another content, or cannot be written.
        ChainError: What is kept was changed.
    """
    file = Path(file)
    kept = store.scenario(version.scenario)
    wanted = {file.parent / name: content for name, content in kept.contents.items()}
    if file in wanted:
        message = Text(zh="与场景文件同名", en="has the name of a file of the scenario")
        raise InputError([Fault(message, file.name)])
    wanted[file] = store.content(version.plan)
    if faults := _occupied(wanted):
        raise InputError(faults)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError([unwritable_fault(error, file.parent)]) from None
    for path, content in wanted.items():
        atomic_write(content, path)
    return tuple(wanted)


def _occupied(wanted: Mapping[Path, bytes]) -> Sequence[Fault]:
    """Return a fault for each file that is there already with another content."""
    faults = []
    for path, content in wanted.items():
        try:
            differs = path.exists() and (not path.is_file() or path.read_bytes() != content)
        except OSError as error:
            faults.append(unwritable_fault(error, path))
            continue
        if differs:
            message = Text(zh="已存在且内容不同", en="is there already, with another content")
            faults.append(Fault(message, shorten(path, 200)))
    return faults
