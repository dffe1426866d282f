"""Where the running platform is, by the stack's outputs."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

from network.plan.vpn.client import Places


def places(outputs: str) -> Places:
    """Return what a peer needs of `pulumi stack output --json`. Raises ValueError where it is not there."""
    try:
        told: Any = json.loads(outputs)
        vpn = told["vpn"]
        endpoint, api_server = str(vpn["endpoint"]), urlsplit(vpn["apiServer"]).hostname or ""
    except (ValueError, KeyError, TypeError):
        raise ValueError(
            "standard input tells of no VPN: pipe in what `pulumi stack output --json` prints, after the "
            "`up` that made it"
        ) from None
    return Places(endpoint, _resolved(api_server), told.get("internalLoadBalancerAddress"))


def _resolved(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM)
    except OSError as error:
        raise ValueError(
            f"the API server's name {host} does not resolve: {error.strerror or error}"
        ) from None
    return sorted({str(each[4][0]) for each in found})
