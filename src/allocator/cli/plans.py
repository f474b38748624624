"""The commands that look at a plan: ``allocator show`` lays it out, ``allocator verify`` judges it."""

from __future__ import annotations

from pathlib import Path

from allocator import api
from allocator.cli.options import (
    FILE,
    at_most_option,
    flag,
    option,
    output_option,
    plan_argument,
    point_option,
    same_version_option,
    scenario_argument,
    scenario_option,
)
from allocator.cli.options import command as declare
from allocator.cli.output import FINE, NO, Output
from allocator.cli.plan_files import name_plan, refuse_other_version
from allocator.cli.tradeoffs import plan_of, refuse_for_set, show_set
from allocator.errors import Fault, InputError
from allocator.model.text import Text
from allocator.report.json_schemas import to_json
from allocator.report.rendering.judgement_text import figure_table, render_checks, render_judgement
from allocator.report.rendering.plan_text import render_plan
from allocator.report.score_view import judgement_view


@declare("show", zh="展示方案：名单、得分与变动", en="Who is where, what it costs, and what changed.")
@plan_argument
@scenario_option
@flag("--ids", zh="名称旁注明编号", en="show ids beside names")
@flag("--posts", zh="姓名旁注明单位与职务", en="show units and posts beside names")
@flag("--recusals", zh="列出回避登记：谁因何回避何案", en="list who is out of which case, and why")
@point_option
@at_most_option
@output_option(zh="方案集：选中的方案写到此文件", en="a set: write the chosen plan to this file")
@same_version_option
def show(
    output: Output,
    plan: Path,
    scenario: Path | None,
    ids: bool,
    posts: bool,
    recusals: bool,
    point: int | None,
    at_most: tuple[str, ...],
    out: Path | None,
    strict: bool,
) -> int:
    """Lay out a plan with the names of its scenario, or by ids where the scenario is not at hand.

    Of a set of plans all are listed, or one is chosen.
    """
    is_chosen = point is not None or bool(at_most)
    if out is not None and not is_chosen:
        message = Text(zh="须与 --point 或 --at-most 同用", en="needs --point or --at-most")
        raise InputError([Fault(message, column="-o")])
    if not is_chosen and api.is_tradeoff(plan):
        refuse_for_set({"--ids": ids, "--posts": posts, "--recusals": recusals})
        return show_set(plan, scenario, output, strict=strict)
    api.check_writable(out)
    shown = plan_of(plan, point, at_most, output)
    if out is not None:
        api.write_plan(shown, out)
    _, view = name_plan(shown, plan, scenario, output, recusals=recusals, strict=strict)
    output.data(view)
    output.report(render_plan(view, output.language, ids=ids, posts=posts))
    return NO if view.is_without_plan else FINE


@declare(
    "verify",
    zh="复核方案或抽签：逐条判断，与求解器无关",
    en="Judge a plan or a draw, point by point, by code that never imports the solver.",
)
@scenario_argument
@plan_argument
@flag("--all", "every", zh="列出每一处", en="list every breach")
@flag("--expected", "figures", zh="并核对文件数据", en="hold it to the document's figures too")
@same_version_option
@option(
    "--published",
    metavar="TEXT",
    zh="抽签：事先公布的那一行或承诺值",
    en="a draw: the line or the SHA-256 that was published",
)
@option("--seed", metavar="TEXT", zh="抽签：公开的种子", en="a draw: the seed that came about")
@option(
    "--key",
    type=FILE,
    metavar="KEYFILE",
    zh="代号副本的对照表",
    en="the key of a blind copy",
)
@option(
    "--save",
    type=FILE,
    metavar="FILE",
    zh="导出的文件：把读回的方案存为此文件（json）",
    en="an exported document: save the plan that was read back as this file (JSON)",
)
def verify(
    output: Output,
    scenario: Path,
    plan: Path,
    every: bool,
    figures: bool,
    strict: bool,
    published: str | None,
    seed: str | None,
    key: Path | None,
    save: Path | None,
) -> int:
    """Judge a plan or an exported document and name every rule that it breaks; or replay a draw."""
    api.check_readable(plan)
    is_document = api.reads_back(plan)
    if not is_document and (key is not None or save is not None):
        message = Text(zh="只用于导出的文件", en="is for exported documents only")
        raise InputError([Fault(message, column="--save" if key is None else "--key")])
    api.check_writable(save)
    if not is_document and api.is_audit(plan):
        return _replayed(scenario, plan, output, published, seed)
    if published is not None or seed is not None:
        message = Text(zh="只用于抽签", en="is for draws only")
        raise InputError([Fault(message, column="--seed" if published is None else "--published")])
    policy = api.bind(api.load(scenario))
    judged = _read_back(plan, policy, key, output) if is_document else api.read_plan(plan)
    verdict = api.verify(policy, judged, file=plan.name)
    if strict:
        refuse_other_version(verdict.differs, plan)
    if save is not None:
        api.write_plan(api.scored_plan(judged, verdict.judgement), save)
    found = judgement_view(policy, verdict.judgement, verdict.disagreements, differs=verdict.differs)
    measured = api.document_figures(policy, judged, verdict.judgement) if figures else ()
    output.data({**to_json(found), "figures": measured})
    output.report(render_judgement(found, output.language, every=every))
    output.report([figure_table(measured, output.language)] if measured else [])
    return FINE if verdict.holds and all(figure.holds for figure in measured) else NO


def _read_back(file: Path, policy: api.Policy, key: Path | None, output: Output) -> api.Plan:
    """Read a document back, and say how many of its rows are not as they were exported."""
    found = api.read_document(file, policy, key=key)
    if found.added or found.dropped:
        count = len(found.plan.assignments)
        zh = f"提示：读回 {count} 项安排；导出后改写或新增 {found.added} 行，去掉 {found.dropped} 行"
        en = f"note: {count} assignments read back; rows new or changed since the export: {found.added},"
        en += f" rows gone: {found.dropped}"
        output.remark(Text(zh=zh, en=en))
    return found.plan


def _replayed(scenario: Path, file: Path, output: Output, published: str | None, seed: str | None) -> int:
    """Replay a draw, report every false claim of its file, and return the exit status."""
    audit, content = api.read_audit(file)
    draw = api.audited_draw(api.draws(api.load(scenario)), audit, file.name)
    checks = api.replay(draw, audit, content, published=published, seed=seed)
    holds = all(check.holds for check in checks)
    for note in api.unchecked_claims(audit, published, seed):
        output.remark(note)
    output.data({"holds": holds, "checks": checks})
    output.report(render_checks(checks, output.language))
    return FINE if holds else NO
