"""Who DNS-01 can write to: one record for each provider of cert-manager's that is offered."""

from dataclasses import dataclass
from typing import Literal

Name = Literal["digitalocean", "cloudflare", "rfc2136", "route53"]


@dataclass(frozen=True)
class DnsProvider:
    """A way to write challenges into a zone."""

    zones: Literal["digitalocean", "external"]
    """`dns.provider` of the zones that it can write into."""
    api_host: str | None
    """Of its API; None where the zone's primary name server is written to itself."""
    credential: str
    """Field of cert-manager's solver that refers to the Secret with `network:dnsToken`."""
    options: frozenset[str] = frozenset()
    """Fields of `Dns01` that the solver has too, in its words."""


PROVIDERS: dict[Name, DnsProvider] = {
    "digitalocean": DnsProvider("digitalocean", "api.digitalocean.com", "tokenSecretRef"),
    "cloudflare": DnsProvider("external", "api.cloudflare.com", "apiTokenSecretRef"),
    "route53": DnsProvider(
        "external",
        "route53.amazonaws.com",
        "secretAccessKeySecretRef",
        frozenset({"region", "hosted_zone_id", "access_key_id"}),
    ),
    "rfc2136": DnsProvider(
        "external",
        None,
        "tsigSecretSecretRef",
        frozenset({"nameserver", "tsig_key_name", "tsig_algorithm", "protocol"}),
    ),
}
"""By the key under cert-manager's `dns01`."""


def writing_into(zones: Literal["digitalocean", "external"]) -> list[str]:
    """Return the providers that can write into zones of one kind."""
    return [name for name, provider in PROVIDERS.items() if provider.zones == zones]
