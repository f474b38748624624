"""The result of a solve as lines: the changes from a baseline, and how the plan was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from allocator.model.notation import scenario_roles
from allocator.model.plan import LevelScore, Plan
from allocator.model.run import Overrides, RunRoute, RunStructure, is_confirmed, read_run_part
from allocator.model.text import Language, Text
from allocator.report.rendering.console import number, pick, printable
from allocator.rules.policy import Policy
from allocator.verify import MissingReferences
from allocator.verify.diff import PlanDiff, SeatChange, plan_diff

#: Changed seats, and names that are gone, that are listed at most.
LISTED = 20
_FIELDS: Mapping[str, Text] = {
    "layer": Text(zh="层", en="layers"),
    "item": Text(zh="对象", en="items"),
    "slot": Text(zh="去处", en="slots"),
    "role": Text(zh="角色", en="roles"),
    "period": Text(zh="周期", en="periods"),
}


#: At most this many pins, exclusions and layers to keep are named, and this many rules.
MOST_ASKED, MOST_RULES = 12, 5
_KNOWN = {
    "seconds": Text(zh="用时（秒）", en="seconds"),
    "route": Text(zh="求解路径", en="route"),
    "structure": Text(zh="结构", en="structure"),
    "seed": Text(zh="种子", en="seed"),
    "workers": Text(zh="线程", en="workers"),
    "stopped": Text(zh="结束于", en="ended by"),
}
_ENDED = {
    "proved": Text(zh="证明完成", en="proof"),
    "time": Text(zh="时限", en="the time limit"),
    "work": Text(zh="工作量限额", en="the limit of work"),
    "windows": Text(zh="最后一个窗口", en="the last window"),
    "asked": Text(zh="中断", en="request"),
    "memory": Text(zh="内存限额", en="the limit of memory"),
}
_STRUCTURES = {
    "network": Text(zh="网络流", en="network"),
    "network_constraints": Text(zh="除计价外为网络流", en="network but for what is paid"),
    "zones": Text(zh="片区", en="zones"),
    "none": Text(zh="非网络流", en="no network"),
    "rolling": Text(zh="滚动求解", en="rolling"),
    "unknown": Text(zh="未及分析", en="not looked at"),
}
#: The solver of a route that left no level to another one.
_SOLVERS = {"network_flow": "flow", "zones": "zones"}


def render_plan_diff(policy: Policy, plan: Plan, language: Language) -> Iterator[str]:
    """Yield the changes of a solve from its baseline; nothing without a baseline or a plan."""
    baseline = policy.context.baseline
    if baseline is None or not plan.score:
        return
    carried = plan.run["changes"]
    fewest = None
    if "fewest" in carried:
        found = {"cost": carried["fewest"], "bound": carried["bound"], "proof": carried["proof"]}
        fewest = LevelScore.model_validate({"level": 1, **found})
    roles = scenario_roles(policy.context.scenario.spec)
    yield from render_diff(plan_diff(policy, baseline, plan.assignments), roles, language, fewest)


def render_diff(
    changes: PlanDiff, roles: Mapping[str, Text], language: Language, fewest: LevelScore | None = None
) -> Iterator[str]:
    """Yield the changes from the baseline.

    Args:
        changes: The changes.
        roles: Word by role.
        language: Language of the words.
        fewest: Number of changes and its lower bound, if the fewest changes were asked for.
    """
    if changes.gone.assignments:
        yield printable(gone_line(changes.gone, language))
    yield _heading(changes, language) + ("" if fewest is None else _fewest(fewest, changes, language))
    for seat in changes.seats[:LISTED]:
        yield "  " + printable(_seat_line(seat, roles, language))
    more = len(changes.seats) - LISTED
    if more > 0:
        yield "  " + pick(language, f"另有 {more} 行（见 --json）", f"{more} more lines (see --json)")


def gone_line(gone: MissingReferences, language: Language) -> str:
    """Return in one line the names in a baseline that the scenario no longer has."""
    zh = language == "zh"
    parts = []
    for field, names in gone.names.items():
        shown = ("、" if zh else ", ").join(names[:LISTED]) + ("…" if len(names) > LISTED else "")
        parts.append(f"{_FIELDS[field](language)} {shown}")
    listed = ("；" if zh else "; ").join(parts)
    return pick(
        language,
        f"基准方案 {gone.of} 项安排中有 {gone.assignments} 项所指已不在场景中，不计：{listed}",
        f"of {gone.of} assignments of the baseline, {gone.assignments} are dropped, since the scenario no"
        f" longer has what they name: {listed}",
    )


def _heading(changes: PlanDiff, language: Language) -> str:
    seats, new = number(changes.count), number(changes.new)
    return pick(
        language,
        f"与基准方案相比：变动席位 {seats} 个，新增席位 {new} 个",
        f"changes from the baseline: seats that change hands {seats}, new seats {new}",
    )


def _fewest(fewest: LevelScore, changes: PlanDiff, language: Language) -> str:
    """Return the lower bound on changes; seats whose holders are gone change hands in any case."""
    if fewest.cost > fewest.bound:
        least = pick(language, f"；至少 {fewest.bound} 个", f"; at least {fewest.bound} must")
    elif is_confirmed(fewest.proof.by, fewest.proof.confirmed):
        least = pick(language, "；双重证明最少", "; proved twice to be the fewest")
    else:
        least = pick(language, "；已证明最少", "; proved the fewest")
    open_anyway = changes.count - fewest.cost
    if open_anyway > 0:
        zh, en = f"，另 {open_anyway} 个因原任已离任", f", and {open_anyway} whose holders are gone"
        least += pick(language, zh, en)
    return least


def _seat_line(seat: SeatChange, roles: Mapping[str, Text], language: Language) -> str:
    role = "" if seat.role is None else " " + roles.get(seat.role, Text(zh=seat.role, en=seat.role))(language)
    when = "" if seat.period is None else f" @{seat.period}"
    left = [one.name_and_id + (_gone(language) if one.id in seat.gone else "") for one in seat.left]
    who = f"{_listed(left, language)} → {_listed([one.name_and_id for one in seat.came], language)}"
    return f"{seat.place.name_and_id}{role}{when}: {who}"


def _gone(language: Language) -> str:
    return pick(language, "［已不在场景中］", " [no longer in the scenario]")


def _listed(names: Iterable[str], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(names) or "—"


def run_line(run: Mapping[str, Any], language: Language) -> str:
    """Return in one line how a plan was found; empty if the plan does not record it."""
    shown = {
        **run,
        "stopped": _ENDED.get(str(run.get("stopped")), Text())(language),
        "route": _route_text(run),
        "structure": _structure_text(run, language),
    }
    parts = [f"{words(language)} {shown[key]}" for key, words in _KNOWN.items() if key in run]
    versions = run.get("versions")
    if isinstance(versions, Mapping):
        parts.extend(f"{name} {version}" for name, version in versions.items())
    return printable(" · ".join(parts))


def asked_line(run: Mapping[str, Any], language: Language) -> str:
    """Return the options of the call beside the scenario, as written there; empty if there were none."""
    try:
        asked = Overrides.model_validate(run.get("asked", {}))
    except ValidationError:  # `verify` reports the fault
        return ""
    words = pick(language, "另有要求：", "asked for beside the scenario: ")
    return printable(f"{words}{options_line(asked)}") if asked else ""


def options_line(asked: Overrides) -> str:
    """Return the options of a call in one line, at most ``MOST_ASKED`` of them."""
    options = asked.options
    more = len(options) - MOST_ASKED
    return "  ".join(options[:MOST_ASKED]) + (f"  ... +{more}" if more > 0 else "")


def _route_text(run: Mapping[str, Any]) -> str:
    """Return the solver of each level; for an older plan, the text that it carries."""
    route = read_run_part(RunRoute, run.get("route"))
    if route is None:
        return str(run.get("route"))
    if route.kind == "draw":
        return f"draw {route.draw}"
    levels = ", ".join(f"{one.level}: {one.solver}" for one in route.levels)
    return levels or _SOLVERS.get(route.kind, "cp-sat")


def _structure_text(run: Mapping[str, Any], language: Language) -> str:
    """Return the structure of the program; for an older plan, the text that it carries."""
    structure = read_run_part(RunStructure, run.get("structure"))
    if structure is None:
        return str(run.get("structure"))
    words = _STRUCTURES[structure.kind](language)
    if structure.kind == "rolling":
        return words + _windows_text(read_run_part(RunRoute, run.get("route")), language)
    if not structure.rules:
        return words
    rules = _listed_rules(structure.rules, language)
    return pick(language, f"{words}（{rules}）", f"{words}: {rules}")


def _windows_text(route: RunRoute | None, language: Language) -> str:
    if route is None or route.window is None:
        return ""
    length, failed = route.window, route.failed_window
    text = pick(language, f"，窗口 {length} 期", f", windows of {length}")
    if failed is None:
        return text
    return text + pick(language, f"，{failed} 未得方案", f", no plan found for {failed}")


def _listed_rules(rules: tuple[str, ...], language: Language) -> str:
    named, more = ", ".join(rules[:MOST_RULES]), len(rules) - MOST_RULES
    return named + (pick(language, f" 等另 {more} 条", f" and {more} more") if more > 0 else "")
