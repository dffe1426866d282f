"""A cluster's Services, as the cloud's controller looks after them."""

from collections.abc import Mapping
from typing import Any

from lab.cloud.state import Json
from lab.toolbox.kubernetes_api import KubernetesApi

TIMEOUT = 5.0
"""Seconds for a call: a server that does not answer is asked again at the next look."""


class ClusterServices:
    """The Services of one cluster. Every call may raise KubernetesError."""

    def __init__(self, kubeconfig: Mapping[str, Any]) -> None:
        """`kubeconfig` is an administrator's."""
        self._api = KubernetesApi.of(kubeconfig, TIMEOUT)

    def services(self) -> list[Json]:
        """Every Service of the cluster."""
        return self._api.get("/api/v1/services")["items"]

    def patch(self, service: Json, change: Json, part: str = "") -> Json:
        """Merge a change into a Service, or into its `part` ("/status"); the Service as it is then."""
        meta = service["metadata"]
        path = f"/api/v1/namespaces/{meta['namespace']}/services/{meta['name']}"
        return self._api.merge(f"{path}{part}", change)

    def warn(self, service: Json, reason: str, message: str) -> None:
        """Leave an event that `kubectl describe` shows with the Service."""
        meta = service["metadata"]
        namespace = meta["namespace"]
        self._api.create(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {"generateName": f"{meta['name']}-", "namespace": namespace},
                "involvedObject": {
                    "apiVersion": "v1",
                    "kind": "Service",
                    "name": meta["name"],
                    "namespace": namespace,
                    "uid": meta["uid"],
                },
                "reason": reason,
                "message": message,
                "type": "Warning",
                "source": {"component": "service-controller"},
            }
        )

    def close(self) -> None:
        """Give the connections back."""
        self._api.close()
