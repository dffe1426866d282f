"""The plan: everything that the program declares, as plain data computed from the config."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from network.config import StackConfig
from network.plan import (
    access,
    addresses,
    admission,
    applications,
    certificates,
    cluster,
    cluster_dns,
    egress,
    external,
    ingress,
    metrics,
    monitoring,
    observability,
    outside,
    policies,
    telemetry,
    traffic,
    vpn,
)
from network.plan.model.flows import Flow
from network.plan.model.layer import LayerPlan
from network.plan.model.namespaces import NamespacePlan

L = TypeVar("L", bound=LayerPlan)

LAYERS: tuple[Callable[[StackConfig], LayerPlan], ...] = (
    external.build,
    cluster.build,
    egress.build,
    admission.build,
    metrics.build,
    certificates.build,
    ingress.build,
    telemetry.build,
    traffic.build,
    applications.build,
    outside.build,
    vpn.build,
    observability.build,
)
"""Each gives what it needs and brings by itself. What follows from all of them, as names, rights, scrapes and
policies do, is laid over them by `build`."""


@dataclass(frozen=True)
class Plan:
    """One environment's network platform."""

    addresses: addresses.AddressPlan
    policies: tuple[policies.NamespacePolicies, ...]
    layers: tuple[LayerPlan, ...]

    def __getitem__(self, layer: type[L]) -> L:
        """Return the plan of a layer, by its class."""
        return next(each for each in self.layers if isinstance(each, layer))

    @cached_property
    def namespaces(self) -> tuple[NamespacePlan, ...]:
        """Namespaces that the program makes or adopts."""
        return _namespaces(self.layers)

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        """Every declared connection; the policies say the same in Kubernetes' words."""
        return _flows(self.layers)

    @property
    def external(self) -> external.ExternalPlan:
        """VPC, zone, records and firewall."""
        return self[external.ExternalPlan]

    @property
    def cluster(self) -> cluster.ClusterPlan:
        """Cluster and node pools."""
        return self[cluster.ClusterPlan]

    @property
    def egress(self) -> egress.EgressPlan:
        """NAT gateway and the way to it."""
        return self[egress.EgressPlan]

    @property
    def access(self) -> access.AccessPlan:
        """Who may do what."""
        return self[access.AccessPlan]

    @property
    def admission(self) -> admission.AdmissionPlan:
        """Who may ask for which names."""
        return self[admission.AdmissionPlan]

    @property
    def metrics(self) -> metrics.MetricsPlan:
        """metrics-server."""
        return self[metrics.MetricsPlan]

    @property
    def certificates(self) -> certificates.CertificatesPlan:
        """cert-manager, issuers and certificates."""
        return self[certificates.CertificatesPlan]

    @property
    def telemetry(self) -> telemetry.TelemetryPlan:
        """Logs and traces."""
        return self[telemetry.TelemetryPlan]

    @property
    def ingress(self) -> ingress.IngressPlan:
        """Traefik."""
        return self[ingress.IngressPlan]

    @property
    def outside(self) -> outside.OutsidePlan:
        """DigitalOcean's checks and alerts."""
        return self[outside.OutsidePlan]

    @property
    def vpn(self) -> vpn.VpnPlan:
        """The way into the VPC for people's devices."""
        return self[vpn.VpnPlan]

    @property
    def traffic(self) -> traffic.TrafficPlan:
        """Middlewares and chains."""
        return self[traffic.TrafficPlan]

    @property
    def observability(self) -> observability.ObservabilityPlan:
        """Prometheus and what stands beside it."""
        return self[observability.ObservabilityPlan]

    @property
    def monitoring(self) -> monitoring.MonitoringPlan:
        """Scrapes, rules and dashboards."""
        return self[monitoring.MonitoringPlan]

    @property
    def applications(self) -> tuple[applications.ApplicationPlan, ...]:
        """Applications, in the order of the stack file."""
        return self[applications.ApplicationsPlan].applications


def build(config: StackConfig, layers: Sequence[Callable[[StackConfig], LayerPlan]] = LAYERS) -> Plan:
    """Return the plan of a valid config."""
    own = tuple(layer(config) for layer in layers)
    names = cluster_dns.build(own)
    planned = (
        names,
        access.build(config, own),
        *own,
        monitoring.build(config, (names, *own)),
    )
    _refuse_twins("layer", (layer.title for layer in planned))
    flows = _flows(planned)
    _refuse_twins("flow", (flow.name for flow in flows))
    namespaces = [namespace.name for namespace in _namespaces(planned)]
    _refuse_twins("namespace", namespaces)
    return Plan(addresses.build(config), policies.build(config, flows, namespaces), planned)


def _namespaces(layers: Iterable[LayerPlan]) -> tuple[NamespacePlan, ...]:
    return tuple(namespace for layer in layers for namespace in layer.namespaces)


def _flows(layers: Iterable[LayerPlan]) -> tuple[Flow, ...]:
    return tuple(flow for layer in layers for flow in layer.flows)


def _refuse_twins(what: str, names: Iterable[str]) -> None:
    """Raise ValueError where two layers, or the rules of the config, let one name stand for two things."""
    twins = [name for name, count in Counter(names).items() if count > 1]
    if twins:
        raise ValueError(f"more than one {what} is called {', '.join(twins)}")
