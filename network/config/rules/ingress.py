"""Traefik: replicas beside nodes and load balancer, and what production must not lack (ING-5)."""

from collections.abc import Iterator

from network.config.cluster import DEFAULT_POOL, Cluster
from network.config.environment import Environment
from network.config.ingress import Ingress
from network.config.model import Finding

REPLICAS_PER_BALANCER_NODE = 10
"""A load balancer node passes 10 000 requests per second; a replica serves 1 000 with ease
(a judgement), so more replicas than this per node wait for the load balancer."""


def production_ingress_is_redundant(environment: Environment, ingress: Ingress) -> Iterator[Finding]:
    """A single replica is a single failure, and no debugging stays switched on."""
    if not environment.is_production:
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
