"""What a layer has of that every layer may have of, whatever its component registers beside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from network.plan.model.capacity import Charge, Limit, Taken
from network.plan.model.dashboards import Dashboard
from network.plan.model.flows import Entity, Flow, Pods, Port
from network.plan.model.namespaces import NamespacePlan
from network.plan.model.rules import RuleGroup
from network.plan.model.volumes import VolumePlan


@dataclass(frozen=True)
class MetricsEndpoint:
    """Where pods or nodes tell their metrics: each is scraped by the stack's Prometheus."""

    job: str
    """What Prometheus calls its targets: label `job` of each series. Unique in the stack."""
    target: Pods | Entity
    """Pods, or with `nodes` what listens on the address of each node."""
    port: int
    path: str = "/metrics"
    honor_labels: bool = False
    """Its series tell of other objects: they have their own `namespace` and `pod`, or none."""
    certificate: Literal["own", "cluster's"] | None = None
    """Told by HTTPS: with a certificate of its own, which is not verified, or with one of the cluster's
    authority, to whoever shows a token. None is plain HTTP."""
    keep: Mapping[str, str] = field(default_factory=dict[str, str])
    """Regular expressions by label, `__name__` among them: series that fit not all of them are dropped."""


@dataclass(frozen=True)
class RunningPods:
    """Pods that a release runs and of which its chart decides more than flows tell."""

    pods: Pods
    """As flows name them."""
    labels: Mapping[str, str]
    """All that decide whom they match."""
    ports: Mapping[str, int]
    """Container ports by name."""
    udp: frozenset[str] = frozenset()
    """Names of those that packets of UDP come to; all others are TCP's."""

    def port(self, name: str) -> Port:
        """Return a container port by its name."""
        return Port(self.ports[name], "UDP" if name in self.udp else "TCP")


@dataclass(frozen=True)
class Door:
    """A way in from outside the cluster: a Service that a chart makes, with a load balancer in front."""

    namespace: str
    service: str
    pods: RunningPods
    ports: Mapping[str, int]
    """Port outside by the name of the container port that it leads to."""


@dataclass(frozen=True, kw_only=True)
class LayerPlan:
    """A layer's plan. A subclass holds what its component must tell apart; what stands here is composed with
    that of every other layer, and policies, pages, drawings, analyses and reviews follow from it."""

    title: ClassVar[str]
    """On the page of flows."""

    namespaces: tuple[NamespacePlan, ...] = ()
    flows: tuple[Flow, ...] = ()
    """Connections that its pods need, or that need its pods."""
    metrics: tuple[MetricsEndpoint, ...] = ()
    pods: tuple[RunningPods, ...] = ()
    doors: tuple[Door, ...] = ()
    rules: tuple[RuleGroup, ...] = ()
    """What Prometheus records, and what somebody on call is told of."""
    dashboards: tuple[Dashboard, ...] = ()
    volumes: tuple[VolumePlan, ...] = ()
    """What its pods' claims make in the account."""
    limits: tuple[Limit, ...] = ()
    """What of its own ends as load grows."""
    taken: tuple[Taken, ...] = ()
    """What its pods ask of nodes."""
    charges: tuple[Charge, ...] = ()
    """What it costs by the month, beside its volumes."""
