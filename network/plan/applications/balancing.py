"""TraefikServices: weights, copies and failover over backends (TRF-4)."""

from collections.abc import Iterator, Mapping
from typing import Any

from network.config import StackConfig
from network.config.applications import Backend, Service
from network.config.applications.backends import Mirror, WeightedBackend
from network.config.applications.balancing import Failover, HighestRandomWeight, Mirroring, Weighted
from network.plan.kubernetes import Manifest, manifest
from network.plan.names import application_namespace


def build(config: StackConfig, application: str) -> tuple[Manifest, ...]:
    """Return the application's TraefikServices, each after the ones that it refers to."""
    declared = config.applications[application].services
    namespace = application_namespace(config, application)
    return tuple(
        manifest(
            "traefik.io/v1alpha1", "TraefikService", name, namespace=namespace, spec=_spec(declared[name])
        )
        for name in _in_order(declared)
    )


def reference(backend: Backend) -> dict[str, Any]:
    """Return how an object of the same namespace refers to a backend."""
    match backend:
        case WeightedBackend():
            share = {"weight": backend.weight}
        case Mirror():
            share = {"percent": backend.percent}
        case _:
            share = {}
    if backend.service is not None:
        return {"kind": "TraefikService", "name": backend.service, **share}
    return {"kind": "Service", "name": backend.workload, "port": backend.port, **share}


def _in_order(declared: Mapping[str, Service]) -> list[str]:
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        for _, backend in declared[name].backends():
            if backend.service is not None:
                visit(backend.service)
        ordered.setdefault(name)

    for name in declared:
        visit(name)
    return list(ordered)


def _spec(service: Service) -> dict[str, Any]:
    return dict(_kinds(service))


def _kinds(service: Service) -> Iterator[tuple[str, Any]]:
    """Yield the one kind that the service is of."""
    if service.weighted is not None:
        yield "weighted", _weighted(service.weighted)
    if service.highest_random_weight is not None:
        yield "highestRandomWeight", _highest_random_weight(service.highest_random_weight)
    if service.mirroring is not None:
        yield "mirroring", _mirroring(service.mirroring)
    if service.failover is not None:
        yield "failover", _failover(service.failover)


def _weighted(weighted: Weighted) -> dict[str, Any]:
    spec: dict[str, Any] = {"services": [reference(each) for each in weighted.services]}
    if weighted.sticky is not None:
        spec["sticky"] = weighted.sticky.model_dump(mode="json", by_alias=True)
    return spec


def _highest_random_weight(highest: HighestRandomWeight) -> dict[str, Any]:
    return {"services": [reference(each) for each in highest.services]}


def _mirroring(mirroring: Mirroring) -> dict[str, Any]:
    return {
        **reference(mirroring),
        "mirrors": [reference(each) for each in mirroring.mirrors],
        "mirrorBody": mirroring.mirror_body,
        "maxBodySize": mirroring.max_body_size,
    }


def _failover(failover: Failover) -> dict[str, Any]:
    return {
        "service": reference(failover.service),
        "fallback": reference(failover.fallback),
        "errors": failover.errors.model_dump(mode="json", by_alias=True),
    }
