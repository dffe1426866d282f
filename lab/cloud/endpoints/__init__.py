"""The operations of the simulated API, by subject."""

from lab.cloud.endpoints import (
    account,
    clusters,
    domains,
    droplets,
    firewalls,
    node_pools,
    others,
    spaces,
    vpcs,
    watching,
)
from lab.cloud.endpoints.request import Operation

OPERATIONS: tuple[Operation, ...] = (
    *account.OPERATIONS,
    *vpcs.OPERATIONS,
    *clusters.OPERATIONS,
    *node_pools.OPERATIONS,
    *domains.OPERATIONS,
    *firewalls.OPERATIONS,
    *droplets.OPERATIONS,
    *others.OPERATIONS,
    *spaces.OPERATIONS,
    *watching.OPERATIONS,
)
"""Every operation; faults are asked for by these names."""
