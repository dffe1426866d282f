"""IngressRoutes (ING-2)."""

from typing import Any

from network.config import StackConfig
from network.config.applications import Route
from network.config.applications.host_patterns import is_pattern
from network.config.applications.matching import priority, rule
from network.config.platform import TRAEFIK
from network.plan.applications import client_certificates, limits
from network.plan.applications.balancing import reference
from network.plan.ingress.entrypoints import INTERNAL_SECURE, WEBSECURE
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.names import application_namespace
from network.plan.model.traefik import API_VERSION


def build(config: StackConfig, application: str) -> tuple[Manifest, ...]:
    """Return one IngressRoute for each route."""
    return tuple(
        _route(config, application, name, route)
        for name, route in config.applications[application].routes.items()
    )


def _route(config: StackConfig, application: str, name: str, route: Route) -> Manifest:
    """Return an IngressRoute. It names the default chain too: what hung on the entrypoint no route could
    leave."""
    options: dict[str, Any] = {"services": [reference(config.applications[application], route)]}
    chains = config.traffic.chains_of(route)
    passed = [
        *({"name": chain, "namespace": TRAEFIK} for chain in chains),
        *({"name": each["metadata"]["name"]} for each in limits.middlewares(config, application)),
    ]
    if passed:
        options["middlewares"] = passed
    return manifest(
        API_VERSION,
        "IngressRoute",
        name,
        namespace=application_namespace(config, application),
        spec={
            "entryPoints": [WEBSECURE if route.load_balancer == "public" else INTERNAL_SECURE],
            "routes": [
                {"kind": "Rule", "match": rule(host, route), **_priority(host, route), **options}
                for host in route.all_hosts
            ],
            "tls": client_certificates.reference(route),
        },
    )


def _priority(host: str, route: Route) -> dict[str, int]:
    """Return the priority where it is not Traefik's own: a wildcard's rule may be longer than a name's."""
    return {"priority": priority(host, route)} if route.priority or is_pattern(host) else {}
