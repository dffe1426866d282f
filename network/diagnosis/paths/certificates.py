"""A certificate, from who may issue it to who gets it."""

from collections.abc import Iterator

from network.config import StackConfig
from network.config.certificates import WILDCARD
from network.config.errors import path_of
from network.config.model import Location
from network.config.platform import CERT_MANAGER
from network.config.zones import zone_of, zones
from network.diagnosis.links import issuance, policies
from network.diagnosis.links.pods import running
from network.diagnosis.paths import hosts
from network.diagnosis.paths.stack import Stack
from network.diagnosis.walk import Link, Path
from network.diagnosis.wants import KINDS
from network.plan.certificates import certificate_names, secret_name, served
from network.plan.certificates.flows import CAINJECTOR, CONTROLLER, WEBHOOK


def every(config: StackConfig) -> tuple[str, ...]:
    """Return the names of the stack's certificates."""
    return (*certificate_names(config), *config.certificates.bought)


def path(stack: Stack, name: str) -> Path:
    """Return the links of a certificate, with a branch for each host that gets it."""
    stack.wants.traefik(*stack.policy_kinds)
    asked = [host for host, certificate in served(stack.config) if certificate == name]
    for host in asked:
        stack.wants.hosts.setdefault(host, set())
    bought = name in stack.config.certificates.bought
    return Path(
        [
            *(() if bought else _issued(stack, name)),
            issuance.store(stack.plan.ingress.tls_store, secret_name(name)),
        ],
        [Path([hosts.certificate(stack, host)]) for host in asked],
    )


def _issued(stack: Stack, name: str) -> Iterator[Link]:
    plan = stack.plan.certificates
    planned = next(each for each in plan.certificates if each["metadata"]["name"] == name)
    for_names: list[str] = planned["spec"]["dnsNames"]
    location: Location = ("certificates", "wildcard") if name == WILDCARD else ("certificates", "named", name)
    holding = (zone_of(each.removeprefix("*."), zones(stack.config.external.dns)) for each in for_names)
    by_name = {zone.name: zone for zone in holding if zone is not None}
    yield from (hosts.delegation(stack, zone) for zone in by_name.values())
    stack.wants.authorities.update(for_names)
    yield issuance.allowed(name, for_names, "external.dns.caa")
    stack.wants.namespace(CERT_MANAGER, *KINDS, *stack.policy_kinds)
    yield policies.in_force("issuance-policy", CERT_MANAGER, stack.policies)
    for pods in (CONTROLLER, WEBHOOK, CAINJECTOR):
        subject = f"{pods.namespace}/{pods.name}"
        yield running("cert-manager", subject, pods.namespace, pods.labels, f"certificates.{pods.name}")
    stack.wants.kinds.setdefault(None, set()).add("ClusterIssuer")
    reference = planned["spec"]["issuerRef"]["name"]
    yield issuance.issuer(next(each for each in plan.issuers if each["metadata"]["name"] == reference))
    yield issuance.issued(planned, path_of(location))
