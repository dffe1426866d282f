"""The few calls of the Kubernetes API that the lab makes."""

import base64
import json
import ssl
from collections.abc import Mapping
from functools import partial
from typing import Any

import httpx

Manifest = Mapping[str, Any]
"""A Kubernetes object as plain data."""

PATIENCE = 10.0
"""Seconds for a call, unless told otherwise."""

_OWNER = "lab"
"""The field manager of what the lab applies."""

_JSON = {"Content-Type": "application/json"}
_MERGE = {"Content-Type": "application/merge-patch+json"}
_APPLY = {"Content-Type": "application/apply-patch+yaml"}


class KubernetesError(RuntimeError):
    """The API server refused a call or could not be reached; `status` is then 0."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class KubernetesApi:
    """A client with a bearer's token, an administrator's. Every call may raise KubernetesError."""

    def __init__(
        self, server: str, token: str, authority: str, patience: float = PATIENCE, user: str = ""
    ) -> None:
        """`authority` vouches for the server (PEM); a call is given up after `patience` seconds.

        With `user` the token's owner acts as somebody else.
        """
        self.server = server
        self._others = partial(KubernetesApi, server, token, authority, patience)
        impersonation = {"Impersonate-User": user} if user else {}
        self._client = httpx.Client(
            base_url=server,
            headers={"Authorization": f"Bearer {token}", **impersonation},
            verify=ssl.create_default_context(cadata=authority),
            timeout=patience,
            # Without proxies: addresses of the lab exist only inside its own namespaces.
            trust_env=False,
        )
        self._resources: dict[str, dict[str, tuple[str, bool]]] = {}

    @classmethod
    def of(cls, kubeconfig: Mapping[str, Any], patience: float = PATIENCE) -> "KubernetesApi":
        """The client of a kubeconfig that carries a token and everything else."""
        cluster = kubeconfig["clusters"][0]["cluster"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        return cls(cluster["server"], kubeconfig["users"][0]["user"]["token"], authority, patience)

    def acting_as(self, user: str) -> "KubernetesApi":
        """A client of the same server by which the token's owner acts as somebody else."""
        return self._others(user=user)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def ready(self) -> bool:
        """Whether the API server says that it is ready to serve."""
        try:
            self._call("GET", "/readyz")
        except KubernetesError:
            return False
        return True

    def get(self, path: str) -> dict[str, Any]:
        """The object or list at `path`."""
        return self._call("GET", path).json()

    def create(self, manifest: Manifest, *, dry_run: bool = False) -> dict[str, Any]:
        """Make an object that is not there yet; in a `dry_run` only ask whether it might be made."""
        return self._call(
            "POST",
            self.place_of(manifest),
            params={"dryRun": "All"} if dry_run else {},
            headers=_JSON,
            content=json.dumps(manifest),
        ).json()

    def delete(self, path: str) -> None:
        """Delete the object at `path`; harmless when there is none."""
        try:
            self._call("DELETE", path)
        except KubernetesError as error:
            if error.status != 404:
                raise

    def merge(self, path: str, change: Mapping[str, Any]) -> dict[str, Any]:
        """Merge a change into the object at `path`, or its status at `path`/status; what it is then."""
        return self._call("PATCH", path, headers=_MERGE, content=json.dumps(change)).json()

    def apply(self, manifest: Manifest) -> None:
        """Server-side apply: create the object or bring it to this state."""
        self._call(
            "PATCH",
            self.path_of(manifest),
            params={"fieldManager": _OWNER, "force": "true"},
            headers=_APPLY,
            content=json.dumps(manifest),
        )

    def path_of(self, manifest: Manifest) -> str:
        """Where an object is, by what the API server says of its kinds."""
        return f"{self.place_of(manifest)}/{manifest['metadata']['name']}"

    def place_of(self, manifest: Manifest) -> str:
        """Where objects of its kind are, in its namespace."""
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
            raise KubernetesError(404, f"the API server knows no kind {kind} of {version}")
        plural, namespaced = self._resources[version][kind]
        place = f"/namespaces/{metadata.get('namespace', 'default')}" if namespaced else ""
        return f"{root}{place}/{plural}"

    def _call(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            response = self._client.request(method, path, **request)
        except httpx.HTTPError as error:
            raise KubernetesError(0, f"{method} {path}: {error}") from error
        if response.is_error:
            text = f"{method} {path}: {response.status_code} {_told(response)}"
            raise KubernetesError(response.status_code, text)
        return response


def _told(response: httpx.Response) -> str:
    """The server's own words for a refusal."""
    try:
        return str(response.json()["message"])
    except (ValueError, KeyError, TypeError):
        return response.text
