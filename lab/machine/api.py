"""The few calls of the Kubernetes API that running a cluster needs."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

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
        self._server = server
        self._headers = {"Authorization": f"Bearer {token}"}
        trust = ssl.create_default_context(cafile=str(authority))
        # Without proxies: addresses of the lab exist only inside its own namespaces.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
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
        return cast(dict[str, Any], json.loads(self._call("GET", path)))

    def delete(self, path: str) -> None:
        """Delete the object at `path`; harmless when there is none."""
        try:
            self._call("DELETE", path)
        except ApiError as error:
            if error.status != 404:
                raise

    def apply(self, manifest: Manifest) -> None:
        """Server-side apply: create the object or bring it to this state."""
        body = json.dumps(manifest).encode()
        query = f"?fieldManager={_OWNER}&force=true"
        self._call("PATCH", self._path(manifest) + query, body, "application/apply-patch+yaml")

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
        plural, namespaced = self._resources[version][kind]
        place = f"/namespaces/{metadata.get('namespace', 'default')}" if namespaced else ""
        return f"{root}{place}/{plural}/{metadata['name']}"

    def _call(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> bytes:
        headers = {**self._headers, **({"Content-Type": kind} if kind else {})}
        request = urllib.request.Request(self._server + path, body, headers, method=method)
        try:
            with self._opener.open(request, timeout=10) as response:
                return cast(bytes, response.read())
        except urllib.error.HTTPError as error:
            answer = error.read().decode(errors="replace")
            raise ApiError(error.code, f"{method} {path}: {error.code} {answer}") from error
        except OSError as error:
            raise ApiError(0, f"{method} {path}: {error}") from error
