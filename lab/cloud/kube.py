"""The controller's client of a cluster's Kubernetes API."""

import base64
import ssl
from collections.abc import Mapping
from typing import Any, cast

import httpx

from lab.cloud.state import Json

TIMEOUT = 5.0
"""Seconds for a call: a server that does not answer is asked again at the next look."""

MERGE_PATCH = "application/merge-patch+json"


class KubeClient:
    """Calls with an administrator's kubeconfig. Every call may raise httpx.HTTPError."""

    def __init__(self, kubeconfig: Mapping[str, Any]) -> None:
        cluster = kubeconfig["clusters"][0]["cluster"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self._http = httpx.Client(
            base_url=cluster["server"],
            headers={"Authorization": f"Bearer {kubeconfig['users'][0]['user']['token']}"},
            verify=ssl.create_default_context(cadata=authority),
            timeout=TIMEOUT,
            trust_env=False,
        )

    def services(self) -> list[Json]:
        """Every Service of the cluster."""
        return self._answer(self._http.get("/api/v1/services"))["items"]

    def patch(self, service: Json, change: Json, part: str = "") -> Json:
        """Merge a change into a Service, or into its `part` ("/status"); the Service as it is then."""
        headers = {"Content-Type": MERGE_PATCH}
        return self._answer(self._http.patch(f"{_path(service)}{part}", json=change, headers=headers))

    def warn(self, service: Json, reason: str, message: str) -> None:
        """Leave an event that `kubectl describe` shows with the Service."""
        meta = service["metadata"]
        namespace = meta["namespace"]
        event = {
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
        self._answer(self._http.post(f"/api/v1/namespaces/{namespace}/events", json=event))

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _answer(self, response: httpx.Response) -> Json:
        response.raise_for_status()
        return cast(Json, response.json())


def _path(service: Json) -> str:
    meta = service["metadata"]
    return f"/api/v1/namespaces/{meta['namespace']}/services/{meta['name']}"
