"""Lays out plans with the names of their scenario, and writes them to files of any format."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from allocator.api.judging import verify
from allocator.errors import InputError
from allocator.model.plan import Plan
from allocator.model.reading.files import atomic_write, unwritable_fault
from allocator.model.text import Language, Text
from allocator.report.exporters import export_plan, exporter_for
from allocator.report.plan_view import PlanView, view_ids_only, view_with_names
from allocator.rules.overrides import with_plan_overrides
from allocator.rules.policy import Policy
from allocator.verify import plan_inconsistencies


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
    language: Language = "en",
    layer: str | None = None,
    period: str | None = None,
) -> ExportedFile:
    """Write a plan to a file atomically; the suffix of the file name decides the format.

    Args:
        plan: The plan, or its view from ``plan_view``.
        path: The file.
        policy: The bound policy, from ``bind``; without a policy the file has ids in place of names.
        language: Language of the words in the file.
        layer: Name or title of the only layer to export.
        period: Id of the only period to export.

    Raises:
        InputError: No format has this suffix, the format does not support a choice of language, layer or
            period, the plan has no such layer or period, or the file cannot be written.
    """
    path = Path(path)
    exporter = exporter_for(path)
    view = plan if isinstance(plan, PlanView) else plan_view(plan, policy)
    context = policy.context if policy else None
    content = export_plan(exporter, view, context, language, layer=layer, period=period)
    atomic_write(content, path)
    return ExportedFile(path, exporter.name, len(content))


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
