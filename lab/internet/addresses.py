"""Where the outside world lives: one address of TEST-NET-3 (RFC 5737) per role, and for load balancers one of
IPv6."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from network.plan.certificates.acme import HOSTS

INTERNET = IPv4Network("203.0.113.0/24")
INTERNET_6 = IPv6Network("2001:db8::/32")
"""Of documentation too (RFC 3849)."""

OPERATOR = IPv4Address("203.0.113.1")
RESOLVER = IPv4Address("203.0.113.53")
NAME_SERVER = IPv4Address("203.0.113.54")
"""ns1 to ns3.digitalocean.com."""
PRIMARY = IPv4Address("203.0.113.55")
"""The primary name server of a zone that another provider serves."""
API = IPv4Address("203.0.113.80")
ACME_PRODUCTION = IPv4Address("203.0.113.81")
ACME_STAGING = IPv4Address("203.0.113.82")
CLOUDFLARE = IPv4Address("203.0.113.83")
RECEIVERS = IPv4Address("203.0.113.84")
"""Whoever the stack's Alertmanager tells."""
OTLP = (IPv4Address("203.0.113.85"), IPv4Address("203.0.113.86"))
"""Whoever the stack sends its logs and its traces to."""

LOAD_BALANCERS = tuple(address for address in INTERNET.hosts() if int(address) & 0xFF >= 100)
"""Public addresses that load balancers are given, in this order."""

OWN = (
    *(OPERATOR, RESOLVER, NAME_SERVER, PRIMARY, API, ACME_PRODUCTION, ACME_STAGING, CLOUDFLARE, RECEIVERS),
    *OTLP,
)
"""Addresses that exist as long as the lab does."""

API_NAME = "api.digitalocean.com"
CLOUDFLARE_NAME = "api.cloudflare.com"
ACME_PRODUCTION_NAME, ACME_STAGING_NAME = HOSTS["production"], HOSTS["staging"]
NAME_SERVER_NAMES = ("ns1.digitalocean.com", "ns2.digitalocean.com", "ns3.digitalocean.com")

NAMES = {
    API_NAME: API,
    ACME_PRODUCTION_NAME: ACME_PRODUCTION,
    ACME_STAGING_NAME: ACME_STAGING,
    CLOUDFLARE_NAME: CLOUDFLARE,
    **dict.fromkeys(NAME_SERVER_NAMES, NAME_SERVER),
}
"""Every name of the outside world and its address."""


def of_ipv4(address: str) -> IPv6Address:
    """Return the IPv6 address of what has this IPv4 address."""
    return INTERNET_6[int(IPv4Address(address))]
