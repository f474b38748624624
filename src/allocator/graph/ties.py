"""Ties between people: the multigraph that holds them, their kinds and strengths, and which count in a query.

Strengths run from 0 (strangers) to 1 (one household). They are judgements, not measurements: a row of
``ties.csv`` with a weight overrules the table. The order follows the duty of recusal, which names spouses and
kin first, then former posts and native places, and Granovetter (1973, "The Strength of Weak Ties"), for whom
strength grows with time, closeness and services rendered.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from math import exp, sqrt
from typing import Any, Literal, NamedTuple

from allocator.model.scenario import Organisation
from allocator.model.tables import Link, Tie
from allocator.model.text import Text

NodeType = Literal["unit", "person", "group", "case", "place", "party", "school"]


class GraphNode(NamedTuple):
    """A node: its id in the graph, its type and its name."""

    id: str
    type: NodeType
    name: str


class Edge(NamedTuple):
    """An edge from ``source`` to ``target``.

    Attributes:
        source: Node that the edge starts from.
        target: Node that it leads to.
        kind: Kind of the edge, such as ``parent``, ``adjacent``, ``kin``, ``served_together``.
        strength: Closeness from 0 to 1 on the day the tie was at its closest; None where the edge is
            no social tie (lines of command, links between units).
        since: First day of the tie; None where unknown.
        until: Last day of the tie; None where it goes on or is undated.
        weight: Weight of a link between units, in the unit of its table; None for ties.
        known_from: Source of knowledge of the tie, such as a declaration; None if unknown.
    """

    source: str
    target: str
    kind: str
    strength: float | None = None
    since: date | None = None
    until: date | None = None
    weight: float | None = None
    known_from: str | None = None


class Multigraph:
    """A directed graph with parallel edges; social ties are read in both directions.

    Attributes:
        nx: The ``networkx.MultiDiGraph`` itself, for further analyses. Nodes
            have ``type`` and ``name``; edges ``kind`` and, where known, the other fields of `Edge`.
    """

    def __init__(self) -> None:
        import networkx as nx  # a fifth of all that a check would load, and most checks need no graph

        self.nx: Any = nx.MultiDiGraph()

    def add_node(self, node: GraphNode) -> None:
        """Add a node; one that is there already stays as it is."""
        if node.id not in self:
            self.nx.add_node(node.id, type=node.type, name=node.name)

    def add_edge(self, edge: Edge) -> None:
        """Add an edge parallel to any others between its nodes; attributes of None are left out."""
        known = zip(Edge._fields[2:], edge[2:], strict=True)
        attributes = {name: value for name, value in known if value is not None}
        self.nx.add_edge(edge.source, edge.target, **attributes)

    def __contains__(self, node: str) -> bool:
        return node in self.nx

    def nodes(self) -> Iterator[GraphNode]:
        """Yield every node in the order of its adding."""
        for node, data in self.nx.nodes(data=True):
            yield GraphNode(node, data["type"], data["name"])

    def node(self, node: str) -> GraphNode:
        """Return the node with id ``node``; KeyError where there is none."""
        data = self.nx.nodes[node]
        return GraphNode(node, data["type"], data["name"])

    def edges(self) -> Iterator[Edge]:
        """Yield every edge in the order of the nodes and of its adding."""
        for source, target, data in self.nx.edges(data=True):
            yield Edge(source, target, **data)

    def leads(self, source: str, kind: str, target: str) -> bool:
        """Return whether an edge of ``kind`` leads from ``source`` to ``target``, in that direction."""
        parallel = self.nx.get_edge_data(source, target, default={})
        return any(data["kind"] == kind for data in parallel.values())

    def targets(self, node: str, kind: str) -> tuple[str, ...]:
        """Return the targets of edges of ``kind`` from ``node``, sorted; empty for an unknown node."""
        edges = self.nx.out_edges(node, data="kind") if node in self else ()
        return tuple(sorted({target for _, target, found in edges if found == kind}))

    def sources(self, node: str, kind: str) -> tuple[str, ...]:
        """Return the sources of edges of ``kind`` into ``node``, sorted; empty for an unknown node."""
        edges = self.nx.in_edges(node, data="kind") if node in self else ()
        return tuple(sorted({source for source, _, found in edges if found == kind}))


HOP_DECAY = 0.8
"""Factor of strength for every hop after the first: knowledge through a friend is partly hearsay."""

FADING_YEARS = 5.0
"""Years in which a tie that has ended falls to 1/e of its strength (to a half in 3.5 years)."""

UNKNOWN_KIND = 0.5
"""Strength of a tie of a kind that the table does not know and that gives no weight."""

TOGETHER_LIMIT = 0.6
"""Upper limit of the strength of ``served_together``: long-time colleagues, less than friends or kin."""

TOGETHER_MONTHS = 12.0
"""Months together after which ``served_together`` has 1 - 1/e of its limit."""


def half_strength(strength: float) -> float:
    """Return the strength of each half of a tie of ``strength`` between two people and a node they share."""
    return sqrt(strength / HOP_DECAY)


@dataclass(frozen=True)
class TieKind:
    """A kind of tie: its usual strength, its words, and its words when read from target to source."""

    strength: float
    word: Text
    reverse: Text


def _kind(strength: float, zh: str, en: str, zh_reverse: str = "", en_reverse: str = "") -> TieKind:
    return TieKind(strength, Text(zh=zh, en=en), Text(zh=zh_reverse, en=en_reverse))


KINDS: Mapping[str, TieKind] = {
    "spouse": _kind(1.0, "配偶", "spouse of"),
    "kin": _kind(0.9, "亲属", "kin of"),
    "in_law": _kind(0.8, "姻亲", "in-law of"),
    "friend": _kind(0.7, "朋友", "friend of"),
    "business": _kind(0.6, "经济往来", "does business with"),
    "interest": _kind(0.8, "利害关系", "has an interest in", "利害关系人", "who has an interest"),
    "leads": _kind(0.6, "分管", "leads", "由其分管", "led by"),
    "superior": _kind(0.6, "上下级", "superior or subordinate of"),
    "comrade": _kind(0.6, "战友", "served in the army with"),
    "mentor": _kind(0.6, "指导", "mentor of", "受指导于", "mentored by"),
    "classmate": _kind(0.5, "同学", "classmate of"),
    "colleague": _kind(0.5, "同事", "colleague of"),
    "neighbour": _kind(0.4, "邻居", "neighbour of"),
    "fellow_native": _kind(0.2, "同乡", "comes from the same place as"),
    "served_together": _kind(TOGETHER_LIMIT, "共事", "served with"),
    "works_in": _kind(0.8, "所在单位", "works in", "工作人员", "workplace of"),
    "served_at": _kind(0.7, "任职于", "served at", "任职人员", "where served"),
    "native_of": _kind(half_strength(0.2), "籍贯", "native of", "本籍人员", "native place of"),
    "graduated_from": _kind(half_strength(0.4), "毕业于", "graduated from", "同届毕业生", "school of"),
    "party_to": _kind(1.0, "涉案", "party to", "涉案人", "involves"),
    "lies_in": _kind(0.5, "位于", "lies in", "当地单位", "seat of"),
}


def default_strength(kind: str) -> float:
    """Return the usual strength of a tie of ``kind``."""
    return KINDS[kind].strength if kind in KINDS else UNKNOWN_KIND


def tie_word(kind: str, *, reverse: bool = False) -> Text:
    """Return the word for a tie of ``kind``; a kind outside the table is its own word."""
    if kind not in KINDS:
        return Text(zh=kind, en=kind)
    return (reverse and KINDS[kind].reverse) or KINDS[kind].word


def strength_together(months: float) -> float:
    """Return the strength of having served together for ``months`` months (0 or more).

    ``0.6 * (1 - exp(-months / 12))``: 0.24 after half a year, 0.38 after one, 0.52 after two, 0.57 after
    three. Ties grow with the time spent together (Granovetter 1973), fast at first and then hardly more
    (Hall 2019, "How many hours does it take to make a friend?": the early hours count most), and shared
    duty alone seldom makes more of colleagues than good acquaintances (Marsden and Campbell 1984,
    "Measuring Tie Strength": frequency and duration overstate closeness among co-workers), hence the cap.
    """
    return TOGETHER_LIMIT * (1.0 - exp(-months / TOGETHER_MONTHS))


def fading_factor(years: float) -> float:
    """Return the factor for a tie that ended ``years`` years ago (0 or more)."""
    return exp(-years / FADING_YEARS)


#: Kinds of links between units that rule packs and documents use; a scenario may have others of its own.
LINK_KINDS = frozenset({"adjacent", "contact", "liaises", "member_of", "stationed_in", "worked_with"})

#: By table, the kinds that every scenario may use.
KNOWN_KINDS: Mapping[str, Set[str]] = {"ties": KINDS.keys(), "links": LINK_KINDS}


def kinds_in(organisation: Organisation, *tables: str) -> frozenset[str]:
    """Return the kinds in the rows of ``ties`` or ``links``; of both tables if none is named."""
    rows: dict[str, tuple[Tie | Link, ...]] = {"ties": organisation.ties, "links": organisation.links}
    return frozenset(row.kind for table in tables or rows for row in rows[table])


def known_kinds(organisation: Organisation, *tables: str) -> list[str]:
    """Return, in order, the kinds that a rule may name: known kinds, and those of the tables.

    So a county without kin among its people can use a rule pack that keeps kin apart.
    """
    return sorted(
        kinds_in(organisation, *tables).union(*(KNOWN_KINDS[table] for table in tables or KNOWN_KINDS))
    )


DAYS_IN_YEAR = 365.25


@dataclass(frozen=True)
class Lens:
    """Which ties count, and how strongly: acquaintance may be through kin alone, or in a later year.

    A tie counts in full if it holds on any day of a period, and not at all if it begins later. A tie that
    ended before the period has faded since. With ``years`` it counts in full for that number of years
    instead, and then no longer.

    Attributes:
        first: First day of the period.
        last: Last day of the period.
        kinds: Kinds of ties that count; all if empty.
        years: Years for which a tie still counts after its end; None if ties fade.
    """

    first: date
    last: date
    kinds: frozenset[str] = frozenset()
    years: int | None = None

    def strength(self, edge: Edge) -> float:
        """Return the strength of ``edge``, 0 where it does not count."""
        if edge.strength is None or (edge.since is not None and edge.since > self.last):
            return 0.0
        if self.kinds and edge.kind not in self.kinds:
            return 0.0
        if edge.until is None or edge.until >= self.first:
            return edge.strength
        if self.years is not None:
            return edge.strength if years_after(edge.until, self.years) >= self.first else 0.0
        return edge.strength * fading_factor((self.first - edge.until).days / DAYS_IN_YEAR)


def years_after(day: date, years: int) -> date:
    """Return the same day of a later year; the last of February stands for a leap day."""
    year = min(day.year + years, date.max.year)
    last_of_february = (day.month, day.day) == (2, 29) and not isleap(year)
    return date(year, 2, 28) if last_of_february else day.replace(year=year)
