"""Which kinds of ties and links there are: those that the program knows, and those of a scenario's tables."""

from __future__ import annotations

from collections.abc import Mapping, Set

from allocator.graph.strengths import KINDS
from allocator.model.organisation import Organisation
from allocator.model.tables import Link, Tie

#: Kinds of links between units that packs and documents speak of; a scenario may have others of its own.
LINKS = frozenset({"adjacent", "contact", "liaises", "member_of", "stationed_in", "worked_with"})

#: By table, the kinds that are known whether or not a scenario has any.
KNOWN: Mapping[str, Set[str]] = {"ties": KINDS.keys(), "links": LINKS}


def kinds_in(organisation: Organisation, *tables: str) -> frozenset[str]:
    """Return the kinds that rows of ``ties`` or ``links`` have; of both tables if none is named."""
    rows: dict[str, tuple[Tie | Link, ...]] = {"ties": organisation.ties, "links": organisation.links}
    return frozenset(row.kind for table in tables or rows for row in rows[table])


def known_kinds(organisation: Organisation, *tables: str) -> list[str]:
    """Return, in order, the kinds that a rule may name: a known one, though nobody has it, or one of a table.

    A county without kin among its people can so take a pack that keeps kin apart.
    """
    return sorted(kinds_in(organisation, *tables).union(*(KNOWN[table] for table in tables or KNOWN)))
