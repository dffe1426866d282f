"""The operations of the simulated API, by subject."""

from lab.cloud.endpoints import clusters, domains, firewalls, node_pools, others, vpcs, watching
from lab.cloud.endpoints.request import Operation

OPERATIONS: tuple[Operation, ...] = (
    *vpcs.OPERATIONS,
    *clusters.OPERATIONS,
    *node_pools.OPERATIONS,
    *domains.OPERATIONS,
    *firewalls.OPERATIONS,
    *others.OPERATIONS,
    *watching.OPERATIONS,
)
"""Every operation; faults are asked for by these names."""
