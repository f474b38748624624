"""What a store keeps as text: the history of plans, the log of events, the result of a check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType

from allocator.model.text import Language
from allocator.report.kept_plans_view import SHOWN_DIGITS, EventLine, KeptPlanLine
from allocator.report.rendering.console import add_column, in_both, number, pick, printable, table
from allocator.store.event_chain import ChainHead

_HISTORY = (
    ("方案", "plan"), ("状态", "state"), ("求解", "status"), ("代价", "cost"), ("差距", "gap"),
    ("存入（UTC）", "kept (UTC)"), ("最近", "last"), ("理由", "why"), ("摘要", "hash"),
)  # fmt: skip
_LOG = (
    ("序号", "no."), ("时间（UTC）", "when (UTC)"), ("何人", "who"), ("何事", "what"), ("方案", "plan"),
    ("理由", "why"), ("校验值", "hash"),
)  # fmt: skip


def render_history(
    lines: Sequence[KeptPlanLine], head: ChainHead, language: Language
) -> Iterator[RenderableType]:
    """Yield the versions of plans as a table, and the head of the chain."""
    if not lines:
        yield pick(language, "方案库中没有符合的方案", "no such plan in the store")
    else:
        grid = table(pick(language, "方案", "Plans"))
        for k, heading in enumerate(in_both(_HISTORY, language)):
            add_column(grid, heading, right=k in (3, 4))
        grid.columns[-1].no_wrap = True
        for one in lines:
            grid.add_row(
                printable(one.reference),
                _state(one, language),
                one.status(language),
                _costs(one),
                "" if one.gap is None else f"{one.gap:g}%",
                printable(f"{_when(one.at)} {one.who}"),
                _last(one, language),
                printable(one.last_why or one.why),
                one.plan[:SHOWN_DIGITS],
            )
        yield grid
    yield head_line(head, language)


def _state(one: KeptPlanLine, language: Language) -> str:
    state = one.state_title(language)
    if one.replaced_by:
        return pick(
            language, f"{state}（由 @{one.replaced_by} 取代）", f"{state} (replaced by @{one.replaced_by})"
        )
    if one.replaces:
        return pick(language, f"{state}（取代 @{one.replaces}）", f"{state} (replaces @{one.replaces})")
    return state


def _costs(one: KeptPlanLine) -> str:
    return " / ".join(number(level.cost) for level in one.score)


def _last(one: KeptPlanLine, language: Language) -> str:
    if one.last_at == one.at:
        return ""
    return printable(f"{one.last_what(language)} {_when(one.last_at)} {one.last_who}")


def _when(at: str) -> str:
    return at[:16].replace("T", " ")


def render_log(lines: Sequence[EventLine], head: ChainHead, language: Language) -> Iterator[RenderableType]:
    """Yield events as a table, and the head of the chain."""
    if not lines:
        yield pick(language, "没有符合的记录", "no such event")
    else:
        grid = table(pick(language, "记录", "Events"))
        for k, heading in enumerate(in_both(_LOG, language)):
            add_column(grid, heading, right=k == 0)
        grid.columns[-1].no_wrap = True
        for one in lines:
            why = "; ".join(filter(None, (one.why, one.note(language))))
            grid.add_row(
                str(one.number),
                one.at[:19].replace("T", " "),
                printable(_who(one)),
                one.what_title(language),
                printable(one.reference),
                printable(why),
                one.sha256[:SHOWN_DIGITS],
            )
        yield grid
    yield head_line(head, language)


def _who(one: EventLine) -> str:
    return f"{one.who} [{one.login}]" if one.login else one.who


def head_line(head: ChainHead, language: Language) -> str:
    """Return the head of the chain as a line."""
    return pick(language, f"末条记录 {head}", f"head {head}")
