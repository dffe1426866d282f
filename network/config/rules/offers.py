"""Slugs that DigitalOcean must offer: regions, sizes of nodes, versions of Kubernetes (NET-1)."""

from collections.abc import Iterable, Iterator

from network.config import offers
from network.config.cluster import Cluster
from network.config.environment import Environment
from network.config.model import Finding, Location
from network.config.rules.cluster import SUPPORTED_MINORS
from network.config.vpn import Vpn


def regions_are_offered(environment: Environment) -> Iterator[Finding]:
    """A region that does not exist fails in `up`, at the first resource."""
    also = environment.also_offered.regions
    if environment.region not in (*offers.REGIONS, *also):
        yield _unknown(("environment", "region"), environment.region, offers.REGIONS, "regions")


def sizes_are_offered(environment: Environment, cluster: Cluster) -> Iterator[Finding]:
    """A size that does not exist fails in `up`, after the VPC and the zone were made."""
    for name, pool in cluster.node_pools.items():
        if pool.size not in offers.SIZES and pool.size not in environment.also_offered.sizes:
            yield _unknown(("cluster", "nodePools", name, "size"), pool.size, offers.SIZES, "sizes")


def vpn_size_is_offered(environment: Environment, vpn: Vpn | None) -> Iterator[Finding]:
    """A size that does not exist fails in `up`, after the cluster was made."""
    if vpn is not None and vpn.size not in offers.SIZES and vpn.size not in environment.also_offered.sizes:
        yield _unknown(("vpn", "size"), vpn.size, offers.SIZES, "sizes")


def versions_are_offered(environment: Environment, cluster: Cluster) -> Iterator[Finding]:
    """A version that does not exist fails in `up`, and on an existing cluster it stays in the state. A minor
    that cert-manager does not support is refused for that reason already."""
    (_, minor), *_ = offers.version_key(cluster.version)
    if minor not in SUPPORTED_MINORS:
        return
    if not offers.knows_version(cluster.version) and cluster.version not in environment.also_offered.versions:
        yield _unknown(("cluster", "version"), cluster.version, offers.VERSIONS, "versions")


def _unknown(location: Location, slug: str, known: Iterable[str], kind: str) -> Finding:
    meant = offers.nearest(slug, known)
    suggestion = f"did you mean `{meant}`? " if meant else ""
    return Finding(
        location,
        f"{slug} is not in the table of {kind} of {offers.AS_OF}",
        f"{suggestion}If `doctl kubernetes options {kind}` lists it, name it in "
        f"network:environment.alsoOffered.{kind}",
    )
