"""Issuers and certificates (CRT-2 to CRT-4); cert-manager itself is in `cert_manager.py`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from network.config import StackConfig
from network.config.applications.asked import asked_hosts
from network.config.certificates import Certificate, Dns01
from network.config.dns_providers import PROVIDERS
from network.config.platform import CERT_MANAGER, TRAEFIK
from network.config.rules.certificates import written_zones, zone_certificates
from network.plan.certificates import alerts, capacity, cert_manager, flows
from network.plan.certificates.acme import DIRECTORIES
from network.plan.model.kubernetes import Manifest, ReleasePlan, SecretPlan, manifest
from network.plan.model.layer import LayerPlan
from network.plan.model.namespaces import of_platform

DNS_TOKEN = SecretPlan("dns-token", CERT_MANAGER, "Opaque", {"token": "dnsToken"})
"""A ClusterIssuer reads Secrets in cert-manager's own namespace only."""

KEY_SIZES = {"ECDSA": 256, "RSA": 2048}
"""Bits: P-256 and RSA-2048, which every client of the last ten years knows."""

READY = {"pulumi.com/waitFor": "condition=Ready"}
"""Pulumi knows no readiness of cert-manager's kinds; without this an `up` would end before."""

SOLVER_RESOURCES = {
    "requests": {"cpu": "10m", "memory": "64Mi"},
    "limits": {"cpu": "100m", "memory": "64Mi"},
}
"""cert-manager's own defaults for the pod that answers HTTP-01."""


@dataclass(frozen=True, kw_only=True)
class CertificatesPlan(LayerPlan):
    """cert-manager, its issuers and the environment's certificates."""

    title = "Certificates"

    release: ReleasePlan
    secrets: tuple[SecretPlan, ...]
    """What the issuers refer to."""
    bought: tuple[SecretPlan, ...]
    """In Traefik's namespace, as those that cert-manager writes."""
    issuers: tuple[Manifest, ...]
    certificates: tuple[Manifest, ...]
    """In Traefik's namespace, beside the TLSStore that serves them to every namespace."""
    reachable_first: frozenset[str]
    """Names of certificates that are proven through the load balancer (HTTP-01): asked for before it and its
    records are there, the first attempt fails, and cert-manager tries again only after an hour."""


def build(config: StackConfig) -> CertificatesPlan:
    """Return the certificates layer's plan."""
    return CertificatesPlan(
        namespaces=(of_platform(config, CERT_MANAGER),),
        flows=flows.build(config),
        metrics=flows.METRICS,
        rules=(
            alerts.build(
                tuple(served(config)),
                certificate_names(config),
                {name: each.ends for name, each in config.certificates.bought.items()},
            ),
        ),
        limits=tuple(capacity.limits(config)),
        taken=cert_manager.taken(config),
        release=cert_manager.release(config),
        secrets=(DNS_TOKEN,),
        bought=tuple(
            SecretPlan(
                secret_name(name),
                TRAEFIK,
                "kubernetes.io/tls",
                {"tls.crt": f"certificates.bought.{name}", "tls.key": f"certificateKeys.{name}"},
            )
            for name in config.certificates.bought
        ),
        issuers=tuple(_issuer(config, name) for name in DIRECTORIES),
        certificates=_certificates(config),
        reachable_first=frozenset(
            name for name, certificate in config.certificates.named.items() if certificate.solver == "http01"
        ),
    )


def secret_name(certificate: str) -> str:
    """Return the name of the Secret that holds a certificate of the environment."""
    return f"{certificate}-tls"


def certificate_names(config: StackConfig) -> tuple[str, ...]:
    """Return the certificates that are issued for the environment, the default one first."""
    return (*zone_certificates(config.certificates, config.external.dns), *config.certificates.named)


def served(config: StackConfig) -> Iterator[tuple[str, str]]:
    """Yield each host by which a route is asked, with the certificate that Traefik serves for it: of the most
    precise name."""
    patterns = {name: each.dns_names for name, each in config.certificates.named.items()}
    patterns |= {name: each.dns_names for name, each in config.certificates.bought.items()}
    patterns |= zone_certificates(config.certificates, config.external.dns)
    asked = asked_hosts(config.applications)
    for host in dict.fromkeys(each.name for each in asked if each.name and each.has_certificate):
        above = f"*.{host.partition('.')[2]}"
        for wanted in (host, above):
            serving = next((name for name, names in patterns.items() if wanted in names), None)
            if serving is not None:
                yield host, serving
                break


