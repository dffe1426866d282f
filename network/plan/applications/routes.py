"""IngressRoutes (ING-2)."""

from network.config import StackConfig
from network.config.applications import Route
from network.plan.applications.balancing import reference
from network.plan.entrypoints import WEBSECURE
from network.plan.kubernetes import Manifest, manifest
from network.plan.names import TRAEFIK, application_namespace


def build(config: StackConfig, application: str) -> tuple[Manifest, ...]:
    """Return one IngressRoute for each route."""
    return tuple(
        _route(config, application_namespace(config, application), name, route)
        for name, route in config.applications[application].routes.items()
    )


def _route(config: StackConfig, namespace: str, name: str, route: Route) -> Manifest:
    """Return an IngressRoute. The entrypoint already applies the default chain: named once more
    by the route, its rate limit would count each request twice."""
    rule = {"kind": "Rule", "match": _match(route), "services": [reference(route)]}
    if route.chain is not None and route.chain != config.traffic.default_chain:
        rule["middlewares"] = [{"name": route.chain, "namespace": TRAEFIK}]
    return manifest(
        "traefik.io/v1alpha1",
        "IngressRoute",
        name,
        namespace=namespace,
        spec={"entryPoints": [WEBSECURE], "routes": [rule], "tls": {}},
    )


def _match(route: Route) -> str:
    host = f"Host(`{route.host}`)"
    return host if route.path_prefix == "/" else f"{host} && PathPrefix(`{route.path_prefix}`)"
