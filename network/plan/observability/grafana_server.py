"""Grafana: shows what Prometheus has, and keeps nothing (OBS-5, ADM-2).

It is reached by port-forward alone, so whoever gets there has the cluster's rights already: there is no
account, nobody logs in, and no password stands anywhere. All that it shows is provisioned.
"""

from typing import Any

from network import versions
from network.config.platform import MONITORING
from network.config.quantities import Resources
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.rbac import API_VERSION, RBAC, READ
from network.plan.model.resources import requirements
from network.plan.observability.pods import ALERTMANAGER_URL, PROMETHEUS_URL
from network.plan.observability.prometheus import INTERVAL

DASHBOARD_LABEL = "grafana_dashboard"
DASHBOARD_VALUE = "1"
"""Of ConfigMaps that hold dashboards; most Grafanas in clusters look for the same."""

NAME = f"{MONITORING}-grafana"
"""What the chart calls Grafana's own objects, its ServiceAccount among them."""
ROLE = "network-grafana"

RESOURCES = Resources(
    cpu_request="50m", memory_request="192Mi", memory_limit="512Mi", ephemeral_storage_limit="512Mi"
)
SIDECAR_RESOURCES = Resources(
    cpu_request="10m", memory_request="96Mi", memory_limit="192Mi", ephemeral_storage_limit="64Mi"
)

SETTINGS: dict[str, dict[str, Any]] = {
    "analytics": {"reporting_enabled": False, "check_for_updates": False, "check_for_plugin_updates": False},
    "news": {"news_feed_enabled": False},
    # Asks grafana.com at each start otherwise.
    "plugins": {"preinstall_disabled": True},
    "auth": {"disable_login_form": True},
    # An editor may explore; what is provisioned nobody can change.
    "auth.anonymous": {"enabled": True, "org_role": "Editor"},
}


def values(*, is_pinned: bool) -> dict[str, Any]:
    """Return the values of the chart's part `grafana`."""
    return {
        "env": {"GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION": "true"},
        "grafana.ini": SETTINGS,
        "datasources": {"datasources.yaml": {"apiVersion": 1, "datasources": _datasources()}},
        "defaultDashboardsEnabled": False,
        # The chart's role reads Secrets too (docs/facts/observability.md#rights-of-the-sidecar).
        "rbac": {"create": False},
        "sidecar": {
            **({"image": {"tag": versions.GRAFANA_SIDECAR_IMAGE_TAG}} if is_pinned else {}),
            "resources": requirements(SIDECAR_RESOURCES),
            "dashboards": {
                "enabled": True,
                "label": DASHBOARD_LABEL,
                "labelValue": DASHBOARD_VALUE,
                "searchNamespace": MONITORING,
                "resource": "configmap",
                # Would need an account; Grafana looks for new files by itself.
                "skipReload": True,
            },
            # Provisioned by values, above.
            "datasources": {"enabled": False},
        },
        "serviceMonitor": {"enabled": False},
        "testFramework": {"enabled": False},
        "resources": requirements(RESOURCES),
    }


def access() -> tuple[Manifest, ...]:
    """Return what lets Grafana's sidecar read dashboards: ConfigMaps of this namespace, and nothing else."""
    return (
        manifest(
            API_VERSION,
            "Role",
            ROLE,
            namespace=MONITORING,
            rules=[{"apiGroups": [""], "resources": ["configmaps"], "verbs": READ}],
        ),
        manifest(
            API_VERSION,
            "RoleBinding",
            ROLE,
            namespace=MONITORING,
            roleRef={"apiGroup": RBAC, "kind": "Role", "name": ROLE},
            subjects=[{"kind": "ServiceAccount", "namespace": MONITORING, "name": NAME}],
        ),
    )


def _datasources() -> list[dict[str, Any]]:
    return [
        {
            "name": "Prometheus",
            "uid": "prometheus",
            "type": "prometheus",
            "access": "proxy",
            "url": PROMETHEUS_URL,
            "isDefault": True,
            "jsonData": {"timeInterval": INTERVAL, "httpMethod": "POST"},
        },
        {
            "name": "Alertmanager",
            "uid": "alertmanager",
            "type": "alertmanager",
            "access": "proxy",
            "url": ALERTMANAGER_URL,
            "jsonData": {"implementation": "prometheus"},
        },
    ]
