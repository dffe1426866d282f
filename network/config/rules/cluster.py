"""The cluster: what a production one must not lack, and what the provider can do (NET-1, ADM-1)."""

from collections.abc import Iterator

from network.config.cluster import DEFAULT_POOL, Cluster
from network.config.environment import Environment
from network.config.model import Finding

SUPPORTED_MINORS = range(33, 37)
"""Kubernetes 1.x that cert-manager 1.21 supports (its table of releases)."""
WIDEST_API_RANGE = 8
"""Prefix of the widest range that still counts as a restriction of the API."""


def production_survives_a_node(environment: Environment, cluster: Cluster) -> Iterator[Finding]:
    """One node less must leave one that runs the platform."""
    if not environment.is_production:
        return
    if not cluster.ha:
        yield Finding(
            ("cluster", "ha"), "production needs a highly available control plane", "set `ha: true`"
        )
    pool = cluster.node_pools[DEFAULT_POOL]
    if pool.fewest < 2:
        yield Finding(
            ("cluster", "nodePools", DEFAULT_POOL),
            "production needs two nodes of the default pool at any time",
            "set count or autoScale.min to 2 or more",
        )


def production_keeps_what_it_holds(environment: Environment, cluster: Cluster) -> Iterator[Finding]:
    """Volumes and load balancers of production outlive a mistaken `destroy`."""
    if environment.is_production and cluster.destroy_associated_resources:
        yield Finding(
            ("cluster", "destroyAssociatedResources"),
            "production must not lose volumes with the cluster",
            "remove destroyAssociatedResources",
        )


def production_restricts_its_api(environment: Environment, cluster: Cluster) -> Iterator[Finding]:
    """The Kubernetes API of production answers named ranges only (ADM-1)."""
    if not environment.is_production:
        return
    here = ("cluster", "apiAllowedRanges")
    if not cluster.api_allowed_ranges:
        yield Finding(here, "an empty list opens the Kubernetes API to everybody", "name the ranges")
    for index, network in enumerate(cluster.api_allowed_ranges):
        if network.prefixlen < WIDEST_API_RANGE:
            yield Finding(
                (*here, index),
                "the range opens the Kubernetes API to (nearly) everybody",
                "name the offices, runners and VPNs that need it",
            )


def kubernetes_is_supported(cluster: Cluster) -> Iterator[Finding]:
    """The pinned charts support certain minor versions only."""
    minor = int(cluster.version.split(".")[1])
    if minor not in SUPPORTED_MINORS:
        yield Finding(
            ("cluster", "version"),
            f"the pinned cert-manager supports Kubernetes 1.{SUPPORTED_MINORS.start} "
            f"to 1.{SUPPORTED_MINORS.stop - 1}",
            "choose a version among these, or raise cert-manager first",
        )


def surge_upgrades_stay_on(cluster: Cluster) -> Iterator[Finding]:
    """The provider's client leaves `false` out of an update: an existing cluster would never get it."""
    if not cluster.surge_upgrade:
        yield Finding(
            ("cluster", "surgeUpgrade"),
            "to an existing cluster `false` is never sent, so each `up` would show the change again",
            "remove surgeUpgrade: DigitalOcean's surge upgrades stay on",
        )
