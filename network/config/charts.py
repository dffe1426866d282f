"""Where Helm charts come from."""

from pydantic import Field

from network import versions
from network.config.model import Model
from network.config.names import ChartRepository, ChartVersion


class Chart(Model):
    """One chart: from a repository at a version, or from a folder."""

    repository: ChartRepository
    """URL of the chart repository, or `oci://`; a mirror's for machines without internet."""
    version: ChartVersion
    """Exact version; ranges are refused."""
    path: str | None = Field(default=None, min_length=1)
    """Folder or archive of the chart; used instead of the repository."""


class Charts(Model):
    """Charts of the platform."""

    traefik: Chart = Field(
        default_factory=lambda: Chart(
            repository=versions.TRAEFIK_CHART_REPOSITORY, version=versions.TRAEFIK_CHART
        )
    )
    cert_manager: Chart = Field(
        default_factory=lambda: Chart(
            repository=versions.CERT_MANAGER_CHART_REPOSITORY,
            version=versions.CERT_MANAGER_CHART,
        )
    )
