"""Finds why no panel keeps the quotas, and the least change after which one does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from allocator.lottery.findings import CannotDraw
from allocator.lottery.kinds._panel_audit import PanelRules
from allocator.lottery.leximin.panels import Panels
from allocator.model.text import Text
from allocator.solvers.integer_program import IntegerProgram

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
