"""What a production environment must not have, and what every cluster should."""

from collections.abc import Iterator

from network.config.certificates import Certificates
from network.config.cluster import DEFAULT_POOL, Cluster
from network.config.environment import Environment
from network.config.ingress import Ingress
from network.config.model import Finding

SUPPORTED_MINORS = range(33, 37)
"""Kubernetes 1.x that cert-manager 1.21 supports (its table of releases)."""
WIDEST_API_RANGE = 8
"""Prefix of the widest range that still counts as a restriction of the API."""
REPLICAS_PER_BALANCER_NODE = 10
"""A load balancer node passes 10 000 requests per second; a replica serves 1 000 with ease
(a judgement), so more replicas than this per node wait for the load balancer."""


def production_certificates_are_trusted(
    environment: Environment, certificates: Certificates
) -> Iterator[Finding]:
    """Browsers do not trust Let's Encrypt's staging certificates."""
    if _is_production(environment) and certificates.issuer == "staging":
        yield Finding(
            ("certificates", "issuer"),
            "production needs certificates that browsers trust",
            "set `issuer: production`",
        )


def production_survives_a_node(environment: Environment, cluster: Cluster) -> Iterator[Finding]:
    """One node less must leave one that runs the platform."""
    if not _is_production(environment):
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
    if _is_production(environment) and cluster.destroy_associated_resources:
        yield Finding(
            ("cluster", "destroyAssociatedResources"),
            "production must not lose volumes with the cluster",
            "remove destroyAssociatedResources",
        )


def production_restricts_its_api(environment: Environment, cluster: Cluster) -> Iterator[Finding]:
    """The Kubernetes API of production answers named ranges only (ADM-1)."""
    if not _is_production(environment):
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


def production_ingress_is_redundant(environment: Environment, ingress: Ingress) -> Iterator[Finding]:
    """A single replica is a single failure, and no debugging stays switched on."""
    if not _is_production(environment):
        return
    if ingress.scale.min_replicas < 2:
        yield Finding(
            ("ingress", "scale", "minReplicas"),
            "production needs two replicas of Traefik at any time",
            "set 2 or more",
        )
    if ingress.log_level == "DEBUG":
        yield Finding(
            ("ingress", "logLevel"),
            "DEBUG logs headers of requests",
            "set INFO, WARN or ERROR",
        )
    if ingress.timeouts.read_seconds == 0:
        yield Finding(
            ("ingress", "timeouts", "readSeconds"),
            "without it slow clients hold connections for ever",
            "set it, for example 60",
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


def replicas_share_nodes(cluster: Cluster, ingress: Ingress) -> Iterator[Finding]:
    """Warn where replicas that should fail apart run on one node."""
    nodes = cluster.node_pools[DEFAULT_POOL].fewest
    if ingress.scale.min_replicas > nodes:
        yield Finding(
            ("ingress", "scale", "minReplicas"),
            f"{ingress.scale.min_replicas} replicas share {nodes} node(s): one node's end "
            "takes several, and the disruption budget may hold back a drain",
            "raise the default pool's minimum, or lower minReplicas",
        )


def balancer_limits_replicas(ingress: Ingress) -> Iterator[Finding]:
    """Warn where Traefik could grow beyond what the load balancer passes on."""
    most = ingress.load_balancer.size_unit * REPLICAS_PER_BALANCER_NODE
    if ingress.scale.max_replicas > most:
        yield Finding(
            ("ingress", "loadBalancer", "sizeUnit"),
            f"{ingress.scale.max_replicas} replicas can serve more than the load balancer passes "
            f"({ingress.load_balancer.size_unit} x 10 000 requests per second)",
            "raise sizeUnit, or lower scale.maxReplicas",
        )


def surge_upgrades_stay_on(cluster: Cluster) -> Iterator[Finding]:
    """The provider's client leaves `false` out of an update: an existing cluster would never get it."""
    if not cluster.surge_upgrade:
        yield Finding(
            ("cluster", "surgeUpgrade"),
            "to an existing cluster `false` is never sent, so each `up` would show the change again",
            "remove surgeUpgrade: DigitalOcean's surge upgrades stay on",
        )


def _is_production(environment: Environment) -> bool:
    return environment.tier == "production"
