"""The organisation as a graph: units, people, groups, cases, places, parties and schools, and their ties."""

from allocator.graph.acquaintance import AcquaintancePath, TieStep
from allocator.graph.organisation_graph import OrganisationGraph, build_graph

__all__ = ["AcquaintancePath", "OrganisationGraph", "TieStep", "build_graph"]
