"""Where the outside world lives: one address of TEST-NET-3 (RFC 5737) per role."""

from ipaddress import IPv4Address, IPv4Network

from network.plan.certificates.acme import HOSTS

INTERNET = IPv4Network("203.0.113.0/24")

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

LOAD_BALANCERS = tuple(address for address in INTERNET.hosts() if int(address) & 0xFF >= 100)
"""Public addresses that load balancers are given, in this order."""

OWN = (OPERATOR, RESOLVER, NAME_SERVER, PRIMARY, API, ACME_PRODUCTION, ACME_STAGING, CLOUDFLARE, RECEIVERS)
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
