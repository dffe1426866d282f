"""What is read of a platform that is fit for an upgrade."""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.cloud.state import Json
from network.config import StackConfig
from network.live.finding import Finding
from network.plan.model.flows import Pods
from network.plan.model.names import environment_name
from network.plan.model.peers import TRAEFIK
from network.preflight import preflight
from network.preflight.reading import Reading
from tests.unit.verification.healthy import Scene, healthy

METRICS = """# TYPE apiserver_request_total counter
apiserver_request_total{code="200",verb="LIST"} 7
# TYPE apiserver_requested_deprecated_apis gauge
"""


def requested(resource: str, group: str, version: str, removed: str, value: int = 1) -> str:
    """A line of the API server's metrics: that somebody asked for a deprecated API."""
    labels = {"group": group, "removed_release": removed, "resource": resource, "subresource": ""}
    told = ",".join(f'{key}="{each}"' for key, each in {**labels, "version": version}.items())
    return f"apiserver_requested_deprecated_apis{{{told}}} {value}\n"


@dataclass(frozen=True)
class Ready:
    """A stack, and what is read of its platform before an upgrade."""

    scene: Scene
    reading: Reading

    def findings(
        self, reading: Reading | None = None, wanted: str = "", *manifests: Json
    ) -> tuple[Finding, ...]:
        return preflight(self.scene.plan, reading or self.reading, wanted, manifests)

    def changed(self) -> Any:
        """A reading of its own, to be changed in place."""
        return copy.deepcopy(self.reading)


def ready(config: StackConfig, folder: Path) -> Ready:
    """The platform of a stack, with each of its parts on two nodes."""
    scene = healthy(config, folder)
    seen: Any = scene.reading
    account = scene.account
    key = next(each["id"] for each in seen.clusters if each["name"] == environment_name(config))
    offered = account.call("GET", f"/v2/kubernetes/clusters/{key}/upgrades")[1]["available_upgrade_versions"]
    nodes = [each["metadata"]["name"] for each in seen.nodes]
    asked = [
        flow.destination
        for layer in scene.plan.layers
        for flow in layer.flows
        if flow.source == TRAEFIK and isinstance(flow.destination, Pods)
    ]
    reading = Reading(
        server=seen.server,
        nodes=seen.nodes,
        namespaces=[namespace(name) for name in ("kube-system", "cert-manager", "shop", "traefik")],
        services=[*seen.services, service("cert-manager", "cert-manager-webhook")],
        pods=[pod(each, node) for each in (TRAEFIK, *asked) for node in nodes[:2]],
        budgets=[budget("traefik", dict(TRAEFIK.labels))],
        webhooks=[webhooks("cert-manager-webhook", ["cert-manager.io"])],
        policies=[policy("names")],
        bindings=[
            {"metadata": {"name": "names"}, "spec": {"policyName": "names", "validationActions": ["Deny"]}}
        ],
        metrics=METRICS
        + requested("endpoints", "", "v1", "")
        + requested("poddisruptionbudgets", "policy", "v1beta1", "1.25", 0),
        clusters=seen.clusters,
        upgrades=offered,
        account=account.call("GET", "/v2/account")[1]["account"],
        droplets=[],
    )
    return Ready(scene, copy.deepcopy(reading))


def namespace(name: str) -> Json:
    return {"metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}}}


def service(in_namespace: str, name: str) -> Json:
    return {"metadata": {"namespace": in_namespace, "name": name}}


def pod(of: Pods, node: str) -> Json:
    return {
        "metadata": {
            "namespace": of.namespace,
            "name": f"{of.name}-{node}",
            "labels": dict(of.labels),
            "ownerReferences": [{"kind": "ReplicaSet", "name": of.name, "controller": True}],
        },
        "spec": {"nodeName": node},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }


def budget(name: str, labels: dict[str, str]) -> Json:
    return {
        "metadata": {"namespace": "traefik", "name": name},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": labels}},
        "status": {"expectedPods": 2, "currentHealthy": 2, "desiredHealthy": 1, "disruptionsAllowed": 1},
    }


def webhooks(name: str, groups: list[str]) -> Json:
    return {
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [
            {
                "name": "asks.example.org",
                "timeoutSeconds": 29,
                "failurePolicy": "Fail",
                "clientConfig": {"service": {"namespace": "cert-manager", "name": "cert-manager-webhook"}},
                "rules": [{"apiGroups": groups, "apiVersions": ["v1"], "resources": ["*/*"]}],
            }
        ],
    }


def policy(name: str) -> Json:
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["services"]}
    own = [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["shop"]}]
    return {
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {"resourceRules": [rule], "namespaceSelector": {"matchExpressions": own}}
        },
    }
