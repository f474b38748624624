"""Building the graph of a scenario from its tables."""

from __future__ import annotations

from itertools import chain

from allocator.graph.multigraph import Multigraph
from allocator.graph.nodes import nodes
from allocator.graph.organisation_graph import OrganisationGraph
from allocator.graph.served_together import served_together
from allocator.graph.structure import structure
from allocator.graph.ties import ties
from allocator.model.scenario import Scenario


def build_graph(scenario: Scenario) -> OrganisationGraph:
    """Return the organisation of ``scenario`` as a graph on its reference day.

    A reference to nothing has been reported when the tables were read; here it makes no edge. O(rows) apart
    from the overlaps of postings, see `served_together`.
    """
    organisation, today = scenario.organisation, scenario.spec.reference_day
    graph = Multigraph()
    for node in nodes(organisation):
        graph.add_node(node)
    colleagues = served_together(organisation.postings, today)
    for edge in chain(structure(organisation), ties(organisation), colleagues):
        if edge.source in graph and edge.target in graph:
            graph.add_edge(edge)
    return OrganisationGraph(organisation, today, graph)
