"""``allocator history``, ``log``, ``diff``, ``restore``: what a store keeps, compared, written again."""

from __future__ import annotations

from pathlib import Path

import click

from allocator import api
from allocator.cli.options import FILE, argument, flag, option
from allocator.cli.options import command as declare
from allocator.cli.output import FINE, Output
from allocator.cli.store_options import chosen_store, reference_argument, store_argument, store_option
from allocator.model.text import Text
from allocator.report.exporters import exporter_for
from allocator.report.kept_plans_view import event_line, kept_plan_line
from allocator.report.rendering.comparison_text import render_comparison
from allocator.report.rendering.console import pick, printable
from allocator.report.rendering.kept_plans_text import render_history, render_log

_STATES = ("draft", "submitted", "approved", "published", "void")


@declare(
    "history",
    zh="方案库中的方案：状态、代价、何人何时存入",
    en="The plans of a store: state, cost, who kept them and when.",
)
@store_argument()
@store_option
@option("--name", metavar="NAME", zh="只列此名称", en="this name only")
@option(
    "--state",
    type=click.Choice(_STATES),
    metavar="STATE",
    zh="只列此状态：draft 草稿、submitted 送审、approved 通过、published 公布、void 作废",
    en="this state only: draft, submitted, approved, published or void",
)
def history(output: Output, place: str | None, store: str | None, name: str | None, state: str | None) -> int:
    """List the versions of plans in the order in which they were kept."""
    with api.open_store(chosen_store(place, store)) as opened:
        versions, head = opened.versions(name), opened.head()
    lines = [kept_plan_line(one) for one in versions if state in (None, one.state)]
    output.data({"plans": lines, "head": head})
    output.report(render_history(lines, head, output.language))
    return FINE


@declare(
    "log", zh="方案库的记录：何人何时因何做了何事", en="The events of a store: who did what, when and why."
)
@store_argument()
@store_option
@option("--of", "reference", metavar="REF", zh="只列此方案的记录", en="those of this plan only")
@option("--last", type=click.IntRange(min=1), metavar="N", zh="只列最后几条", en="the last so many only")
def log(output: Output, place: str | None, store: str | None, reference: str | None, last: int | None) -> int:
    """List the events of the chain."""
    with api.open_store(chosen_store(place, store)) as opened:
        head = opened.head()
        if reference is None:
            found = opened.events(after=max(0, head.number - last) if last else 0)
        else:
            version = api.find_kept(opened, reference)
            found = [one for one in opened.events(name=version.name) if one.version == version.version]
    lines = [event_line(one) for one in (found[-last:] if last else found)]
    output.data({"events": lines, "head": head})
    output.report(render_log(lines, head, output.language))
    return FINE


@declare(
    "diff",
    zh="两个方案的差别：代价、规则、人员，逐项对照",
    en="The difference between two plans: cost, rules, who is elsewhere.",
)
@argument(
    "old",
    metavar="REF",
    zh="前一方案：名称、名称@版本、摘要或文件",
    en="the one: name, name@version, hash or file",
)
@argument("new", metavar="REF", zh="后一方案", en="the other")
@store_option
@flag("--all", "every", zh="相同的行也列出", en="list rows that do not differ, too")
@option("--scenario", type=FILE, metavar="DIR", zh="方案文件的场景", en="the scenario of a plan file")
@option(
    "--to", type=FILE, metavar="FILE", zh="写到 .xlsx、.docx 或 .html", en="write it as .xlsx, .docx or .html"
)
def diff(
    output: Output,
    old: str,
    new: str,
    store: str | None,
    every: bool,
    scenario: Path | None,
    to: Path | None,
) -> int:
    """Compare two plans, each with the scenario that it is kept with."""
    if to is not None:
        exporter_for(to, comparison=True)
        api.check_writable(to)
    with api.open_store(chosen_store(None, store)) as opened:
        plans = [api.referenced_plan(opened, one, scenario) for one in (old, new)]
    options = [
        api.plan_option(one.policy, one.plan, label=label, name=one.reference, file=one.reference)
        for one, label in zip(plans, "AB", strict=True)
    ]
    found = api.compare(options, baseline=plans[0].plan)
    if to is not None:
        made = api.export_comparison(
            options, to, baseline=plans[0].plan, language=output.language, every=every
        )
        output.data({"file": str(to), "format": made.format, "bytes": made.size})
        output.report([printable(pick(output.language, f"已写入 {to}", f"written to {to}"))])
        return FINE
    output.data(found)
    output.report(render_comparison(found, output.language, every=every))
    return FINE


@declare(
    "restore",
    zh="取回方案及其场景，逐字节如存入时",
    en="Write a kept plan and its scenario again, byte for byte.",
)
@reference_argument
@option(
    "-o",
    "--output",
    "out",
    type=FILE,
    required=True,
    metavar="FILE",
    zh="方案文件；场景写在同一文件夹",
    en="the plan file; its scenario goes beside it",
)
@store_option
def restore(output: Output, reference: str, out: Path, store: str | None) -> int:
    """Write the plan and the files of its scenario."""
    with api.open_store(chosen_store(None, store)) as opened:
        version = api.find_kept(opened, reference)
        files = api.restore_plan(opened, version, out)
    output.data({"plan": version.reference, "sha256": version.plan, "files": [str(one) for one in files]})
    names = ", ".join(one.name for one in files[:-1])
    text = Text(
        zh=f"{version.reference} 已写入 {out}，场景：{names}",
        en=f"{version.reference} written to {out}, with its scenario: {names}",
    )
    output.report([printable(text(output.language))])
    return FINE
