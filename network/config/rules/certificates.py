"""Certificates: who can prove what, and for which names (CRT-1 to CRT-4, EXT-2)."""

import binascii
from base64 import b64decode
from collections.abc import Iterator

from pydantic import SecretStr

from network.config.certificates import WILDCARD, Certificate, Certificates
from network.config.dns_providers import PROVIDERS, writing_into
from network.config.environment import Environment
from network.config.external import Dns, External
from network.config.ingress import Ingress
from network.config.model import Finding
from network.config.zones import DeclaredZone, has_certificate, inside, named, zone_of, zones


def covers(pattern: str, host: str) -> bool:
    """Say whether a certificate for the pattern is valid for the host (RFC 6125: one label)."""
    if pattern.startswith("*."):
        return host.partition(".")[2] == pattern[2:]
    return host == pattern


def covered_names(certificates: Certificates, dns: Dns) -> list[str]:
    """Return every name that some certificate of the environment is for."""
    bought = [name for each in certificates.bought.values() for name in each.dns_names]
    return issued_names(certificates, dns) + bought


def issued_names(certificates: Certificates, dns: Dns) -> list[str]:
    """Return every name for which the stack has a certificate issued."""
    of_zones = [name for names in zone_certificates(certificates, dns).values() for name in names]
    return of_zones + [name for c in certificates.named.values() for name in c.dns_names]


def zone_certificates(certificates: Certificates, dns: Dns) -> dict[str, tuple[str, str]]:
    """Return the certificates of apex and wildcard that are issued, by name; the default one first."""
    return {
        zone_certificate(zone): (zone.name, f"*.{zone.name}")
        for zone in zones(dns)
        if has_certificate(zone, certificates.wildcard)
    }


def zone_certificate(zone: DeclaredZone) -> str:
    """Return the name that a zone's certificate has, or would have."""
    return named(WILDCARD, zone.key)


def written_zones(certificates: Certificates, dns: Dns) -> list[DeclaredZone]:
    """Return the zones into which DNS-01 can write."""
    provider = PROVIDERS[certificates.dns01.provider].zones
    return [zone for zone in zones(dns) if zone.says.provider == provider]


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
    """DNS-01 writes into a zone, so it must speak to its provider, unless the zone leads challenges away."""
    names = [name for each in zone_certificates(certificates, external.dns).values() for name in each]
    names += [host for each in _by_dns01(certificates).values() for host in each.dns_names]
    written, writer = written_zones(certificates, external.dns), certificates.dns01.provider
    if names and not written:
        provider, fitting = external.dns.provider, writing_into(external.dns.provider)
        yield Finding(
            ("certificates", "dns01", "provider"),
            f"the zone's dns.provider is {provider}; {writer} cannot write into it",
            f"set {' or '.join(fitting)}, or change external.dns.provider",
        )
        return
    proven = [name for name in names if not _is_delegated(name, external, certificates)]
    used = [zone_of(name, zones(external.dns)) for name in proven]
    for zone in zones(external.dns):
        if zone in used and zone not in written:
            instead = "certificate" if zone.key else "certificates.wildcard"
            yield Finding(
                (*zone.location, "provider"),
                f"certificates.dns01.provider is {writer}, which cannot write into it",
                "let the zone lead its challenges into one that it writes into, and add "
                f"{zone.name} to certificates.dns01.delegatedZones; or set `{instead}: false`, and name its "
                "hosts in certificates.named with `solver: http01`",
            )


def _is_delegated(name: str, external: External, certificates: Certificates) -> bool:
    """Say whether a name's challenge is led elsewhere: by the zone of its own, or by one below that."""
    zone = zone_of(name, zones(external.dns))
    return any(
        inside(delegated, name) and (zone is None or inside(zone.name, delegated))
        for delegated in certificates.dns01.delegated_zones
    )


def hosted_zone_is_the_only_one(external: External, certificates: Certificates) -> Iterator[Finding]:
    """A solver that knows one hosted zone writes every challenge into that."""
    written = written_zones(certificates, external.dns)
    if certificates.dns01.hosted_zone_id is not None and len(written) > 1:
        names = " and ".join(zone.name for zone in written)
        yield Finding(
            ("certificates", "dns01", "hostedZoneID"),
            f"it is of one zone, and challenges are written into {names}",
            "remove hostedZoneID: the user then needs the right to list zones",
        )


