"""Services and routes of the applications (ING-2, SVC-1, SVC-3); their pods belong to the teams."""

from dataclasses import dataclass

from network.config import StackConfig
from network.config.applications import Route, Workload
from network.plan.entrypoints import WEBSECURE
from network.plan.kubernetes import Manifest, manifest
from network.plan.names import TRAEFIK, application_namespace


@dataclass(frozen=True)
class ApplicationPlan:
    """One application."""

    name: str
    services: tuple[Manifest, ...]
    routes: tuple[Manifest, ...]


def build(config: StackConfig) -> tuple[ApplicationPlan, ...]:
    """Return each application's Services and IngressRoutes."""
    return tuple(
        ApplicationPlan(
            name,
            services=tuple(
                _service(application_namespace(config, name), workload_name, workload)
                for workload_name, workload in application.workloads.items()
                if workload.ports
            ),
            routes=tuple(
                _route(config, application_namespace(config, name), route_name, route)
                for route_name, route in application.routes.items()
            ),
        )
        for name, application in config.applications.items()
    )


def _service(namespace: str, name: str, workload: Workload) -> Manifest:
    return manifest(
        "v1",
        "Service",
        name,
        namespace=namespace,
        spec={
            "type": "ClusterIP",
            "selector": dict(workload.labels),
            "ports": [
                {
                    "name": port_name,
                    "port": port.port,
                    "targetPort": port.port,
                    "protocol": port.protocol,
                }
                for port_name, port in workload.ports.items()
            ],
        },
    )


def _route(config: StackConfig, namespace: str, name: str, route: Route) -> Manifest:
    """Return an IngressRoute. The entrypoint already applies the default chain: named once more
    by the route, its rate limit would count each request twice."""
    rule = {
        "kind": "Rule",
        "match": _match(route),
        "services": [{"kind": "Service", "name": route.workload, "port": route.port}],
    }
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
