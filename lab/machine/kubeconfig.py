"""kubeconfig files: an administrator's by token, a component's by client certificate."""

import base64
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import yaml

from lab.machine.pki import KeyPair

API_PORT = 6443


def api_url(address: IPv4Address) -> str:
    """The API server's address as a URL."""
    return f"https://{address}:{API_PORT}"


def for_token(server: str, authority: Path, token: str, cluster: str) -> str:
    """A kubeconfig that carries everything it needs; `cluster` names its context."""
    data = base64.b64encode(authority.read_bytes()).decode()
    return _render(server, {"certificate-authority-data": data}, {"token": token}, cluster)


def for_certificate(server: str, authority: Path, client: KeyPair) -> str:
    """A kubeconfig that refers to certificate files; for processes of the lab itself."""
    user = {"client-certificate": str(client.certificate), "client-key": str(client.key)}
    return _render(server, {"certificate-authority": str(authority)}, user, "lab")


def for_anybody(server: str) -> str:
    """A kubeconfig for a server that asks nobody who they are."""
    return _render(server, {}, {}, "lab")


def _render(server: str, trust: dict[str, str], user: dict[str, str], name: str) -> str:
    config: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server, **trust}}],
        "users": [{"name": f"{name}-admin", "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": f"{name}-admin"}}],
        "current-context": name,
    }
    return yaml.safe_dump(config, sort_keys=False)
