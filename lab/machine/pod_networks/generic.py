"""A plain pod network for `cni: generic`: routed veth pairs, and kube-router as the enforcer.

Pods hang on the node by a link of their own each, not on a bridge: so every packet between pods is
routed and passes the enforcer's rules, whether or not the kernel shows bridged ones to iptables.
"""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from typing_extensions import override

from lab.machine.inputs import Parts, find
from lab.machine.node_init import Command
from lab.machine.pod_networks.network import Place, PodNetwork, write
from lab.machine.spec import ClusterSpec
from lab.toolbox.kubernetes_api import Manifest

_LIST = "cni/10-routed.conflist"


class Generic(PodNetwork):
    """The reference CNI plugins and static routes; kube-router does nothing but policies."""

    name = "generic"
    parts = ("cni-routed", "kube-router", "ipset")
    plugins = ("cni", "cni-routed")
    routes_on_nodes = True

    @override
    def resources(self, parts: Parts, cluster: ClusterSpec) -> list[Manifest]:
        """None: kube-router reads Kubernetes' own objects only."""
        return []

    @override
    def configuration_folder(self, folder: Path) -> str:
        """Among the node's own files, where `configure` reaches it from outside."""
        return str((folder / _LIST).parent)

    @override
    def configure(self, folder: Path, pods: IPv4Network) -> None:
        """Write the CNI list, which names the node's range; it never changes."""
        if not (folder / _LIST).exists():
            write(folder / _LIST, cni_config(pods))

    @override
    def agent(self, place: Place) -> Command:
        """kube-router, as a firewall only."""
        (place.folder / _LIST).parent.mkdir(parents=True, exist_ok=True)
        options = {
            "run-firewall": "true",
            "run-router": "false",
            "run-service-proxy": "false",
            "kubeconfig": place.kubeconfig,
            "hostname-override": place.node.name,
            "service-cluster-ip-range": place.cluster.services,
            "health-port": "0",
        }
        router = find(place.parts, "kube-router", "kube-router")
        command = [str(router), *(f"--{name}={value}" for name, value in options.items())]
        return Command("kube-router", command, {"NODE_NAME": place.node.name})


def cni_config(pods: IPv4Network) -> dict[str, Any]:
    """The CNI list of a node with this range of pod addresses."""
    return {
        "cniVersion": "1.0.0",
        "name": "routed",
        "plugins": [
            {
                "type": "ptp",
                # The world outside sees pods' own addresses, as under Cilium.
                "ipMasq": False,
                "ipam": {
                    "type": "host-local",
                    "ranges": [[{"subnet": str(pods)}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                    # Forgotten at each boot, as the pods are that hold the addresses.
                    "dataDir": "/run/cni-addresses",
                },
            },
            {
                "type": "portmap",
                "capabilities": {"portMappings": True},
                "snat": True,
                "backend": "nftables",
            },
        ],
    }
