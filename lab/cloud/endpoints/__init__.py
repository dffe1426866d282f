"""The operations of the simulated API, by subject."""

from lab.cloud.endpoints import (
    clusters,
    domains,
    droplets,
    firewalls,
    load_balancers,
    node_pools,
    others,
    spaces,
    team,
    vpcs,
    watching,
)
from lab.cloud.endpoints.request import Operation

OPERATIONS: tuple[Operation, ...] = (
    *vpcs.OPERATIONS,
    *clusters.OPERATIONS,
    *node_pools.OPERATIONS,
    *domains.OPERATIONS,
    *firewalls.OPERATIONS,
    *load_balancers.OPERATIONS,
    *droplets.OPERATIONS,
    *others.OPERATIONS,
    *spaces.OPERATIONS,
    *watching.OPERATIONS,
    *team.OPERATIONS,
)
"""Every operation; faults are asked for by these names."""
