"""What the cluster answers, by reading alone: the same rights as `network verify` suffice."""

import json
import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from network.acceptance.questions.question import Question, UnansweredError, World
from network.live.cluster import Object


def _cilium(world: World) -> str:
    return world.image("daemonset", "cilium")


def _settings(world: World, pattern: str) -> str:
    found = {key: value for key, value in world.cilium_config.items() if re.fullmatch(pattern, key)}
    return ", ".join(f"{key} {value}" for key, value in sorted(found.items())) or "not set"


def _match_mode(world: World) -> str:
    return _settings(world, "policy-cidr-match-mode")


def _ipam(world: World) -> str:
    return _settings(world, "ipam|cluster-pool-ipv4-.*|ipv4-native-routing-cidr|kube-proxy-replacement")


def _tables(world: World) -> str:
    return _settings(world, "bpf-.*-max|bpf-map-dynamic-size-ratio")


def _hubble(world: World) -> str:
    return _settings(world, "hubble-metrics.*|enable-hubble")


def _node_ranges(world: World) -> str:
    nodes = {each["metadata"]["name"]: each["spec"].get("podCIDR") for each in world.cluster.list("nodes")}
    cilium = {
        each["metadata"]["name"]: (each["spec"].get("ipam") or {}).get("podCIDRs")
        for each in world.cluster.list("ciliumnodes.cilium.io")
    }
    return f"Node: {_prefixes(nodes)}; CiliumNode: {_prefixes(cilium)}"


def _prefixes(ranges: Mapping[str, Any]) -> str:
    lists = (each if isinstance(each, list) else [each] for each in ranges.values())
    texts = [text for each in lists for text in each if text]
    return ", ".join(sorted({f"/{IPv4Network(text).prefixlen}" for text in texts})) or "none"


def _api_endpoint(world: World) -> str:
    slices = world.cluster.list(
        "endpointslices.discovery.k8s.io", "default", "kubernetes.io/service-name=kubernetes"
    )
    addresses = [a for each in slices for endpoint in each["endpoints"] for a in endpoint["addresses"]]
    ports = sorted({port["port"] for each in slices for port in each["ports"]})
    vpc = IPv4Network(world.run.ranges.vpc)
    inside = all(IPv4Address(each) in vpc for each in addresses)
    nodes = {address["address"] for node in world.cluster.list("nodes") for address in _addresses(node)}
    where = "in the VPC" if inside else "outside the VPC"
    whose = "a node's" if nodes & set(addresses) else "no node's"
    return f"{', '.join(addresses)}, {where}, {whose}, port {', '.join(map(str, ports))}"


def _addresses(node: Object) -> list[Object]:
    return node["status"].get("addresses") or []


def _entity(world: World) -> str:
    """cert-manager's pods reach the API server by that entity alone: they are ready only if they do."""
    ready = [
        f"{each['metadata']['name']} {each['status'].get('readyReplicas', 0)}/{each['spec']['replicas']}"
        for each in world.cluster.list("deployments.apps", "cert-manager")
    ]
    if not ready:
        raise UnansweredError("cert-manager is not there")
    return f"behind that rule alone: {', '.join(ready)} ready"


def _service_range(world: World) -> str:
    found = world.cluster.list("servicecidrs.networking.k8s.io")
    return ", ".join(f"{each['metadata']['name']} {'/'.join(each['spec']['cidrs'])}" for each in found)


def _coredns(world: World) -> str:
    found = world.cluster.get("deployment", "coredns", "kube-system")
    if found is None:
        raise UnansweredError("kube-system has no Deployment coredns")
    return f"{world.image('deployment', 'coredns')}, {found['spec']['replicas']} replicas"


def _daemons(world: World) -> str:
    found = world.cluster.list("daemonsets.apps", "kube-system")
    return ", ".join(sorted(each["metadata"]["name"] for each in found))


def _cluster_wide(world: World) -> str:
    found = world.cluster.list("ciliumclusterwidenetworkpolicies.cilium.io")
    return ", ".join(sorted(each["metadata"]["name"] for each in found)) or "none"


def _gateway(world: World) -> str:
    found = world.cluster.get("crd", "httproutes.gateway.networking.k8s.io")
    if found is None:
        return "none"
    return found["metadata"].get("annotations", {}).get("gateway.networking.k8s.io/bundle-version", "unknown")


def _allocatable(world: World) -> str:
    node = world.cluster.list("nodes")[0]["status"]["allocatable"]
    return f"{node['cpu']} CPU, {node['memory']} memory, {node['pods']} pods"


