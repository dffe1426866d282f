"""Who scrapes and evaluates rules: a Prometheus of the platform's own, or one that exists (OBS-7)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model, exactly_one
from network.config.names import LabelKey, LabelValue, Name
from network.config.observability.storage import Storage
from network.config.pods import Pods
from network.config.quantities import Resources
from network.config.text import Form

JobName = Annotated[
    str,
    Form(
        pattern=r"[A-Za-z0-9]([A-Za-z0-9._/-]{0,98}[A-Za-z0-9])?",
        rule="a job has letters, digits, `.`, `_`, `-` and `/`",
        fix="write what label `job` of its series says, such as `kube-state-metrics`",
        longest=100,
    ),
]


class Install(Model):
    """kube-prometheus-stack, released by the platform."""

    replicas: Literal[1, 2] | None = None
    """Of Prometheus and of Alertmanager, each with volumes of its own: two for production, else one, when
    absent. Both scrape and evaluate all; Alertmanager tells each alert once."""
    resources: Resources = Field(
        default_factory=lambda: Resources(
            cpu_request="200m",
            memory_request="512Mi",
            memory_limit="1536Mi",
            ephemeral_storage_limit="256Mi",
        )
    )
    """Of Prometheus, which holds 45,000 series in 230 MiB (docs/facts/observability.md#measured). `network
    check` warns of a limit that the series of the stack outgrow: of this from about 245,000 on."""
    storage: Storage = Field(default_factory=Storage)
    kube_state_metrics: Resources = Field(
        default_factory=lambda: Resources(
            cpu_request="20m", memory_request="64Mi", memory_limit="256Mi", ephemeral_storage_limit="64Mi"
        )
    )
    """Of what tells of Kubernetes' objects; grows with the pods of the cluster."""
    node_exporter: Resources = Field(
        default_factory=lambda: Resources(
            cpu_request="20m", memory_request="32Mi", memory_limit="96Mi", ephemeral_storage_limit="64Mi"
        )
    )
    """Of what tells of the nodes, on each of them."""


class Jobs(Model):
    """What an existing Prometheus calls what it scrapes by itself: label `job` of those series. The defaults
    are kube-prometheus-stack's."""

    kube_state_metrics: JobName = "kube-state-metrics"
    """Of the figures of Kubernetes' objects."""
    node_exporter: JobName = "node-exporter"
    """Of the figures of nodes."""
    kubelet: JobName = "kubelet"
    """Of the kubelets' own figures."""
    cadvisor: JobName = "kubelet"
    """The kubelet's figures of containers."""


class Integrate(Model):
    """An operator of Prometheus or VictoriaMetrics that somebody else released; it reads the same objects.

    It scrapes the kubelets, kube-state-metrics and node-exporter already, and has the feature
    `created-timestamp-zero-ingestion` on, else a first failure is none. Probes from within the cluster need
    a blackbox exporter with modules for the routes of the stack, which only `install` brings.
    """

    namespace: Name
    """Where it looks for monitors, rules and dashboards; exists already."""
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    """Labels by which it selects monitors and rules, such as `release: kube-prometheus-stack`."""
    scraper: Pods
    """Its pods that scrape: they alone may reach the endpoints."""
    jobs: Jobs = Field(default_factory=Jobs)


class Prometheus(Model):
    """One of the two."""

    install: Install | None = None
    integrate: Integrate | None = None

    @override
    def findings(self) -> Iterator[Finding]:
        yield from exactly_one(self, "Prometheus is installed by the platform, or is one that exists")
