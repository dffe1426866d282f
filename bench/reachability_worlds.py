"""Clusters to measure the reachability analysis with, as manifests."""

from collections.abc import Iterator
from typing import Any

Manifest = dict[str, Any]


def mesh(workloads: int) -> Iterator[Manifest]:
    """Yield workloads of one namespace: a default deny, and four flows each.

    Each workload has a policy per flow, which lets one other workload reach it on one port.
    """
    yield _namespace("mesh", {"team": "mesh"})
    for number in range(workloads):
        yield _pod("mesh", f"app-{number}", {"app": f"app-{number}"})
    yield _policy("mesh", "default-deny", {}, ["Ingress", "Egress"])
    for number in range(workloads):
        for flow in range(1, 5):
            peer = _caller(number, flow, workloads)
            rule = {
                "from": [{"podSelector": {"matchLabels": {"app": peer}}}],
                "ports": [{"port": 8080 + flow, "protocol": "TCP"}],
            }
            name = f"app-{number}-{flow}"
            yield _policy("mesh", name, {"app": f"app-{number}"}, ["Ingress"], ingress=[rule])
        yield _policy(
            "mesh",
            f"app-{number}-out",
            {"app": f"app-{number}"},
            ["Egress"],
            egress=[
                {
                    "to": [{"podSelector": {"matchLabels": {"app": _caller(number, -flow, workloads)}}}],
                    "ports": [{"port": 8080 + flow, "protocol": "TCP"}],
                }
                for flow in range(1, 5)
            ],
        )


def _caller(number: int, flow: int, workloads: int) -> str:
    return f"app-{(number + flow * 7) % workloads}"


def platform(pods: int, *, changed: bool = False) -> Iterator[Manifest]:
    """Yield a cluster of many teams: 100 pods in each namespace, of ten workloads, under ten policies.

    A default deny with DNS; every workload reached by its predecessor, the first by the ingress, one by
    the monitoring's namespace; the last one reaches a range outside and a workload of the next namespace.
    `changed` moves one port in every hundredth namespace.
    """
    namespaces = pods // 100
    yield _namespace("kube-system", {})
    yield _pod("kube-system", "dns", {"k8s-app": "kube-dns"})
    yield _namespace("ingress", {"role": "ingress"})
    yield _pod("ingress", "proxy", {"app": "proxy"})
    yield _namespace("monitoring", {"role": "monitoring"})
    yield _pod("monitoring", "scraper", {"app": "scraper"})
    for number in range(namespaces):
        name = f"team-{number:04}"
        yield _namespace(name, {"team": name, "tier": "gold" if number % 3 else "silver"})
        for workload in range(10):
            for replica in range(10):
                labels = {
                    "app": f"app-{workload}",
                    "version": f"v{number % 5}",
                    "pod-template-hash": f"t{number:04x}{workload:x}",
                }
                yield _pod(name, f"app-{workload}-{replica}", labels)
        yield from _team(name, number, namespaces, 9090 if changed and number % 100 == 0 else 8080)


def _team(name: str, number: int, namespaces: int, port: int) -> Iterator[Manifest]:
    dns = {
        "to": [
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
            }
        ],
        "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
    }
    both = ["Ingress", "Egress"]
    yield _policy(name, "default-deny", {}, both, egress=[dns])
    for workload in range(9):
        source: Manifest
        if workload == 0:
            source = {
                "namespaceSelector": {"matchLabels": {"role": "ingress"}},
                "podSelector": {"matchLabels": {"app": "proxy"}},
            }
        else:
            source = {"podSelector": {"matchLabels": {"app": f"app-{workload - 1}"}}}
        listening = {"port": port + workload, "protocol": "TCP"}
        ingress: list[Manifest] = [{"from": [source], "ports": [listening]}]
        if workload == 4:
            ingress.append(
                {
                    "from": [{"namespaceSelector": {"matchLabels": {"role": "monitoring"}}}],
                    "ports": [{"port": "metrics", "protocol": "TCP"}],
                }
            )
        egress: list[Manifest] = [
            {
                "to": [{"podSelector": {"matchLabels": {"app": f"app-{workload + 1}"}}}],
                "ports": [{"port": port + workload + 1, "protocol": "TCP"}],
            }
        ]
        if workload == 8:
            egress.append({"to": [{"ipBlock": {"cidr": "203.0.113.0/24", "except": ["203.0.113.128/25"]}}]})
            following = f"team-{(number + 1) % namespaces:04}"
            egress.append(
                {
                    "to": [
                        {
                            "namespaceSelector": {"matchLabels": {"team": following}},
                            "podSelector": {"matchLabels": {"app": "app-0"}},
                        }
                    ],
                    "ports": [{"port": 8080, "protocol": "TCP"}],
                }
            )
        yield _policy(name, f"app-{workload}", {"app": f"app-{workload}"}, both, ingress, egress)


def _namespace(name: str, labels: dict[str, str]) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {**labels, "kubernetes.io/metadata.name": name}},
    }


def _pod(namespace: str, name: str, labels: dict[str, str]) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {
            "containers": [
                {
                    "name": "main",
                    "image": "main",
                    "ports": [{"containerPort": 9100, "name": "metrics", "protocol": "TCP"}],
                }
            ]
        },
    }


def _policy(
    namespace: str,
    name: str,
    pods: dict[str, str],
    types: list[str],
    ingress: list[Manifest] | None = None,
    egress: list[Manifest] | None = None,
) -> Manifest:
    spec: Manifest = {"podSelector": {"matchLabels": pods} if pods else {}, "policyTypes": types}
    if ingress:
        spec["ingress"] = ingress
    if egress:
        spec["egress"] = egress
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }
