"""Where Helm charts come from."""

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from network import versions
from network.config.model import Finding, Model
from network.config.names import ChartRepository, ChartVersion, ImageDigest


class Chart(Model):
    """One chart: from a repository at a version, or from a folder."""

    lowest: ClassVar[str] = "0.0.0"
    """The first version that the platform's values fit."""
    pinned: ClassVar[str] = ""
    """The version that this platform is tested with."""

    repository: ChartRepository
    """URL of the chart repository, or `oci://`; a mirror's for machines without internet."""
    version: ChartVersion
    """Exact version, with or without a leading `v`; ranges are refused."""
    path: str | None = Field(default=None, min_length=1)
    """Folder of the chart, or its packed archive (.tgz); used instead of the repository."""

    @override
    def findings(self) -> Iterator[Finding]:
        rule = self.misfit(self.version) if self.path is None else None
        if rule is not None:
            yield Finding(("version",), rule, f"write `{self.pinned}`, which the platform is tested with")

    def misfit(self, version: str) -> str | None:
        """Return why the platform's values do not fit a version of the chart, None if they do."""
        given, lowest, pinned = numbers(version), numbers(self.lowest), numbers(self.pinned)
        if given[0] != pinned[0]:
            return (
                f"the platform's values fit charts of major version {pinned[0]} only; others read other keys"
            )
        if given < lowest or ("-" in version and given == lowest):
            return f"the platform's values fit from {self.lowest} on; charts before it refuse or ignore some"
        return None

    @property
    def canonical_version(self) -> str:
        """The version as the chart itself spells it, which registries want exactly."""
        plain = self.version.removeprefix("v")
        return f"v{plain}" if self.pinned.startswith("v") else plain

    @property
    def is_pinned(self) -> bool:
        """Whether it is the version that the platform's image belongs to."""
        return self.canonical_version == self.pinned


class TraefikChart(Chart):
    """Traefik's chart."""

    lowest: ClassVar[str] = "41.3.0"
    pinned: ClassVar[str] = versions.TRAEFIK_CHART

    repository: ChartRepository = versions.TRAEFIK_CHART_REPOSITORY
    """URL of Traefik's chart repository, or of a mirror."""
    version: ChartVersion = versions.TRAEFIK_CHART
    """Exact version of Traefik's chart."""
    image_digest: ImageDigest | None = None
    """Take the image by its content, whatever its tag comes to mean."""


class CertManagerDigests(Model):
    """Digests of cert-manager's images; what is absent is taken by its tag."""

    controller: ImageDigest | None = None
    """Of what issues."""
    webhook: ImageDigest | None = None
    """Of the admission webhook."""
    cainjector: ImageDigest | None = None
    """Of what gives webhooks their authority."""
    acmesolver: ImageDigest | None = None
    """Of the pods that answer HTTP-01."""
    startupapicheck: ImageDigest | None = None
    """Of the job that ends the release's start."""


class CertManagerChart(Chart):
    """cert-manager's chart."""

    lowest: ClassVar[str] = "v1.21.0"
    pinned: ClassVar[str] = versions.CERT_MANAGER_CHART

    repository: ChartRepository = versions.CERT_MANAGER_CHART_REPOSITORY
    """URL of cert-manager's chart repository, or of a mirror."""
    version: ChartVersion = versions.CERT_MANAGER_CHART
    """Exact version of cert-manager's chart."""
    image_digests: CertManagerDigests = Field(default_factory=CertManagerDigests)
    """Take the images by their content."""


class PrometheusStackChart(Chart):
    """kube-prometheus-stack: Prometheus with its operator, Alertmanager, exporters and Grafana."""

    lowest: ClassVar[str] = "88.5.3"
    pinned: ClassVar[str] = versions.PROMETHEUS_STACK_CHART

    repository: ChartRepository = versions.PROMETHEUS_CHART_REPOSITORY
    """URL of its repository, or of a mirror."""
    version: ChartVersion = versions.PROMETHEUS_STACK_CHART
    """Exact version of kube-prometheus-stack."""


class BlackboxExporterChart(Chart):
    """The blackbox exporter's chart."""

    lowest: ClassVar[str] = "11.17.2"
    pinned: ClassVar[str] = versions.BLACKBOX_EXPORTER_CHART

    repository: ChartRepository = versions.PROMETHEUS_CHART_REPOSITORY
    """URL of its repository, or of a mirror."""
    version: ChartVersion = versions.BLACKBOX_EXPORTER_CHART
    """Exact version of the blackbox exporter's chart."""


class CollectorChart(Chart):
    """The OpenTelemetry collector's chart."""

    lowest: ClassVar[str] = "0.170.0"
    pinned: ClassVar[str] = versions.COLLECTOR_CHART

    repository: ChartRepository = versions.COLLECTOR_CHART_REPOSITORY
    """URL of its repository, or of a mirror."""
    version: ChartVersion = versions.COLLECTOR_CHART
    """Exact version of the collector's chart."""


class VictoriaLogsChart(Chart):
    """VictoriaLogs' chart, victoria-logs-single."""

    lowest: ClassVar[str] = "0.13.9"
    pinned: ClassVar[str] = versions.VICTORIA_LOGS_CHART

    repository: ChartRepository = versions.VICTORIA_LOGS_CHART_REPOSITORY
    """URL of its repository, or of a mirror."""
    version: ChartVersion = versions.VICTORIA_LOGS_CHART
    """Exact version of VictoriaLogs' chart."""


class Charts(Model):
    """Charts of the platform."""

    traefik: TraefikChart = Field(default_factory=TraefikChart)
    cert_manager: CertManagerChart = Field(default_factory=CertManagerChart)
    prometheus_stack: PrometheusStackChart = Field(default_factory=PrometheusStackChart)
    blackbox_exporter: BlackboxExporterChart = Field(default_factory=BlackboxExporterChart)
    collector: CollectorChart = Field(default_factory=CollectorChart)
    victoria_logs: VictoriaLogsChart = Field(default_factory=VictoriaLogsChart)


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, for comparison."""
    return tuple(int(part) for part in version.removeprefix("v").partition("-")[0].split("."))
