"""Scrapes as the operator's objects (OBS-1).

Each gives its series a fixed label `job`, so that rules and dashboards read the same whoever scrapes. Of the
labels of a target few are kept: `instance`, the namespace and the pod of what tells of itself, the node of
what listens on one (docs/facts/observability.md#labels-of-targets).
"""

from typing import Any

from network.plan.model.flows import Pods
from network.plan.model.kubernetes import Manifest, manifest
from network.plan.model.layer import MetricsEndpoint
from network.plan.model.monitoring import API_VERSION, SCRAPE_CONFIG_VERSION
from network.plan.monitoring.place import Place
from network.plan.observability.prometheus import CLUSTER

PREFIX = "network-"
"""Of each object's name: an existing operator's namespace has others."""


def monitor(where: Place, endpoint: MetricsEndpoint) -> Manifest:
    """Return the object that has an endpoint scraped."""
    if isinstance(endpoint.target, Pods):
        return _of_pods(where, endpoint, endpoint.target)
    return _of_nodes(where, endpoint)


def _of_pods(where: Place, endpoint: MetricsEndpoint, pods: Pods) -> Manifest:
    dropped = ["container", "endpoint", *(["namespace", "pod"] if endpoint.honor_labels else [])]
    scrape: dict[str, Any] = {
        "portNumber": endpoint.port,
        "path": endpoint.path,
        **_tls(endpoint),
        "honorLabels": endpoint.honor_labels,
        "relabelings": [_job(endpoint), {"action": "labeldrop", "regex": "|".join(dropped)}],
        **_kept(endpoint),
    }
    return manifest(
        API_VERSION,
        "PodMonitor",
        f"{PREFIX}{endpoint.job}",
        namespace=where.namespace,
        labels=where.labels,
        spec={
            "namespaceSelector": {"matchNames": [pods.namespace]},
            "selector": {"matchLabels": dict(pods.labels)},
            "podMetricsEndpoints": [scrape],
        },
    )


def _of_nodes(where: Place, endpoint: MetricsEndpoint) -> Manifest:
    node = "__meta_kubernetes_node"
    return manifest(
        SCRAPE_CONFIG_VERSION,
        "ScrapeConfig",
        f"{PREFIX}{endpoint.job}",
        namespace=where.namespace,
        labels=where.labels,
        spec={
            "kubernetesSDConfigs": [{"role": "Node"}],
            "metricsPath": endpoint.path,
            **({"scheme": "HTTPS", "scrapeClass": CLUSTER} if endpoint.certificate else {}),
            "honorLabels": endpoint.honor_labels,
            "relabelings": [
                {
                    "sourceLabels": [f"{node}_address_InternalIP"],
                    "targetLabel": "__address__",
                    "replacement": f"$1:{endpoint.port}",
                },
                {"sourceLabels": [f"{node}_name"], "targetLabel": "node"},
                _job(endpoint),
            ],
            **_kept(endpoint),
        },
    )


def _tls(endpoint: MetricsEndpoint) -> dict[str, Any]:
    if endpoint.certificate is None:
        return {}
    return {"scheme": "https", "tlsConfig": {"insecureSkipVerify": True}}


def _job(endpoint: MetricsEndpoint) -> dict[str, str]:
    return {"targetLabel": "job", "replacement": endpoint.job}


def _kept(endpoint: MetricsEndpoint) -> dict[str, Any]:
    kept = [
        {"action": "keep", "sourceLabels": [label], "regex": expression}
        for label, expression in endpoint.keep.items()
    ]
    return {"metricRelabelings": kept} if kept else {}
