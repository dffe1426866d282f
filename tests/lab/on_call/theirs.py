"""Prometheus with its operator, as another team releases it by Helm, for the platform to integrate."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml

from lab import parts as lab_parts
from network.plan.model.monitoring import API_VERSION
from tests.lab.running_lab import RunningLab

NAMESPACE = "observers"
RELEASE = "theirs"
LABELS = {"release": RELEASE}
"""What their Prometheus selects monitors and rules by, as that chart has it by default."""

SCRAPER = {"app.kubernetes.io/name": "prometheus"}
STATE_METRICS = "kube-state-metrics"

VALUES: dict[str, Any] = {
    "fullnameOverride": RELEASE,
    "cleanPrometheusOperatorObjectNames": True,
    "prometheusOperator": {
        # Another operator stands beside it until it is gone.
        "namespaces": {"releaseNamespace": True},
        "kubeletEndpointsEnabled": False,
        "admissionWebhooks": {"failurePolicy": "IgnoreOnInstallOnly"},
        "prometheusConfigReloader": {
            "resources": {"requests": {"cpu": "10m", "memory": "48Mi"}, "limits": {"memory": "96Mi"}}
        },
    },
    "prometheus": {
        "prometheusSpec": {
            "scrapeInterval": "15s",
            "evaluationInterval": "15s",
            "serviceDiscoveryRole": "EndpointSlice",
        }
    },
    STATE_METRICS: {
        "collectors": ["deployments", "endpointslices", "nodes", "pods", "resourcequotas"],
        "metricLabelsAllowlist": ["endpointslices=[kubernetes.io/service-name]"],
    },
}
"""Whatever this platform sets is theirs to set."""


@dataclass(frozen=True)
class Theirs:
    """That Prometheus, in a lab that runs."""

    lab: RunningLab

    def release(self) -> None:
        """Have it released, with what it scrapes by itself."""
        chart = self.lab.platform.folder / "charts" / "kube-prometheus-stack"
        helm = lab_parts.ensure("helm")["helm"] / "helm"
        values = self.lab.platform.state / "theirs.yaml"
        values.write_text(yaml.safe_dump(VALUES))
        self._apply_kinds(chart)
        self.lab.run(
            *(str(helm), "install", RELEASE, str(chart), f"--values={values}"),
            *(f"--namespace={NAMESPACE}", "--create-namespace"),
        )
        self.lab.kubectl("apply", "--server-side", "--filename=-", text=json.dumps(_own_monitor()))

    def _apply_kinds(self, chart: Path) -> None:
        """As their own release of the kinds does, whoever applied them before."""
        kinds = chart / "charts" / "crds" / "crds"
        self.lab.kubectl(
            "apply", "--server-side", "--force-conflicts", "--field-manager=helm", f"--filename={kinds}"
        )

    def get(self, path: str, **query: str) -> Any:
        """What Prometheus answers."""
        service = f"/api/v1/namespaces/{NAMESPACE}/services/{RELEASE}-prometheus:http-web/proxy"
        asked = f"{service}/api/v1/{path}?{urlencode(query)}"
        return json.loads(self.lab.kubectl("get", "--raw", asked))["data"]


def _own_monitor() -> dict[str, Any]:
    return {
        "apiVersion": API_VERSION,
        "kind": "PodMonitor",
        "metadata": {"name": STATE_METRICS, "namespace": NAMESPACE, "labels": LABELS},
        "spec": {
            "selector": {"matchLabels": {"app.kubernetes.io/name": STATE_METRICS}},
            "podMetricsEndpoints": [
                {
                    "port": "http",
                    "honorLabels": True,
                    "relabelings": [{"targetLabel": "job", "replacement": STATE_METRICS}],
                }
            ],
        },
    }
