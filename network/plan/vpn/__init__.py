"""The VPN: a machine in the VPC that ends WireGuard tunnels, and what its peers reach (ADM-3).

Its peers are tags: `up` sets them in place, and the machine reads its own
(docs/decisions/0015-the-vpn-s-peers-are-tags.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from network.config import StackConfig
from network.config.droplets import DOLLARS
from network.config.vpn import API_SERVER, INTERNAL_LOAD_BALANCER, Vpn, peer_tag
from network.plan.model.capacity import Charge
from network.plan.model.cloud import CloudResource
from network.plan.model.layer import LayerPlan
from network.plan.model.names import environment_name
from network.plan.vpn import tags
from network.plan.vpn.user_data import user_data

DOLLARS_OF_ADDRESS = 0
"""A month, of one that leads to a Droplet (docs/facts/digitalocean.md#prices)."""
EVERYBODY = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True)
class MachinePlan:
    """The machine and what stands before it."""

    droplet: CloudResource
    """It gets the VPC and its tags at declaration."""
    address: CloudResource
    """The reserved address at which peers find it, whatever becomes of the Droplet."""
    assignment: CloudResource
    """Of that address; it gets both ends at declaration."""
    firewall: CloudResource
    mark: CloudResource
    """The tag by which the firewall finds the machine."""
    peers: tuple[CloudResource, ...]
    """Tags that name the peers."""
    destinations: tuple[CloudResource, ...]
    """Tags of destinations that the stack file describes."""
    api_server: CloudResource | None
    """Tag of the API server, where a peer reaches it; it gets its name with the cluster's endpoint."""
    internal_load_balancer: tuple["LoadBalancerTag", ...]
    """Tags of the internal load balancer, likewise: one per protocol."""
    port: int


@dataclass(frozen=True)
class LoadBalancerTag:
    """A tag that names ports of the internal load balancer; it gets its name with the address."""

    tag: CloudResource
    protocol: tags.Protocol
    ports: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class VpnPlan(LayerPlan):
    """The machine; none where nobody asks for it."""

    title = "VPN"

    environment: str = ""
    machine: MachinePlan | None = None


def build(config: StackConfig) -> VpnPlan:
    """Return the plan of the VPN."""
    if config.vpn is None:
        return VpnPlan()
    return VpnPlan(
        charges=tuple(_charges(config.vpn)),
        environment=config.environment.name,
        machine=_machine(config, config.vpn),
    )


def _charges(vpn: Vpn) -> Iterator[Charge]:
    yield Charge(f"machine of the VPN ({vpn.size})", DOLLARS.get(vpn.size), size=vpn.size)
    yield Charge("reserved address of the VPN", DOLLARS_OF_ADDRESS)


def _machine(config: StackConfig, vpn: Vpn) -> MachinePlan:
    name = f"{environment_name(config)}-vpn"
    reached = set(_reached(config, vpn))
    return MachinePlan(
        droplet=CloudResource(
            "Droplet",
            name,
            {
                "name": name,
                "region": config.environment.region,
                "size": vpn.size,
                "image": vpn.image,
                # A larger disk could never be made smaller again.
                "resize_disk": False,
                "monitoring": True,
                # It is for a console by SSH, which is shut.
                "droplet_agent": False,
                "ssh_keys": list(vpn.ssh_keys),
                "user_data": user_data(config, vpn),
            },
            protect=config.environment.is_production,
        ),
        address=CloudResource(
            "ReservedIp",
            name,
            {"region": config.environment.region},
            protect=config.environment.is_production,
        ),
        assignment=CloudResource(
            "ReservedIpAssignment",
            name,
            {},
            # Whichever of two goes last takes the address from whoever has it.
            delete_before_replace=True,
        ),
        firewall=CloudResource("Firewall", name, _firewall(name, vpn)),
        mark=_tag("machine", tags.mark(config.environment.name)),
        peers=tuple(_peers(config, vpn)),
        destinations=tuple(
            _tag(f"to-{key}", tags.destination(config.environment.name, key, each))
            for key, each in vpn.destinations.items()
            if key in reached
        ),
        api_server=CloudResource("Tag", "api-server", {}) if API_SERVER in reached else None,
        internal_load_balancer=tuple(_load_balancer(config)) if INTERNAL_LOAD_BALANCER in reached else (),
        port=vpn.port,
    )


def _reached(config: StackConfig, vpn: Vpn) -> Iterator[str]:
    internal = config.ingress.internal_load_balancer is not None
    for name in vpn.peers:
        yield from vpn.reached_by(name, internal=internal)


def _peers(config: StackConfig, vpn: Vpn) -> Iterator[CloudResource]:
    internal = config.ingress.internal_load_balancer is not None
    for name in vpn.peers:
        yield _tag(f"peer-{name}", peer_tag(vpn, config.environment.name, name, internal=internal))


def _load_balancer(config: StackConfig) -> Iterator[LoadBalancerTag]:
    protocols: tuple[tags.Protocol, ...] = ("tcp", "udp")
    for protocol in protocols:
        ports = tags.ports_within(config, protocol)
        if ports:
            tag = CloudResource("Tag", f"internal-load-balancer-{protocol}", {})
            yield LoadBalancerTag(tag, protocol, ports)


def _tag(key: str, name: str) -> CloudResource:
    return CloudResource("Tag", key, {"name": name})


def _firewall(name: str, vpn: Vpn) -> dict[str, object]:
    """Return who comes to the machine: everybody to WireGuard, which answers no stranger, and nobody else.
    SSH comes through the tunnel. What peers reach the machine says itself, for each of them."""
    everything = {"destination_addresses": list(EVERYBODY)}
    return {
        "name": name,
        "inbound_rules": [
            {"protocol": "udp", "port_range": str(vpn.port), "source_addresses": list(EVERYBODY)}
        ],
        "outbound_rules": [
            {"protocol": "tcp", "port_range": "1-65535", **everything},
            {"protocol": "udp", "port_range": "1-65535", **everything},
            {"protocol": "icmp", **everything},
        ],
    }
