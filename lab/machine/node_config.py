"""The configuration of a node's processes, as pure data.

Paths in it are those inside the node, where `/run` and `/var/lib` are the node's own.
"""

import json
from pathlib import Path
from typing import Any

from lab.machine.inputs import Parts, find
from lab.machine.spec import ClusterSpec, NodeSpec

CONTAINERD_SOCKET = "/run/containerd/containerd.sock"

_CILIUM_MAPS = {
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


def taint(text: str) -> dict[str, str]:
    """`key=value:Effect` or `key:Effect` as a Taint."""
    pair, effect = text.rsplit(":", 1)
    key, _, value = pair.partition("=")
    return {"key": key, "effect": effect, **({"value": value} if value else {})}


def kubelet_config(spec: ClusterSpec, node: NodeSpec, authority: Path, resolver: Path) -> dict[str, Any]:
    """KubeletConfiguration: changes nothing on the machine, evicts nothing."""
    never = ("memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available",
             "imagefs.inodesFree")  # fmt: skip
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "failCgroupV1": False,
        "cgroupDriver": "cgroupfs",
        "evictionHard": dict.fromkeys(never, "0%"),
        "imageGCHighThresholdPercent": 100,
        "imageMinimumGCAge": "24h",
        "failSwapOn": False,
        "oomScoreAdj": 0,
        "protectKernelDefaults": True,
        "makeIPTablesUtilChains": False,
        "maxOpenFiles": 20000,
        "resolvConf": str(resolver),
        "clusterDomain": "cluster.local",
        "clusterDNS": [str(spec.dns_service)],
        "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(authority)},
        },
        "authorization": {"mode": "Webhook"},
        "healthzBindAddress": "127.0.0.1",
        "volumePluginDir": "/var/lib/kubelet/volume-plugins",
        "nodeStatusUpdateFrequency": "5s",
        "syncFrequency": "10s",
        "providerID": node.provider_id,
        "registerWithTaints": [taint(text) for text in node.taints],
    }


def proxy_config(spec: ClusterSpec, node: NodeSpec, kubeconfig: Path) -> dict[str, Any]:
    """KubeProxyConfiguration: nftables, and no change of the machine's conntrack limits."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "clientConnection": {"kubeconfig": str(kubeconfig)},
        "clusterCIDR": str(spec.pods),
        "hostnameOverride": node.name,
        "conntrack": {"maxPerCore": 0, "min": 0},
        "oomScoreAdj": 0,
        "nodePortAddresses": ["primary"],
    }


def cni_config() -> dict[str, Any]:
    """The CNI list that the Cilium agent installs once it is ready."""
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


def containerd_config(parts: Parts, cni_folder: str, pause_image: str) -> str:
    """containerd's TOML (version 3 of its schema, containerd 2.x)."""
    plugins = [str(parts["cilium"]), str(parts["cni"])]
    return f"""\
version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = [
  "io.containerd.internal.v1.opt",
  "io.containerd.internal.v1.tracing",
  "io.containerd.nri.v1.nri",
  "io.containerd.snapshotter.v1.blockfile",
  "io.containerd.snapshotter.v1.erofs",
  "io.containerd.tracing.processor.v1.otlp",
]

[grpc]
address = "{CONTAINERD_SOCKET}"

[plugins."io.containerd.cri.v1.images"]
snapshotter = "overlayfs"
[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "{pause_image}"

[plugins."io.containerd.cri.v1.runtime"]
restrict_oom_score_adj = true
disable_apparmor = true
[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = {json.dumps(plugins)}
conf_dir = "{cni_folder}"
[plugins."io.containerd.cri.v1.runtime".containerd]
default_runtime_name = "runc"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
BinaryName = "{find(parts, "runc", "runc")}"
SystemdCgroup = false
"""


def cilium_command(
    spec: ClusterSpec, parts: Parts, kubeconfig: Path, cni_list: Path, cni_folder: str
) -> list[str]:
    """The Cilium agent: native routing, kube-proxy beside it, no operator, no Envoy."""
    options = {
        "k8s-kubeconfig-path": kubeconfig,
        "lib-dir": parts["cilium"],
        "state-dir": "/run/cilium/state",
        "socket-path": "/run/cilium/cilium.sock",
        "bpf-root": "/sys/fs/bpf",
        "cgroup-root": "/run/cilium/cgroupv2",
        "devices": "eth0",
        "enable-ipv6": "false",
        "ipam": "kubernetes",
        "routing-mode": "native",
        "ipv4-native-routing-cidr": spec.pods,
        "auto-direct-node-routes": "true",
        "enable-ipv4-masquerade": "false",
        "kube-proxy-replacement": "false",
        "identity-allocation-mode": "crd",
        # Policies with DNS rules need the L7 proxy; Envoy, for HTTP rules, is not there.
        "enable-l7-proxy": "true",
        "external-envoy-proxy": "true",
        "enable-envoy-config": "false",
        "enable-hubble": "false",
        "enable-health-checking": "false",
        "enable-endpoint-health-checking": "false",
        "enable-gops": "false",
        "cni-exclusive": "false",
        "read-cni-conf": cni_list,
        "write-cni-conf-when-ready": f"{cni_folder}/05-cilium.conflist",
        "bpf-map-dynamic-size-ratio": "0",
        **{f"bpf-{name}": size for name, size in _CILIUM_MAPS.items()},
    }
    agent = find(parts, "cilium", "cilium-agent")
    return [str(agent), *(f"--{name}={value}" for name, value in options.items())]
