"""A cluster's credentials as the plugin hands them out."""

from typing import Any

import yaml

from lab.cloud.plugin.client import CallError, Client
from lab.cloud.plugin.values import State
from lab.cloud.state import Json


def credentials(client: Client, cluster: Json, life: int) -> State:
    """One element of `kubeConfigs`: fresh credentials that live `life` seconds, 0 for the API's 7 days."""
    path = f"/v2/kubernetes/clusters/{cluster['id']}/credentials"
    try:
        granted = client.call("GET", path, query={"expiry_seconds": str(life)})
    except CallError as error:
        raise CallError(error.status, f"Unable to fetch Kubernetes credentials: {error}") from error
    return {
        "host": granted["server"],
        "clusterCaCertificate": granted["certificate_authority_data"],
        "token": granted["token"],
        "expiresAt": granted["expires_at"],
        "clientCertificate": "",
        "clientKey": "",
        "rawConfig": _render(cluster, granted),
    }


def _render(cluster: Json, granted: Json) -> str:
    name = f"do-{cluster['region']}-{cluster['name']}"
    server = {
        "certificate-authority-data": granted["certificate_authority_data"],
        "server": granted["server"],
    }
    config: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"cluster": server, "name": name}],
        "contexts": [{"context": {"cluster": name, "user": f"{name}-admin"}, "name": name}],
        "current-context": name,
        "users": [{"name": f"{name}-admin", "user": {"token": granted["token"]}}],
    }
    return yaml.safe_dump(config, sort_keys=False)
