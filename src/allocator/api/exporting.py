"""Lays out plans with the names of their scenario, writes them to files, and reads documents back."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.api.judging import verify
from allocator.errors import Fault, InputError, shorten
from allocator.model.plan import BoundProof, LevelScore, Plan, ScenarioRef
from allocator.model.reading.files import TABLE_BYTES, atomic_write, read_bytes, read_text, unwritable_fault
from allocator.model.run import ZERO
from allocator.model.scenario import Organisation
from allocator.model.text import Language, Text
from allocator.report.desk.desk_tables import DeskView, PlanRecord
from allocator.report.exporters import ReadRequest, all_exporters, export_plan, exporter_for
from allocator.report.plan_view import PlanView, view_ids_only, view_with_names
from allocator.rules.overrides import with_plan_overrides
from allocator.rules.policy import Policy
from allocator.verify import Judgement, plan_inconsistencies

if TYPE_CHECKING:
    from allocator.report.desk.blind import Blinder, BlindKey
    from allocator.verify.plan_option import PlanOption


@dataclass(frozen=True)
class ExportedFile:
    """A file that a plan was exported to.

    Attributes:
        path: The file.
        format: Name of its format.
        size: Bytes.
    """

    path: Path
    format: str
    size: int


def plan_view(
    plan: Plan, policy: Policy | None = None, *, recusals: bool = False, file: str = "plan"
) -> PlanView:
    """Lay out a plan with the names of its scenario, or with ids only if there is no scenario.

    Args:
        plan: The plan.
        policy: The bound policy, from ``bind``; None for ids only.
        recusals: Whether to list the recusals of each case with their reasons.
        file: Name of the plan in faults.

    Raises:
        InputError: The plan refers to ids that the scenario does not have, or ``expected.yaml`` has faults.
    """
    if policy is None:
        return view_ids_only(plan)
    policy = with_plan_overrides(policy, plan, file)
    return view_with_names(policy, plan, recusals=recusals, doubtful=_false_claims(policy, plan, file))


def _false_claims(policy: Policy, plan: Plan, file: str) -> tuple[Text, ...]:
    """Return the claims of a plan that are false.

    If the plan was made for another version, only claims that need no scenario are checked.
    """
    verdict = verify(policy, plan, file=file)
    if not plan.is_found and not plan.assignments:
        return ()  # an answer without a plan has no claims
    false = verdict.disagreements if verdict.differs is None else plan_inconsistencies(plan)
    return tuple(one.message for one in false)


def export(
    plan: Plan | PlanView,
    path: Path | str,
    *,
    policy: Policy | None = None,
    view: PlanView | None = None,
    language: Language = "en",
    layer: str | None = None,
    period: str | None = None,
    blind: Path | str | None = None,
    signed: str | None = None,
    dated: date | None = None,
    against: Sequence[PlanOption] = (),
    record: PlanRecord | None = None,
) -> ExportedFile:
    """Write a plan to a file atomically; the suffix of the file name decides the format.

    Args:
        plan: The plan. A view from ``plan_view`` does for formats that show rosters only.
        path: The file.
        policy: The bound policy, from ``bind``; without a policy the file has ids in place of names.
        view: The view of the plan, if ``plan_view`` has made it already.
        language: Language of the words in the file.
        layer: Name or title of the only layer to export.
        period: Id of the only period to export.
        blind: A file for the key of a blind copy: the copy has codes in place of names. If it is there, its
            codes are used again.
        signed: Who signs the document, in a format that is signed.
        dated: Its date; a document never has one of its own.
        against: Other plans that the document compares this one with, each from ``plan_option``.
        record: What a store says of the plan, from ``plan_record``, to be printed in the document.

    Raises:
        InputError: No format has this suffix, the format does not support a choice of layer, period,
            signature, date, other plans or a record, the plan has no such layer or period, a file cannot be
            written, or the key would lie with the copy.
    """
    path = Path(path)
    exporter = exporter_for(path)
    view = view or (plan if isinstance(plan, PlanView) else plan_view(plan, policy))
    make_desk = (
        partial(_desk, policy, plan, view, against, record) if policy and isinstance(plan, Plan) else None
    )
    context, key = policy.context if policy else None, None
    if blind is not None:
        key, blinder = blinder_for(Path(blind), path, _known(policy).context.scenario.organisation)
        view, context = blinder.blinded(view), blinder.context(_known(policy).context)
        make_desk = partial(_blind_desk, blinder, make_desk) if make_desk else None
    content = export_plan(
        exporter,
        view,
        context,
        language,
        layer=layer,
        period=period,
        make_desk=make_desk,
        signed=signed,
        dated=dated,
        against=tuple(one.name for one in against) or None,
        record=record,
    )
    if blind is not None and key is not None:
        atomic_write(key.to_csv(), Path(blind), mode=0o600)
    atomic_write(content, path)
    return ExportedFile(path, exporter.name, len(content))


def _desk(
    policy: Policy, plan: Plan, view: PlanView, against: Sequence[PlanOption], record: PlanRecord | None
) -> DeskView:
    from allocator.report.desk.desk_view import desk_view

    made = replace(desk_view(with_plan_overrides(policy, plan), plan, view), record=record)
    if not against:
        return made
    from allocator.api.comparing import LETTERS, plan_option
    from allocator.report.desk.compared import with_options

    if len(against) >= len(LETTERS):
        message = Text(zh="比选的方案过多", en="there are too many plans to compare")
        allowed = f"≤ {len(LETTERS) - 1}"
        raise InputError([Fault(message, "--against", found=str(len(against)), allowed=allowed)])
    own = plan_option(policy, plan, label=LETTERS[0])
    others = [replace(one, label=label) for one, label in zip(against, LETTERS[1:], strict=False)]
    return with_options(made, [own, *others])


def _blind_desk(blinder: Blinder, make_desk: Callable[[], DeskView]) -> DeskView:
    return blinder.desk(make_desk())


def _known(policy: Policy | None) -> Policy:
    """Return the policy, which a blind copy needs to know the people by."""
    if policy is None:
        message = Text(zh="代号副本要用方案的场景", en="a blind copy needs the scenario of the plan")
        raise InputError([Fault(message, "--blind", allowed="--scenario DIR")])
    return policy


def blinder_for(file: Path, output: Path, organisation: Organisation) -> tuple[BlindKey, Blinder]:
    """Return the key of a blind copy, and what puts its codes in place of names.

    The codes in the file are used again, if it is there; all others get new ones.

    Args:
        file: The file of the key.
        output: The file of the copy.
        organisation: Everybody who may be named.

    Raises:
        InputError: The key would lie in the folder of the copy or below it; or the file is no key.
    """
    from allocator.report.desk.blind import Blinder, BlindKey

    folder, target = output.resolve().parent, file.resolve()
    if target.is_relative_to(folder):
        message = Text(
            zh="代号对照表不能与副本放在同一文件夹（或其下级文件夹）",
            en="the key must not lie in the folder of the copy, or below it",
        )
        raise InputError([Fault(message, "--blind", found=shorten(str(file)))])
    check_writable(file)
    known = read_key(file) if file.exists() else BlindKey({}, {})
    key = known.completed(organisation)
    return key, Blinder(organisation, key)


def read_key(file: Path | str) -> BlindKey:
    """Read the key of a blind copy.

    Raises:
        InputError: The file cannot be read, or is no key.
    """
    from allocator.report.desk.blind import BlindKey

    file = Path(file)
    return BlindKey.of_csv(read_text(file, file.name, TABLE_BYTES).text, file.name)


def reads_back(path: Path | str) -> bool:
    """Whether a file, by its suffix, is a document whose appointments ``read_document`` reads back."""
    suffix = Path(path).suffix.lower()
    return any(one.reads_back and suffix in one.suffixes for one in all_exporters())


def check_readable(path: Path | str) -> None:
    """Refuse a file that ``export`` writes but nothing reads, such as a print or a picture.

    Raises:
        InputError: The suffix is that of such a format; with the suffixes that are read back.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if any(suffix in one.suffixes for one in all_exporters() if not one.reads_back and one.medium != "data"):
        raise InputError([_one_way(path)])


