"""What the VPN's machine is told, as tags: who its peers are and where what they reach is
(docs/decisions/0015-the-vpn-s-peers-are-tags.md).

`network/plan/vpn/machine/peers.py` reads them there
(docs/facts/digitalocean.md#tags-in-the-metadata-service).
"""

from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import Literal
from urllib.parse import urlsplit

from network.config import StackConfig
from network.config.entry_points import HTTP
from network.config.vpn import API_SERVER, INTERNAL_LOAD_BALANCER, Destination, tags_of

Protocol = Literal["tcp", "udp"]


def mark(environment: str) -> str:
    """Return the tag by which the firewall finds the machine."""
    return f"{tags_of(environment)}machine"


def destination(environment: str, name: str, destination: Destination) -> str:
    """Return the tag of a destination that the stack file describes."""
    return to_range(environment, name, destination.protocol, destination.range, destination.ports)


def to_range(
    environment: str, name: str, protocol: Protocol, network: IPv4Network, ports: Iterable[int | str]
) -> str:
    """Return the tag of a destination by its addresses: tags have no dots, slashes or commas."""
    where = str(network).replace(".", "-").replace("/", "-")
    return f"{tags_of(environment)}to:{name}:{protocol}:{where}:{'_'.join(map(str, ports))}"


def to_api_server(environment: str, endpoint: str) -> str:
    """Return the tag of the API server, by the URL of its endpoint. The machine resolves the host: its
    addresses may change with an upgrade."""
    url = urlsplit(endpoint)
    host = (url.hostname or "").replace(".", "_")
    return f"{tags_of(environment)}at:{API_SERVER}:tcp:{host}:{url.port or 443}"


def to_internal_load_balancer(
    environment: str, protocol: Protocol, address: str, ports: Iterable[int]
) -> str:
    """Return the tag of the internal load balancer's ports of a protocol."""
    return to_range(environment, INTERNAL_LOAD_BALANCER, protocol, IPv4Network(address), ports)


def ports_within(config: StackConfig, protocol: Protocol) -> tuple[int, ...]:
    """Return the ports of the internal load balancer."""
    own = HTTP["internal"].values() if protocol == "tcp" else ()
    more = (
        each.port
        for each in config.ingress.entry_points.values()
        if each.load_balancer == "internal" and each.protocol.lower() == protocol
    )
    return tuple(sorted({*own, *more}))
