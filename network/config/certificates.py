"""cert-manager, its issuers and certificates (CRT-1 to CRT-4)."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from typing_extensions import override

from network.config import dns_providers
from network.config.bought import BoughtCertificate
from network.config.hosts import CertificateName, ZoneName
from network.config.lifetimes import ProfileName
from network.config.model import Finding, Model, repeated
from network.config.names import AwsKey, AwsRegion, Email, Name, Resolver
from network.config.quantities import ComponentScale, Duration, seconds
from network.config.urls import NameServer

WILDCARD = "wildcard"
"""Name of the certificate of apex and wildcard."""

LONGEST_WAIT_SECONDS = 300
"""An `up` waits ten minutes for a certificate, and the challenges of one name run one after the other."""


class Dns01(Model):
    """How cert-manager proves that it controls the zone."""

    provider: dns_providers.Name = "digitalocean"
    """API of the zone's DNS; its token is the secret `network:dnsToken`."""
    wait_instead_of_self_check: Duration | None = None
    """Skip cert-manager's own look-up and wait this long instead (cert-manager 1.21)."""
    nameserver: NameServer = ""
    """`host:port` of the primary name server; required for rfc2136 only."""
    tsig_key_name: str = ""
    """Name of the TSIG key; required for rfc2136 only (its secret is `network:dnsToken`, in base64)."""
    tsig_algorithm: Literal["HMACSHA256", "HMACSHA512"] = "HMACSHA256"
    """Of the TSIG key; rfc2136 only. cert-manager's HMACMD5 and HMACSHA1 are left out: broken, or fading."""
    protocol: Literal["UDP", "TCP"] = "UDP"
    """Of dynamic updates; rfc2136 only."""
    region: AwsRegion | None = None
    """Of AWS, for signatures: Route 53 itself has none. Required for route53 only."""
    access_key_id: AwsKey | None = Field(default=None, alias="accessKeyID")
    """Of the AWS user that may change the zone; required for route53 only (its secret access key is
    `network:dnsToken`). Static keys are the one way: pods of DOKS have no identity that AWS knows."""
    hosted_zone_id: AwsKey | None = Field(default=None, alias="hostedZoneID")
    """Of the zone in Route 53, so that the user need not list all zones; route53 only."""
    delegated_zones: tuple[ZoneName, ...] = ()
    """Zones that nobody gives access to, and whose owners have led `_acme-challenge` names of theirs into
    the stack's zone by CNAME: challenges are written there (cert-manager's `cnameStrategy: Follow`)."""
    recursive_nameservers: tuple[Resolver, ...] = ()
    """`address:port` of resolvers that cert-manager asks in place of the cluster's: before it writes, and in
    its self-check. For zones that are seen otherwise from inside."""
    recursive_nameservers_only: bool = False
    """Ask no authoritative name server in the self-check, only those resolvers: where nothing else may be
    asked by DNS."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from _long_wait(self.wait_instead_of_self_check)
        for key, value in (
            ("nameserver", self.nameserver),
            ("tsigKeyName", self.tsig_key_name),
        ):
            if self.provider == "rfc2136" and not value:
                yield Finding((key,), f"rfc2136 needs {key}", f"add {key}")
            if self.provider != "rfc2136" and value:
                yield Finding((key,), f"{key} is for provider rfc2136 only", f"remove {key}")
        for key, value in (
            ("region", self.region),
            ("accessKeyID", self.access_key_id),
            ("hostedZoneID", self.hosted_zone_id),
        ):
            if self.provider == "route53" and value is None and key != "hostedZoneID":
                yield Finding((key,), f"route53 needs {key}", f"add {key}")
            if self.provider != "route53" and value is not None:
                yield Finding((key,), f"{key} is for provider route53 only", f"remove {key}")
        yield from repeated("delegatedZones", self.delegated_zones)
        yield from repeated("recursiveNameservers", self.recursive_nameservers)
        if self.recursive_nameservers_only and not self.recursive_nameservers:
            yield Finding(
                ("recursiveNameserversOnly",),
                "there is none to ask",
                "name recursiveNameservers, or remove it",
            )


class Http01(Model):
    """HTTP-01 for named certificates whose zone cert-manager cannot write to."""

    wait_instead_of_self_check: Duration = "30s"
    """cert-manager waits this long instead of its self-check, which fails: from inside the cluster the load
    balancer's address bypasses the load balancer, and Traefik misses the PROXY header.

    The wait begins with the order for the solver's pod, so a node must pull its image within it. A look by
    Let's Encrypt that comes too early costs an hour: so long cert-manager waits after a failed order."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from _long_wait(self.wait_instead_of_self_check)


