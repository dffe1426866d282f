"""Routes of TCP and UDP: IngressRouteTCP, IngressRouteUDP, and what limits connections (ING-8)."""

from collections.abc import Iterator
from typing import Any

from network.config import StackConfig
from network.config.applications import Application
from network.config.applications.layer_four import TcpRoute, UdpRoute
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.names import application_namespace
from network.plan.model.traefik import API_VERSION


def routes_of(application: Application) -> Iterator[tuple[str, UdpRoute]]:
    """Yield each route of TCP and UDP with its entrypoint."""
    for route in (*application.tcp_routes.values(), *application.udp_routes.values()):
        yield route.entry_point, route


def routes(config: StackConfig, application: str) -> tuple[Manifest, ...]:
    """Return one IngressRouteTCP or IngressRouteUDP for each route."""
    declared, namespace = config.applications[application], application_namespace(config, application)
    return (
        *(_tcp(namespace, name, route) for name, route in declared.tcp_routes.items()),
        *(_udp(namespace, name, route) for name, route in declared.udp_routes.items()),
    )


def limits(config: StackConfig, application: str) -> tuple[Manifest, ...]:
    """Return what routes of TCP refer to."""
    namespace = application_namespace(config, application)
    return tuple(
        each
        for name, route in config.applications[application].tcp_routes.items()
        for each in (*_middlewares(namespace, name, route), *_transports(namespace, name, route))
    )


def rule(route: TcpRoute) -> str:
    """Return Traefik's rule: by server name, or every connection."""
    return " || ".join(f"HostSNI(`{host}`)" for host in route.hosts or ("*",))


def _middlewares(namespace: str, name: str, route: TcpRoute) -> Iterator[Manifest]:
    if route.ip_allow_list is not None:
        spec: dict[str, Any] = {
            "ipAllowList": {"sourceRange": [str(each) for each in route.ip_allow_list.source_range]}
        }
        yield manifest(API_VERSION, "MiddlewareTCP", f"{name}-allowed", namespace=namespace, spec=spec)
    if route.in_flight_conn is not None:
        spec = {"inFlightConn": {"amount": route.in_flight_conn.amount}}
        yield manifest(API_VERSION, "MiddlewareTCP", f"{name}-in-flight", namespace=namespace, spec=spec)


def _transports(namespace: str, name: str, route: TcpRoute) -> Iterator[Manifest]:
    if route.proxy_protocol is not None:
        spec = {"proxyProtocol": {"version": route.proxy_protocol.version}}
        yield manifest(API_VERSION, "ServersTransportTCP", name, namespace=namespace, spec=spec)


def _tcp(namespace: str, name: str, route: TcpRoute) -> Manifest:
    middlewares = [{"name": each["metadata"]["name"]} for each in _middlewares(namespace, name, route)]
    transports = [each["metadata"]["name"] for each in _transports(namespace, name, route)]
    service: dict[str, Any] = {"name": route.workload, "port": route.port}
    if transports:
        service["serversTransport"] = transports[0]
    one: dict[str, Any] = {"match": rule(route), "services": [service]}
    if middlewares:
        one["middlewares"] = middlewares
    spec: dict[str, Any] = {"entryPoints": [route.entry_point], "routes": [one]}
    if route.hosts:
        spec["tls"] = {"passthrough": True} if route.passthrough else {}
    return manifest(API_VERSION, "IngressRouteTCP", name, namespace=namespace, spec=spec)


def _udp(namespace: str, name: str, route: UdpRoute) -> Manifest:
    service = {"name": route.workload, "port": route.port}
    spec = {"entryPoints": [route.entry_point], "routes": [{"services": [service]}]}
    return manifest(API_VERSION, "IngressRouteUDP", name, namespace=namespace, spec=spec)
