"""The organisation as a graph: units, people, groups, cases, places, parties and schools, and their ties."""

from allocator.graph.acquaintance import Acquaintance, Step
from allocator.graph.organisation_graph import OrganisationGraph, build_graph

__all__ = ["Acquaintance", "OrganisationGraph", "Step", "build_graph"]
