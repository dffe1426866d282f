"""The few calls of the Kubernetes API that running a cluster needs."""

import json
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

Manifest = Mapping[str, Any]
"""A Kubernetes object as plain data."""

_OWNER = "lab"
"""The field manager of what the lab applies."""


class ApiError(RuntimeError):
    """The API server refused a call or could not be reached; `status` is then 0."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class ApiClient:
    """A client with an administrator's token. Every call may raise ApiError."""

    def __init__(self, server: str, token: str, authority: Path) -> None:
        self._client = httpx.Client(
            base_url=server,
            headers={"Authorization": f"Bearer {token}"},
            verify=ssl.create_default_context(cafile=str(authority)),
            timeout=10,
            # Without proxies: addresses of the lab exist only inside its own namespaces.
            trust_env=False,
        )
        self._resources: dict[str, dict[str, tuple[str, bool]]] = {}

    def ready(self) -> bool:
        """Whether the API server says that it is ready to serve."""
        try:
            self._call("GET", "/readyz")
        except ApiError:
            return False
        return True

    def get(self, path: str) -> dict[str, Any]:
        """The object or list at `path`."""
        return self._call("GET", path).json()

    def delete(self, path: str) -> None:
        """Delete the object at `path`; harmless when there is none."""
        try:
            self._call("DELETE", path)
        except ApiError as error:
            if error.status != 404:
                raise

    def merge(self, path: str, change: Mapping[str, Any]) -> None:
        """Merge a change into the object at `path`, or into its status at `path`/status."""
        headers = {"Content-Type": "application/merge-patch+json"}
        self._call("PATCH", path, headers=headers, content=json.dumps(change))

    def apply(self, manifest: Manifest) -> None:
        """Server-side apply: create the object or bring it to this state."""
        self._call(
            "PATCH",
            self._path(manifest),
            params={"fieldManager": _OWNER, "force": "true"},
            headers={"Content-Type": "application/apply-patch+yaml"},
            content=json.dumps(manifest),
        )

    def _path(self, manifest: Manifest) -> str:
        version, kind = str(manifest["apiVersion"]), str(manifest["kind"])
        metadata = manifest["metadata"]
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if kind not in self._resources.get(version, {}):
            self._resources[version] = {
                resource["kind"]: (resource["name"], resource["namespaced"])
                for resource in self.get(root)["resources"]
                if "/" not in resource["name"]
            }
        if kind not in self._resources[version]:
            raise ApiError(404, f"the API server knows no kind {kind} of {version}")
        plural, namespaced = self._resources[version][kind]
        place = f"/namespaces/{metadata.get('namespace', 'default')}" if namespaced else ""
        return f"{root}{place}/{plural}/{metadata['name']}"

    def _call(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            response = self._client.request(method, path, **request)
        except httpx.HTTPError as error:
            raise ApiError(0, f"{method} {path}: {error}") from error
        if response.is_error:
            raise ApiError(response.status_code, f"{method} {path}: {response.status_code} {response.text}")
        return response