def _issuer(config: StackConfig, directory: str) -> Manifest:
    name = issuer_name(directory)
    return manifest(
        "cert-manager.io/v1",
        "ClusterIssuer",
        name,
        annotations=READY,
        spec={
            "acme": {
                "server": DIRECTORIES[directory],
                "email": config.certificates.email,
                # Named, also where it is the server's default: a default may change.
                "profile": config.certificates.profile,
                "privateKeySecretRef": {"name": f"{name}-account"},
                "solvers": _solvers(config),
            }
        },
    )


def issuer_name(directory: str) -> str:
    """Return the ClusterIssuer of `staging` or `production`."""
    return f"letsencrypt-{directory}"


def _solvers(config: StackConfig) -> list[dict[str, Any]]:
    """Return the solvers. Each is limited to names of the stack; the one by exact name wins, then the one of
    the deepest zone."""
    written = [zone.name for zone in written_zones(config.certificates, config.external.dns)]
    solvers = [_dns01(config, written)] if written else []
    if config.certificates.dns01.delegated_zones:
        delegated = _dns01(config, list(config.certificates.dns01.delegated_zones))
        solvers.append({**delegated, "dns01": {"cnameStrategy": "Follow", **delegated["dns01"]}})
    http_names = [
        name
        for certificate in config.certificates.named.values()
        if certificate.solver == "http01"
        for name in certificate.dns_names
    ]
    if config.certificates.http01 is not None and http_names:
        solvers.append(_http01(config, config.certificates.http01.wait_instead_of_self_check, http_names))
    return solvers


def _dns01(config: StackConfig, zones: list[str]) -> dict[str, Any]:
    dns01 = config.certificates.dns01
    solver: dict[str, Any] = {
        "selector": {"dnsZones": zones},
        "dns01": {dns01.provider: _dns01_provider(dns01)},
    }
    if dns01.wait_instead_of_self_check is not None:
        solver["waitInsteadOfSelfCheck"] = dns01.wait_instead_of_self_check
    return solver


def _dns01_provider(dns01: Dns01) -> dict[str, Any]:
    provider = PROVIDERS[dns01.provider]
    options = dns01.model_dump(mode="json", by_alias=True, include=set(provider.options), exclude_none=True)
    return {**options, provider.credential: {"name": DNS_TOKEN.name, "key": "token"}}


def _http01(config: StackConfig, wait: str, names: list[str]) -> dict[str, Any]:
    return {
        "selector": {"dnsNames": names},
        "waitInsteadOfSelfCheck": wait,
        "http01": {
            "ingress": {
                "ingressClassName": config.ingress.ingress_class.name,
                # The default, NodePort, would open a port on every node.
                "serviceType": "ClusterIP",
                # Routers without entrypoints attach to websecure only.
                "ingressTemplate": {
                    "metadata": {"annotations": {"traefik.ingress.kubernetes.io/router.entrypoints": "web"}}
                },
                "podTemplate": {
                    "spec": {
                        "securityContext": {
                            "runAsNonRoot": True,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "resources": SOLVER_RESOURCES,
                    }
                },
            }
        },
    }


def _certificates(config: StackConfig) -> tuple[Manifest, ...]:
    of_zones = zone_certificates(config.certificates, config.external.dns)
    wanted = {
        **{name: Certificate(dns_names=names) for name, names in of_zones.items()},
        **config.certificates.named,
    }
    return tuple(_certificate(config, name, certificate) for name, certificate in wanted.items())


def _certificate(config: StackConfig, name: str, certificate: Certificate) -> Manifest:
    settings = config.certificates
    return manifest(
        "cert-manager.io/v1",
        "Certificate",
        name,
        namespace=TRAEFIK,
        # HTTP-01 needs names that already lead to the load balancer; where another provider
        # serves them, somebody makes those records only after this `up`.
        annotations=READY if certificate.solver == "dns01" else None,
        spec={
            "secretName": secret_name(name),
            "dnsNames": list(certificate.dns_names),
            "issuerRef": {
                "group": "cert-manager.io",
                "kind": "ClusterIssuer",
                "name": issuer_name(certificate.issuer or settings.issuer),
            },
            "privateKey": {
                "algorithm": settings.key_algorithm,
                "size": KEY_SIZES[settings.key_algorithm],
                "rotationPolicy": "Always",
            },
            "renewBeforePercentage": settings.renew_before_percentage,
            "revisionHistoryLimit": 1,
        },
    )
