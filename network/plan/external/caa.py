"""CAA records: which authority may issue certificates for the zone, and how (CRT-5)."""

from collections.abc import Iterator

from network.config import StackConfig
from network.config.rules.certificates import zone_certificates
from network.config.zones import DeclaredZone, governing_zone
from network.plan.model.records import CaaTag, RecordPlan

CERTIFICATE_AUTHORITY = "letsencrypt.org"
"""Name of Let's Encrypt, production and staging, in CAA records."""
NOBODY = ";"
"""Value that lets no authority issue."""


def records(config: StackConfig, zone: DeclaredZone) -> tuple[RecordPlan, ...]:
    """Return the CAA records of a zone's apex, which hold for every name below it as well, down to the next
    that has any."""
    dns = zone.says
    if not dns.caa.publish:
        return ()
    values: dict[CaaTag, list[str]] = {
        "issue": list(_issuers(zone, _methods(config, zone))),
        "issuewild": list(_wildcard_issuers(config, zone)),
        "iodef": [f"mailto:{dns.caa.report_to}"] if dns.caa.report_to else [],
    }
    return tuple(
        RecordPlan(f"caa-{tag}{f'-{index}' if index else ''}", "CAA", "@", dns.ttl, value, tag)
        for tag, listed in values.items()
        for index, value in enumerate(listed)
    )


def _wildcard_issuers(config: StackConfig, zone: DeclaredZone) -> Iterator[str]:
    """Yield who may issue wildcards: nobody, where the stack has none and the provider can say so."""
    wildcards = any(name.startswith("*.") for name, _ in _governed(config, zone))
    if zone.says.provider == "digitalocean" or wildcards:
        yield from _issuers(zone, ["dns-01"])
    else:
        yield NOBODY


def _issuers(zone: DeclaredZone, methods: list[str]) -> Iterator[str]:
    """Yield one value per account; any of them suffices (RFC 8657)."""
    dns = zone.says
    if dns.provider == "digitalocean":
        # Its provider writes and reads the authority as a host name, with the final dot.
        yield f"{CERTIFICATE_AUTHORITY}."
        return
    suffix = f"; validationmethods={','.join(methods)}" if dns.caa.limit_methods and methods else ""
    for account in dns.caa.account_uris or (None,):
        yield CERTIFICATE_AUTHORITY + (f"; accounturi={account}" if account else "") + suffix


def _methods(config: StackConfig, zone: DeclaredZone) -> list[str]:
    """Return the validation methods of the stack's certificates for names that the records govern."""
    solvers = {solver for _, solver in _governed(config, zone)}
    return [method for solver, method in (("dns01", "dns-01"), ("http01", "http-01")) if solver in solvers]


def _governed(config: StackConfig, zone: DeclaredZone) -> Iterator[tuple[str, str]]:
    """Yield the names of the stack's certificates for which the zone's records say who may issue, and how
    each is proven."""
    issued = [
        (name, "dns01")
        for names in zone_certificates(config.certificates, config.external.dns).values()
        for name in names
    ]
    issued += [
        (name, certificate.solver)
        for certificate in config.certificates.named.values()
        for name in certificate.dns_names
    ]
    for name, solver in issued:
        if governing_zone(name, config.external.dns) == zone:
            yield name, solver
