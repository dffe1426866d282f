"""What is adopted, beside what the rest of the stack file makes of it (ADM-7)."""

from collections.abc import Iterator

from network.config.adopt import Adopt
from network.config.cluster import DEFAULT_POOL, Cluster
from network.config.external import External
from network.config.model import Finding
from network.config.platform import CERT_MANAGER, TRAEFIK

RELEASES = tuple(f"{name}/{name}" for name in (TRAEFIK, CERT_MANAGER))
"""Releases of the platform that teams have already: namespace and name of each are alike, and a release
changes neither."""


def adopted_pools_are_declared(cluster: Cluster, adopt: Adopt) -> Iterator[Finding]:
    """A pool becomes the one that the stack file describes."""
    further = [name for name in cluster.node_pools if name != DEFAULT_POOL]
    for name in adopt.node_pools:
        here = ("adopt", "nodePools", name)
        if name == DEFAULT_POOL:
            yield Finding(
                here,
                "the default pool is a part of the cluster, and adopted with it",
                "remove it, and set adopt.cluster",
            )
        elif name not in further:
            yield Finding(
                here,
                f"cluster.nodePools has no {name}; beside the default pool it has "
                f"{', '.join(further) or 'none'}",
                "describe the pool there, or remove it here",
            )


def adopted_releases_are_the_platforms(adopt: Adopt) -> Iterator[Finding]:
    """A release keeps its name and its namespace for good."""
    for index, release in enumerate(adopt.releases):
        if release not in RELEASES:
            yield Finding(
                ("adopt", "releases", index),
                f"the platform's releases are {' and '.join(RELEASES)}, and no release changes its namespace "
                "or its name",
                "remove it: let the two run side by side, move the DNS records, then uninstall the former",
            )


def adopted_vpc_is_no_peer(external: External, adopt: Adopt) -> Iterator[Finding]:
    """No VPC is joined with itself."""
    for name, peering in external.vpc.peerings.items():
        if peering.vpc_id == adopt.vpc:
            yield Finding(
                ("adopt", "vpc"),
                f"external.vpc.peerings.{name} is of the same VPC, which is not joined with itself",
                "correct one of the two ids",
            )
