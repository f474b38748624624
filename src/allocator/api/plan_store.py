"""Finds plans that are kept in a store, judges them before a step of theirs, and writes them again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from allocator.api.judging import verify
from allocator.api.plan_scenario import find_policy
from allocator.api.scenarios import bind, load
from allocator.errors import Fault, InputError, shorten
from allocator.model.plan import Plan
from allocator.model.reading.files import atomic_write, unwritable_fault
from allocator.model.reading.json_files import parse_plan, plan_digest, read_plan
from allocator.model.text import Text
from allocator.report.desk.desk_tables import PlanRecord
from allocator.report.kept_plans_view import record_of
from allocator.rules.policy import Policy
from allocator.store.plan_states import PUBLISH, STEPS, SUBMIT, PlanVersion
from allocator.store.references_to_plans import find_version, find_versions

if TYPE_CHECKING:
    from allocator.store.store import Store


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
