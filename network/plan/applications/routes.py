"""IngressRoutes (ING-2)."""

from typing import Any

from network.config import StackConfig
from network.config.applications import Route
from network.config.applications.matching import rule
from network.config.platform import TRAEFIK
from network.plan.applications.balancing import reference
from network.plan.applications.client_certificates import object_name
from network.plan.ingress.entrypoints import WEBSECURE
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
    """Return an IngressRoute. The entrypoint already applies the default chain: named once more
    by the route, its rate limit would count each request twice."""
    options: dict[str, Any] = {"services": [reference(config.applications[application], route)]}
    if route.priority is not None:
        options["priority"] = route.priority
    if route.chain is not None and route.chain != config.traffic.default_chain:
        options["middlewares"] = [{"name": route.chain, "namespace": TRAEFIK}]
    return manifest(
        API_VERSION,
        "IngressRoute",
        name,
        namespace=application_namespace(config, application),
        spec={
            "entryPoints": [WEBSECURE],
            "routes": [{"kind": "Rule", "match": rule(host, route), **options} for host in route.all_hosts],
            "tls": {} if route.client_ca is None else {"options": {"name": object_name(route.client_ca)}},
        },
    )
