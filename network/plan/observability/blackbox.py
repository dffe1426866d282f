"""The blackbox exporter's Helm release, which asks as clients do (OBS-4)."""

from network import versions
from network.config import StackConfig
from network.config.platform import MONITORING
from network.config.quantities import Resources
from network.plan.model.kubernetes import ReleasePlan
from network.plan.model.resources import requirements
from network.plan.observability import probes

RESOURCES = Resources(
    cpu_request="20m", memory_request="32Mi", memory_limit="96Mi", ephemeral_storage_limit="64Mi"
)
"""At rest it takes 28 MiB (docs/facts/observability.md#measured)."""


def release(config: StackConfig) -> ReleasePlan:
    """Return the exporter's release."""
    chart = config.charts.blackbox_exporter
    return ReleasePlan(
        name=probes.PROBER,
        namespace=MONITORING,
        chart_name="prometheus-blackbox-exporter",
        chart=chart,
        values={
            **({"image": {"tag": versions.BLACKBOX_EXPORTER_IMAGE_TAG}} if chart.is_pinned else {}),
            "config": {"modules": probes.modules(config)},
            # The chart leaves it out, and the namespace's standard asks for it.
            "podSecurityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "resources": requirements(RESOURCES),
        },
    )
