"""`network addresses`: the address plan as a table."""

from rich.table import Table

from network.config.ranges import POD_PREFIX_PER_NODE, PODS_PER_NODE
from network.plan.addresses import AddressPlan

FURTHER_VPC = 16
"""Prefix of the range that is proposed for a further environment."""


def table(plan: AddressPlan, title: str) -> Table:
    """Return the plan as a table: what, range, what fits."""
    capacity = plan.capacity
    nodes = f"{capacity.nodes_by_vpc:,} nodes; the pools have {capacity.planned}"
    pods = f"{capacity.nodes_by_pods:,} nodes (a /{POD_PREFIX_PER_NODE} each), {PODS_PER_NODE} pods on each"
    drawn = Table(title=title, title_justify="left")
    for heading in ("what", "addresses", "holds"):
        drawn.add_column(heading)
    drawn.add_row("VPC", str(plan.vpc), nodes)
    drawn.add_row("  router", str(plan.router), "")
    drawn.add_row("  resolver", str(plan.resolver), "")
    drawn.add_row("pods", str(plan.pods), pods)
    drawn.add_row("Services", str(plan.services), f"{capacity.services:,} Services")
    drawn.add_row("  kubernetes", str(plan.kubernetes_service), "")
    drawn.add_row("  cluster DNS", str(plan.cluster_dns), "", end_section=True)
    for name, network in plan.others.items():
        drawn.add_row(name, str(network), "stays apart")
    for network in plan.reserved:
        drawn.add_row("DigitalOcean", str(network), "kept from VPCs")
    free = plan.room_for(FURTHER_VPC)
    drawn.add_section()
    drawn.add_row("free", str(free) if free else "none", "for a further VPC")
    return drawn
