"""``allocator explain``: why a scenario has no plan; who fits a seat of a plan; what rules cost in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from allocator import api
from allocator.cli.impossible import explain_scenario
from allocator.cli.options import (
    FILE,
    argument,
    flag,
    option,
    same_version_option,
    scenario_argument,
    time_limit_option,
    workers_option,
)
from allocator.cli.options import command as declare
from allocator.cli.output import FINE, INTERRUPTED, NO, Output
from allocator.cli.plan_files import refuse_other_version
from allocator.cli.solve_session import stop_on_signal
from allocator.errors import Fault, InputError
from allocator.model.text import Text
from allocator.report.candidate_view import PinnedView, pinned_view, ranking_view
from allocator.report.json_schemas import to_json
from allocator.report.rendering.candidate_text import render_candidate, render_ranking
from allocator.report.rendering.console import printable
from allocator.report.rendering.rule_prices_text import render_rule_prices
from allocator.report.rule_prices_view import rule_prices_view
from allocator.report.wording import status_text


@dataclass(frozen=True)
class ExplainCall:
    """The arguments and options of ``allocator explain``.

    Attributes:
        scenario: The scenario.
        plan: A plan for it; None to ask whether there is one at all.
        slot: The slot of the seat, by id or name; empty if rules are asked about.
        rules: Whether every soft rule is priced.
        rule: Ids of rules to price.
        role: Its role; empty for the first that somebody holds there.
        period: Its period; empty for the first.
        item: The only candidate to look at; empty for all.
        layer: Its layer; empty for the first that fits.
        every: Whether to list every candidate with every reason, or every person and place of a conflict.
        opened: Numbers of conflicts to open to people and places.
        solve: Whether to solve anew with the item at the seat.
        time_limit: Time limit of the new solve, in seconds.
        workers: Threads of the new solve, 0 for as many as there are cores.
        strict: Whether to refuse a plan of another version of the scenario.
    """

    scenario: Path
    plan: Path | None
    slot: str
    rules: bool
    rule: tuple[str, ...]
    role: str
    period: str
    item: str
    layer: str
    every: bool
    opened: tuple[int, ...]
    solve: bool
    time_limit: float
    workers: int
    strict: bool


@declare(
    "explain",
    zh="为何无解（不给方案时）；某席位谁合适、不可者的缘由；各条规则的代价",
    en="Why there is no plan, if none is given; who fits a seat, and why others do not; what rules cost.",
)
@scenario_argument
@argument(
    "plan",
    type=FILE,
    metavar="[PLAN]",
    required=False,
    zh="方案文件；不给则问有无方案、为何没有",
    en="plan file; without one: is there a plan at all, and why not",
)
@option("--slot", default="", metavar="SLOT", zh="去处（编号或名称）", en="the slot, by id or name")
@flag(
    "--rules",
    zh="各条非硬规则的代价：去掉它可省多少、变动谁",
    en="what each soft rule costs: what is gained without it",
)
@option(
    "--rule",
    multiple=True,
    metavar="ID",
    zh="只看此规则，硬规则也可；可重复",
    en="this rule, a hard one too; repeatable",
)
@option(
    "--role", default="", metavar="ROLE", zh="角色，默认首个有人的", en="the role; by default the first held"
)
@option("--period", default="", metavar="PERIOD", zh="周期，默认首期", en="the period; by default the first")
@option(
    "--item",
    default="",
    metavar="ITEM",
    zh="只看此人（编号或姓名），详列",
    en="look at this one alone, by id or name",
)
@option(
    "--layer",
    default="",
    metavar="LAYER",
    zh="层，默认首个合适的",
    en="the layer; by default the first that fits",
)
@flag(
    "--all",
    "every",
    zh="逐个列出；无解时逐人逐处列出",
    en="list every candidate with every reason; of conflicts, every person and place",
)
@option(
    "--open",
    "opened",
    multiple=True,
    type=click.IntRange(min=1),
    metavar="N",
    zh="无解时逐人逐处列出第 N 处矛盾，可重复",
    en="open conflict N to people and places; repeatable",
)
@flag(
    "--solve",
    zh="就全部周期重新求解：指定此人的代价（须有 --item）",
    en="solve all periods anew with --item at the seat: what that costs",
)
@time_limit_option(
    20,
    zh="时限（秒）：无方案时为整个查找，--solve、--rules 为每次求解",
    en="seconds: for all of the search without a plan, for each solve of --solve and --rules",
)
@workers_option(zh="求解的线程数，0 为核数", en="threads of a solve, 0 for all")
@same_version_option
def command(output: Output, **given: Any) -> int:
    """Rank who could have a seat of a plan, were nothing else to change; or solve anew with one at it."""
    call = ExplainCall(**given)
    if call.solve and not call.item:
        raise InputError([Fault(Text(zh="须与 --item 同用", en="goes with --item"), column="--solve")])
    _must_ask_one_thing(call)
    policy = api.bind(api.load(call.scenario))
    if call.plan is None:
        return explain_scenario(policy, output, seconds=call.time_limit, opened=call.opened, every=call.every)
    if not call.slot:
        return _rule_prices(policy, call, call.plan, output)
    seat = {"role": call.role, "period": call.period, "layer": call.layer, "item": call.item}
    file = call.plan
    read = api.read_plan(file)
    if not read.is_found and not read.assignments:
        output.data({"seat": None, "status": read.status})
        output.report([printable(f"{status_text(read)(output.language)} · {_NOTHING(output.language)}")])
        return NO
    differs = api.other_version(policy, read)
    if call.strict:
        refuse_other_version(differs, file)
    policy = api.with_plan_overrides(policy, read, file.name)
    ranking = api.candidates(policy, read, call.slot, file=file.name, **seat)
    view = ranking_view(policy, ranking, ranked=not call.item)
    solved = _solved(policy, read, ranking, call, file) if call.solve else None
    output.data({**to_json(view), "differs": to_json(differs), "solved": to_json(solved)})
    output.report([] if differs is None else [printable(_warning(differs)(output.language))])
    output.report(
        render_candidate(view, output.language, solved)
        if call.item
        else render_ranking(view, output.language, every=call.every)
    )
    return FINE


def _warning(differs: api.OtherVersion) -> Text:
    return Text(zh=f"警告：{differs.message.zh}", en=f"warning: {differs.message.en}")


_NOTHING = Text(zh="文件中没有方案，只有这一答复", en="the file holds no plan, only this answer")


def _solved(
    policy: api.Policy, plan: api.Plan, ranking: api.Ranking, call: ExplainCall, file: Path
) -> PinnedView | None:
    """Solve anew with the candidate pinned to the seat; None for its holder or an impossible candidate."""
    [candidate] = ranking.candidates
    if candidate.is_holder or not candidate.is_possible:
        return None
    stop = api.StopRequest()
    with stop_on_signal(stop):
        found = api.price(
            policy,
            plan,
            ranking,
            seconds=call.time_limit,
            workers=call.workers,
            observer=stop,
            file=file.name,
        )
    return pinned_view(policy, found)


def _must_ask_one_thing(call: ExplainCall) -> None:
    """Refuse a call that asks nothing of its plan, or two things, and one that lacks the plan it needs."""
    rules = call.rules or call.rule
    if call.plan is None:
        given = {"--slot": call.slot, "--rules": call.rules, "--rule": call.rule, "--item": call.item}
        if needing := [name for name, value in given.items() if value]:
            message = Text(zh="须给出方案文件：SCENARIO PLAN", en="needs a plan file: SCENARIO PLAN")
            raise InputError([Fault(message, column=name) for name in needing])
        return
    if call.opened:
        message = Text(zh="只用于为何无解：不给方案", en="is about why there is no plan: give no plan file")
        raise InputError([Fault(message, column="--open")])
    if bool(call.slot) == bool(rules):
        message = Text(
            zh="须给出 --slot（某席位谁合适）、--rules 或 --rule（规则的代价）之一",
            en="takes --slot (who fits a seat), or --rules or --rule (what rules cost)",
        )
        raise InputError([Fault(message, column="--slot")])


def _rule_prices(policy: api.Policy, call: ExplainCall, file: Path, output: Output) -> int:
    """Price rules, and print what each costs in the plan."""
    plan = api.read_plan(file)
    differs = api.other_version(policy, plan)
    if call.strict:
        refuse_other_version(differs, file)
    rules = api.priced_rules(policy, call.rule, soft=call.rules)
    stop = api.StopRequest()
    with stop_on_signal(stop):
        prices = api.rule_prices(
            policy,
            plan,
            rules,
            seconds=call.time_limit,
            workers=call.workers,
            observer=stop,
            file=file.name,
        )
    view = rule_prices_view(policy, prices, seconds=call.time_limit, asked=len(rules))
    output.data({**to_json(view), "differs": to_json(differs)})
    output.report([] if differs is None else [printable(_warning(differs)(output.language))])
    output.report(render_rule_prices(view, output.language, every=call.every))
    return INTERRUPTED if view.missing else FINE
