"""``allocator export``: writes a plan to a file, in the format that its ending asks for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from allocator import api
from allocator.cli.filled_forms import fill_forms
from allocator.cli.options import (
    FILE,
    at_most_option,
    option,
    plan_argument,
    point_option,
    same_version_option,
    scenario_option,
)
from allocator.cli.options import command as declare
from allocator.cli.output import FINE, NO, Output
from allocator.cli.plan_files import name_plan, refuse_other_version
from allocator.cli.store_options import is_store_typed, store_option
from allocator.cli.tradeoffs import export_set, plan_of, refuse_for_set
from allocator.errors import Fault, InputError, shorten
from allocator.model.text import Text
from allocator.report.exporters import exporter_for, formats_text
from allocator.report.rendering.console import pick, printable
from allocator.report.wording import status_text

_FORMATS = formats_text()

_NOTHING = Text(
    zh="文件中没有方案，未导出", en="the file holds an answer without a plan, and nothing is exported"
)


@declare(
    "export",
    zh=f"导出方案：{_FORMATS.zh}",
    en=f"Write a plan as {_FORMATS.en}.",
)
@plan_argument
@option(
    "--to",
    type=FILE,
    required=True,
    metavar="FILE",
    zh="写到此文件，格式随扩展名",
    en="the file to write; its ending says what as",
)
@option(
    "--forms",
    type=FILE,
    metavar="DIR",
    zh="任免审批表所在文件夹：在来表上填写拟任、拟免、任免理由，写到 --to 文件夹",
    en="a folder of cadre forms: fill posts and reasons into them; --to is the folder to write to",
)
@option("--layer", metavar="L", zh="只导出这一层", en="one layer only")
@option("--period", metavar="P", zh="只导出这一期", en="one period only")
@option(
    "--blind",
    type=FILE,
    metavar="KEYFILE",
    zh="代号副本：姓名以代号代替，对照表写到此文件（须在另一文件夹）",
    en="a blind copy: codes for names, with the key in this file (in another folder)",
)
@option("--signed", metavar="NAME", zh="文稿的署名", en="who signs the document")
@option("--dated", metavar="YYYY-MM-DD", zh="文稿的成文日期", en="the date of the document")
@option(
    "--against",
    type=FILE,
    multiple=True,
    metavar="PLAN",
    zh="文稿中与之比选的其他方案文件，可重复",
    en="another plan that the document compares this one with; repeatable",
)
@point_option
@at_most_option
@scenario_option
@same_version_option
@store_option
def command(
    output: Output,
    plan: Path,
    to: Path,
    forms: Path | None,
    layer: str | None,
    period: str | None,
    blind: Path | None,
    signed: str | None,
    dated: str | None,
    against: tuple[Path, ...],
    point: int | None,
    at_most: tuple[str, ...],
    scenario: Path | None,
    strict: bool,
    store: str | None,
) -> int:
    """Write a plan, or one layer or period of it, to a file; a picture shows one layer."""
    check_target(to, forms, blind)  # a wrong ending is refused before anything is read
    day = _day(dated)
    if point is None and not at_most and api.is_tradeoff(plan):
        options = {
            "--forms": forms,
            "--layer": layer,
            "--period": period,
            "--blind": blind,
            "--signed": signed,
            "--dated": dated,
            "--against": against,
        }
        refuse_for_set(options)
        return export_set(plan, to, scenario, output, strict=strict)
    read = plan_of(plan, point, at_most, output)
    if not read.is_found and not read.assignments:
        output.data({"file": None, "status": read.status})
        colon = pick(output.language, "：", ": ")
        output.report([printable(f"{status_text(read)(output.language)}{colon}{_NOTHING(output.language)}")])
        return NO
    policy, view = name_plan(read, plan, scenario, output, strict=strict)
    if view.cautions:
        zh, en = ("；".join(one.zh for one in view.cautions), "; ".join(one.en for one in view.cautions))
        output.remark(Text(zh=f"警告：{zh}", en=f"warning: {en}"))
    if forms is not None:
        refuse_doubtful(view, plan)
        return fill_forms(read, policy, forms, to, output, layer=layer, period=period)
    made = api.export(
        read,
        to,
        policy=policy,
        view=view,
        language=output.language,
        layer=layer,
        period=period,
        blind=blind,
        signed=signed,
        dated=day,
        against=_others(against, policy, strict=strict),
        record=_record(read, to, store),
    )
    key = {"key": str(blind)} if blind else {}
    output.data({"file": str(to), "format": made.format, "bytes": made.size, **key})
    output.report([printable(pick(output.language, f"已写入 {to}", f"written to {to}"))])
    if blind:
        output.report([printable(pick(output.language, f"代号对照表 {blind}", f"the key is in {blind}"))])
    return FINE


def _record(plan: api.Plan, to: Path, store: str | None) -> api.PlanRecord | None:
    """Return what the store says of a plan; None without a store, or for a format that does not show it."""
    if not store or ("store" not in exporter_for(to).options and not is_store_typed()):
        return None
    with api.open_store(store) as opened:
        return api.plan_record(opened, plan)


def _others(files: Sequence[Path], policy: api.Policy | None, *, strict: bool) -> list[api.PlanOption]:
    """Return other plans, each judged by the rules that it was made for where these are at hand.

    Raises:
        InputError: With every fault of the files; or the scenario is not at hand.
    """
    if not files:
        return []
    if policy is None:
        message = Text(zh="比选要用方案的场景", en="a comparison needs the scenario of the plan")
        raise InputError([Fault(message, "--against", allowed="--scenario DIR")])
    found: list[api.PlanOption] = []
    faults: list[Fault] = []
    for file in files:
        try:
            made = api.option_beside(policy, file)
            if strict:
                refuse_other_version(made.differs, file)
            found.append(made)
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError(faults)
    return found


def _day(text: str | None) -> date | None:
    """Return a date of the call.

    Raises:
        InputError: It is no date in the form 2026-03-01.
    """
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        message = Text(zh="不是日期", en="is no date")
        raise InputError([Fault(message, "--dated", found=shorten(text), allowed="YYYY-MM-DD")]) from None


def check_target(to: Path, forms: Path | None, blind: Path | None) -> None:
    """Refuse a file of a format that nothing is exported to, and options that exclude each other.

    Raises:
        InputError: No format has this ending; a cadre form lacks the form that it fills, or is to be blind.
    """
    if forms is not None and blind is not None:
        message = Text(
            zh="任免审批表有姓名和照片，不能作代号副本",
            en="cadre forms hold names and photos: there is no blind copy of them",
        )
        raise InputError([Fault(message, "--blind")])
    if forms is not None:
        return
    if to.suffix.lower() in (".lrmx", ".lrm"):
        message = Text(
            zh="任免审批表在来表上填写：请用 --forms 指明来表所在文件夹，--to 写文件夹",
            en="a cadre form is filled, not made: name the folder of forms by --forms, and a folder by --to",
        )
        raise InputError([Fault(message, "--to", found=shorten(to.name))])
    exporter_for(to)


def refuse_doubtful(view: api.PlanView, plan: Path) -> None:
    """Refuse to fill forms by a plan with false claims: a form has no room for a warning.

    Raises:
        InputError: With every false claim.
    """
    if view.doubtful:
        raise InputError([Fault(text, plan.name) for text in view.doubtful])
