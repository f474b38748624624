"""Windows: limits on how often in any so many consecutive periods, over the border of the horizon."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.tags import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.kinds._assigned import (
    at_least_once,
    at_most_once,
    exactly_once,
    is_assigned,
    was_assigned,
)
from allocator.rules.roster import LayerRoster
from allocator.rules.rule import Breach
from allocator.rules.scope import Scope


def windows(length: int, ends: Iterable[int]) -> Iterator[range]:
    """Yield the windows of ``length`` consecutive periods that end in each of ``ends``."""
    return (range(end - length + 1, end + 1) for end in ends)


def counts_in_full(scope: Scope, subject: Subject, window: range) -> bool:
    """Whether a window may be held to a least number.

    The subject exists in all of its periods, and it begins no earlier than what the history has of the
    subject: of what was before, nobody knows how often it was.
    """
    return window.start >= first_known(scope, subject) and all(_exists(scope, subject, t) for t in window)


def first_known(scope: Scope, subject: Subject) -> int:
    """Return the earliest past period for which the history has the item (or slot) anywhere; 0 if none."""
    known = (
        period
        for (item, period), seats in scope.layer.past.items()
        if (item == subject.item if subject.item >= 0 else any(slot == subject.slot for slot, _ in seats))
    )
    return min(known, default=0)


def _exists(scope: Scope, subject: Subject, period: int) -> bool:
    layer = scope.layer
    if period < 0:
        return True
    item = subject.item < 0 or bool(layer.present[subject.item, period])
    return item and (subject.slot < 0 or bool(layer.active[subject.slot, period]))


def post_windows(
    writer: ConstraintWriter,
    scope: Scope,
    subject: Subject,
    chosen: list[range],
    limits: tuple[int, int | None],
) -> None:
    """Ask for at least and at most so many assigned periods in each window; it ends in its subject's period.

    Only windows that count in full are asked for the least number.
    """
    least, most = limits
    once = at_least_once if most is None else exactly_once if least > 0 else at_most_once
    often = {
        t: Expr(constant=int(was_assigned(scope, subject, t))) if t < 0 else once(writer, scope, subject, t)
        for t in sorted(set().union(*chosen))
    }
    for window in chosen:
        total, about = Expr.total(often[t] for t in window), subject._replace(period=window[-1])
        if least > 0 and counts_in_full(scope, subject, window):
            writer.at_least(total, least, about)
        if most is not None:
            writer.at_most(total, most, about)


def breaches_in(
    held: LayerRoster, scope: Scope, subject: Subject, chosen: list[range], limits: tuple[int, int | None]
) -> Iterator[Breach]:
    """Yield each window of a plan in which the subject is assigned too seldom or too often."""
    least, most = limits
    for window in chosen:
        taken = sum(is_assigned(held, scope, subject, t) for t in window)
        few = least - taken if counts_in_full(scope, subject, window) else 0
        many = 0 if most is None else taken - most
        for off in (few, many):
            if off > 0:
                detail = Text(
                    zh=f"连续 {len(window)} 个周期内有 {taken} 个",
                    en=f"in {taken} of {len(window)} consecutive periods",
                )
                yield Breach(subject._replace(period=window[-1]), off, detail)
