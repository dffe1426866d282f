"""The pods that watch, as the charts make them, and what they listen on."""

from network.config.platform import MONITORING
from network.plan.model.flows import Pods

PROMETHEUS = Pods(MONITORING, "prometheus", {"app.kubernetes.io/name": "prometheus"})
ALERTMANAGER = Pods(MONITORING, "alertmanager", {"app.kubernetes.io/name": "alertmanager"})
OPERATOR = Pods(MONITORING, "prometheus-operator", {"app.kubernetes.io/component": "prometheus-operator"})
KUBE_STATE_METRICS = Pods(MONITORING, "kube-state-metrics", {"app.kubernetes.io/name": "kube-state-metrics"})
GRAFANA = Pods(MONITORING, "grafana", {"app.kubernetes.io/name": "grafana"})
BLACKBOX = Pods(MONITORING, "blackbox-exporter", {"app.kubernetes.io/name": "prometheus-blackbox-exporter"})

PROMETHEUS_PORT = 9090
ALERTMANAGER_PORT = 9093
GOSSIP_PORT = 9094
"""By which replicas of Alertmanager tell each other what they told."""
OPERATOR_PORT = 10250
"""Its webhook's, and its metrics'."""
KUBE_STATE_METRICS_PORT = 8080
BLACKBOX_PORT = 9115
NODE_EXPORTER_PORT = 9100
KUBELET_PORT = 10250

PROMETHEUS_URL = f"http://{MONITORING}-prometheus.{MONITORING}:{PROMETHEUS_PORT}"
ALERTMANAGER_URL = f"http://{MONITORING}-alertmanager.{MONITORING}:{ALERTMANAGER_PORT}"
"""Services that the chart names after its release."""
