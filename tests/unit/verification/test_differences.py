"""Differences, planted one at a time: each is told by its own row and by no other."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab.cloud.annotations import ID, PREFIX
from network.live.finding import status
from network.verification import CHECKS
from network.verification.versions import VERSION_LABEL
from tests.stacks import stack_config
from tests.unit.verification.healthy import HEALTH_PORT, Scene, healthy

Plant = Callable[[Any], None]
"""Changes a reading in place."""


@dataclass(frozen=True)
class Difference:
    """What is planted, and what is told of it."""

    plant: Plant
    code: str
    """Of the one row that tells it."""
    subject: str
    """What that row is about, or how the name of it begins."""
    found: str
    """A part of what is told."""
    prod: bool = False
    """Planted in the platform of prod: it has a firewall, pools, autoUpgrade."""


def own_cluster(reading: Any) -> Any:
    (cluster,) = reading.clusters
    return cluster


def pool(reading: Any) -> Any:
    return own_cluster(reading)["node_pools"][0]


def own_vpc(reading: Any) -> Any:
    (found,) = [each for each in reading.vpcs if each["name"].startswith("network-")]
    return found


def balancer(reading: Any) -> Any:
    return reading.load_balancers[0]


def service(reading: Any, name: str) -> Any:
    (found,) = [each for each in reading.services if each["metadata"]["name"] == name]
    return found


def annotations(reading: Any) -> Any:
    return service(reading, "traefik")["metadata"]["annotations"]


def records(reading: Any) -> Any:
    return reading.records["dev.k8s.webgrip.nl"]


def record(reading: Any, name: str, kind: str = "A") -> Any:
    return next(each for each in records(reading) if (each["name"], each["type"]) == (name, kind))


def firewall(reading: Any, beginning: str) -> Any:
    (found,) = [each for each in reading.firewalls if each["name"].startswith(beginning)]
    return found


def vpc(name: str, ip_range: str, key: str = "f0e1") -> dict[str, Any]:
    return {"id": key, "name": name, "region": "ams3", "ip_range": ip_range, "default": False}


def other_cluster(reading: Any, pods: str, services: str) -> dict[str, Any]:
    key = "00000000-0000-4000-8000-000000000001"
    changed = {"name": "elsewhere", "id": key, "cluster_subnet": pods, "service_subnet": services}
    return {**own_cluster(reading), **changed}


def put(where: Callable[[Any], Any], **values: Any) -> Plant:
    return lambda reading: where(reading).update(values)


def spec(name: str) -> Callable[[Any], Any]:
    return lambda reading: service(reading, name)["spec"]


def peered(reading: Any, ip_range: str, state: str = "ACTIVE") -> None:
    reading.vpcs.append(vpc("partner", ip_range))
    peering = {"id": "p", "name": "p", "vpc_ids": ["f0e1", own_vpc(reading)["id"]], "status": state}
    reading.peerings.append(peering)


def elsewhere(reading: Any) -> None:
    object.__setattr__(reading, "server", "https://elsewhere.k8s.ondigitalocean.com")
    for node in reading.nodes:
        node["metadata"]["labels"] = {}


def upgraded(reading: Any) -> None:
    own_cluster(reading)["version"] = "1.36.4-do.0"
    for node in reading.nodes:
        node["metadata"]["labels"][VERSION_LABEL] = "1.36.4-do.0"


def older_traefik(reading: Any) -> None:
    (traefik,) = [each for each in reading.workloads if each["metadata"]["name"] == "traefik"]
    traefik["metadata"]["labels"] = {"helm.sh/chart": "traefik-41.2.0"}


def another_node(reading: Any) -> None:
    stray = {
        **reading.nodes[0],
        "metadata": {"name": "stray", "labels": reading.nodes[0]["metadata"]["labels"]},
    }
    reading.nodes.append({**stray, "spec": {"podCIDRs": ["10.244.99.0/25"]}})
    reading.cilium_nodes.append(
        {"metadata": {"name": "stray"}, "spec": {"ipam": {"podCIDRs": ["10.244.99.0/25"]}}}
    )


def moved_ranges(reading: Any, ip_range: str) -> None:
    """Kubernetes, Cilium and the pods agree on a range, which is not the planned one."""
    name = reading.nodes[0]["metadata"]["name"]
    reading.nodes[0]["spec"] = {"podCIDRs": [ip_range]}
    for agent in reading.cilium_nodes:
        if agent["metadata"]["name"] == name:
            agent["spec"]["ipam"]["podCIDRs"] = [ip_range]
    first = ip_range.split("/")[0].rsplit(".", 1)[0]
    for each in reading.pods:
        if each["spec"].get("nodeName") == name and not each["spec"].get("hostNetwork"):
            each["status"]["podIP"] = f"{first}.9"


def foreign_firewall(reading: Any, sources: list[str]) -> None:
    rule = {"protocol": "tcp", "ports": "30000-32767", "sources": {"addresses": sources}}
    mark = f"k8s:{own_cluster(reading)['id']}"
    reading.firewalls.append(
        {"id": "f", "name": "by-hand", "inbound_rules": [rule], "droplet_ids": [], "tags": [mark]}
    )


CLUSTER = "cluster network-dev"
BALANCER = "load balancer network-dev"
POOL = "pool default"
NODES = "nodes of network-dev"
A_NODE = "node default-"
"""Names of nodes end with chance."""

DIFFERENCES: dict[str, Difference] = {
    "the cluster is being upgraded": Difference(
        put(lambda it: own_cluster(it)["status"], state="upgrading"), "cluster", CLUSTER, "upgrading"
    ),
    "kubectl speaks to another cluster": Difference(
        elsewhere,
        "cluster-reached",
        "kubectl",
        "https://elsewhere.k8s.ondigitalocean.com, while its endpoint is",
    ),
    "the cluster stands in another region": Difference(
        put(own_cluster, region="fra1"), "cluster-region", CLUSTER, "fra1"
    ),
    "the cluster is in another VPC": Difference(
        put(own_cluster, vpc_uuid="f0e1"), "cluster-vpc", CLUSTER, "in VPC f0e1"
    ),
    "the cluster has another range of pods": Difference(
        put(own_cluster, cluster_subnet="10.200.0.0/16"), "cluster-pod-range", CLUSTER, "10.200.0.0/16"
    ),
    "the cluster has another range of Services": Difference(
        put(own_cluster, service_subnet="10.245.0.0/16"),
        "cluster-service-range",
        CLUSTER,
        "10.245.0.0/16",
    ),
    "the control plane is highly available": Difference(
        put(own_cluster, ha=True), "cluster-ha", CLUSTER, "on"
    ),
    "the API server lets in everybody": Difference(
        put(own_cluster, control_plane_firewall={"enabled": False, "allowed_addresses": []}),
        "cluster-api-firewall",
        CLUSTER,
        "everybody",
    ),
    "the API server lets in one more": Difference(
        put(
            own_cluster,
            control_plane_firewall={"enabled": True, "allowed_addresses": ["203.0.113.0/24", "192.0.2.1"]},
        ),
        "cluster-api-firewall",
        CLUSTER,
        "192.0.2.1/32, 203.0.113.0/24",
    ),
    "upgrades come by themselves": Difference(
        put(own_cluster, auto_upgrade=True), "cluster-upgrades", CLUSTER, "by themselves: on"
    ),
    "the window of upgrades is another": Difference(
        put(lambda it: own_cluster(it)["maintenance_policy"], day="monday"),
        "cluster-upgrades",
        "cluster network-prod",
        "monday 03:00",
        prod=True,
    ),
    "a tag is gone": Difference(put(own_cluster, tags=["k8s"]), "cluster-tags", CLUSTER, "none"),
    "the VPC has another range": Difference(
        put(own_vpc, ip_range="10.9.0.0/16"), "vpc-range", "VPC network-dev", "10.9.0.0/16"
    ),
    "the VPC stands in another region": Difference(
        put(own_vpc, region="fra1"), "vpc", "VPC network-dev", "fra1"
    ),
    "somebody's database is in the VPC": Difference(
        lambda it: it.members.append({"urn": "do:dbaas:77", "name": "orders", "created_at": ""}),
        "vpc-members",
        "VPC network-dev",
        "dbaas orders",
    ),
    "the VPC is joined with one that nobody named": Difference(
        lambda it: peered(it, "172.20.0.0/20"), "vpc-peerings", "VPC network-dev", "partner"
    ),
    "a peering has failed": Difference(
        lambda it: peered(it, "10.1.0.0/16", "FAILED"), "vpc-peerings", "VPC network-dev", "FAILED"
    ),
    "another VPC overlaps the pods": Difference(
        lambda it: it.vpcs.append(vpc("forgotten", "10.244.16.0/20")),
        "ranges-apart",
        "range of pods, 10.244.0.0/16",
        "VPC forgotten, 10.244.16.0/20",
    ),
    "a default VPC lies in the range of Services": Difference(
        lambda it: it.vpcs.append(vpc("default-nyc1", "10.110.0.0/20")),
        "ranges-apart",
        "range of Services, 10.96.0.0/12",
        "VPC default-nyc1, 10.110.0.0/20",
    ),
    "another cluster's pods overlap the nodes": Difference(
        lambda it: it.clusters.append(other_cluster(it, "10.0.128.0/20", "172.31.0.0/22")),
        "ranges-apart",
        "range of VPC, 10.0.0.0/16",
        "pods of cluster elsewhere",
    ),
    "a named range is part of a larger network": Difference(
        lambda it: it.vpcs.append(vpc("office", "10.250.0.0/20")),
        "other-ranges",
        "office-vpn, 10.250.0.0/24",
        "VPC office, 10.250.0.0/20",
    ),
    "a pool beside the plan": Difference(
        lambda it: own_cluster(it)["node_pools"].append({**pool(it), "name": "spare", "nodes": []}),
        "node-pools",
        CLUSTER,
        "default, spare",
    ),
    "the nodes have another size": Difference(
        put(pool, size="s-8vcpu-16gb"), "node-pool-size", POOL, "s-8vcpu-16gb"
    ),
    "the pool was scaled by hand": Difference(put(pool, count=3), "node-pool-count", POOL, "3"),
    "the autoscaler was switched on": Difference(
        put(pool, auto_scale=True, min_nodes=1, max_nodes=9),
        "node-pool-count",
        POOL,
        "scaling from 1 to 9",
    ),
    "a node is still being made": Difference(
        put(lambda it: pool(it)["nodes"][0]["status"], state="provisioning"),
        "node-pool-count",
        POOL,
        "some provisioning",
    ),
    "the autoscaler's bounds are others": Difference(
        put(lambda it: own_cluster(it)["node_pools"][1], max_nodes=20),
        "node-pool-count",
        "pool batch-s-4vcpu-16gb-amd",
        "scaling from 1 to 20",
        prod=True,
    ),
    "a label of the pool is gone": Difference(put(pool, labels={}), "node-pool-labels", POOL, "none"),
    "a taint keeps pods away": Difference(
        put(pool, taints=[{"key": "dedicated", "value": "batch", "effect": "NoSchedule"}]),
        "node-pool-labels",
        POOL,
        "dedicated=batch:NoSchedule",
    ),
    "a Node is not Ready": Difference(
        put(
            lambda it: it.nodes[0]["status"],
            conditions=[{"type": "Ready", "status": "False", "message": "PLEG is not healthy"}],
        ),
        "node-joined",
        A_NODE,
        "PLEG is not healthy",
    ),
    "a Node that nobody pays for": Difference(another_node, "nodes-unknown", "Nodes", "stray"),
    "a Node has an address elsewhere": Difference(
        lambda it: it.nodes[0]["status"]["addresses"][0].update(address="10.133.0.9"),
        "node-address",
        A_NODE,
        "10.133.0.9",
    ),
    "the cluster has another version": Difference(
        upgraded,
        "kubernetes-version",
        CLUSTER,
        "1.36.4-do.0",
    ),
    "a Node was left at an older version": Difference(
        lambda it: it.nodes[0]["metadata"]["labels"].update({VERSION_LABEL: "1.35.4-do.0"}),
        "node-versions",
        A_NODE,
        "1.35.4-do.0",
    ),
    "a kubelet is of another minor version": Difference(
        put(lambda it: it.nodes[0]["status"]["nodeInfo"], kubeletVersion="v1.35.9"),
        "node-versions",
        A_NODE,
        "kubelet v1.35.9",
    ),
    "Traefik's chart is an older one": Difference(
        older_traefik,
        "chart-version",
        "release traefik/traefik",
        "traefik 41.2.0",
    ),
    "cert-manager does not run": Difference(
        lambda it: it.workloads.pop(0), "chart-version", "release cert-manager/cert-manager", "nothing"
    ),
    "a Node's range lies elsewhere": Difference(
        lambda it: moved_ranges(it, "10.200.0.0/25"), "node-pod-range", A_NODE, "10.200.0.0/25"
    ),
    "a Node's range has another size": Difference(
        lambda it: moved_ranges(it, "10.244.8.0/24"), "node-pod-range", A_NODE, "10.244.8.0/24"
    ),
    "Kubernetes and Cilium disagree on a Node's range": Difference(
        lambda it: it.nodes[0]["spec"].update(podCIDRs=["10.244.80.0/25"]),
        "node-pod-range",
        A_NODE,
        "10.244.80.0/25 by Kubernetes",
    ),
    "Cilium has forgotten a Node": Difference(
        lambda it: it.cilium_nodes.pop(0), "cilium-nodes", "CiliumNodes", "none for default-"
    ),
    "Cilium gives out another range": Difference(
        put(
            lambda it: it.cilium_config["data"],
            **{"ipam": "cluster-pool", "cluster-pool-ipv4-cidr": "10.0.0.0/8"},
        ),
        "cilium-ranges",
        "cilium-config",
        "gives out 10.0.0.0/8",
    ),
    "Cilium routes another range": Difference(
        put(lambda it: it.cilium_config["data"], **{"ipv4-native-routing-cidr": "10.200.0.0/16"}),
        "cilium-ranges",
        "cilium-config",
        "routes 10.200.0.0/16",
    ),
    "a pod has an address of another Node": Difference(
        lambda it: it.pods[0]["status"].update(podIP="10.244.77.7"),
        "pods-in-range",
        "pods on default-",
        "(10.244.77.7)",
    ),
    "a second range of Services": Difference(
        lambda it: it.service_ranges.append(
            {"metadata": {"name": "more"}, "spec": {"cidrs": ["10.60.0.0/24"]}}
        ),
        "service-range",
        "ServiceCIDRs",
        "10.60.0.0/24",
    ),
    "a Service has an address elsewhere": Difference(
        put(spec("web-headless"), clusterIP="10.60.0.9", clusterIPs=["10.60.0.9"]),
        "services-in-range",
        "Services",
        "shop/web-headless (10.60.0.9)",
    ),
    "the cluster's DNS has another address": Difference(
        put(spec("kube-dns"), clusterIP="10.96.0.53", clusterIPs=["10.96.0.53"]),
        "cluster-dns",
        "Service kube-system/kube-dns",
        "10.96.0.53",
    ),
    "the API server's Service has another address": Difference(
        put(spec("kubernetes"), clusterIP="10.96.0.2", clusterIPs=["10.96.0.2"]),
        "api-service",
        "Service default/kubernetes",
        "10.96.0.2",
    ),
    "the API server listens outside the VPC": Difference(
        lambda it: it.api_endpoints[0]["endpoints"][0].update(addresses=["10.133.0.2"]),
        "api-endpoint",
        "API server",
        "10.133.0.2",
    ),
    "the API server listens at a Node": Difference(
        lambda it: it.api_endpoints[0]["endpoints"][0].update(
            addresses=[it.nodes[0]["status"]["addresses"][0]["address"]]
        ),
        "api-endpoint",
        "API server",
        "a Node's address",
    ),
    "the API server listens on another port": Difference(
        lambda it: it.api_endpoints[0]["ports"][0].update(port=8443),
        "api-endpoint",
        "API server",
        "port 8443",
    ),
    "the load balancer has failed": Difference(
        put(balancer, status="errored"), "load-balancer", BALANCER, "errored"
    ),
    "another Service took the load balancer": Difference(
        lambda it: annotations(it).update({ID: "9e9e"}),
        "load-balancer-service",
        BALANCER,
        "knows 9e9e",
    ),
    "the Service tells a former address": Difference(
        lambda it: service(it, "traefik").update(
            status={"loadBalancer": {"ingress": [{"ip": "203.0.113.222"}]}}
        ),
        "load-balancer-service",
        BALANCER,
        "203.0.113.222",
    ),
    "an annotation was added by hand": Difference(
        lambda it: annotations(it).update({f"{PREFIX}deny-rules": "ip:192.0.2.1"}),
        "load-balancer-annotations",
        BALANCER,
        "deny-rules ip:192.0.2.1, not planned",
    ),
    "an annotation is gone": Difference(
        lambda it: annotations(it).pop(f"{PREFIX}type"),
        "load-balancer-annotations",
        BALANCER,
        "type absent, not REGIONAL",
    ),
    "the load balancer has IPv6": Difference(
        put(balancer, network_stack="DUALSTACK"), "load-balancer-kind", BALANCER, "DUALSTACK"
    ),
    "the load balancer passes packets on": Difference(
        put(balancer, type="REGIONAL_NETWORK"), "load-balancer-kind", BALANCER, "REGIONAL_NETWORK"
    ),
    "the load balancer was made larger": Difference(
        put(balancer, size_unit=4), "load-balancer-size", BALANCER, "4"
    ),
    "the load balancer drops idle connections sooner": Difference(
        put(balancer, http_idle_timeout_seconds=30), "load-balancer-idle", BALANCER, "30 s"
    ),
    "PROXY headers were switched off": Difference(
        put(balancer, enable_proxy_protocol=False), "load-balancer-proxy", BALANCER, "off"
    ),
    "a rule leads to another port": Difference(
        lambda it: balancer(it)["forwarding_rules"][0].update(target_port=31999),
        "load-balancer-rules",
        BALANCER,
        "tcp 80 to 31999",
    ),
    "a rule beside the plan": Difference(
        lambda it: balancer(it)["forwarding_rules"].append(
            {"entry_protocol": "tcp", "entry_port": 22, "target_protocol": "tcp", "target_port": 22}
        ),
        "load-balancer-rules",
        BALANCER,
        "tcp 22 to 22",
    ),
    "the check asks another port": Difference(
        lambda it: balancer(it)["health_check"].update(port=30443, protocol="tcp"),
        "load-balancer-check",
        BALANCER,
        f"the Service's port is {HEALTH_PORT}",
    ),
    "the check is slower": Difference(
        lambda it: balancer(it)["health_check"].update(check_interval_seconds=60),
        "load-balancer-check",
        BALANCER,
        "every 60 s",
    ),
    "a node is not behind the load balancer": Difference(
        lambda it: balancer(it)["droplet_ids"].pop(0),
        "load-balancer-nodes",
        BALANCER,
        "without default-",
    ),
    "a stranger is behind the load balancer": Difference(
        lambda it: balancer(it)["droplet_ids"].append(4711), "load-balancer-nodes", BALANCER, "4711"
    ),
    "the load balancer stands in another VPC": Difference(
        put(balancer, vpc_uuid="f0e1"), "load-balancer-vpc", BALANCER, "in VPC f0e1"
    ),
    "the load balancer lets in fewer": Difference(
        put(balancer, firewall={"allow": ["cidr:203.0.113.0/24"], "deny": []}),
        "load-balancer-sources",
        BALANCER,
        "203.0.113.0/24",
    ),
    "the zone is gone": Difference(
        lambda it: it.domains.clear(), "zone", "zone dev.k8s.webgrip.nl", "not in the account"
    ),
    "a record leads elsewhere": Difference(
        lambda it: record(it, "shop").update(data="192.0.2.7"), "record", "A shop", "192.0.2.7, ttl 300"
    ),
    "a record is gone": Difference(
        lambda it: records(it).remove(record(it, "*")), "record", "A *", "no record"
    ),
    "a second address of a name": Difference(
        lambda it: records(it).append({**record(it, "@"), "id": 99, "data": "192.0.2.7"}),
        "record",
        "A @",
        "192.0.2.7",
    ),
    "a record is kept for longer": Difference(
        lambda it: record(it, "shop").update(ttl=86400), "record", "A shop", "ttl 86400"
    ),
    "a name is an alias": Difference(
        lambda it: records(it).append(
            {**record(it, "shop"), "type": "CNAME", "data": "elsewhere.example.org"}
        ),
        "record",
        "A shop",
        "CNAME elsewhere.example.org",
    ),
    "another authority may issue": Difference(
        lambda it: records(it).append({**record(it, "@", "CAA"), "id": 98, "data": "ca.example.org"}),
        "record-caa",
        "zone dev.k8s.webgrip.nl",
        "issue ca.example.org",
    ),
    "the stack's firewall lets in one more": Difference(
        lambda it: firewall(it, "network-prod")["inbound_rules"][0]["sources"].update(
            addresses=["10.250.0.0/24", "192.0.2.0/24"]
        ),
        "firewall",
        "firewall network-prod-nodes",
        "192.0.2.0/24",
        prod=True,
    ),
    "the stack's firewall applies to nobody": Difference(
        lambda it: firewall(it, "network-prod").update(tags=[]),
        "firewall",
        "firewall network-prod-nodes",
        "to others than k8s:",
        prod=True,
    ),
    "the stack's firewall is gone": Difference(
        lambda it: it.firewalls.remove(firewall(it, "network-prod")),
        "firewall",
        "firewall network-prod-nodes",
        "none of this name",
        prod=True,
    ),
    "a managed firewall is gone": Difference(
        lambda it: it.firewalls.remove(firewall(it, "k8s-public-access-")),
        "firewall-managed",
        NODES,
        "-worker",
    ),
    "somebody's firewall opens more": Difference(
        lambda it: foreign_firewall(it, ["192.0.2.0/24"]), "firewall-others", NODES, "by-hand"
    ),
    "a NodePort is open to everybody": Difference(
        lambda it: firewall(it, "k8s-public-access-")["inbound_rules"].append(
            {"protocol": "tcp", "ports": "31000", "sources": {"addresses": ["0.0.0.0/0", "::/0"]}}
        ),
        "firewall-open",
        NODES,
        "tcp 31000 by k8s-public-access-",
    ),
}


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Scene]:
    folder: Path = tmp_path_factory.mktemp("scenes")
    return {
        prod: healthy(stack_config(stack), folder / stack) for prod, stack in ((False, "dev"), (True, "prod"))
    }


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_difference_is_told_by_its_own_row(scenes: dict[bool, Scene], name: str) -> None:
    planted = DIFFERENCES[name]
    scene = scenes[planted.prod]
    reading = scene.changed()
    planted.plant(reading)
    found = scene.findings(reading)
    differing = [each for each in found if each.verdict == "differs"]
    assert [each.code for each in differing] == [planted.code]
    (told,) = differing
    assert told.subject.startswith(planted.subject)
    assert planted.found in told.found
    assert told.remedy
    assert status(found) == 1
    # What lies behind is not reached; nothing is unseen.
    assert {each.verdict for each in found} <= {"as planned", "differs", "not reached"}


def test_every_kind_of_row_can_differ() -> None:
    assert {each.code for each in DIFFERENCES.values()} == {check.code for check in CHECKS}


def test_of_another_cluster_nothing_is_compared(scenes: dict[bool, Scene]) -> None:
    scene = scenes[False]
    reading: Any = scene.changed()
    DIFFERENCES["kubectl speaks to another cluster"].plant(reading)
    behind = {each.code for each in scene.findings(reading) if each.verdict == "not reached"}
    assert behind >= {"node-pod-range", "pods-in-range", "cluster-dns", "load-balancer-annotations"}


def test_through_a_port_forward_nodes_tell_whose_they_are(scenes: dict[bool, Scene]) -> None:
    scene = scenes[False]
    reading: Any = scene.changed()
    forwarded = dataclasses.replace(reading, server="https://127.0.0.1:6443")
    assert status(scene.findings(forwarded)) == 0


def test_a_cluster_that_is_not_vpc_native_overlaps_nobody(scenes: dict[bool, Scene]) -> None:
    scene = scenes[True]
    reading: Any = scene.changed()
    reading.clusters.append(other_cluster(reading, "10.244.0.0/16", "10.245.0.0/16"))
    assert status(scene.findings(reading)) == 0


def test_with_auto_upgrade_a_later_version_is_as_planned(scenes: dict[bool, Scene]) -> None:
    scene = scenes[True]
    reading: Any = scene.changed()
    upgraded(reading)
    assert status(scene.findings(reading)) == 0


def test_a_network_within_a_named_range_is_what_was_named(scenes: dict[bool, Scene]) -> None:
    scene = scenes[False]
    reading: Any = scene.changed()
    peered(reading, "10.1.0.0/16")
    assert status(scene.findings(reading)) == 0


def test_the_machine_of_the_stack_s_vpn_is_no_stranger_in_its_vpc(tmp_path: Path) -> None:
    vpn = {"range": "100.64.0.0/24", "peers": {}}
    scene = healthy(stack_config("dev", {"network:vpn": vpn}), tmp_path)
    reading: Any = scene.changed()
    reading.members.append({"urn": "do:droplet:77", "name": "network-dev-vpn", "created_at": ""})
    assert status(scene.findings(reading)) == 0


def test_a_peer_s_range_that_is_declared_is_the_stack_file_s(tmp_path: Path) -> None:
    data = {"vpcId": "5a4981aa-9653-4bd1-bef5-d6bff52042e4", "range": "10.40.0.0/16"}
    scene = healthy(
        stack_config("dev", {"network:external": {"vpc": {"peerings": {"data": data}}}}), tmp_path
    )
    reading: Any = scene.changed()
    peered(reading, "10.40.0.0/16")
    assert status(scene.findings(reading)) == 0
    reading.vpcs[-1]["ip_range"] = "10.40.0.0/15"
    told = [(each.code, each.declared) for each in scene.findings(reading) if each.verdict == "differs"]
    assert ("other-ranges", "external.vpc.peerings.data") in told


def test_a_vpc_among_the_vpn_s_addresses_is_no_network_that_was_named(tmp_path: Path) -> None:
    vpn = {"range": "192.168.64.0/22", "peers": {}}
    scene = healthy(stack_config("dev", {"network:vpn": vpn}), tmp_path)
    reading: Any = scene.changed()
    peered(reading, "192.168.64.0/24")
    differing = {each.code: each.subject for each in scene.findings(reading) if each.verdict == "differs"}
    assert differing.keys() == {"vpc-peerings", "ranges-apart"}
    assert differing["ranges-apart"] == "range of VPN, 192.168.64.0/22"
