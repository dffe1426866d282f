"""What a team is told of its application, and whose everything is (OBS-6)."""

from collections.abc import Iterator

from network.config import StackConfig
from network.plan.applications import layer_four
from network.plan.model.names import application_namespace
from network.plan.model.owners import OWNER, owned, owner_labels
from network.plan.model.rules import Alert, Recording, RuleGroup

DASHBOARD = "network-services"

_SERVICE = "label_kubernetes_io_service_name"
"""As kube-state-metrics gives the label of EndpointSlices that it is told to let through."""


def build(config: StackConfig) -> tuple[RuleGroup, ...]:
    """Return the rules of the applications' layer."""
    if not config.applications:
        return ()
    routed = dict(_routed(config))
    alerts = [_quota(), *([_without_endpoints(routed)] if routed else [])]
    return (RuleGroup("owners", tuple(_owners(config))), RuleGroup("applications", tuple(alerts)))


def _owners(config: StackConfig) -> Iterator[Recording]:
    """Yield who owns each namespace, as series that alerts take their labels from."""
    for name in config.applications:
        labels = {"namespace": application_namespace(config, name), **owner_labels(config, frozenset({name}))}
        yield Recording(OWNER, "vector(1)", labels)


def _routed(config: StackConfig) -> Iterator[tuple[str, list[str]]]:
    """Yield the Services that requests from outside reach, by namespace."""
    for name, application in config.applications.items():
        backends = [*application.routes.values()]
        backends += [
            backend for service in application.services.values() for _, backend in service.backends()
        ]
        workloads = sorted(
            {each.workload for each in backends if each.workload is not None}
            | {route.workload for _, route in layer_four.routes_of(application)}
        )
        if workloads:
            yield application_namespace(config, name), workloads


def _quota() -> Alert:
    used, hard = (
        f'max by (namespace, resource) (kube_resourcequota{{type="{kind}"}})' for kind in ("used", "hard")
    )
    return Alert(
        "QuotaNearlyFull",
        owned(f"{used} / ({hard} > 0) > 0.9"),
        "10m",
        "warning",
        "Namespace {{ $labels.namespace }} will soon start no more pods: its quota of {{ $labels.resource "
        "}} is "
        "nearly used",
        "{{ $value | humanizePercentage }} are used; told above 90%. `quota` of the application raises it.",
        DASHBOARD,
    )


def _without_endpoints(routed: dict[str, list[str]]) -> Alert:
    """Return the alert of a Service behind a route that has no pod to send a request to."""
    slices = " or ".join(
        f'kube_endpointslice_labels{{namespace="{namespace}",{_SERVICE}=~"{"|".join(services)}"}}'
        for namespace, services in routed.items()
    )
    named = f'label_replace({slices}, "workload", "$1", "{_SERVICE}", "(.+)")'
    ready = (
        'sum by (namespace, endpointslice) (kube_endpointslice_endpoints{ready="true"}) '
        f"* on (namespace, endpointslice) group_left (workload) {named}"
    )
    return Alert(
        "BackendGone",
        owned(
            f"max by (namespace, workload) ({named}) "
            f"unless on (namespace, workload) (sum by (namespace, workload) ({ready}) > 0)"
        ),
        "2m",
        "critical",
        "Requests to {{ $labels.namespace }}/{{ $labels.workload }} fail: no pod of it is ready",
        "A route leads to its Service, which has had no ready endpoint for at least two minutes; Traefik "
        "answers "
        "503.",
        DASHBOARD,
    )
