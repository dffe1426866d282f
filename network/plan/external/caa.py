"""CAA records: which authority may issue certificates for the zone, and how (CRT-5)."""

from collections.abc import Iterator

from network.config import StackConfig
from network.config.rules.certificates import inside
from network.plan.model.records import CaaTag, RecordPlan

CERTIFICATE_AUTHORITY = "letsencrypt.org"
"""Name of Let's Encrypt, production and staging, in CAA records."""
NOBODY = ";"
"""Value that lets no authority issue."""


def records(config: StackConfig) -> tuple[RecordPlan, ...]:
    """Return the CAA records of the zone's apex, which hold for every name below it as well."""
    dns = config.external.dns
    if not dns.caa.publish:
        return ()
    values: dict[CaaTag, list[str]] = {
        "issue": list(_issuers(config, _methods(config))),
        "issuewild": list(_wildcard_issuers(config)),
        "iodef": [f"mailto:{dns.caa.report_to}"] if dns.caa.report_to else [],
    }
    return tuple(
        RecordPlan(f"caa-{tag}{f'-{index}' if index else ''}", "CAA", "@", dns.ttl, value, tag)
        for tag, listed in values.items()
        for index, value in enumerate(listed)
    )


def _wildcard_issuers(config: StackConfig) -> Iterator[str]:
    """Yield who may issue wildcards: nobody, where the stack has none and the provider can say so."""
    if config.external.dns.provider == "digitalocean" or any(_wildcards(config)):
        yield from _issuers(config, ["dns-01"])
    else:
        yield NOBODY


def _issuers(config: StackConfig, methods: list[str]) -> Iterator[str]:
    """Yield one value per account; any of them suffices (RFC 8657)."""
    dns = config.external.dns
    if dns.provider == "digitalocean":
        # Its provider writes and reads the authority as a host name, with the final dot.
        yield f"{CERTIFICATE_AUTHORITY}."
        return
    suffix = f"; validationmethods={','.join(methods)}" if dns.caa.limit_methods and methods else ""
    for account in dns.caa.account_uris or (None,):
        yield CERTIFICATE_AUTHORITY + (f"; accounturi={account}" if account else "") + suffix


def _methods(config: StackConfig) -> list[str]:
    """Return the validation methods of the stack's certificates for names of the zone."""
    zone = config.external.dns.zone
    solvers = {"dns01"} if config.certificates.wildcard else set[str]()
    for certificate in config.certificates.named.values():
        if any(inside(zone, name.removeprefix("*.")) for name in certificate.dns_names):
            solvers.add(certificate.solver)
    return [method for solver, method in (("dns01", "dns-01"), ("http01", "http-01")) if solver in solvers]


def _wildcards(config: StackConfig) -> Iterator[bool]:
    yield config.certificates.wildcard
    for certificate in config.certificates.named.values():
        yield from (name.startswith("*.") for name in certificate.dns_names)
