"""Kinds of ties and links that the program does not know and no rule names: mostly a misspelling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from allocator.errors import Fault, nearest, shorten
from allocator.graph.ties import KNOWN_KINDS
from allocator.model.tables import Link, Tie
from allocator.model.text import Text
from allocator.rules.policy import Policy


def doubts(policy: Policy) -> Iterator[Fault]:
    """Yield a doubt for each kind that is neither known nor named by a rule, in the order of the rows."""
    organisation = policy.context.scenario.organisation
    named = {kind for rule in policy.rules for kind in rule.tie_kinds()}
    tables: dict[str, tuple[Tie | Link, ...]] = {"ties": organisation.ties, "links": organisation.links}
    for table, rows in tables.items():
        first = {row.kind: row for row in reversed(rows)}
        known = sorted(KNOWN_KINDS[table] | named)
        for kind, count in Counter(row.kind for row in rows).items():
            if kind not in known:
                message = _message(first[kind], count)
                near = nearest(kind, known)
                yield Fault(message, f"{table}.csv", column="kind", found=shorten(kind), nearest=near)


def _message(first: Tie | Link, count: int) -> Text:
    where = f"{shorten(first.source)} – {shorten(first.target)}"
    return Text(
        zh=f"没有规则提到这类关系（{count} 行，首见于 {where}）",
        en=f"no rule names this kind (rows: {count}, first {where})",
    )