def dns01_names_lie_inside_the_zone(external: External, certificates: Certificates) -> Iterator[Finding]:
    """The token is for the stack's zones; in any other the challenge would never appear, unless that one
    leads it here."""
    own = zones(external.dns)
    known = (*(zone.name for zone in own), *certificates.dns01.delegated_zones)
    for name, certificate in _by_dns01(certificates).items():
        for index, host in enumerate(certificate.dns_names):
            if zone_of(host, own) is None and not _is_delegated(host, external, certificates):
                fix = "set `solver: http01` (and `http01: {}` in certificates)"
                if host.startswith("*."):
                    outside = " and ".join(zone.name for zone in own)
                    fix = f"name the hosts one by one, and {fix}: no wildcard outside {outside} can be proven"
                yield Finding(
                    ("certificates", "named", name, "dnsNames", index),
                    f"dns01 proves names inside {' and '.join(known)} only",
                    fix,
                )


def delegated_zones_are_others(external: External, certificates: Certificates) -> Iterator[Finding]:
    """Names of a zone that can be written into are proven in it, and lead nowhere."""
    written = written_zones(certificates, external.dns)
    for index, delegated in enumerate(certificates.dns01.delegated_zones):
        zone = zone_of(delegated, zones(external.dns))
        if zone is not None and zone in written:
            yield Finding(
                ("certificates", "dns01", "delegatedZones", index),
                f"it lies in {zone.name}, where challenges are written anyway",
                "remove it",
            )


def delegated_zones_are_used(external: External, certificates: Certificates) -> Iterator[Finding]:
    """Warn of delegations that no certificate needs."""
    names = [host for each in _by_dns01(certificates).values() for host in each.dns_names]
    names += [name for each in zone_certificates(certificates, external.dns).values() for name in each]
    for index, delegated in enumerate(certificates.dns01.delegated_zones):
        if not any(inside(delegated, host) for host in names):
            yield Finding(
                ("certificates", "dns01", "delegatedZones", index),
                "no certificate has a name in it",
                "add one to certificates.named, or remove it",
            )


def http01_is_reachable(
    external: External, certificates: Certificates, ingress: Ingress
) -> Iterator[Finding]:
    """Let's Encrypt asks from addresses that it does not publish."""
    by_http01 = [c for c in certificates.named.values() if c.solver == "http01"]
    if by_http01 and ingress.load_balancer.source_ranges:
        own, written = zones(external.dns), written_zones(certificates, external.dns)
        writable = all(zone_of(name, own) in written for c in by_http01 for name in c.dns_names)
        yield Finding(
            ("ingress", "loadBalancer", "sourceRanges"),
            "certificates by http01 need port 80 open to everybody",
            "remove sourceRanges (allow lists of single routes still work)"
            + (", or use dns01" if writable else ""),
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


def certificate_names_are_free(external: External, certificates: Certificates) -> Iterator[Finding]:
    """The certificate of a zone's apex and wildcard has a name of its own."""
    for zone in zones(external.dns):
        name = zone_certificate(zone)
        if name in certificates.named:
            yield Finding(
                ("certificates", "named", name),
                f"{name} is the certificate of apex and wildcard of {zone.name}",
                "give it another name",
            )


def wildcard_covers_it_already(external: External, certificates: Certificates) -> Iterator[Finding]:
    """Warn of a certificate that adds nothing to those of the zones."""
    of_zones = [name for each in zone_certificates(certificates, external.dns).values() for name in each]
    for name, certificate in certificates.named.items():
        if certificate.issuer in (None, certificates.issuer) and all(
            host in of_zones or any(covers(pattern, host) for pattern in of_zones)
            for host in certificate.dns_names
        ):
            yield Finding(
                ("certificates", "named", name),
                "the wildcard certificate covers all its names",
                "remove it",
            )


def _by_dns01(certificates: Certificates) -> dict[str, Certificate]:
    return {n: c for n, c in certificates.named.items() if c.solver == "dns01"}
