"""``allocator publish`` and its steps: submitted, returned, approved, published, voided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allocator import api
from allocator.cli.options import FILE, option
from allocator.cli.options import command as declare
from allocator.cli.output import FINE, Output
from allocator.cli.store_options import (
    Actor,
    chosen_store,
    name_option,
    reference_argument,
    report_kept,
    store_option,
    who_option,
    why_option,
)
from allocator.model.text import Text
from allocator.report.kept_plans_view import kept_plan_line
from allocator.report.rendering.console import printable
from allocator.report.rendering.kept_plans_text import head_line

_needed_why = why_option(zh="理由，必填", en="the reason, which is needed")


@declare(
    "publish",
    zh="公布已通过的方案；此前公布的版本随之作废",
    en="Publish an approved plan; the version published before becomes void.",
)
@reference_argument
@_needed_why
@who_option
@store_option
def publish(output: Output, **given: Any) -> int:
    """Publish a plan that somebody else approved."""
    return _step("published", output, **given)


@declare(
    "publish submit",
    zh="送审：复核后交他人审核；方案文件先存入",
    en="Submit a plan for review, once it is judged; a plan file is kept first.",
)
@reference_argument
@name_option
@why_option()
@who_option
@option("--scenario", type=FILE, metavar="DIR", zh="方案文件的场景", en="the scenario of a plan file")
@store_option
def submit(
    output: Output,
    reference: str,
    name: str,
    why: str,
    who: str | None,
    scenario: Path | None,
    store: str | None,
) -> int:
    """Keep a plan file where it is not kept yet, and submit it."""
    place, actor = chosen_store(None, store), Actor(who)
    is_file = api.is_plan_file(reference)
    with api.open_store(place, create=is_file, writes=True) as opened:
        kept = None
        if is_file:
            kept = api.keep_plan_file(
                opened,
                Path(reference),
                who=actor.name,
                why=why,
                name=name,
                scenario=scenario,
                details=actor.details,
            )
            reference = kept.reference
        version = api.change_state(
            opened, reference, "submitted", who=actor.name, why=why, details=actor.details
        )
        head = opened.head()
    _report(version, head, output, kept)
    return FINE


@declare("publish return", zh="退回：送审或通过的方案回到草稿", en="Return a plan to whoever drafted it.")
@reference_argument
@_needed_why
@who_option
@store_option
def return_(output: Output, **given: Any) -> int:
    """Make a draft of what was submitted or approved."""
    return _step("returned", output, **given)


@declare("publish approve", zh="通过：须由送审人以外的人", en="Approve a plan that somebody else submitted.")
@reference_argument
@_needed_why
@who_option
@store_option
def approve(output: Output, **given: Any) -> int:
    """Approve a plan."""
    return _step("approved", output, **given)


@declare("publish void", zh="作废", en="Void a plan.")
@reference_argument
@_needed_why
@who_option
@store_option
def void(output: Output, **given: Any) -> int:
    """Void a plan; it stays in the store."""
    return _step("voided", output, **given)


def _step(what: str, output: Output, *, reference: str, why: str, who: str | None, store: str | None) -> int:
    actor = Actor(who)
    with api.open_store(chosen_store(None, store), writes=True) as opened:
        version = api.change_state(opened, reference, what, who=actor.name, why=why, details=actor.details)
        head = opened.head()
    _report(version, head, output)
    return FINE


def _report(
    version: api.PlanVersion, head: api.ChainHead, output: Output, kept: api.PlanVersion | None = None
) -> None:
    output.data({"plan": kept_plan_line(version), "head": head})
    output.report(map(printable, _lines(version, head, output, kept)))


def _lines(
    version: api.PlanVersion, head: api.ChainHead, output: Output, kept: api.PlanVersion | None
) -> Iterator[str]:
    if kept is not None:
        yield report_kept(kept, output)
    line = kept_plan_line(version)
    state = line.state_title
    zh = f"{version.reference} {line.last_what.zh}：{version.last.who}；现为“{state.zh}”"
    en = f"{version.reference} {line.last_what.en} by {version.last.who}; it is now {state.en}"
    yield Text(zh=zh, en=en)(output.language)
    if version.replaces:
        other, facts = f"{version.name}@{version.replaces}", version.last.facts
        added, removed = facts.get("added"), facts.get("removed")
        yield Text(
            zh=f"取代 {other}：新增 {added} 项安排，去掉 {removed} 项；"
            f"详见 allocator diff {other} {version.reference}",
            en=f"replaces {other}: {added} assignments added, {removed} removed; for all of it:"
            f" allocator diff {other} {version.reference}",
        )(output.language)
    yield head_line(head, output.language)