class Certificate(Model):
    """One certificate."""

    dns_names: tuple[CertificateName, ...] = Field(min_length=1, max_length=100)
    """Names that it is for; wildcards need dns01."""
    solver: Literal["dns01", "http01"] = "dns01"
    """How the names are proven to be ours."""
    issuer: Literal["staging", "production"] | None = None
    """Another issuer than the stack's."""

    @override
    def findings(self) -> Iterator[Finding]:
        yield from repeated("dnsNames", self.dns_names)
        for index, name in enumerate(self.dns_names):
            if self.solver == "http01" and name.startswith("*."):
                yield Finding(
                    ("dnsNames", index),
                    "a wildcard cannot be proven by HTTP-01 (CA/Browser Forum rules)",
                    "name the hosts one by one; wildcards of the stack's own zone may use `solver: dns01`",
                )


class Certificates(Model):
    """Certificates of the environment."""

    email: Email
    """Contact of the ACME account."""
    issuer: Literal["staging", "production"]
    """Which Let's Encrypt issuer the stack's certificates use; both issuers exist in every stack."""
    dns01: Dns01 = Field(default_factory=Dns01)
    http01: Http01 | None = None
    """Without it no HTTP-01 solver exists."""
    wildcard: bool = True
    """Issue apex and wildcard of the zone and serve it as the default certificate."""
    named: dict[Name, Certificate] = Field(default_factory=dict)
    """Further certificates by name, in the ingress namespace."""
    bought: dict[Name, BoughtCertificate] = Field(default_factory=dict)
    """Certificates that others have issued, by name; their keys are the secret `network:certificateKeys`."""
    profile: ProfileName = "classic"
    """Let's Encrypt's profile: `classic` is its default; `tlsserver` already lives 45 days; `shortlived`, six
    days, is for those who are on call. Their lifetimes shrink (`network/config/lifetimes.py`)."""
    renew_before_percentage: int = Field(default=33, ge=1, le=99)
    """Renew when this share of the lifetime is left, in percent; never a fixed time, since lifetimes shrink.

    Checked against every announced lifetime of the profile."""
    key_algorithm: Literal["RSA", "ECDSA"] = "ECDSA"
    """Of the private keys: ECDSA P-256, or RSA for clients that know no other."""
    controller: ComponentScale = Field(default_factory=ComponentScale)
    webhook: ComponentScale = Field(default_factory=ComponentScale)
    cainjector: ComponentScale = Field(default_factory=ComponentScale)

    @override
    def findings(self) -> Iterator[Finding]:
        for name, certificate in self.named.items():
            if certificate.solver == "http01" and self.http01 is None:
                yield Finding(
                    ("named", name, "solver"),
                    "no HTTP-01 solver exists in this stack",
                    "add `http01: {}` to certificates; names inside the stack's zone may use `solver: dns01`",
                )


def _long_wait(wait: str | None) -> Iterator[Finding]:
    if wait is not None and seconds(wait) > LONGEST_WAIT_SECONDS:
        yield Finding(
            ("waitInsteadOfSelfCheck",),
            f"{seconds(wait):g} s of waiting for each challenge: the `up` that waits for the certificate "
            "gives up before",
            f"set {LONGEST_WAIT_SECONDS}s or less",
        )
