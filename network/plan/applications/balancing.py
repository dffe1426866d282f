"""TraefikServices: weights, copies and failover over backends (TRF-4)."""

from collections.abc import Iterator, Mapping
from typing import Any

from network.config import StackConfig
from network.config.applications import Application, Backend, Service
from network.config.applications.backends import Mirror, WeightedBackend
from network.config.applications.balancing import Failover, HighestRandomWeight, Mirroring, Weighted
from network.config.applications.servers import Balancing
from network.plan.applications import transports
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.names import application_namespace
from network.plan.model.traefik import API_VERSION

_AS_THEY_ARE = {"strategy", "native_lb", "pass_host_header"}
"""Fields of `Balancing` that Traefik has under the same name."""


def build(config: StackConfig, application: str) -> tuple[Manifest, ...]:
    """Return the application's TraefikServices, each after the ones that it refers to."""
    declared = config.applications[application]
    namespace = application_namespace(config, application)
    return tuple(
        manifest(
            API_VERSION,
            "TraefikService",
            name,
            namespace=namespace,
            spec=dict(_kinds(declared, declared.services[name])),
        )
        for name in _in_order(declared.services)
    )


def reference(application: Application, backend: Backend) -> dict[str, Any]:
    """Return how an object of the same namespace refers to a backend."""
    match backend:
        case WeightedBackend():
            share = {"weight": backend.weight}
        case Mirror():
            share = {"percent": backend.percent}
        case _:
            share = {}
    if backend.service in application.external_services:
        return {**_external(application, backend.service), **share}
    if backend.service is not None:
        return {"kind": "TraefikService", "name": backend.service, **share}
    return {**servers(application, str(backend.workload), str(backend.port)), **share}


def servers(application: Application, workload: str, port: str) -> dict[str, Any]:
    """Return the reference to a workload's port, always with the same options: Traefik keeps one set of
    them per Service and port, whoever refers to it."""
    declared = application.workloads[workload]
    transport = transports.chosen(application, declared.balancing.transport)
    spec = {"kind": "Service", "name": workload, "port": port, **_options(declared.balancing, transport)}
    scheme = declared.ports[port].scheme
    return spec if scheme is None else {**spec, "scheme": scheme}


def _external(application: Application, name: str) -> dict[str, Any]:
    external = application.external_services[name]
    transport = transports.chosen(application, external.transport)
    spec: dict[str, Any] = {
        "kind": "Service",
        "name": name,
        "port": external.port,
        "scheme": external.scheme,
        "passHostHeader": external.pass_host_header,
    }
    if transport is not None:
        spec["serversTransport"] = transport
    if external.health_check is not None:
        spec["healthCheck"] = external.health_check.model_dump(mode="json", by_alias=True, exclude_none=True)
    return spec


def _options(balancing: Balancing, transport: str | None) -> dict[str, Any]:
    """Return what differs from Traefik's own."""
    options = balancing.model_dump(
        mode="json", by_alias=True, exclude_none=True, exclude_defaults=True, include=_AS_THEY_ARE
    )
    if balancing.sticky is not None:
        options["sticky"] = balancing.sticky.model_dump(mode="json", by_alias=True, exclude_none=True)
    if balancing.passive_health_check is not None:
        options["passiveHealthCheck"] = balancing.passive_health_check.model_dump(mode="json", by_alias=True)
    if balancing.flush_interval is not None:
        options["responseForwarding"] = {"flushInterval": balancing.flush_interval}
    if transport is not None:
        options["serversTransport"] = transport
    return options


def _in_order(declared: Mapping[str, Service]) -> list[str]:
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        for _, backend in declared[name].backends():
            if backend.service is not None and backend.service in declared:
                visit(backend.service)
        ordered.setdefault(name)

    for name in declared:
        visit(name)
    return list(ordered)


def _kinds(application: Application, service: Service) -> Iterator[tuple[str, Any]]:
    """Yield the one kind that the service is of."""
    if service.weighted is not None:
        yield "weighted", _weighted(application, service.weighted)
    if service.highest_random_weight is not None:
        yield "highestRandomWeight", _highest_random_weight(application, service.highest_random_weight)
    if service.mirroring is not None:
        yield "mirroring", _mirroring(application, service.mirroring)
    if service.failover is not None:
        yield "failover", _failover(application, service.failover)


def _weighted(application: Application, weighted: Weighted) -> dict[str, Any]:
    spec: dict[str, Any] = {"services": [reference(application, each) for each in weighted.services]}
    if weighted.sticky is not None:
        spec["sticky"] = weighted.sticky.model_dump(mode="json", by_alias=True, exclude_none=True)
    return spec


def _highest_random_weight(application: Application, highest: HighestRandomWeight) -> dict[str, Any]:
    return {"services": [reference(application, each) for each in highest.services]}


def _mirroring(application: Application, mirroring: Mirroring) -> dict[str, Any]:
    return {
        **reference(application, mirroring),
        "mirrors": [reference(application, each) for each in mirroring.mirrors],
        "mirrorBody": mirroring.mirror_body,
        "maxBodySize": mirroring.max_body_size,
    }


def _failover(application: Application, failover: Failover) -> dict[str, Any]:
    return {
        "service": reference(application, failover.service),
        "fallback": reference(application, failover.fallback),
        "errors": failover.errors.model_dump(mode="json", by_alias=True),
    }
