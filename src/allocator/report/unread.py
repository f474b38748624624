"""Kinds of ties and links that the program does not know and no rule names: mostly a slip of the pen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from allocator.errors import nearest
from allocator.graph.known import KNOWN
from allocator.model.tables import Link, Tie
from allocator.rules.policy import Policy


@dataclass(frozen=True)
class Unread:
    """A kind that nobody asks for. Ties of such a kind count where ties of all kinds do.

    Attributes:
        table: ``ties`` or ``links``.
        kind: The kind.
        rows: How many rows have it.
        source: Where the first of them begins.
        target: Where it ends.
        nearest: The closest kind that is known or named, empty if none is close.
    """

    table: str
    kind: str
    rows: int
    source: str
    target: str
    nearest: str


def unread_kinds(policy: Policy) -> Iterator[Unread]:
    """Yield the kinds of either table that are neither known nor named by a rule, as the rows come."""
    organisation = policy.world.scenario.organisation
    named = {kind for rule in policy.rules for kind in rule.kinds_of_ties()}
    tables: dict[str, tuple[Tie | Link, ...]] = {"ties": organisation.ties, "links": organisation.links}
    for table, rows in tables.items():
        first = {row.kind: row for row in reversed(rows)}
        known = sorted(KNOWN[table] | named)
        for kind, count in Counter(row.kind for row in rows).items():
            if kind not in known:
                row = first[kind]
                yield Unread(table, kind, count, row.source, row.target, nearest(kind, known))
