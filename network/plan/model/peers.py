"""Peers and ports that flows of more than one layer name."""

from ipaddress import AddressValueError, IPv4Address, IPv4Network

from network.config import StackConfig, platform
from network.plan.model.flows import Entity, Host, Peer, Pods, Port, Range

TRAEFIK = Pods(platform.TRAEFIK, "traefik", {"app.kubernetes.io/name": "traefik"})

API_SERVER = Entity("kube-apiserver")
NODES = Entity("nodes")
WORLD = Entity("world")

HTTPS = (Port(443),)
DNS = (Port(53, "UDP"), Port(53, "TCP"))
API_SERVER_PORTS = (Port(443), Port(6443), Port(16443))
"""Policies see the port behind the Service. 6443 is Kubernetes' default; a highly available DOKS
control plane listens on 443 or 16443 of the nodes' private interfaces. Which one a cluster uses is
not documented."""


def resolver_of(vpc: IPv4Network) -> IPv4Address:
    """Return the address of a VPC's own DNS resolver, its second-to-last
    (docs/facts/digitalocean.md#ranges-of-a-vpc)."""
    return vpc[-2]


def vpc_resolver(config: StackConfig) -> Range:
    """Return the DNS resolver of the stack's VPC."""
    return Range(IPv4Network(resolver_of(config.external.vpc.ip_range)))


def outside(config: StackConfig, host: str) -> Peer:
    """Return the narrowest peer that the stack's policies can express for a host outside."""
    try:
        return Range(IPv4Network(IPv4Address(host)))
    except AddressValueError:
        return Host(host) if config.cluster.cni == "cilium" else WORLD
