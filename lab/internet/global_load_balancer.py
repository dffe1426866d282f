"""GLOBAL load balancers as parts of HAProxy's configuration: they end TLS, ask the load balancers of each
region whether they answer, and send requests to the first region in order.

Pure text, as `load_balancer.py` is. What DigitalOcean does not document, these do the harsher way: no server
name goes to the targets, and no header tells them who the client is
(docs/facts/digitalocean.md#global-load-balancers). The world of a lab has no distances: without priorities,
all regions take turns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from lab.internet.load_balancer import HealthCheck


@dataclass(frozen=True)
class Target:
    """A load balancer of one region."""

    name: str
    region: str
    address: IPv4Address


@dataclass(frozen=True)
class GlobalLoadBalancer:
    """One load balancer over those of several regions."""

    id: str
    name: str
    addresses: tuple[IPv4Address | IPv6Address, ...]
    hosts: tuple[str, ...]
    """Whom it shows a certificate for."""
    targets: tuple[Target, ...]
    target_protocol: str
    target_port: int
    health_check: HealthCheck
    priorities: tuple[tuple[str, int], ...] = ()
    """Of regions, the lowest first; all alike where there are none."""
    failover_threshold: int = 0
    """Percent of a region's targets whose failure sends requests to the next."""
    redirects: bool = False
    """Whether port 80 answers with a redirect to 443."""


def render(balancer: GlobalLoadBalancer, certificate: Path) -> Iterator[str]:
    """The lines of one. `certificate`: chain and key in one file (PEM)."""
    name = f"{balancer.name}:443:{balancer.id}"
    yield from ("", f"frontend {name}", "    mode http")
    for address in balancer.addresses:
        yield f"    bind {address}:443 ssl crt {certificate} alpn h2,http/1.1"
    yield "    option httplog"
    pools = _pools(balancer)
    for pool, _, fewest in pools:
        yield f"    use_backend {name}:{pool} if {{ nbsrv({name}:{pool}) ge {fewest} }}"
    if pools:
        yield f"    default_backend {name}:{pools[0][0]}"
    for pool, targets, _ in pools:
        yield from _backend(balancer, f"{name}:{pool}", targets)
    if balancer.redirects:
        yield from ("", f"frontend {balancer.name}:80:{balancer.id}", "    mode http")
        yield from (f"    bind {address}:80" for address in balancer.addresses)
        yield "    http-request redirect scheme https code 301"


def _pools(balancer: GlobalLoadBalancer) -> list[tuple[str, list[Target], int]]:
    """What requests are sent to, in order: a name, its targets, and how many of them must be in order."""
    if not balancer.priorities:
        return [("everywhere", list(balancer.targets), 1)] if balancer.targets else []
    order = dict(balancer.priorities)
    of_region: dict[str, list[Target]] = {}
    for target in balancer.targets:
        of_region.setdefault(target.region, []).append(target)
    # A region that has no priority is the last choice [api].
    ranked = sorted(of_region, key=lambda region: (region not in order, order.get(region, 0), region))
    return [
        (each, of_region[each], needed(len(of_region[each]), balancer.failover_threshold)) for each in ranked
    ]


def needed(targets: int, failover_threshold: int) -> int:
    """How many of a region's targets must be in order for it to be asked: it is left once as many percent of
    them as the threshold says have failed, and always when all have."""
    return targets * (100 - failover_threshold) // 100 + 1 if failover_threshold else 1


def _backend(balancer: GlobalLoadBalancer, name: str, targets: Sequence[Target]) -> Iterator[str]:
    check = balancer.health_check
    yield from ("", f"backend {name}", "    mode http", "    balance roundrobin", "    option redispatch")
    if check.protocol == "http":
        yield f"    option httpchk GET {check.path}"
    yield f"    timeout check {check.response_timeout_seconds}s"
    yield f"    timeout connect {check.response_timeout_seconds}s"
    yield (
        f"    default-server check port {check.port} inter {check.interval_seconds}s "
        f"fall {check.unhealthy_threshold} rise {check.healthy_threshold}"
    )
    # No `sni`, and no look at the certificate: what DigitalOcean does is not known.
    tls = " ssl verify none" if balancer.target_protocol == "https" else ""
    for target in sorted(targets, key=lambda target: target.name):
        yield f"    server {target.name} {target.address}:{balancer.target_port}{tls}"
