"""The configuration of a node's processes, as pure data.

Paths in it are those inside the node, where `/run` and `/var/lib` are the node's own.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.machine.inputs import Parts, find
from lab.machine.pki import KeyPair
from lab.machine.spec import ClusterSpec, NodeSpec

CONTAINERD_SOCKET = "/run/containerd/containerd.sock"


def taint(text: str) -> dict[str, str]:
    """`key=value:Effect` or `key:Effect` as a Taint."""
    pair, effect = text.rsplit(":", 1)
    key, _, value = pair.partition("=")
    return {"key": key, "effect": effect, **({"value": value} if value else {})}


def kubelet_config(
    spec: ClusterSpec, node: NodeSpec, authority: Path, serving: KeyPair, resolver: Path
) -> dict[str, Any]:
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
        "tlsCertFile": str(serving.certificate),
        "tlsPrivateKeyFile": str(serving.key),
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


TRUST = "/etc/ssl/certs/ca-certificates.crt"
"""Where Go programs look for the authorities they trust."""


def trusting(runtime_spec: Mapping[str, Any], trust: Path) -> dict[str, Any]:
    """An OCI runtime specification by which containers trust the authorities in a file of the node."""
    mount = {
        "destination": TRUST, "type": "bind", "source": str(trust), "options": ["bind", "ro"]
    }  # fmt: skip
    return {**runtime_spec, "mounts": [*runtime_spec["mounts"], mount]}


def containerd_config(
    parts: Parts,
    plugins: Sequence[str],
    cni_folder: str,
    pause_image: str,
    runtime_spec: Path | None = None,
) -> str:
    """containerd's TOML (version 3 of its schema, containerd 2.x); `plugins` are parts with CNI plugins.

    `runtime_spec` is a file of the OCI runtime specification that every container starts from.
    """
    plugin_folders = [str(parts[part]) for part in plugins]
    base = f'base_runtime_spec = "{runtime_spec}"\n' if runtime_spec else ""
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
bin_dirs = {json.dumps(plugin_folders)}
conf_dir = "{cni_folder}"
[plugins."io.containerd.cri.v1.runtime".containerd]
default_runtime_name = "runc"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
{base}[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
BinaryName = "{find(parts, "runc", "runc")}"
SystemdCgroup = false
"""
