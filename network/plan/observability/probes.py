"""Probes of every public host and route from within the cluster (OBS-4).

They prove DNS, certificate, Traefik and backend, each as a client meets them, and never the load balancer,
which a cluster leads its own pods past (docs/facts/observability.md#probes-within-the-cluster). What an
answer must be follows from the route: a login answers 401, an allow list 403, port 80 redirects.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from network.config import StackConfig
from network.config.applications import Application, Route
from network.config.applications.layer_four import TcpRoute
from network.config.applications.matchers import Method
from network.config.applications.reached import is_grpc
from network.config.platform import MONITORING
from network.config.traffic.middleware import Middleware
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.monitoring import API_VERSION, PROBES_JOB
from network.plan.model.names import application_namespace
from network.plan.observability.pods import BLACKBOX_PORT
from network.plan.observability.prometheus import INTERVAL

PROBER = "prometheus-blackbox-exporter"
"""Release and Service of the exporter, which the chart names alike."""

TIMEOUT = "5s"
"""Of one try; within Prometheus' own for a scrape, 10 seconds."""

ANSWERED = (200, 201, 202, 203, 204, 206, 301, 302, 303, 307, 308)
"""What a route answers that works; where a redirect leads is not followed."""
REDIRECTED = (301, 308)
TO_A_LOGIN = (302, 303, 307, 401, 403)
"""What services behind forwardAuth answer to somebody unknown."""


@dataclass(frozen=True)
class Module:
    """What the exporter does with a target, and expects of it."""

    name: str
    settings: dict[str, Any]


@dataclass(frozen=True)
class Probe:
    """What is asked of one application, or of one of its routes."""

    name: str
    module: Module
    targets: tuple[str, ...]
    labels: dict[str, str]


def modules(config: StackConfig) -> dict[str, Any]:
    """Return the exporter's modules: those that a probe uses."""
    used = {probe.module.name: probe.module.settings for probe in _probes(config)}
    return dict(sorted(used.items()))


def manifests(config: StackConfig) -> tuple[Manifest, ...]:
    """Return a Probe for each route, and one for the redirects of each application."""
    return tuple(
        manifest(
            API_VERSION,
            "Probe",
            probe.name,
            namespace=MONITORING,
            spec={
                "jobName": PROBES_JOB,
                "prober": {"url": f"{PROBER}.{MONITORING}:{BLACKBOX_PORT}"},
                "module": probe.module.name,
                "interval": INTERVAL,
                "targets": {"staticConfig": {"static": list(probe.targets), "labels": probe.labels}},
            },
        )
        for probe in _probes(config)
    )


def _probes(config: StackConfig) -> Iterator[Probe]:
    for name, application in config.applications.items():
        labels = {"namespace": application_namespace(config, name), "application": name}
        hosts = dict.fromkeys(host for route in application.routes.values() for host in route.named_hosts)
        if hosts:
            yield Probe(
                # Names of applications and routes hold no dot: `shop.web` is of one route alone.
                name,
                _plain(config),
                tuple(f"http://{host}/" for host in hosts),
                {**labels, "module": _plain(config).name},
            )
        for route_name, route in application.routes.items():
            module = _module(config, application, route)
            yield Probe(
                f"{name}.{route_name}",
                module,
                tuple(_target(host, module, route) for host in route.named_hosts),
                {**labels, "route": route_name, "module": module.name},
            )
        for route_name, tcp in application.tcp_routes.items():
            if tcp.hosts:
                module = _of_tcp(config, tcp)
                port = config.ingress.entry_points[tcp.entry_point].port
                yield Probe(
                    f"{name}.{route_name}.tcp",
                    module,
                    tuple(f"{host}:{port}" for host in tcp.hosts),
                    {**labels, "route": route_name, "module": module.name},
                )


def _target(host: str, module: Module, route: Route) -> str:
    if module.settings["prober"] == "http":
        return f"https://{host}{route.probe.path or route.path or route.path_prefix}"
    return f"{host}:443"