def _one_way(path: Path) -> Fault:
    """Return the fault of a document whose format is not read back."""
    read = [suffix for one in all_exporters() if one.reads_back for suffix in one.suffixes]
    message = Text(
        zh="这种格式只能导出，不能读回；请用方案（.json）或可读回的导出文件",
        en="this format is written, never read back; take the plan (.json) or an export that is read back",
    )
    return Fault(message, path.name, found=path.suffix, allowed=", ".join(read))


@dataclass(frozen=True)
class ReadDocument:
    """A plan that was read back from a document.

    Attributes:
        plan: The plan; it claims no score.
        added: Rows that the document did not have when it was exported, changed ones included.
        dropped: Rows that it had then and has no longer, as they were.
    """

    plan: Plan
    added: int = 0
    dropped: int = 0


def read_document(path: Path | str, policy: Policy, *, key: Path | str | None = None) -> ReadDocument:
    """Read the appointments back from an exported document, with the edits of its reader.

    Args:
        path: The document: a format that reads back, see ``reads_back``.
        policy: The bound policy, from ``bind``.
        key: The key of a blind copy.

    Raises:
        InputError: With a fault at each place of the document that cannot be read; or the format does not
            read back.
    """
    path = Path(path)
    exporter = exporter_for(path)
    if not exporter.reads_back:
        raise InputError([_one_way(path)])
    codes = read_key(key).ids if key is not None else {}
    content = read_bytes(path, path.name, TABLE_BYTES)
    found = exporter.read_back(ReadRequest(content, path.name, policy.context, codes))
    plan = Plan(
        scenario=ScenarioRef(name=found.scenario, sha256=found.sha256),
        status="feasible",
        assignments=found.assignments,
        run={"asked": _decoded(found.asked, codes)} if found.asked else {},
    )
    return ReadDocument(plan, found.added, found.dropped)


