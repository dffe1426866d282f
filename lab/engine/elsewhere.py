"""What a stack file says of zones that another provider than DigitalOcean serves."""

from base64 import b64encode
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from lab.engine.throwaway import throw_away
from lab.internet.primary import PrimaryZone
from network.config import StackConfig
from network.config.zones import zones

_DEFAULT_PORT = 53
_NUMBERED = "primary.invalid"
"""Stands for a primary name server that the stack file names by its address."""
_CLOUDFLARES = "anna.ns.cloudflare.com"


def elsewhere(config: StackConfig, state: Path) -> PrimaryZone | None:
    """The zones, with throw-away secrets of the lab; None where DigitalOcean serves all."""
    solver = config.certificates.dns01
    names = [each.name for each in zones(config.external.dns) if each.says.provider == "external"]
    if not names:
        return None
    zone, *others = names
    secret = tsig_secret(state)
    if solver.provider != "rfc2136":
        token = cloudflare_token(state)
        server = (_CLOUDFLARES, _DEFAULT_PORT, "lab", "hmac-sha256", secret, token)
        return PrimaryZone(zone, *server, also=tuple(others))
    host, _, port = solver.nameserver.rpartition(":")
    algorithm = solver.tsig_algorithm.lower().replace("hmac", "hmac-")
    server = _NUMBERED if is_address(host) else host
    key = (solver.tsig_key_name, algorithm, secret)
    return PrimaryZone(zone, server, int(port), *key, also=tuple(others))


def is_address(host: str) -> bool:
    """Whether a name server is given by its address, which means another machine here."""
    try:
        IPv4Address(host)
    except AddressValueError:
        return False
    return True


def tsig_secret(state: Path) -> str:
    """The lab's secret for dynamic updates, in base64."""
    return b64encode(throw_away(state, "tsig").encode()).decode()


def cloudflare_token(state: Path) -> str:
    """The token of the lab's Cloudflare account."""
    return throw_away(state, "cloudflare-token")
