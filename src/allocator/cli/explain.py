"""``allocator explain``: why there is no plan; why here, why not there; who fits a seat; what rules cost."""

from __future__ import annotations

from typing import Any

import click

from allocator import api
from allocator.cli.explain_call import ExplainCall, read_explained
from allocator.cli.explain_rules import explain_rules
from allocator.cli.explain_seats import explain_seats
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
from allocator.cli.output import Output
from allocator.errors import Fault, InputError
from allocator.model.text import Text


@declare(
    "explain",
    zh="为何无解（只给场景时）；为何在此、为何不在彼；某席位谁合适；各条规则的代价",
    en="Why there is no plan (a scenario alone); why here, why not there; who fits a seat; what rules cost.",
)
@scenario_argument
@argument(
    "plan",
    type=FILE,
    required=False,
    metavar="[PLAN]",
    zh="方案文件；只给场景则问有无方案、为何没有；只给方案则在其近旁找场景",
    en="plan file; a scenario alone: is there a plan at all, and why not; a plan alone finds its scenario",
)
@option(
    "--item",
    default="",
    metavar="ITEM",
    zh="为何在此；与 --slot 同用：为何不在彼（编号或姓名）",
    en="why here; with --slot: why not there, by id or name",
)
@option("--slot", default="", metavar="SLOT", zh="此去处谁合适（编号或名称）", en="who fits it")
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
    en="list everything, with every reason, person and place",
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
@time_limit_option(20, zh="每个问题的时限（秒）", en="seconds for each question")
@workers_option(zh="求解的线程数，0 为核数", en="threads of a solve, 0 for all")
@same_version_option
def command(output: Output, **given: Any) -> int:
    """Say why there is no plan, why an item is here or not there, who fits a seat, or what rules cost."""
    call = ExplainCall(**given)
    _must_ask_one_thing(call)
    if not call.asked:
        policy = api.bind(api.load(call.scenario))
        return explain_scenario(policy, output, seconds=call.time_limit, opened=call.opened, every=call.every)
    read = read_explained(call)
    if call.slot or call.item:
        return explain_seats(call, read, output)
    return explain_rules(call, read, output)


def _must_ask_one_thing(call: ExplainCall) -> None:
    """Refuse a call that asks nothing of its plan, or two things, or opens a conflict of a plan."""
    if len(call.asked) > 1 or (call.plan is not None and not call.asked):
        message = Text(
            zh="须给出 --item、--slot（为何在此、为何不在彼、谁合适）或 --rules、--rule（规则的代价）之一",
            en="takes --item or --slot (why here, why not there, who fits), or --rules or --rule (what rules"
            " cost)",
        )
        raise InputError([Fault(message, column="--slot")])
    if call.opened and call.asked:
        message = Text(
            zh="只用于为何无解：只给场景", en="is about why there is no plan: give a scenario alone"
        )
        raise InputError([Fault(message, column="--open")])