def scored_plan(plan: Plan, judgement: Judgement) -> Plan:
    """Return a plan with the score that the judge finds, to be saved; it claims no bound above 0.

    Args:
        plan: A plan without a score, such as one that was read back.
        judgement: The judgement of it, from ``verify``.
    """
    nothing_is_less = BoundProof(by=(ZERO,))
    levels = (
        LevelScore(level=level, cost=cost, bound=0, proof=nothing_is_less)
        for level, cost in judgement.costs.items()
    )
    rules = tuple(found.score for found in judgement.findings)
    return plan.model_copy(update={"score": tuple(levels), "rules": rules})


def _decoded(asked: Mapping[str, tuple[str, ...]], codes: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the overrides of a call with ids for the codes of a blind copy."""
    word = re.compile(r"\w+")
    return {
        name: [word.sub(lambda found: codes.get(found[0], found[0]), place) for place in places]
        for name, places in asked.items()
    }


def check_writable(path: Path | None) -> None:
    """Refuse a file that cannot be written, before minutes are spent on its content.

    Raises:
        InputError: The path is a folder, or its parent is missing or not writable.
    """
    if path is None:
        return
    if path.is_dir():
        raise InputError([unwritable_fault(IsADirectoryError(errno.EISDIR, ""), path)])
    if not path.parent.is_dir():
        raise InputError([unwritable_fault(FileNotFoundError(errno.ENOENT, ""), path)])
    if not os.access(path.parent, os.W_OK):
        raise InputError([unwritable_fault(PermissionError(errno.EACCES, ""), path)])
