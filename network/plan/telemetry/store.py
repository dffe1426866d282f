"""VictoriaLogs, where the platform keeps logs itself (OBS-3)."""

from network import versions
from network.config import StackConfig
from network.config.observability.logs import InstalledStore
from network.config.platform import TELEMETRY
from network.plan.model.capacity import taken_of
from network.plan.model.flows import Pods
from network.plan.model.kubernetes import ReleasePlan
from network.plan.model.layer import MetricsEndpoint, RunningPods
from network.plan.model.volumes import claims, storage_class, volumes_of
from network.plan.telemetry.part import RESTRICTED, Part

NAME = "victoria-logs"

PORT = 9428
"""Takes lines, answers queries, tells of itself."""

STORE = Pods(TELEMETRY, NAME, {"app.kubernetes.io/name": NAME})

URL = f"http://{NAME}.{TELEMETRY}.svc.cluster.local:{PORT}"
OTLP_URL = f"{URL}/insert/opentelemetry"

USER = 1000

FULL_PERCENT = 85
"""Of the volume: beyond it the oldest day goes before its time."""

RESOURCES = {
    "requests": {"cpu": "100m", "memory": "256Mi", "ephemeral-storage": "16Mi"},
    "limits": {"memory": "1Gi", "ephemeral-storage": "128Mi"},
}
"""It takes 60 % of its limit for caches, and says so by itself from the container's limit."""


def build(config: StackConfig, installed: InstalledStore) -> Part:
    """Return the store."""
    chart, storage = config.charts.victoria_logs, installed.storage
    values = {
        "nameOverride": NAME,
        "serviceAccount": {"create": True, "automountToken": False},
        "server": {
            "fullnameOverride": NAME,
            **({"image": {"tag": versions.VICTORIA_LOGS_IMAGE_TAG}} if chart.is_pinned else {}),
            "retentionPeriod": f"{installed.retention_days}d",
            "retentionMaxDiskUsagePercent": FULL_PERCENT,
            "persistentVolume": {
                "enabled": True,
                "size": storage.size,
                "storageClassName": storage_class(storage),
            },
            "statefulSet": {"spec": {"persistentVolumeClaimRetentionPolicy": claims(storage)}},
            "podSecurityContext": {
                "enabled": True,
                "runAsNonRoot": True,
                "runAsUser": USER,
                "runAsGroup": USER,
                "fsGroup": USER,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "securityContext": {"enabled": True, **RESTRICTED},
            "resources": RESOURCES,
        },
    }
    return Part(
        ReleasePlan(NAME, TELEMETRY, "victoria-logs-single", chart, values),
        RunningPods(
            STORE,
            {**STORE.labels, "app.kubernetes.io/instance": NAME, "app": "server"},
            {"http": PORT},
        ),
        MetricsEndpoint(NAME, STORE, PORT),
        taken_of(NAME, RESOURCES),
        (volumes_of(NAME, storage),),
    )
