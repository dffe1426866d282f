"""DigitalOcean's load balancers and the TLS front of the outside world as one HAProxy configuration.

Pure text: `haproxy.py` runs it. A load balancer of type REGIONAL is a TCP proxy in front of NodePorts,
whose connections come from its address in the VPC; one of type REGIONAL_NETWORK passes packets
through, which HAProxy cannot: it is rendered alike, so that in the lab its clients' addresses are lost.
UDP, which HAProxy does not carry either, is `udp_relay`'s.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Node:
    """A node behind a load balancer."""

    name: str
    address: IPv4Address


@dataclass(frozen=True)
class Rule:
    """A forwarding rule: what comes to `entry_port` goes to `node_port` of a healthy node."""

    protocol: Literal["tcp", "udp"]
    """DigitalOcean's other protocols end TLS at the load balancer, which the lab's cannot."""
    entry_port: int
    node_port: int


@dataclass(frozen=True)
class HealthCheck:
    """How a node is found healthy; the defaults are DigitalOcean's."""

    protocol: Literal["tcp", "http"]
    port: int
    """With externalTrafficPolicy Local, the Service's healthCheckNodePort."""
    path: str = "/healthz"
    """For http; a status of 2xx or 3xx is healthy."""
    interval_seconds: int = 10
    response_timeout_seconds: int = 5
    unhealthy_threshold: int = 3
    healthy_threshold: int = 5


@dataclass(frozen=True)
class LoadBalancer:
    """One load balancer."""

    id: str
    name: str
    address: IPv4Address
    rules: tuple[Rule, ...]
    nodes: tuple[Node, ...]
    health_check: HealthCheck
    proxy_protocol: bool = False
    """Send the client's address to the nodes in a PROXY header (version 1)."""
    source_ranges: tuple[IPv4Network, ...] = field(default=())
    """Ranges that may connect; empty means everybody."""
    denied_ranges: tuple[IPv4Network, ...] = field(default=())
    """Ranges that may not connect, whatever the others say."""
    address_6: IPv6Address | None = None
    """Where it answers IPv6 too; connections to nodes are of IPv4."""
    within: IPv4Network | None = None
    """The VPC of an internal one, whose address lies in it and which answers nobody else."""


@dataclass(frozen=True)
class TlsFront:
    """A name of the outside world, served with the lab's certificate by a server on 127.0.0.1."""

    name: str
    address: IPv4Address
    certificate: Path
    """Chain and key in one file (PEM)."""
    port: int
    """Of the server on 127.0.0.1."""
    server_authority: Path | None = None
    """The authority (PEM) of the server's own certificate for localhost; None: it speaks plain HTTP."""
    rewrites: tuple[tuple[str, str], ...] = ()
    """Paths that the server knows under another name: asked for, real."""
    public_port: int = 443
    keeps_connections: bool = True
    """Else each ends with its answer, as one does that nobody has used for a night."""


def render(balancers: Sequence[LoadBalancer], fronts: Sequence[TlsFront], further: Iterable[str] = ()) -> str:
    """The configuration of one HAProxy for all of them, in a stable order; `further` are lines behind it."""
    lines: list[str] = list(_PREAMBLE)
    for front in sorted(fronts, key=lambda front: front.name):
        lines += _front(front)
    for balancer in sorted(balancers, key=lambda balancer: balancer.id):
        for rule in sorted(balancer.rules, key=lambda rule: rule.entry_port):
            lines += _rule(balancer, rule) if rule.protocol == "tcp" else ()
    return "\n".join([*lines, *further, ""])


_PREAMBLE: tuple[str, ...] = (
    "global",
    "    log stdout format raw daemon info",
    # Connections that outlive a change of rules end with the process that held them.
    "    hard-stop-after 30s",
    "",
    "defaults",
    "    log global",
    "    timeout connect 5s",
    "    timeout client 60s",  # DigitalOcean's default idle timeout
    "    timeout server 60s",
)


def _front(front: TlsFront) -> Iterator[str]:
    protocols = "h2,http/1.1" if front.keeps_connections else "http/1.1"
    yield from (
        "",
        f"frontend {front.name}",
        "    mode http",
        f"    bind {front.address}:{front.public_port} ssl crt {front.certificate} alpn {protocols}",
        *([] if front.keeps_connections else ["    option httpclose"]),
        *(f"    http-request set-path {real} if {{ path {asked} }}" for asked, real in front.rewrites),
        f"    default_backend {front.name}",
        "",
        f"backend {front.name}",
        "    mode http",
    )
    tls = ""
    if front.server_authority:
        tls = f" ssl verify required ca-file {front.server_authority} verifyhost localhost"
    yield f"    server local 127.0.0.1:{front.port}{tls}"


def _rule(balancer: LoadBalancer, rule: Rule) -> Iterator[str]:
    name = f"{balancer.name}:{rule.entry_port}:{balancer.id}"
    check = balancer.health_check
    yield from ("", f"frontend {name}", "    mode tcp")
    yield f"    bind {balancer.address}:{rule.entry_port}"
    if balancer.address_6 is not None:
        yield f"    bind {balancer.address_6}:{rule.entry_port}"
    # A line for each connection at its end: from whom, to which node, how long, how it ended.
    yield "    option tcplog"
    if balancer.denied_ranges:
        yield f"    tcp-request connection reject if {{ src {_ranges(balancer.denied_ranges)} }}"
    if balancer.within is not None:
        yield f"    tcp-request connection reject unless {{ src {balancer.within} }}"
    if balancer.source_ranges:
        yield f"    tcp-request connection reject unless {{ src {_ranges(balancer.source_ranges)} }}"
    yield from (f"    default_backend {name}", "", f"backend {name}", "    mode tcp")
    # DigitalOcean's one algorithm: what an annotation says about it has no effect any more.
    yield "    balance roundrobin"
    # A node that dies must not take the connections that it has not answered yet.
    yield "    option redispatch"
    if check.protocol == "http":
        yield f"    option httpchk GET {check.path}"
    yield f"    timeout check {check.response_timeout_seconds}s"
    # HAProxy's time for the rest of a check, which DigitalOcean's response timeout includes.
    yield f"    timeout connect {check.response_timeout_seconds}s"
    yield (
        f"    default-server check port {check.port} inter {check.interval_seconds}s "
        f"fall {check.unhealthy_threshold} rise {check.healthy_threshold}"
        f"{' send-proxy' if balancer.proxy_protocol else ''}"
    )
    for node in sorted(balancer.nodes, key=lambda node: node.name):
        yield f"    server {node.name} {node.address}:{rule.node_port}"


def _ranges(networks: Sequence[IPv4Network]) -> str:
    return " ".join(str(network) for network in networks)
