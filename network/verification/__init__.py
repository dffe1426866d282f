"""What runs, held against the plan (NET-3): pure, over what was read.

A row for each fact that the plan fixes and that can be read. What could not be read is a row as well, so that
nothing is as planned because nobody looked.
"""

from collections.abc import Iterator

from network.config import StackConfig
from network.live.finding import Finding
from network.plan import Plan
from network.verification import addresses, cluster, firewall, load_balancer, nodes, records, versions, vpc
from network.verification.reading import Reading
from network.verification.row import Check, table

CHECKS: tuple[Check, ...] = (
    *cluster.CHECKS,
    *vpc.CHECKS,
    *nodes.CHECKS,
    *versions.CHECKS,
    *addresses.CHECKS,
    *load_balancer.CHECKS,
    *records.CHECKS,
    *firewall.CHECKS,
)
"""Every kind of row, in the order of the rows (docs/verification.md)."""


def table_of_codes() -> str:
    """Return every kind of row as a table in Markdown."""
    return table(CHECKS, "as planned")


def verify(config: StackConfig, plan: Plan, reading: Reading) -> tuple[Finding, ...]:
    """Return a row for each fact."""
    return tuple(_findings(config, plan, reading))


def _findings(config: StackConfig, plan: Plan, reading: Reading) -> Iterator[Finding]:
    it = cluster.own(plan, reading)
    network = cluster.the_one(reading.vpcs, plan.external.vpc.name, "VPC")
    passes_packets = config.ingress.load_balancer.type == "REGIONAL_NETWORK"
    yield from cluster.findings(plan, reading, it, network)
    yield from vpc.findings(plan, reading, it, network)
    yield from nodes.findings(plan, reading, it)
    yield from versions.findings(config, plan, reading, it)
    yield from addresses.findings(config, plan, reading, it)
    yield from load_balancer.findings(config, reading, it, network)
    yield from records.findings(config, plan, reading)
    yield from firewall.findings(plan, reading, it, passes_packets)
