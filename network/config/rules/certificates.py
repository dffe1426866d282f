"""Certificates: who can prove what, and for which names (CRT-1 to CRT-4, EXT-2)."""

import binascii
from base64 import b64decode
from collections.abc import Iterator

from pydantic import SecretStr

from network.config.certificates import WILDCARD, Certificate, Certificates
from network.config.dns_providers import writing_into
from network.config.environment import Environment
from network.config.external import Dns, External
from network.config.ingress import Ingress
from network.config.model import Finding


def covers(pattern: str, host: str) -> bool:
    """Say whether a certificate for the pattern is valid for the host (RFC 6125: one label)."""
    if pattern.startswith("*."):
        return host.partition(".")[2] == pattern[2:]
    return host == pattern


def covered_names(certificates: Certificates, dns: Dns) -> list[str]:
    """Return every name that some certificate of the environment is for."""
    wildcard = [dns.zone, f"*.{dns.zone}"] if certificates.wildcard else []
    return wildcard + [name for c in certificates.named.values() for name in c.dns_names]


def inside(zone: str, name: str) -> bool:
    """Say whether the name is the zone's apex or lies below it."""
    return name == zone or name.endswith("." + zone)


def production_certificates_are_trusted(
    environment: Environment, certificates: Certificates
) -> Iterator[Finding]:
    """Browsers do not trust Let's Encrypt's staging certificates."""
    if environment.is_production and certificates.issuer == "staging":
        yield Finding(
            ("certificates", "issuer"),
            "production needs certificates that browsers trust",
            "set `issuer: production`",
        )


def solver_fits_who_serves_the_zone(external: External, certificates: Certificates) -> Iterator[Finding]:
    """DNS-01 writes into the zone, so it must speak to the zone's provider."""
    provider, fitting = external.dns.provider, writing_into(external.dns.provider)
    used = certificates.wildcard or _by_dns01(certificates)
    if used and certificates.dns01.provider not in fitting:
        yield Finding(
            ("certificates", "dns01", "provider"),
            f"the zone's dns.provider is {provider}; {certificates.dns01.provider} cannot write into it",
            f"set {' or '.join(fitting)}, or change external.dns.provider",
        )


def dns01_names_lie_inside_the_zone(external: External, certificates: Certificates) -> Iterator[Finding]:
    """The token is for this zone; in any other the challenge would never appear."""
    zone = external.dns.zone
    for name, certificate in _by_dns01(certificates).items():
        for index, host in enumerate(certificate.dns_names):
            if not inside(zone, host):
                fix = "set `solver: http01` (and `http01: {}` in certificates)"
                if host.startswith("*."):
                    fix = f"name the hosts one by one, and {fix}: no wildcard outside {zone} can be proven"
                yield Finding(
                    ("certificates", "named", name, "dnsNames", index),
                    f"dns01 proves names inside {zone} only",
                    fix,
                )


def http01_is_reachable(
    external: External, certificates: Certificates, ingress: Ingress
) -> Iterator[Finding]:
    """Let's Encrypt asks from addresses that it does not publish."""
    by_http01 = [c for c in certificates.named.values() if c.solver == "http01"]
    if by_http01 and ingress.load_balancer.source_ranges:
        inside_zone = all(inside(external.dns.zone, n) for c in by_http01 for n in c.dns_names)
        yield Finding(
            ("ingress", "loadBalancer", "sourceRanges"),
            "certificates by http01 need port 80 open to everybody",
            "remove sourceRanges (allow lists of single routes still work)"
            + (", or use dns01" if inside_zone else ""),
        )


def tsig_secret_is_base64(certificates: Certificates, dns_token: SecretStr) -> Iterator[Finding]:
    """A TSIG secret stands in base64 in every name server's key file; anything else would sign nothing."""
    if certificates.dns01.provider == "rfc2136":
        try:
            b64decode(dns_token.get_secret_value(), validate=True)
        except binascii.Error:
            yield Finding(
                ("dnsToken",),
                "with rfc2136 this is the TSIG key's secret, in base64 as the key file has it",
                "set it again: pulumi config set --secret network:dnsToken",
            )


def certificate_names_are_free(certificates: Certificates) -> Iterator[Finding]:
    """The certificate of apex and wildcard has a name of its own."""
    if WILDCARD in certificates.named:
        yield Finding(
            ("certificates", "named", WILDCARD),
            f"{WILDCARD} is the certificate of apex and wildcard",
            "give it another name",
        )


def wildcard_covers_it_already(external: External, certificates: Certificates) -> Iterator[Finding]:
    """Warn of a certificate that adds nothing to the wildcard's."""
    if not certificates.wildcard:
        return
    zone = external.dns.zone
    for name, certificate in certificates.named.items():
        if certificate.issuer in (None, certificates.issuer) and all(
            host == zone or covers(f"*.{zone}", host) or host == f"*.{zone}" for host in certificate.dns_names
        ):
            yield Finding(
                ("certificates", "named", name),
                "the wildcard certificate covers all its names",
                "remove it",
            )


def _by_dns01(certificates: Certificates) -> dict[str, Certificate]:
    return {n: c for n, c in certificates.named.items() if c.solver == "dns01"}
