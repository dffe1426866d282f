"""The NAT gateway and the nodes' routes to it (EXT-4)."""

from network.components.egress.egress import Egress, EgressArgs

__all__ = ["Egress", "EgressArgs"]
