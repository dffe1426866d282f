"""What must be ready, read from the cluster's objects and asked over HTTPS."""

import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.demo.workloads import OWNER
from lab.readiness.probe import probe

_READY: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[int, int]]] = {
    "Deployment": lambda spec, status: (spec.get("replicas", 1), status.get("readyReplicas", 0)),
    "StatefulSet": lambda spec, status: (spec.get("replicas", 1), status.get("readyReplicas", 0)),
    "DaemonSet": lambda _, status: (status["desiredNumberScheduled"], status["numberReady"]),
}
"""How many pods a kind wants, and how many of them are ready."""

KINDS = ",".join(
    (
        *("nodes", "deployments", "statefulsets", "daemonsets", "clusterissuers", "certificates", "services"),
        *("networkpolicies", "ingressroutes"),
    )
)
"""What `rows` looks at, as kubectl names it."""


@dataclass(frozen=True)
class Row:
    """One thing that must be ready."""

    layer: str
    what: str
    ready: bool
    detail: str


def rows(objects: list[dict[str, Any]], layers: Mapping[str, str]) -> Iterator[Row]:
    """Look at every object of the layers that the program declares; `layers` has them by namespace."""
    for each in objects:
        kind, meta = each["kind"], each["metadata"]
        name = f"{meta['namespace']}/{meta['name']}" if "namespace" in meta else meta["name"]
        status = each.get("status", {})
        if kind == "Node":
            yield Row("cluster", f"Node {name}", *_condition(status, "Ready"))
        elif kind in _READY:
            wanted, ready = _READY[kind](each["spec"], status)
            demo = OWNER.items() <= meta.get("labels", {}).items()
            layer = "demo" if demo else layers.get(meta["namespace"], "cluster")
            yield Row(layer, f"{kind} {name}", ready >= wanted, f"{ready} of {wanted} ready")
        elif kind in ("ClusterIssuer", "Certificate"):
            yield Row("certificates", f"{kind} {name}", *_condition(status, "Ready"))
        elif kind == "Service" and each["spec"].get("type") == "LoadBalancer":
            addresses = [entry.get("ip", "") for entry in status.get("loadBalancer", {}).get("ingress", [])]
            detail = ", ".join(addresses) or "no address yet"
            yield Row("ingress", f"load balancer {name}", bool(addresses), detail)
    for kind, layer in (("NetworkPolicy", "policies"), ("IngressRoute", "applications")):
        count = sum(each["kind"] == kind for each in objects)
        yield Row(layer, f"{kind} objects", count > 0, str(count))


def requests(objects: list[dict[str, Any]], zones: Sequence[str], trusted: Path) -> Iterator[Row]:
    """Ask every route over HTTPS, by its host's name, its path and a method of it, through the load balancer.

    Not asked are names outside the stack's zones that nobody resolves: who owns them leads them here one day.
    """
    matches = [
        route["match"]
        for each in objects
        if each["kind"] == "IngressRoute"
        for route in each["spec"]["routes"]
    ]
    for host, path, method in sorted({place for match in matches for place in _places(match)}):
        if any(host == zone or host.endswith(f".{zone}") for zone in zones) or _resolves(host):
            what = f"https://{host}{path}" if method == "GET" else f"{method} https://{host}{path}"
            yield Row("request", what, *probe(host, path, trusted, method))


def _places(match: str) -> Iterator[tuple[str, str, str]]:
    """Hosts, paths and a method that a rule speaks of; nothing of wildcards, which nobody can ask, and of
    rules that want more of a request."""
    if re.search(r"\b(Header|Query|ClientIP)(Regexp)?\(", match):
        return
    paths = re.findall(r"Path(?:Prefix)?\(`([^`]+)`\)", match) or ["/"]
    methods = re.findall(r"Method\(`([^`]+)`\)", match) or ["GET"]
    method = "GET" if "GET" in methods else methods[0]
    for host in re.findall(r"Host\(`([^`*]+)`\)", match):
        yield from ((host, path, method) for path in paths)


def _resolves(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, 443))
    except OSError:
        return False


def _condition(status: dict[str, Any], kind: str) -> tuple[bool, str]:
    for condition in status.get("conditions", []):
        if condition["type"] == kind:
            ready = condition["status"] == "True"
            return ready, condition.get("reason", "") if ready else condition.get("message", "")
    return False, "no condition yet"
