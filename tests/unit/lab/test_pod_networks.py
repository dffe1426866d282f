"""Pod networks as pure data, and the labs that have them."""

import json
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from lab.instance import choice
from lab.instance.lab import Lab, LabError
from lab.instance.supplies import Supplies
from lab.internet.primary import PrimaryZone
from lab.machine.network import ClusterNetwork
from lab.machine.node_config import containerd_config
from lab.machine.node_init import CNI_FOLDER
from lab.machine.pod_networks import POD_NETWORKS, PodNetwork
from lab.machine.pod_networks.network import Place
from lab.parts import every_part
from lab.parts.observability import WATCHERS
from lab.up.starting import needed_parts
from tests.unit.lab.clusters import CLUSTER, NODE

CILIUM, GENERIC = POD_NETWORKS["cilium"], POD_NETWORKS["generic"]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    parts = {name: tmp_path / "parts" / name for name in every_part()}
    for part, name in (("kube-router", "kube-router"), ("cilium", "cilium-agent"), ("runc", "runc")):
        (parts[part]).mkdir(parents=True)
        (parts[part] / name).touch()
    return Place(CLUSTER, NODE, tmp_path / "node", parts, Path("/kubeconfig"))


@pytest.mark.parametrize("pods", POD_NETWORKS.values(), ids=lambda pods: pods.name)
def test_every_part_of_a_pod_network_is_in_the_catalogue(pods: PodNetwork) -> None:
    assert {*pods.parts, *pods.plugins} <= every_part().keys()


def test_a_lab_needs_no_part_of_another_pod_network() -> None:
    for name, pods in POD_NETWORKS.items():
        needed = set(needed_parts(name))
        assert set(pods.parts) <= needed
        for other, others in POD_NETWORKS.items():
            if other != name:
                assert not needed & set(others.parts)


@pytest.mark.parametrize("cni", POD_NETWORKS)
def test_a_lab_needs_no_part_that_only_proofs_or_some_stacks_use(cni: str) -> None:
    others = {"actionlint", "cyclonus", "godo", "nca", "wrk", "bind", "promtool", "sloth", *WATCHERS}
    assert not others & set(needed_parts(cni))


def test_cilium_waits_for_its_agent_while_the_plain_network_is_there_once_its_range_is_known(
    place: Place,
) -> None:
    assert CILIUM.configuration_folder(place.folder) == CNI_FOLDER
    GENERIC.agent(place)
    (folder,) = {Path(GENERIC.configuration_folder(place.folder))}
    assert list(folder.iterdir()) == []
    GENERIC.configure(place.folder, IPv4Network("10.42.0.0/25"))
    (written,) = folder.iterdir()
    (ptp, _) = json.loads(written.read_text())["plugins"]
    assert ptp["ipam"]["ranges"] == [[{"subnet": "10.42.0.0/25"}]]
    assert ptp["ipMasq"] is False


def test_a_range_that_is_told_again_changes_nothing(place: Place) -> None:
    GENERIC.configure(place.folder, IPv4Network("10.42.0.0/25"))
    (written,) = Path(GENERIC.configuration_folder(place.folder)).iterdir()
    before = written.stat().st_mtime_ns
    GENERIC.configure(place.folder, IPv4Network("10.42.0.0/25"))
    assert written.stat().st_mtime_ns == before


def test_kube_router_enforces_policies_and_does_nothing_else(place: Place) -> None:
    command = GENERIC.agent(place).arguments
    assert {"--run-firewall=true", "--run-router=false", "--run-service-proxy=false"} <= set(command)
    assert f"--service-cluster-ip-range={CLUSTER.services}" in command


def test_containerd_finds_the_plugins_of_the_pod_network(place: Place) -> None:
    text = containerd_config(place.parts, GENERIC.plugins, "/cni", "pause")
    assert str(place.parts["cni-routed"]) in text
    assert str(place.parts["cilium"]) not in text


def test_nodes_route_to_each_others_pods_only_where_no_agent_does(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr("lab.machine.network.ip", lambda *arguments: commands.append(arguments))
    first, second = IPv4Address("10.20.0.3"), IPv4Address("10.20.0.4")
    for own_routes in (False, True):
        commands.clear()
        wires = ClusterNetwork(CLUSTER, own_routes)
        wires.attach("cp", CLUSTER.control_plane)
        wires.attach("n1", first)
        wires.attach("n2", second)
        wires.route({IPv4Network("10.42.0.0/25"): first, IPv4Network("10.42.0.128/25"): second})
        routes = {(c[1], c[4]) for c in commands if c[:1] == ("-n",) and c[2:4] == ("route", "replace")}
        of_nodes = {(place.rpartition("-")[2], to) for place, to in routes if not place.endswith("-cp")}
        assert of_nodes == ({("n1", "10.42.0.128/25"), ("n2", "10.42.0.0/25")} if own_routes else set())


def test_a_stack_has_a_lab_for_each_pod_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB", raising=False)
    names: list[str] = []
    for cni in ("", "cilium", "generic"):
        monkeypatch.setenv(choice.CNI, cni)
        names.append(choice.lab_of("dev").name)
    assert names == ["dev", "dev", "dev-generic"]
    assert Lab("dev-generic").choice == "STACK=dev CNI=generic"
    assert Lab("dev").choice == "STACK=dev"


def test_an_unknown_pod_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB", raising=False)
    monkeypatch.setenv(choice.CNI, "calico")
    with pytest.raises(LabError, match="cilium and generic"):
        choice.lab_of("dev")


def test_a_lab_keeps_who_serves_its_zone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    lab = Lab("named")
    lab.folder.mkdir(parents=True)
    (lab.folder / "supplies.json").write_text(json.dumps({"cni": "cilium", "elsewhere": None}))
    zone = PrimaryZone("dev.example.com", "ns1.example.com", 53, "platform", "hmac-sha256", "c2VjcmV0")
    with pytest.raises(LabError, match="make forget STACK=named"):
        lab.start(Supplies("cilium", zone), lambda _: None)


def test_a_lab_keeps_its_pod_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    lab = Lab("named")
    lab.folder.mkdir(parents=True)
    (lab.folder / "supplies.json").write_text(json.dumps({"cni": "cilium"}))
    with pytest.raises(LabError, match="has the pod network cilium"):
        lab.start(Supplies("generic"), lambda _: None)


def test_a_pod_that_asks_the_load_balancer_reaches_traefik_on_its_own_node(place: Place) -> None:
    # What kube-proxy translated between two pods of a node is lost otherwise.
    assert "--enable-endpoint-routes=true" in CILIUM.agent(place).arguments


def test_cilium_tells_its_metrics_and_hubble_s_on_every_node_s_address(place: Place) -> None:
    options = {"--prometheus-serve-addr=:9090", "--hubble-metrics-server=:9965", "--enable-hubble=true"}
    assert options <= set(CILIUM.agent(place).arguments)


def test_cilium_s_configuration_in_the_cluster_says_what_its_agents_are_told(place: Place) -> None:
    (place.parts["cilium"] / "crds").mkdir()
    (shown,) = CILIUM.resources(place.parts, CLUSTER)
    assert shown["metadata"] == {"name": "cilium-config", "namespace": "kube-system"}
    assert shown["data"]["ipv4-native-routing-cidr"] == str(CLUSTER.pods)
    told = CILIUM.agent(place).arguments
    assert {f"--{name}={value}" for name, value in shown["data"].items()} <= set(told)
    assert GENERIC.resources(place.parts, CLUSTER) == []