def _webhooks(world: World) -> str:
    found = [
        f"{each['metadata']['name']} {hook.get('timeoutSeconds', 10)} s"
        for kind in ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")
        for each in world.cluster.list(f"{kind}.admissionregistration.k8s.io")
        for hook in each.get("webhooks") or ()
    ]
    return ", ".join(sorted(set(found))) or "none"


def _kubelet_versions(world: World) -> str:
    nodes = world.cluster.list("nodes")
    return ", ".join(sorted({each["status"]["nodeInfo"]["kubeletVersion"] for each in nodes}))


def _service_status(world: World) -> str:
    found = world.cluster.get("service", "traefik", "traefik")
    if found is None:
        raise UnansweredError("there is no Service traefik/traefik")
    told = found["status"]["loadBalancer"].get("ingress") or []
    return json.dumps(told)


QUESTIONS = (
    Question(
        "cilium-version", "Which Cilium runs?", "digitalocean.md#tables-of-cilium",
        "kubectl -n kube-system get daemonset cilium", "ask", _cilium,
    ),
    Question(
        "cilium-cidr-match", "Do ranges of policies match nodes (`policy-cidr-match-mode`)?",
        "digitalocean.md#tables-of-cilium", "kubectl -n kube-system get configmap cilium-config", "ask",
        _match_mode,
    ),
    Question(
        "cilium-ipam", "Who gives nodes their ranges of pods, and is kube-proxy replaced?",
        "digitalocean.md#ranges-of-a-vpc", "kubectl -n kube-system get configmap cilium-config", "ask", _ipam,
    ),
    Question(
        "cilium-tables", "How large are the agents' tables?", "digitalocean.md#tables-of-cilium",
        "kubectl -n kube-system get configmap cilium-config", "ask", _tables,
    ),
    Question(
        "hubble-metrics", "Are Hubble's metrics exported?", "observability.md#nodes-of-doks",
        "kubectl -n kube-system get configmap cilium-config", "ask", _hubble,
    ),
    Question(
        "node-pod-range", "Of which size is a node's range of pods, and which object tells it?",
        "digitalocean.md#nodes", "kubectl get nodes,ciliumnodes", "ask", _node_ranges,
    ),
    Question(
        "api-endpoint", "Where does the API server listen, for pods?", "digitalocean.md#clusters",
        "kubectl -n default get endpointslices", "ask", _api_endpoint,
    ),
    Question(
        "api-entity", "Is the API server the entity `kube-apiserver` to policies?",
        "digitalocean.md#clusters", "kubectl -n cert-manager get deployments", "ask", _entity,
    ),
    Question(
        "service-range", "Which ServiceCIDR is there?", "digitalocean.md#ranges-of-a-vpc",
        "kubectl get servicecidrs", "ask", _service_range,
    ),
    Question(
        "coredns", "Which CoreDNS runs, how often?", "digitalocean.md#coredns",
        "kubectl -n kube-system get deployment coredns", "ask", _coredns,
    ),
    Question(
        "kube-system", "Which DaemonSets run on each node?", "digitalocean.md#nodes",
        "kubectl -n kube-system get daemonsets", "ask", _daemons,
    ),
    Question(
        "cluster-policies", "Which policies of the whole cluster are DigitalOcean's?",
        "digitalocean.md#metadata", "kubectl get ciliumclusterwidenetworkpolicies", "ask", _cluster_wide,
    ),
    Question(
        "gateway-api", "Which version of Gateway API is installed?", "digitalocean.md#gateway-api",
        "kubectl get crd httproutes.gateway.networking.k8s.io", "ask", _gateway,
    ),
    Question(
        "allocatable", "What may pods take of a node?", "digitalocean.md#nodes", "kubectl get nodes", "ask",
        _allocatable,
    ),
    Question(
        "webhooks", "How long may each webhook take (an upgrade is blocked above 29 s)?",
        "digitalocean.md#clusters", "kubectl get validatingwebhookconfigurations", "ask", _webhooks,
    ),
    Question(
        "service-status", "Which addresses does the Service of Traefik tell, in which order?",
        "digitalocean.md#load-balancers", "kubectl -n traefik get service traefik", "ask", _service_status,
    ),
    Question(
        "kubelets", "Which version have the nodes after the upgrade?", "provider.md#waiting",
        "kubectl get nodes", "compare", _kubelet_versions,
    ),
)  # fmt: skip
