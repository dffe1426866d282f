"""Who scrapes and evaluates rules: a Prometheus of the platform's own, or one that exists (OBS-7)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import override

from network.config.model import Finding, Model, exactly_one
from network.config.names import LabelKey, LabelValue, Name
from network.config.pods import Pods
from network.config.quantities import Resources
from network.config.text import Form

VolumeSize = Annotated[
    str,
    Form(
        pattern=r"[1-9][0-9]{0,3}Gi|1[0-5][0-9]{3}Gi|16[0-2][0-9]{2}Gi|163[0-7][0-9]Gi|1638[0-4]Gi",
        rule="DigitalOcean's volumes have 1 to 16384 GiB",
        fix="write it like `20Gi`",
        longest=7,
    ),
]
"""Size of a volume; it can grow later, never shrink."""

JobName = Annotated[
    str,
    Form(
        pattern=r"[A-Za-z0-9]([A-Za-z0-9._/-]{0,98}[A-Za-z0-9])?",
        rule="a job has letters, digits, `.`, `_`, `-` and `/`",
        fix="write what label `job` of its series says, such as `kube-state-metrics`",
        longest=100,
    ),
]


class Storage(Model):
    """The volume of each replica of Prometheus."""

    size: VolumeSize = "20Gi"
    """Prometheus deletes its oldest samples before the volume is full, whatever the windows of objectives ask
    for."""
    storage_class: Name | None = None
    """`do-block-storage`, or `do-block-storage-retain` with `volumes: retain`, when absent. Any other class
    has a reclaim policy of its own (docs/facts/observability.md#nodes-of-doks)."""
    volumes: Literal["delete", "retain"] = "delete"
    """What happens to volumes whose replica or stack goes: deleted, or kept in the account, where they cost
    until somebody deletes them."""

    @property
    def gibibytes(self) -> int:
        """Size in GiB."""
        return int(self.size.removesuffix("Gi"))


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
    """Of Prometheus, which holds 45,000 series in 230 MiB (docs/facts/observability.md#measured)."""
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
    node_exporter: JobName = "node-exporter"
    kubelet: JobName = "kubelet"
    cadvisor: JobName = "kubelet"
    """The kubelet's figures of containers."""


class Integrate(Model):
    """An operator of Prometheus or VictoriaMetrics that somebody else released; it reads the same objects.

    It scrapes the kubelets, kube-state-metrics and node-exporter already. Probes from within the cluster need
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
