"""Cilium, as on DOKS: native routing, kube-proxy beside it, no operator, no Envoy."""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

from lab.machine.inputs import Parts, find
from lab.machine.node_init import CNI_FOLDER, Command
from lab.machine.pod_networks.network import Place, PodNetwork, write
from lab.machine.spec import ClusterSpec
from lab.toolbox.kubernetes_api import Manifest

_MAPS = {
    "ct-global-tcp-max": 8192,
    "ct-global-any-max": 8192,
    "nat-global-max": 8192,
    "lb-map-max": 1024,
    "policy-map-max": 4096,
    "neigh-global-max": 8192,
    "sock-rev-map-max": 8192,
    "policy-stats-map-max": 4096,
    "auth-map-max": 8192,
    "lb-maglev-map-max": 1024,
}
"""Sizes of BPF maps: 16 MB a node instead of 192 MB."""

_BOTH_ENDS = "labelsContext=source_namespace,destination_namespace"
_HUBBLE_METRICS = (f"drop:{_BOTH_ENDS}", f"policy:{_BOTH_ENDS}", "flow", "tcp", "dns")
"""What Hubble counts, and by which labels."""


HUBBLE_PORT = 4244
"""Where an agent tells its flows."""


class Cilium(PodNetwork):
    """The agent makes the links, and its programs enforce policies."""

    name = "cilium"
    parts = ("cilium", "clang", "hubble")
    plugins = ("cilium", "cni")
    routes_on_nodes = False
    """The agent makes them."""

    @override
    def resources(self, parts: Parts, cluster: ClusterSpec) -> list[Manifest]:
        """Cilium's CRDs, which its operator would install, and its configuration where DOKS shows it; the
        agents here are told by options."""
        return [
            *(
                document
                for file in sorted(find(parts, "cilium", "crds").rglob("*.yaml"))
                for document in yaml.load_all(file.read_text(), yaml.CSafeLoader)
                if document
            ),
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "cilium-config", "namespace": "kube-system"},
                "data": _addressing(cluster),
            },
        ]

    @override
    def configuration_folder(self, folder: Path) -> str:
        """The agent writes the list once it is ready, afresh at each boot: pods wait for it."""
        return CNI_FOLDER

    @override
    def configure(self, folder: Path, pods: IPv4Network) -> None:
        """The agent reads the range from its Node."""

    @override
    def agent(self, place: Place) -> Command:
        """The Cilium agent."""
        cni_list = write(place.folder / "cilium.conflist", cni_config())
        environment = {
            "K8S_NODE_NAME": place.node.name,
            "CILIUM_K8S_NAMESPACE": "kube-system",
            # Another filesystem than CNI_FOLDER, see there.
            "TMPDIR": "/run/cilium",
        }
        return Command("cilium-agent", _command(place, cni_list), environment)


def cni_config() -> dict[str, Any]:
    """The CNI list that the agent installs."""
    return {
        "cniVersion": "1.0.0",
        "name": "cilium",
        "plugins": [
            {"type": "cilium-cni", "log-file": "/run/cilium/cilium-cni.log"},
            {
                "type": "portmap",
                "capabilities": {"portMappings": True},
                "snat": True,
                "backend": "nftables",
            },
        ],
    }


def _addressing(cluster: ClusterSpec) -> dict[str, str]:
    """Options that say which addresses pods have, and how packets find them."""
    return {"ipam": "kubernetes", "routing-mode": "native", "ipv4-native-routing-cidr": str(cluster.pods)}


def _command(place: Place, cni_list: Path) -> list[str]:
    options = {
        "k8s-kubeconfig-path": place.kubeconfig,
        "lib-dir": place.parts["cilium"],
        "state-dir": "/run/cilium/state",
        "socket-path": "/run/cilium/cilium.sock",
        "bpf-root": "/sys/fs/bpf",
        "cgroup-root": "/run/cilium/cgroupv2",
        "devices": "eth0",
        "enable-ipv6": "false",
        **_addressing(place.cluster),
        "auto-direct-node-routes": "true",
        # Without a route for each pod, what kube-proxy leads from a pod to one on the same node finds
        # no way back: every other request to the load balancer's address would wait for ever.
        "enable-endpoint-routes": "true",
        "enable-ipv4-masquerade": "false",
        "kube-proxy-replacement": "false",
        "identity-allocation-mode": "crd",
        # Policies with DNS rules need the L7 proxy; Envoy, for HTTP rules, is not there.
        "enable-l7-proxy": "true",
        "external-envoy-proxy": "true",
        "enable-envoy-config": "false",
        "prometheus-serve-addr": ":9090",
        "enable-hubble": "true",
        "hubble-socket-path": "/run/cilium/hubble.sock",
        "hubble-listen-address": f":{HUBBLE_PORT}",
        # Whoever reaches a node's port may ask: policies of the platform let nobody.
        "hubble-disable-tls": "true",
        "hubble-metrics-server": ":9965",
        "hubble-metrics": " ".join(_HUBBLE_METRICS),
        "enable-health-checking": "false",
        "enable-endpoint-health-checking": "false",
        "enable-gops": "false",
        "cni-exclusive": "false",
        "read-cni-conf": cni_list,
        "write-cni-conf-when-ready": f"{CNI_FOLDER}/05-cilium.conflist",
        "bpf-map-dynamic-size-ratio": "0",
        **{f"bpf-{name}": size for name, size in _MAPS.items()},
    }
    agent = find(place.parts, "cilium", "cilium-agent")
    return [str(agent), *(f"--{name}={value}" for name, value in options.items())]
