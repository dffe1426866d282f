"""The life of clusters: booted, scaled, continued after the lab was killed, deleted."""

from pathlib import Path

from lab.cloud.cloud import Cloud
from lab.cloud.state import Json, Kind
from tests.unit.lab.cloud.fakes import FakeBackend, cloud
from tests.unit.lab.cloud.requests import cluster_body, make_cluster, make_vpc, pool_body

CLUSTERS = "/v2/kubernetes/clusters"


def live(account: Cloud) -> Json:
    return account.store.account.all(Kind.CLUSTER)[0]


def pools(account: Cloud) -> str:
    return f"{CLUSTERS}/{live(account)['id']}/node_pools"


def test_a_cluster_is_answered_at_once_and_runs_later(account: Cloud, backend: FakeBackend) -> None:
    backend.gate.clear()
    account.call("POST", CLUSTERS, cluster_body(make_vpc(account)))
    assert live(account)["status"]["state"] == "provisioning"
    backend.gate.set()
    assert account.fleet.settle(5)
    assert live(account)["status"]["state"] == "running"
    assert live(account)["endpoint"] == "https://10.0.0.2:6443"


def test_nodes_have_the_names_labels_taints_and_addresses_of_doks(
    account: Cloud, backend: FakeBackend
) -> None:
    taint = {"key": "dedicated", "value": "ingress", "effect": "NoSchedule"}
    pool = pool_body(labels={"team": "edge"}, taints=[taint])
    cluster = make_cluster(account, make_vpc(account), node_pools=[pool])
    spec = backend.booted[cluster["id"]]
    assert (str(spec.router), str(spec.control_plane)) == ("10.0.0.1", "10.0.0.2")
    assert [str(node.address) for node in spec.nodes] == ["10.0.0.11", "10.0.0.12"]
    node = spec.nodes[0]
    assert node.name.startswith("default-")
    assert node.labels["doks.digitalocean.com/node-pool"] == "default"
    assert node.labels["team"] == "edge"
    assert list(node.taints) == ["dedicated=ingress:NoSchedule"]


def test_no_more_nodes_are_real_than_the_machine_can_run(account: Cloud, backend: FakeBackend) -> None:
    cluster = make_cluster(account, make_vpc(account), node_pools=[pool_body(count=5)])
    assert len(backend.booted[cluster["id"]].nodes) == 2
    assert len(cluster["node_pools"][0]["nodes"]) == 5
    assert {node["status"]["state"] for node in cluster["node_pools"][0]["nodes"]} == {"running"}


def test_a_pool_scales_and_the_nodes_that_stay_keep_their_addresses(
    account: Cloud, backend: FakeBackend
) -> None:
    cluster = make_cluster(account, make_vpc(account))
    first = backend.booted[cluster["id"]].nodes[0]
    pool = cluster["node_pools"][0]["id"]
    for count in (1, 2):
        account.call("PUT", f"{pools(account)}/{pool}", {"count": count})
        account.fleet.settle(5)
        assert len(backend.booted[cluster["id"]].nodes) == count
        assert backend.booted[cluster["id"]].nodes[0] == first


def test_a_further_pool_is_real_as_far_as_there_is_room(account: Cloud, backend: FakeBackend) -> None:
    cluster = make_cluster(account, make_vpc(account), node_pools=[pool_body(count=1)])
    account.call("POST", pools(account), pool_body(name="extra", count=3))
    account.fleet.settle(5)
    names = [node.name.rsplit("-", 1)[0] for node in backend.booted[cluster["id"]].nodes]
    assert names == ["default", "extra"]


def test_a_cluster_whose_boot_was_cut_off_goes_on_after_a_restart(tmp_path: Path) -> None:
    stuck = FakeBackend()
    stuck.gate.clear()
    killed = cloud(tmp_path, stuck)
    killed.call("POST", CLUSTERS, cluster_body(make_vpc(killed)))
    backend = FakeBackend()
    again = cloud(tmp_path, backend)
    again.fleet.resume()
    assert again.fleet.settle(5)
    assert live(again)["status"]["state"] == "running"
    assert backend.boots == ["network-dev"]


def test_a_running_cluster_is_booted_again_after_a_restart(tmp_path: Path) -> None:
    make_cluster(first := cloud(tmp_path), make_vpc(first))
    backend = FakeBackend()
    again = cloud(tmp_path, backend)
    assert live(again)["status"]["state"] == "provisioning"
    again.fleet.resume()
    assert again.fleet.settle(5)
    assert live(again)["status"]["state"] == "running"


def test_a_deletion_that_was_cut_off_is_finished_after_a_restart(tmp_path: Path) -> None:
    stuck = FakeBackend()
    killed = cloud(tmp_path, stuck)
    cluster = make_cluster(killed, make_vpc(killed))
    stuck.gate.clear()
    killed.call("DELETE", f"{CLUSTERS}/{cluster['id']}")
    again = cloud(tmp_path)
    again.fleet.resume()
    assert again.fleet.settle(5)
    assert again.store.account.all(Kind.CLUSTER) == []


def test_a_cluster_that_cannot_come_back_is_degraded_and_a_new_one_in_error(tmp_path: Path) -> None:
    first = cloud(tmp_path)
    vpc = make_vpc(first)
    make_cluster(first, vpc)
    failing = FakeBackend()
    failing.failure = "no memory"
    again = cloud(tmp_path, failing)
    again.fleet.resume()
    ranges = {"cluster_subnet": "172.16.0.0/20", "service_subnet": "172.16.16.0/22"}
    again.call("POST", CLUSTERS, cluster_body(vpc, name="second", **ranges))
    assert again.fleet.settle(5)
    states = {each["name"]: each["status"] for each in again.store.account.all(Kind.CLUSTER)}
    assert states["network-dev"]["state"] == "degraded"
    assert states["second"] == {"state": "error", "message": "no memory"}


def test_two_clusters_of_one_vpc_share_no_address(account: Cloud, backend: FakeBackend) -> None:
    vpc = make_vpc(account)
    make_cluster(account, vpc)
    ranges = {"cluster_subnet": "172.16.0.0/20", "service_subnet": "172.16.16.0/22"}
    make_cluster(account, vpc, name="second", **ranges)
    addresses = [
        address
        for spec in backend.booted.values()
        for address in (spec.control_plane, *(node.address for node in spec.nodes))
    ]
    assert len(set(addresses)) == len(addresses) == 6
