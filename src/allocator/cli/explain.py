"""``allocator explain``: who fits a seat, best first, and what speaks against each of the others."""

from __future__ import annotations

from typing import Annotated

import typer

from allocator import api
from allocator.cli.failures import FINE, NO
from allocator.cli.interrupt import stopping
from allocator.cli.language import both
from allocator.cli.naming import refuse_other_version
from allocator.cli.options import AsJson, Lang, PlanPath, SameVersion, ScenarioPath
from allocator.cli.output import Output
from allocator.errors import Fault, InputError
from allocator.explain import Ranking
from allocator.model.plan import Plan
from allocator.model.text import Text
from allocator.report.candidates import PinnedView, pinned_view, ranking_view
from allocator.report.plain import plain
from allocator.report.rendering.candidates import render_candidate, render_ranking
from allocator.report.rendering.console import printable
from allocator.report.words import status_text
from allocator.solvers.observer import StopRequest
from allocator.verify import OtherVersion, other_version


def _warning(differs: OtherVersion) -> Text:
    return Text(zh=f"警告：{differs.message.zh}", en=f"warning: {differs.message.en}")


_NOTHING = Text(zh="文件中没有方案，只有这一答复", en="the file holds no plan, only this answer")


def _solved(
    policy: api.Policy, plan: Plan, ranking: Ranking, seconds: float, workers: int, file: str
) -> PinnedView | None:
    """Solve anew with the only candidate at the seat; None where they have it or cannot be there at all."""
    [candidate] = ranking.candidates
    if candidate.is_holder or not candidate.is_possible:
        return None
    stop = StopRequest()
    with stopping(stop):
        found = api.price(policy, plan, ranking, seconds=seconds, workers=workers, observer=stop, file=file)
    return pinned_view(policy, found)


HELP = both(
    "某席位谁合适：排序列出，并说明不可者的缘由", "Who fits a seat, best first, and why others do not."
)


def command(
    scenario: ScenarioPath,
    plan: PlanPath,
    slot: Annotated[
        str, typer.Option(metavar="SLOT", help=both("去处（编号或名称）", "the slot, by id or name"))
    ],
    role: Annotated[
        str,
        typer.Option(
            metavar="ROLE", help=both("角色，默认首个有人的", "the role; by default the first held")
        ),
    ] = "",
    period: Annotated[
        str, typer.Option(metavar="PERIOD", help=both("周期，默认首期", "the period; by default the first"))
    ] = "",
    item: Annotated[
        str,
        typer.Option(
            metavar="ITEM", help=both("只看此人（编号或姓名），详列", "look at this one alone, by id or name")
        ),
    ] = "",
    layer: Annotated[
        str,
        typer.Option(
            metavar="LAYER", help=both("层，默认首个合适的", "the layer; by default the first that fits")
        ),
    ] = "",
    every: Annotated[
        bool, typer.Option("--all", help=both("逐个列出", "list every candidate with every reason"))
    ] = False,
    solve: Annotated[
        bool,
        typer.Option(
            "--solve",
            help=both(
                "就全部周期重新求解：指定此人的代价（须有 --item）",
                "solve all periods anew with --item at the seat: what that costs",
            ),
        ),
    ] = False,
    time_limit: Annotated[
        float, typer.Option(min=0.1, max=10**6, help=both("--solve 的时限（秒）", "seconds for --solve"))
    ] = 20,
    workers: Annotated[
        int,
        typer.Option(
            min=0, max=1024, help=both("--solve 的线程数，0 为核数", "threads for --solve, 0 for all")
        ),
    ] = 0,
    strict: SameVersion = False,
    as_json: AsJson = False,
    lang: Lang = None,
) -> int:
    """Rank who could have a seat of a plan, were nothing else to change; or solve anew with one at it."""
    output = Output(lang, as_json=as_json)
    if solve and not item:
        raise InputError([Fault(Text(zh="须与 --item 同用", en="goes with --item"), column="--solve")])
    policy = api.bind(api.load(scenario))
    seat = {"role": role, "period": period, "layer": layer, "item": item}
    read = api.read_plan(plan)
    if not read.is_found and not read.assignments:
        output.data({"seat": None, "status": read.status})
        output.report([printable(f"{status_text(read)(output.language)} · {_NOTHING(output.language)}")])
        return NO
    differs = other_version(policy, read)
    if strict:
        refuse_other_version(differs, plan)
    policy = api.with_plan_overrides(policy, read, plan.name)
    ranking = api.candidates(policy, read, slot, file=plan.name, **seat)
    view = ranking_view(policy, ranking, ranked=not item)
    solved = _solved(policy, read, ranking, time_limit, workers, plan.name) if solve else None
    output.data({**plain(view), "differs": plain(differs), "solved": plain(solved)})
    output.report([] if differs is None else [printable(_warning(differs)(output.language))])
    output.report(
        render_candidate(view, output.language, solved)
        if item
        else render_ranking(view, output.language, every=every)
    )
    return FINE
