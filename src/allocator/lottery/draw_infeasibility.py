"""Finds why a panel or a pairing cannot be drawn, and the least change after which it can.

By Hall's theorem a set of units cannot be staffed exactly if, for some inspectors, the seats that only they
can take outnumber the seats that they may take. An integer program looks for the worst such set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from allocator.lottery.findings import CannotDraw, names_with_ids
from allocator.lottery.kinds._pairing_audit import PairingRules
from allocator.lottery.kinds._panel_audit import PanelRules
from allocator.lottery.leximin_panels import Panels
from allocator.model.text import Text
from allocator.solvers.small_programs import IntegerProgram

Side = Literal["least", "most"]


@dataclass(frozen=True)
class QuotaBound:
    """One side of a quota, and by how much it gives way."""

    quota: int
    side: Side
    by: int = 0


@dataclass(frozen=True)
class QuotaConflict:
    """Bounds of quotas that cannot hold together.

    Attributes:
        bounds: A conflict, minimal by inclusion.
        remedies: Bounds that give way so that a panel exists, by the fewest members in all.
    """

    bounds: tuple[QuotaBound, ...]
    remedies: tuple[QuotaBound, ...]


def find_quota_conflict(panels: Panels) -> QuotaConflict | None:
    """Return why there is no panel, or None if there is one; the pool must be as large as a panel."""
    every = [QuotaBound(q, side) for q in range(len(panels.least)) for side in _SIDES]
    if _is_feasible(panels, every):
        return None
    kept = list(every)
    for bound in every:
        fewer = [one for one in kept if one != bound]
        if not _is_feasible(panels, fewer):
            kept = fewer
    return QuotaConflict(tuple(kept), _least_change(panels))


_SIDES: tuple[Side, Side] = ("least", "most")


def _is_feasible(panels: Panels, bounds: Sequence[QuotaBound]) -> bool:
    program, members = _program(panels)
    for bound in bounds:
        _add_bound(program, panels, members, bound)
    return program.solve() is not None


def _least_change(panels: Panels) -> tuple[QuotaBound, ...]:
    program, members = _program(panels)
    gives: dict[QuotaBound, int] = {}
    for q in range(len(panels.least)):
        for side in _SIDES:
            give = program.add_variable(0, panels.size)
            _add_bound(program, panels, members, QuotaBound(q, side), give)
            gives[QuotaBound(q, side)] = give
    program.minimise(dict.fromkeys(gives.values(), 1))
    solved = program.solve()
    if solved is None:
        return ()
    amounts = {bound: solved.values[give] for bound, give in gives.items()}
    return tuple(QuotaBound(bound.quota, bound.side, by) for bound, by in amounts.items() if by)


def _program(panels: Panels) -> tuple[IntegerProgram, list[list[int]]]:
    """Return the program of a panel, with a variable for each type, and the types of each quota."""
    program = IntegerProgram()
    counts = [program.add_variable(0, people) for people in panels.people]
    program.add_row(dict.fromkeys(counts, 1), panels.size, panels.size)
    members: list[list[int]] = [[] for _ in panels.least]
    for count, quotas in zip(counts, panels.member, strict=True):
        for q in quotas:
            members[q].append(count)
    return program, members


def _add_bound(
    program: IntegerProgram,
    panels: Panels,
    members: Sequence[Sequence[int]],
    bound: QuotaBound,
    give: int | None = None,
) -> None:
    """Add the row of one side of a quota, which may give way by a variable."""
    counted = dict.fromkeys(members[bound.quota], 1)
    if bound.side == "least":
        way = {} if give is None else {give: 1}
        program.add_row(counted | way, panels.least[bound.quota], None)
    else:
        way = {} if give is None else {give: -1}
        program.add_row(counted | way, None, panels.most[bound.quota])


def refuse_infeasible_quotas(panels: Panels, rules: PanelRules) -> None:
    """Refuse quotas that no panel keeps.

    Raises:
        CannotDraw: With the quotas that cannot hold together, and the least change that helps.
    """
    there = sum(panels.people)
    if there < panels.size:
        reason = Text(
            zh=f"候选池只有 {there} 人，要抽 {panels.size} 人",
            en=f"the pool has {there} people, and {panels.size} are to be drawn",
        )
        remedy = Text(zh=f"size 改为 {there}", en=f"size: {there}") if there else Text()
        raise CannotDraw([reason], [remedy] if remedy else [])
    conflict = find_quota_conflict(panels)
    if conflict is not None:
        raise CannotDraw(
            [_reason_text(bound, panels, rules) for bound in conflict.bounds],
            [_remedy_text(bound, rules) for bound in conflict.remedies],
        )


def _reason_text(bound: QuotaBound, panels: Panels, rules: PanelRules) -> Text:
    quota = rules.quotas[bound.quota]
    pairs = zip(panels.people, panels.member, strict=True)
    there = sum(people for people, member in pairs if bound.quota in member)
    if bound.side == "least":
        zh, en = f"至少 {quota.least} 人（池中 {there} 人）", f"at least {quota.least} (there are {there})"
    else:
        zh, en = f"至多 {quota.most} 人", f"at most {quota.most}"
    title = _quota_title(bound, rules)
    return Text(zh=f"{title.zh}：{zh}", en=f"{title.en}: {en}")


def _remedy_text(bound: QuotaBound, rules: PanelRules) -> Text:
    quota = rules.quotas[bound.quota]
    if bound.side == "least":
        zh, en = f"至少 {quota.least - bound.by} 人", f"at least {quota.least - bound.by}"
        old = quota.least
    else:
        zh, en = f"至多 {quota.most + bound.by} 人", f"at most {quota.most + bound.by}"
        old = quota.most
    title = _quota_title(bound, rules)
    return Text(zh=f"{title.zh}：改为{zh}（原为 {old}）", en=f"{title.en}: {en} (was {old})")


def _quota_title(bound: QuotaBound, rules: PanelRules) -> Text:
    """Return the title of a quota, with its condition where several quotas share the title."""
    quota = rules.quotas[bound.quota]
    several = sum(other.title == quota.title for other in rules.quotas) > 1
    title, more = quota.title.text, f" ({quota.when})" if several else ""
    return Text(zh=f"{title.zh}{more}", en=f"{title.en}{more}")


@dataclass(frozen=True)
class Shortage:
    """A shortage of a draw.

    Attributes:
        units: Units that may be drawn together.
        inspectors: The only inspectors who could fill their open seats.
        short: Seats that stay empty.
    """

    units: tuple[str, ...]
    inspectors: tuple[str, ...]
    short: int


def find_shortage(allowed: Mapping[str, Sequence[str]], size: int, team: int, load: int) -> Shortage | None:
    """Return the worst shortage of a draw, or None if every draw of ``size`` units can be staffed.

    Args:
        allowed: For each unit the inspectors who may go there.
        size: Units drawn.
        team: Inspectors for each.
        load: Units for an inspector at most.
    """
    program = IntegerProgram()
    needed = {name: program.add_variable(0, 1) for names in allowed.values() for name in names}
    drawn = {unit: program.add_variable(0, 1) for unit in allowed}  # with seats that only these could take
    open_seats = []
    for unit, names in allowed.items():
        seats = program.add_variable(0, team)
        program.add_row({seats: 1, drawn[unit]: -team}, None, 0)
        others = {needed[name]: -1 for name in names}
        program.add_row({seats: 1, **others}, None, team - len(names), only_if=drawn[unit])
        open_seats.append(seats)
    program.add_row(dict.fromkeys(drawn.values(), 1), None, size)
    program.maximise(dict.fromkeys(open_seats, 1) | dict.fromkeys(needed.values(), -load))
    solved = program.solve()
    if solved is None:
        raise ArithmeticError("whether every draw can be staffed could not be found out")
    if solved.objective < 1:
        return None
    values = solved.values
    chosen = tuple(
        unit
        for (unit, one), seats in zip(drawn.items(), open_seats, strict=True)
        if values[one] and values[seats]
    )
    named = tuple(name for name, one in needed.items() if values[one])
    return Shortage(chosen, named, solved.objective)


SEARCH_LIMIT_REACHED = Text(
    zh="不得同组的人太多，无法在限定步数内配齐",
    en="too many inspectors are to be kept apart: the teams could not be filled in so many steps",
)


def refuse_unstaffable(
    rules: PairingRules, allowed: Mapping[str, frozenset[str]], label: Mapping[str, str]
) -> None:
    """Refuse rules under which some draw of units cannot be staffed.

    Args:
        rules: The rules of the pairing.
        allowed: For each unit the inspectors who may go there.
        label: The name of each id.

    Raises:
        CannotDraw: With units that may be drawn together, the inspectors whom they need, and a remedy.
    """
    if len(allowed) < rules.size:
        reason = Text(
            zh=f"检查对象只有 {len(allowed)} 个，要抽 {rules.size} 个",
            en=f"there are {len(allowed)} units, and {rules.size} are to be drawn",
        )
        remedy = Text(zh=f"size 改为 {len(allowed)}", en=f"size: {len(allowed)}")
        raise CannotDraw([reason], [remedy] if allowed else [])
    sorted_names = {unit: sorted(names) for unit, names in sorted(allowed.items())}
    shortage = find_shortage(sorted_names, rules.size, rules.team, rules.load)
    if shortage is None:
        return
    units, inspectors = (
        names_with_ids(shortage.units, label),
        names_with_ids(shortage.inspectors, label) or "—",
    )
    reason = Text(
        zh=f"若抽中 {units}，缺 {shortage.short} 人次；能补的只有（每人至多 {rules.load} 个）{inspectors}",
        en=f"if {units} are drawn, {shortage.short} seats stay empty; only these could take them"
        f" (at most {rules.load} each): {inspectors}",
    )
    raise CannotDraw([reason], list(_remedies(rules, sorted_names)))


def _remedies(rules: PairingRules, allowed: Mapping[str, list[str]]) -> Iterator[Text]:
    """Yield the smallest change of one number that helps: of load, else of team, else of size."""
    changes = (
        ("load", "每人至多", [(rules.team, load) for load in range(rules.load + 1, rules.size + 1)]),
        ("team", "每个对象", [(team, rules.load) for team in range(rules.team - 1, 0, -1)]),
    )
    for key, zh, tries in changes:
        for team, load in tries:
            if find_shortage(allowed, rules.size, team, load) is None:
                value = load if key == "load" else team
                yield Text(zh=f"{key}（{zh}）改为 {value}", en=f"{key}: {value}")
                return
    for size in range(rules.size - 1, 0, -1):
        if find_shortage(allowed, size, rules.team, rules.load) is None:
            yield Text(zh=f"size（抽取数）改为 {size}", en=f"size: {size}")
            return


def trials_short_of(short: int, trials: int) -> Text:
    """Return that some trial draws came short, since inspectors are kept apart."""
    return Text(
        zh=f"{trials} 次试抽中有 {short} 次因不得同组而配不齐",
        en=f"in {short} of {trials} trial draws the teams could not be filled, because of those kept apart",
    )
