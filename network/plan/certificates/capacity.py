"""What authorities and DigitalOcean's API take of whoever asks for certificates (ADM-5).

Reckoned is the worst day: a new cluster, which asks for every certificate at once. Other stacks of the same
domain count too, and no stack knows of them.
"""

from collections import Counter
from collections.abc import Iterator

from network.config import StackConfig
from network.config.lifetimes import PROFILES
from network.config.rules.certificates import zone_certificates
from network.plan.model.capacity import Limit, Need

PER_DOMAIN_AND_WEEK, ORDERS_IN_THREE_HOURS = 50, 300
"""Of Let's Encrypt's production (docs/facts/cert-manager.md#rate-limits)."""

CALLS_PER_MINUTE = 250
"""Of one token at DigitalOcean (docs/facts/digitalocean.md#rate-limits)."""
CALLS_PER_NAME = 6
"""To write a challenge, to look for it and to take it away again (a judgement)."""


def limits(config: StackConfig) -> Iterator[Limit]:
    """Yield the rates that an issue of all certificates meets."""
    certificates = _names_by_certificate(config)
    trusted = {name: names for name, (issuer, _, names) in certificates.items() if issuer == "production"}
    by_dns = [name for _, solver, names in certificates.values() if solver == "dns01" for name in names]
    domains = Counter(
        domain for names in trusted.values() for domain in {_registered(name) for name in names}
    )
    for domain, count in sorted(domains.items()):
        yield Limit(
            f"Let's Encrypt: certificates of {domain}",
            "in 7 days",
            PER_DOMAIN_AND_WEEK,
            Need(fixed=count),
            "certificates.named (more names in one certificate), or Let's Encrypt's form",
            "nothing",
        )
    if trusted:
        yield Limit(
            "Let's Encrypt: orders",
            "in 3 hours",
            ORDERS_IN_THREE_HOURS,
            Need(fixed=len(trusted)),
            "certificates.named (more names in one certificate)",
            "nothing",
        )
    if certificates:
        yield Limit(
            "certificates: names of the largest",
            "names",
            PROFILES[config.certificates.profile].most_names,
            Need(fixed=max(len(names) for _, _, names in certificates.values())),
            "certificates.named (a further certificate)",
            "nothing",
        )
    if by_dns and config.certificates.dns01.provider == "digitalocean":
        yield Limit(
            "DigitalOcean's API: challenges",
            "calls/min",
            CALLS_PER_MINUTE,
            Need(fixed=CALLS_PER_NAME * len(by_dns)),
            "certificates.named (fewer names, or a wildcard); a token of its own for `network:dnsToken`",
            "nothing",
        )


def _names_by_certificate(config: StackConfig) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Return issuer, solver and names of each certificate."""
    settings = config.certificates
    found = {
        name: (each.issuer or settings.issuer, each.solver, each.dns_names)
        for name, each in settings.named.items()
    }
    of_zones = zone_certificates(settings, config.external.dns)
    return found | {name: (settings.issuer, "dns01", names) for name, names in of_zones.items()}


def _registered(name: str) -> str:
    """Return the domain that the rate is counted by. Where registries sell names below a second level, more
    than is counted there falls together: never less."""
    return ".".join(name.split(".")[-2:])