def _plain(config: StackConfig) -> Module:
    """Return how plain HTTP is asked: it redirects, unless the entrypoint's chain answers before."""
    return _guard(config, config.traffic.chains.get(config.traffic.web_chain or "", ())) or _http(
        "redirect", REDIRECTED, fail_if_header_not_matches=[{"header": "Location", "regexp": "^https://"}]
    )


def _module(config: StackConfig, application: Application, route: Route) -> Module:
    """Return how a route is asked: by a handshake alone where it wants a client's certificate, or more than a
    probe can say. Servers of gRPC are asked by the health service that they share (grpc.health.v1)."""
    guard = _guard(config, [link.name for link in config.traffic.passed_to(route)])
    if route.client_ca is None and is_grpc(application, route):
        if guard is None and _is_asked_by(route, "POST") and (route.path or route.path_prefix) == "/":
            return _tls(config, "grpc", "grpc")
    elif route.client_ca is None and _is_asked_by(route, "GET"):
        return _encrypted(config, guard or _served(route))
    return _tls(config, "handshake", "tcp")


def _of_tcp(config: StackConfig, route: TcpRoute) -> Module:
    """Return how a route is asked whose connections are told apart by name: by a handshake, with a workload
    that has a certificate of its own whoever vouches for it. Where every connection is taken, a probe would
    learn no more than that Traefik runs, which accepts before it asks the workload."""
    if not route.passthrough:
        return _tls(config, "handshake", "tcp")
    settings = {"preferred_ip_protocol": "ip4", "tls": True, "tls_config": {"insecure_skip_verify": True}}
    return Module("passed-on", {"prober": "tcp", "timeout": TIMEOUT, "tcp": settings})


def _served(route: Route) -> Module:
    more = sorted(set(route.probe.status) - set(ANSWERED))
    return _http("-".join(["served", *map(str, more)]), (*ANSWERED, *more))


def _is_asked_by(route: Route, method: Method) -> bool:
    """Whether a method and the route's path are enough to come to it."""
    has_path = route.path_regexp is None or route.probe.path is not None
    return has_path and not route.asks_more and route.accepts(method)


def _guard(config: StackConfig, chain: list[str] | tuple[str, ...]) -> Module | None:
    """Return how a chain is asked that lets nobody pass who shows nothing, by the first that refuses."""
    for name in chain:
        module = _refusal(config, config.traffic.middlewares[name])
        if module is not None:
            return module
    return None


def _refusal(config: StackConfig, middleware: Middleware) -> Module | None:
    if middleware.basic_auth is not None:
        return _http("login", (401,))
    if middleware.forward_auth is not None:
        return _http("forwarded-login", TO_A_LOGIN)
    pods, allowed, denied = config.cluster.pod_range, middleware.ip_allow_list, middleware.ip_deny_list
    if allowed is not None and not any(
        isinstance(each, IPv4Network) and pods.subnet_of(each) for each in allowed.source_range
    ):
        status = allowed.reject_status_code
    elif denied is not None and any(
        isinstance(each, IPv4Network) and pods.overlaps(each) for each in denied.source_range
    ):
        status = denied.reject_status_code
    else:
        return None
    return _http("refused" if status == 403 else f"refused-{status}", (status,))


def _http(name: str, statuses: tuple[int, ...], **more: Any) -> Module:
    http = {
        "preferred_ip_protocol": "ip4",
        "follow_redirects": False,
        "valid_status_codes": list(statuses),
        **more,
    }
    return Module(name, {"prober": "http", "timeout": TIMEOUT, "http": http})


def _encrypted(config: StackConfig, module: Module) -> Module:
    http = {**module.settings["http"], "fail_if_not_ssl": True, "tls_config": _trust(config)}
    return Module(module.name, {**module.settings, "http": http})


def _tls(config: StackConfig, name: str, prober: str) -> Module:
    settings = {"preferred_ip_protocol": "ip4", "tls": True, "tls_config": _trust(config)}
    return Module(name, {"prober": prober, "timeout": TIMEOUT, prober: settings})


def _trust(config: StackConfig) -> dict[str, Any]:
    # Nobody trusts the authority of staging certificates.
    return {"insecure_skip_verify": config.certificates.issuer == "staging"}
