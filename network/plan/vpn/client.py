"""What a peer's own device is told: WireGuard's configuration, without the private key (ADM-3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from network.config import StackConfig
from network.config.vpn import API_SERVER, INTERNAL_LOAD_BALANCER, MACHINE, Vpn

KEEPALIVE = 25
"""Seconds between packets of a silent peer, so that routers on its way remember it (wg(8))."""


@dataclass(frozen=True)
class Places:
    """What only the running platform has: `pulumi stack output` tells it."""

    endpoint: str
    """Address and port of the machine."""
    api_server: Sequence[str] = ()
    """Its addresses."""
    internal_load_balancer: str | None = None
    """Its address."""


def client_config(config: StackConfig, vpn: Vpn, name: str, places: Places) -> str:
    """Return the configuration of a peer's device."""
    peer = vpn.peers[name]
    lines = [
        f"# Peer {name} of the VPN of {config.environment.name}: reaches "
        f"{', '.join(vpn.reached_by(name, internal=places.internal_load_balancer is not None))}.",
        "[Interface]",
        "# Made on this device by `wg genkey`, and never shown to anybody.",
        "PrivateKey = ",
        f"Address = {peer.address}/32",
        "",
        "[Peer]",
        f"PublicKey = {vpn.public_key or ''}",
        f"Endpoint = {places.endpoint}",
        f"AllowedIPs = {', '.join(_reached(vpn, name, places))}",
        f"PersistentKeepalive = {KEEPALIVE}",
    ]
    return "\n".join(lines) + "\n"


def _reached(vpn: Vpn, name: str, places: Places) -> list[str]:
    """Return the addresses that the device sends into the tunnel, and no others."""
    internal = places.internal_load_balancer
    found: dict[str, None] = {}
    for each in vpn.reached_by(name, internal=internal is not None):
        if each == API_SERVER:
            found |= {f"{address}/32": None for address in places.api_server}
        elif each == INTERNAL_LOAD_BALANCER:
            found |= {f"{internal}/32": None}
        elif each == MACHINE:
            found |= {f"{vpn.gateway}/32": None}
        else:
            found[str(vpn.destinations[each].range)] = None
    return list(found)
