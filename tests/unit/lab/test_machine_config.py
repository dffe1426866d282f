"""Configuration of a cluster's processes, as pure data."""

import tomllib
from pathlib import Path

import pytest

from lab.machine import node_config
from lab.machine.addons import dns_manifests
from lab.machine.cluster import ready_since
from lab.machine.control_plane import api_server_command, controller_manager_command
from lab.machine.inputs import image_named
from lab.machine.node import check_visible_in_nodes
from lab.machine.pki import KeyPair, Pki
from lab.machine.spec import MachineError
from tests.unit.lab.clusters import CLUSTER, NODE

SERVING = KeyPair(Path("/kubelet.crt"), Path("/kubelet.key"))


def test_a_taint_may_have_no_value() -> None:
    assert node_config.taint("drained:NoExecute") == {"key": "drained", "effect": "NoExecute"}


def test_a_kubelet_registers_with_its_nodes_taints_and_asks_the_clusters_dns() -> None:
    config = node_config.kubelet_config(CLUSTER, NODE, Path("/ca.crt"), SERVING, Path("/resolv.conf"))
    assert {"key": "dedicated", "value": "ingress", "effect": "NoSchedule"} in config["registerWithTaints"]
    assert config["clusterDNS"] == ["10.43.0.10"]
    assert config["providerID"].startswith("digitalocean://")


def test_a_kubelet_changes_nothing_on_the_machine() -> None:
    config = node_config.kubelet_config(CLUSTER, NODE, Path("/ca.crt"), SERVING, Path("/resolv.conf"))
    assert config["protectKernelDefaults"] is True
    assert config["makeIPTablesUtilChains"] is False
    assert config["oomScoreAdj"] == 0


def test_a_kubelet_shows_itself_by_a_certificate_of_the_cluster() -> None:
    config = node_config.kubelet_config(CLUSTER, NODE, Path("/ca.crt"), SERVING, Path("/resolv.conf"))
    assert (config["tlsCertFile"], config["tlsPrivateKeyFile"]) == ("/kubelet.crt", "/kubelet.key")


def test_containers_trust_whom_their_cluster_trusts(tmp_path: Path) -> None:
    spec = node_config.trusting({"ociVersion": "1.2.0", "mounts": [{"destination": "/proc"}]}, tmp_path)
    assert spec["ociVersion"] == "1.2.0"
    assert [mount["destination"] for mount in spec["mounts"]] == ["/proc", node_config.TRUST]
    (tmp_path / "runc").touch()
    parts = {"runc": tmp_path, "cni": tmp_path}
    for file, expected in ((None, False), (tmp_path / "spec.json", True)):
        text = node_config.containerd_config(parts, ("cni",), "/run/cni", "pause", file)
        runtime = tomllib.loads(text)["plugins"]["io.containerd.cri.v1.runtime"]["containerd"]["runtimes"]
        assert ("base_runtime_spec" in runtime["runc"]) is expected


def test_an_api_server_asks_aggregated_apis_as_a_front_proxy_of_its_own_authority(tmp_path: Path) -> None:
    pki = Pki(tmp_path)
    command = api_server_command(Path("kube-apiserver"), CLUSTER, pki)
    assert f"--requestheader-client-ca-file={pki.front_proxies.certificate}" in command
    assert pki.front_proxies.certificate.read_bytes() != pki.authority.certificate.read_bytes()


def test_an_api_server_dials_webhooks_at_their_endpoints(tmp_path: Path) -> None:
    command = api_server_command(Path("kube-apiserver"), CLUSTER, Pki(tmp_path))
    assert "--enable-aggregator-routing=true" in command
    assert "--service-cluster-ip-range=10.43.0.0/22" in command
    assert "--advertise-address=10.20.0.2" in command


def test_no_command_line_carries_a_secret(tmp_path: Path) -> None:
    pki = Pki(tmp_path)
    assert pki.admin_token not in " ".join(api_server_command(Path("api"), CLUSTER, pki))


def test_each_node_gets_a_25_of_the_pod_range_as_on_doks(tmp_path: Path) -> None:
    command = controller_manager_command(Path("kcm"), CLUSTER, Pki(tmp_path), Path("config"))
    assert "--node-cidr-mask-size=25" in command


def test_the_clusters_dns_has_the_tenth_service_address_and_forwards_the_rest() -> None:
    manifests = {
        (manifest["kind"], manifest["metadata"]["name"]): manifest
        for manifest in dns_manifests(CLUSTER, "registry.k8s.io/coredns/coredns:v1")
    }
    assert manifests["Service", "kube-dns"]["spec"]["clusterIP"] == "10.43.0.10"
    corefile = manifests["ConfigMap", "coredns"]["data"]["Corefile"]
    assert "forward . 203.0.113.53\n" in corefile
    deployment = manifests["Deployment", "coredns"]["spec"]["template"]
    assert deployment["metadata"]["labels"] == manifests["Service", "kube-dns"]["spec"]["selector"]


def test_an_image_is_found_whatever_its_registry_and_tag() -> None:
    images = ["registry.k8s.io/pause:3.10", "registry.k8s.io/coredns/coredns:v1.14.7"]
    assert image_named(images, "coredns") == images[1]


def test_a_missing_image_is_named() -> None:
    with pytest.raises(MachineError, match="exactly one image pause"):
        image_named(["docker.io/library/traefik:v3"], "pause")


def test_a_state_folder_that_nodes_cannot_see_is_refused() -> None:
    with pytest.raises(MachineError, match="/var/lib"):
        check_visible_in_nodes(Path("/var/lib/lab/dev"))


@pytest.mark.parametrize(
    ("status", "heartbeat", "ready"),
    [
        ("True", "1970-01-01T00:01:41Z", True),
        ("True", "1970-01-01T00:01:40Z", False),
        ("False", "1970-01-01T00:01:41Z", False),
    ],
)
def test_a_node_is_ready_only_by_what_it_said_since_its_boot(
    status: str, heartbeat: str, ready: bool
) -> None:
    condition = {"type": "Ready", "status": status, "lastHeartbeatTime": heartbeat}
    node = {"spec": {"podCIDR": "10.42.0.0/25"}, "status": {"conditions": [condition]}}
    assert ready_since(node, boot=100.5) is ready


def test_a_node_without_a_pod_range_is_not_ready_whatever_it_says() -> None:
    condition = {"type": "Ready", "status": "True", "lastHeartbeatTime": "1970-01-01T00:01:41Z"}
    assert not ready_since({"spec": {}, "status": {"conditions": [condition]}}, boot=100.5)
