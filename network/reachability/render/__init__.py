"""What an analysis found, as pictures (SVG): a matrix, and a graph of the connections."""

from network.reachability.render.graph import graph
from network.reachability.render.matrix import matrix
from network.reachability.render.peers import (
    MOST,
    MOST_IN_GRAPH,
    Cell,
    Picture,
    of_difference,
    of_flows,
    of_reachability,
)

__all__ = [
    "MOST",
    "MOST_IN_GRAPH",
    "Cell",
    "Picture",
    "graph",
    "matrix",
    "of_difference",
    "of_flows",
    "of_reachability",
]
